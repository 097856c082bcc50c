internal import EventStore

/// Why something could not be signed, proven or trusted; the text is for the person who meets it.
public enum ProofError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database or the disk does not answer: try again.
    case unavailable(String)
    /// What was given is not what it should be: nothing was changed.
    case refused(String)
    /// The log is not the one that was signed.
    case tampered(String)

    /// The text.
    public var description: String {
        switch self {
        case .unavailable(let text), .refused(let text), .tampered(let text): text
        }
    }

    init(_ error: ReadError) {
        switch error {
        case .unavailable(let reason): self = .unavailable("The log cannot be read: \(reason)")
        case .corrupt(let reason):
            self = .tampered("What stands in the log is no event: \(reason). Run `bifrost verify`.")
        }
    }
}
