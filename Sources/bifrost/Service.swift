internal import BifrostKernel
internal import Engine
internal import EventStore
internal import EventStorePostgres
internal import Glibc
internal import HTTPAPI
internal import Logging
internal import NIOPosix
internal import Nodes
internal import Prices
internal import Proofs
internal import Publishers
internal import ReadModels
internal import Sagas
internal import Synchronization
internal import Venues

/// A whole service in this process: the log, both shards, the paper venue and the door.
///
/// One process at a time runs one on a data directory. Whoever starts it stops it.
final class Service: Sendable {
    /// The version of this build, as the log names it.
    static let version = "0.1.0"

    /// How a service is set up.
    struct Options: Sendable {
        /// A port on 127.0.0.1 beside the socket.
        var port: Int?
        /// Whether a new log declares a simulated clock; a log that exists keeps its own.
        var simulatedClock = false
        /// What the paper venue takes, where the log declares no fees yet.
        var commission = BasisPoints(0)
        /// What goes wrong at the paper venue.
        var conditions = PaperConditions.none
        /// What commands leave free on the embedded database's disk.
        var reserve = DiskReserve()
        /// Whether read models follow the log in this process.
        var hasReadModels = false
        /// Where the write-ahead log is archived from now on, `nil` for no change.
        var archive: ArchiveChoice?
        /// Where the log is published, `nil` for nowhere.
        var publisher: PublisherOptions?
        /// Where the log's heads are signed, `nil` for nowhere.
        var checkpoints: CheckpointFolder?
        /// How often, beside once at the end.
        var checkpointMinutes = checkpointMinutesStandard

        static let checkpointMinutesStandard = 10
    }

    /// The engines and the log.
    var node: Node { parts.node }
    /// The venue.
    var venue: PaperVenue { parts.venue }
    /// The path of the door's socket.
    var address: String { door.socketPath }
    /// The door's port on 127.0.0.1, where there is one.
    var port: Int? { door.port }
    /// Why an engine stopped loudly; at most one element, and none while all is well.
    let failures: AsyncStream<String>

    private let parts: Parts
    private let door: Door
    private let keeper: Task<Void, Never>
    private let signer: Task<Void, Never>
    private let rememberer: Task<Void, Never>

    /// How soon a database server that died is noticed, and a disk that fills up.
    private static let lookSeconds = 1
    /// How often the service looks whether a snapshot is due.
    private static let snapshotSeconds = 10

    private init(_ parts: Parts, _ door: Door, _ failures: AsyncStream<String>, checkpointMinutes: Int) {
        self.parts = parts
        self.door = door
        self.failures = failures
        // Unstructured, because it lasts as long as the service; `stop` ends it and waits for it.
        keeper = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(Self.lookSeconds))
                try? await Blocking.run {
                    parts.keepServer()
                    parts.watchStorage()
                }
            }
        }
        signer = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(checkpointMinutes * 60))
                guard !Task.isCancelled else { return }
                try? await Blocking.run { parts.signLog() }
            }
        }
        rememberer = Task {
            var isFirst = true
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(Self.snapshotSeconds))
                guard !Task.isCancelled else { return }
                let dropsOthers = isFirst
                try? await Blocking.run {
                    if dropsOthers { parts.dropAccountSnapshotsOfOthers() }
                    parts.makeSnapshots()
                }
                isFirst = false
            }
        }
    }

    /// Starts everything, and returns when the door takes requests.
    static func start(_ place: LogPlace, _ options: Options = Options()) async throws -> Service {
        let (failures, failed) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let parts = try await Blocking.run {
            try Parts.open(place, options) { reason in failed.yield(reason) }
        }
        do {
            let core = CoreAccess(
                log: parts.node.log,
                followed: parts.node.log.followed,
                trading: parts.node.trading,
                venue: parts.venue,
                time: WallTime(),
                prices: parts.prices,
                models: parts.models,
                accountSnapshots: SnapshotWork.accounts(parts.node.log, parts.node.trading.shard),
                declare: parts.declare
            )
            let door = try await Door.open(
                core,
                at: SocketPlace(dataDirectory: parts.dataDirectory),
                port: options.port,
                logger: ServiceLog.logger
            )
            return Service(parts, door, failures, checkpointMinutes: options.checkpointMinutes)
        } catch {
            try await Blocking.run { try parts.stop() }
            throw error
        }
    }

    /// Refuses what comes, finishes what is under way, and stops everything, the database last.
    func stop() async throws {
        try await door.close()
        let parts = parts
        // The server is looked after until the engines have finished with it.
        try await Blocking.run { parts.node.stop() }
        keeper.cancel()
        signer.cancel()
        rememberer.cancel()
        parts.endSnapshots()
        await rememberer.value
        await keeper.value
        await signer.value
        try await Blocking.run {
            parts.signLog()
            try parts.stop()
        }
    }
}

/// Where this process writes what went wrong inside it.
enum ServiceLog {
    /// Warnings and errors, on standard error.
    static let logger: Logger = {
        var logger = Logger(label: "bifrost") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }()
}

/// Work that waits for disks, processes and other threads, off the cooperative pool.
enum Blocking {
    static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}

/// What a service has behind its door.
private final class Parts: Sendable {
    let dataDirectory: String
    let node: Node
    let venue: PaperVenue
    let prices: PriceBook
    private let feed: MarkFeed
    private let projector: Projector?
    /// What queries are answered from.
    let models: ReadModelAccess?
    private let publisher: LogPublisher?
    private let checkpointer: Checkpointer?
    private let accountSnapshots: Mutex<AccountSnapshotMaker>?
    private let reserve: Mutex<DiskReserve>
    private let remembers = Atomic(true)
    private let onFailure: @Sendable (String) -> Void
    /// Absent once closed, so that the data directory's lock goes with it.
    private let access: Mutex<LogAccess?>

    /// Opens all of it; blocks.
    static func open(
        _ place: LogPlace,
        _ options: Service.Options,
        onFailure: @escaping @Sendable (String) -> Void
    ) throws -> Parts {
        let access = try LogAccess.openAlone(place, archive: options.archive)
        do {
            let parts = try Parts(access, place, options, onFailure)
            parts.watchStorage()
            return parts
        } catch {
            try access.close()
            throw error
        }
    }

    private init(
        _ access: LogAccess,
        _ place: LogPlace,
        _ options: Service.Options,
        _ onFailure: @escaping @Sendable (String) -> Void
    ) throws {
        let directory = DataDirectory.resolved(place.dataDirectory) ?? place.dataDirectory
        let log: any EventLog = access.log
        let feed = MarkFeed(log, Node.tradingShard, isNewSimulated: options.simulatedClock)
        try feed.read()
        let journal = try PaperJournal(path: directory + "/paper-venue.journal", log: log.id)
        let venue = PaperVenue(
            fees: feed.schedules ?? [FeeSchedule(options.commission)],
            conditions: options.conditions,
            journal: journal
        )
        feed.advance(venue, isStart: true)
        var setup = Node.Options(
            holder: DataDirectory.holder(),
            build: "bifrost " + Service.version,
            simulatedClock: options.simulatedClock
        )
        // With the embedded database the lock on the data directory says that no other writer lives: a lease
        // that a crash left is waited out.
        setup.standingBy = place.databaseURL == nil
        let fail: @Sendable (String) -> Void = { reason in
            ServiceLog.logger.critical("an engine stopped: \(reason)")
            onFailure(reason)
        }
        setup.onFailure = fail
        setup.onSkippedSnapshot = { ServiceLog.logger.warning("\($0)") }
        setup.onRefusedBatch = { RefusedBatch.keep($0, in: directory) }
        dataDirectory = directory
        node = try Node.start(access.log, venue: venue, setup)
        self.venue = venue
        prices = PriceBook(access.log)
        self.feed = feed
        self.onFailure = fail
        reserve = Mutex(options.reserve)
        if let maker = SnapshotWork.accountMaker(node.log, node.trading.shard) {
            accountSnapshots = Mutex(maker)
        } else {
            accountSnapshots = nil
        }
        publisher = options.publisher.map { LogPublisher.start(access.log, OpenLog.shards, $0) }
        checkpointer = options.checkpoints.map {
            // It reads the whole log at first, and keeps nobody waiting for a reader.
            Checkpointer(access.log.withReaders(atMost: 1), dataDirectory: directory, $0)
        }
        self.access = Mutex(access)
        projector = options.hasReadModels ? Self.startProjector(access) : nil
        models =
            options.hasReadModels ? ReadModelAccess(access.log, Catalogue.all, Node.tradingShard) : nil
    }

    /// Read models follow from the log, so the core goes on without them.
    private static func startProjector(_ access: LogAccess) -> Projector? {
        do {
            return try Projector.start(Catalogue.all, on: access.log) { ServiceLog.logger.error("\($0)") }
        } catch {
            ServiceLog.logger.error("read models are not followed: \(error)")
            return nil
        }
    }

    /// Poses a global fact; a new mark is the paper venue's price from then on, and new fees are what it
    /// takes.
    ///
    /// Blocks.
    @Sendable func declare(_ request: CommandRequest) -> CommandAnswer {
        let answer = node.declare(request)
        do {
            switch request.command {
            case .recordMarks:
                try feed.read()
                feed.advance(venue)
            case .setFees:
                try feed.read()
                if let schedules = feed.schedules { venue.setFees(schedules) }
            default: break
            }
        } catch {
            ServiceLog.logger.error("the venue did not get the new facts: \(error)")
        }
        return answer
    }

    /// Starts the embedded server again when it has died; blocks.
    func keepServer() {
        access.withLock { access in
            do throws(LogAccessError) {
                guard let access, try access.revive() else { return }
                ServiceLog.logger.warning("PostgreSQL had ended and was started again")
            } catch {
                ServiceLog.logger.error("PostgreSQL has ended and does not start: \(error)")
            }
        }
    }

    /// Turns commands away while the disk has only its reserve left, and ends a service whose venue could not
    /// write its journal: a venue that answers nothing more must not look like one that has nothing to say.
    func watchStorage() {
        let free = access.withLock { $0?.freeBytes }
        let shortage = reserve.withLock { $0.look(free: free) }
        if shortage != node.trading.shortage {
            ServiceLog.logger.warning("storage: \(shortage ?? "there is enough space again")")
            node.hold(for: shortage)
        }
        if let failure = venue.failure { onFailure("the paper venue closed: \(failure)") }
    }

    /// Makes the snapshots that are due; blocks.
    ///
    /// The core goes on without them: they only shorten its next start.
    func makeSnapshots() {
        for shard in OpenLog.shards where remembers.load(ordering: .relaxed) {
            do throws(SnapshotMakingError) {
                _ = try SnapshotWork.maker(node.log, shard)?.make(ifMoreThan: SnapshotMaker.dueAfter) {
                    remembers.load(ordering: .relaxed)
                }
            } catch {
                ServiceLog.logger.error("\(error)")
                // A log that is not what it should be will not be so in ten seconds either.
                if case .refused = error { endSnapshots() }
            }
        }
        do throws(SnapshotMakingError) {
            try accountSnapshots?.withLock { maker throws(SnapshotMakingError) in
                _ = try maker.advance { remembers.load(ordering: .relaxed) }
            }
        } catch {
            ServiceLog.logger.error("\(error)")
            if case .refused = error { endSnapshots() }
        }
    }

    /// Drops what other builds kept of accounts: this one serves, and cannot use it.
    func dropAccountSnapshotsOfOthers() {
        do throws(SnapshotError) {
            try SnapshotWork.accounts(node.log, node.trading.shard)?.drop(all: false)
        } catch {
            ServiceLog.logger.error("snapshots of accounts: \(error.reason)")
        }
    }

    /// Has a snapshot that is being made given up.
    func endSnapshots() { remembers.store(false, ordering: .relaxed) }

    /// Signs the log as it is; blocks.
    ///
    /// The core goes on without it, but a log that was rewritten is told loudly.
    func signLog() {
        guard let checkpointer else { return }
        do throws(ProofError) {
            for shard in OpenLog.shards { _ = try checkpointer.sign(shard) }
        } catch {
            guard case .tampered(let text) = error else {
                return ServiceLog.logger.error("no checkpoint was signed: \(error)")
            }
            ServiceLog.logger.critical("\(text)")
        }
    }

    /// Stops the engines, the publisher, then the database; blocks.
    func stop() throws {
        projector?.stop()
        node.stop()
        publisher?.stop()
        let closing = access.withLock { access -> LogAccess? in
            defer { access = nil }
            return access
        }
        try closing?.close()
    }
}

/// Names that belong to a process and its data directory.
enum DataDirectory {
    /// The absolute path without links; `nil` while there is no such directory.
    static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    /// What this process is called in leases: host, process and a number that no other start has.
    static func holder() -> String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(host):\(getpid()):\(String(UInt32.random(in: 0 ... .max), radix: 16))"
    }
}
