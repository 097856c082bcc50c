internal import EmbeddedPostgres
public import EventStorePostgres
internal import Glibc
internal import Synchronization

/// Where a log is.
public struct LogPlace: Sendable {
    /// The data directory: the embedded cluster, the socket of the door, the venue's journal.
    public var dataDirectory: String
    /// A PostgreSQL of the user's own, as a URL; `nil` for the embedded one.
    public var databaseURL: String?

    /// Puts the parts together.
    public init(dataDirectory: String, databaseURL: String?) {
        self.dataDirectory = dataDirectory
        self.databaseURL = databaseURL
    }
}

/// Where the embedded server archives its write-ahead log from now on.
public enum ArchiveChoice: Equatable, Sendable {
    /// Nowhere.
    case off
    /// In this directory, which is made where it is missing.
    case directory(String)
}

/// Why a log cannot be opened; the text says what happened, why, and what to do.
public struct LogAccessError: Error, Sendable, CustomStringConvertible {
    /// The text for the person who meets it.
    public let description: String
    /// Whether another process works with the data directory: waiting may help.
    public let isHeld: Bool
    /// Takes the text.
    public init(_ description: String, isHeld: Bool = false) {
        self.description = description
        self.isHeld = isHeld
    }

    /// Takes the text of what was met on the way.
    init(_ error: any Error) {
        var isHeld = false
        if case EmbeddedPostgresError.heldBy = error { isHeld = true }
        self.init("\(error)", isHeld: isHeld)
    }
}

/// An open log with the server under it.
///
/// Whoever starts the embedded server holds the data directory's lock for as long as it runs, so that nobody
/// stops it under somebody else.
public final class LogAccess: Sendable {
    /// The log.
    public let log: PostgresLog
    private let cluster: Mutex<EmbeddedCluster?>
    private let lock: DataDirectoryLock?

    /// How long a reader waits for another process that is just starting or stopping the server.
    private static let serverMillisMax = 20_000
    private static let pauseMillis = 100

    private init(log: PostgresLog, cluster: EmbeddedCluster?, lock: consuming DataDirectoryLock?) {
        self.log = log
        self.cluster = Mutex(cluster)
        self.lock = lock
    }

    /// Opens the log for reading: beside the process that runs on the data directory, else with a server of
    /// its own, which `close` stops.
    public static func open(_ place: LogPlace) throws(LogAccessError) -> LogAccess {
        if place.databaseURL != nil {
            return LogAccess(log: try PreparedDatabase.external(place), cluster: nil, lock: nil)
        }
        var waitedMillis = 0
        while true {
            do {
                let running = try EmbeddedCluster.running(dataDirectory: place.dataDirectory)
                if let running, let log = PreparedDatabase.beside(running) {
                    return LogAccess(log: log, cluster: nil, lock: nil)
                }
                if running == nil {
                    let lock = try DataDirectoryLock.acquire(dataDirectory: place.dataDirectory)
                    return try openOwn(place, lock)
                }
            } catch let problem as EmbeddedPostgresError {
                guard case .heldBy = problem, waitedMillis < serverMillisMax else {
                    throw LogAccessError(problem)
                }
            } catch {
                throw LogAccessError(error)
            }
            guard waitedMillis < serverMillisMax else { return try openAlone(place) }
            usleep(UInt32(pauseMillis) * 1000)
            waitedMillis += pauseMillis
        }
    }

    private static func openOwn(
        _ place: LogPlace,
        _ lock: consuming DataDirectoryLock
    ) throws -> LogAccess {
        let cluster = try EmbeddedCluster.start(dataDirectory: place.dataDirectory)
        let log = try PreparedDatabase.embedded(cluster)
        return LogAccess(log: log, cluster: cluster, lock: lock)
    }

    /// Opens the log for the one process that writes; a second one on the same directory is refused.
    ///
    /// `archive` changes where the write-ahead log is archived; without it that stays as it is.
    public static func openAlone(
        _ place: LogPlace,
        archive: ArchiveChoice? = nil
    ) throws(LogAccessError) -> LogAccess {
        do {
            let lock = try DataDirectoryLock.acquire(dataDirectory: place.dataDirectory)
            if let archive, place.databaseURL == nil {
                var directory: String?
                if case .directory(let path) = archive { directory = path }
                try WALArchive.set(directory, dataDirectory: place.dataDirectory)
            }
            guard place.databaseURL != nil else { return try openOwn(place, lock) }
            return LogAccess(log: try PreparedDatabase.external(place), cluster: nil, lock: lock)
        } catch {
            throw LogAccessError(error)
        }
    }

    /// Starts the server again if it was started here and has died; `true` when it had.
    ///
    /// The engines meet a lost connection meanwhile, take their shards anew and go on from the log.
    public func revive() throws(LogAccessError) -> Bool {
        guard let dead = cluster.withLock({ $0 }) else { return false }
        do throws(EmbeddedPostgresError) {
            guard try EmbeddedCluster.running(dataDirectory: dead.dataDirectory) == nil else { return false }
            let alive = try EmbeddedCluster.start(dataDirectory: dead.dataDirectory)
            cluster.withLock { $0 = alive }
            return true
        } catch {
            throw LogAccessError(error)
        }
    }

    /// What is left on the embedded server's disk; `nil` where the server is not ours to look at.
    public var freeBytes: Int64? { cluster.withLock { $0?.freeBytes } }

    /// Stops the server if it was started here.
    public func close() throws(LogAccessError) {
        guard let cluster = cluster.withLock({ $0 }) else { return }
        do throws(EmbeddedPostgresError) {
            try cluster.stop(.fast)
        } catch {
            throw LogAccessError(error)
        }
    }
}
