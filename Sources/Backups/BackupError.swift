internal import EmbeddedPostgres
internal import Nodes

/// Why there is no backup or no restored log; each description says what happened, why, and what to do.
public enum BackupError: Error, Equatable, Sendable {
    /// There is no log of ours to back up.
    case nothingThere(dataDirectory: String)
    /// Something has the name that the result is to have.
    case inTheWay(path: String)
    /// Something that is not the rest of an earlier run has the name of the place where the result is made.
    case notOurs(path: String)
    /// Another run makes the same result.
    case underWay(path: String)
    /// The directory was never finished.
    case unfinished(path: String)
    /// The directory is no backup.
    case noBackup(path: String)
    /// The manifest is not what this build can read.
    case unreadable(path: String, reason: String)
    /// The server that the backup needs is not there.
    case wrongMajorVersion(wanted: Int, path: String)
    /// A file of the backup is not what it was.
    case damaged(path: String, reason: String)
    /// A key is none, or not the one that is needed.
    case badKey(path: String, reason: String)
    /// The backup is sealed, and no key was given; or it is not, and one was.
    case sealed(path: String, Bool)
    /// The target is behind what a backup alone leads to.
    case needsArchive(target: String)
    /// The archive cannot be read or holds no segment.
    case noArchive(path: String, reason: String)
    /// The target is before the moment at which the backup was complete.
    case tooEarly(target: String)
    /// The target is behind what is there.
    case tooLate(target: String, reason: String)
    /// The restored log is not the one that was backed up, or not the one of a head kept elsewhere.
    case otherLog(reason: String)
    /// Something below said this.
    case failed(String)
}

extension BackupError {
    init(_ error: EmbeddedPostgresError) { self = .failed(error.description) }

    /// Runs a step of the server or of the file system.
    static func translating<Answer: ~Copyable>(
        _ step: () throws(EmbeddedPostgresError) -> Answer
    ) throws(BackupError) -> Answer {
        do throws(EmbeddedPostgresError) { return try step() } catch { throw BackupError(error) }
    }

    /// Runs `body` with an open log, which is closed whatever happened.
    static func reading<Answer>(
        _ place: LogPlace,
        _ body: (LogAccess) throws(BackupError) -> Answer
    ) throws(BackupError) -> Answer {
        let access: LogAccess
        do throws(LogAccessError) {
            access = try LogAccess.open(place)
        } catch {
            throw .failed(error.description)
        }
        let result = Result { () throws(BackupError) in try body(access) }
        do throws(LogAccessError) {
            try access.close()
        } catch {
            throw .failed(error.description)
        }
        return try result.get()
    }

    /// Whether a log is not what it was.
    public var isTampering: Bool {
        if case .otherLog = self { return true }
        return false
    }
}

extension BackupError: CustomStringConvertible {
    /// What happened, why, and what to do.
    public var description: String {
        switch self {
        case .nothingThere(let directory):
            "There is no log in '\(directory)' to back up. Name its data directory with --data-dir."
        case .inTheWay(let path):
            "\(path) is there already and is left alone. Name one that does not exist yet."
        case .notOurs(let path):
            """
            The result would be made in \(path), and what is there was not made by an earlier run. Move it \
            away, or choose another name.
            """
        case .underWay(let path): "Another process is making \(path) right now. Wait for it to end."
        case .unfinished(let path):
            """
            \(path) is a backup that was never finished: it was interrupted, or still runs. Restore another \
            one; the next `bifrost backup` to the same name replaces it.
            """
        case .noBackup(let path):
            """
            \(path) is no backup of Bifrost: it holds no \(BackupManifest.fileName). Name the directory that \
            `bifrost backup` made.
            """
        case .unreadable(let path, let reason):
            """
            \(path) cannot be read: \(reason). Restore another backup, or use the build of Bifrost that made \
            this one.
            """
        default: restoreDescription
        }
    }

    /// The cases that are about what a backup holds and where it leads.
    private var restoreDescription: String {
        switch self {
        case .wrongMajorVersion(let wanted, let path):
            """
            The backup \(path) was made by PostgreSQL \(wanted), whose server is not installed here, and no \
            other can read it. Install it with `apt-get install postgresql-\(wanted)`, or name the directory \
            of its programs in BIFROST_PG_BIN.
            """
        case .damaged(let path, let reason):
            "\(path) is not what it was when the backup was made: \(reason). Restore another backup."
        case .badKey(let path, let reason):
            "\(path): \(reason). Nothing was made. Name a file that `bifrost backup-key` made, of the right key."
        case .sealed(let path, true):
            "\(path) is sealed. Name the file of its private key with --key."
        case .sealed(let path, false):
            "\(path) is not sealed, and a key was given: leave out --key if that is the backup you mean."
        case .needsArchive(let target):
            """
            \(target) cannot be reached from a backup alone, which leads to its own end. Name the directory that \
            `bifrost up --wal-archive` wrote with --wal-archive.
            """
        case .noArchive(let path, let reason):
            "No write-ahead log can be read from the archive \(path): \(reason)."
        case .tooEarly(let target):
            """
            \(target) is before the moment at which this backup was complete, and a backup can only be \
            brought forward. Take an older backup.
            """
        case .tooLate(let target, let reason):
            """
            \(target) is not reached: \(reason). Choose an earlier one, or restore all there is by leaving \
            out --to.
            """
        case .otherLog(let reason):
            """
            The restored log is not the one it should be: \(reason). Nothing was put in place. Restore \
            another backup, and keep this one for whoever looks into it.
            """
        case .failed(let text): text
        default: ""
        }
    }
}
