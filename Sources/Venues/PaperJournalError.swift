public import BifrostKernel
internal import Glibc

/// Why a journal cannot be opened or written.
///
/// The description says what to do about it.
public enum PaperJournalError: Error, Equatable, Sendable {
    /// The operating system refused; `code` is its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// Another venue has the journal open.
    case inUse(path: String)
    /// The file begins like no journal.
    case notAJournal(path: String)
    /// A newer build wrote it.
    case unknownFormat(path: String, version: UInt32)
    /// It belongs to another event log.
    case foreignLog(path: String, expected: Identifier, actual: Identifier)
    /// Bytes that were once written whole are not what they were.
    case corrupt(path: String, offset: Int64, reason: String)
}

extension PaperJournalError: CustomStringConvertible {
    /// What happened, why, and what to do.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            """
            cannot \(operation) the paper venue's journal \(path): \(String(cString: strerror(code))). Repair that \
            (space, permissions, the disk) and start again; nothing was reported that is not in the journal.
            """
        case .inUse(let path):
            "the paper venue's journal \(path) is open in another process. Stop that one, or use another data directory."
        case .notAJournal(let path):
            "\(path) is not a journal of a paper venue. Name another path, or move the file away to begin a new one."
        case .unknownFormat(let path, let version):
            """
            the paper venue's journal \(path) has format \(version), this build reads up to \(PaperJournal.formatVersion). \
            Use the build that wrote it, or a newer one.
            """
        case .foreignLog(let path, let expected, let actual):
            """
            the paper venue's journal \(path) belongs to the event log \(actual.text), expected \(expected.text). \
            Use the data directory that it came from; for a new log move the file away, and a new one is begun.
            """
        case .corrupt(let path, let offset, let reason):
            """
            the paper venue's journal \(path) is corrupt at byte \(offset): \(reason). Restore the file from a copy. If \
            the machine lost power while this last record was written, nothing in it was reported: \
            `truncate -s \(offset) \(path)` cuts it off.
            """
        }
    }
}
