/// Why a statement did not do what was asked; the cases differ in what the caller may conclude.
public enum PostgresError: Error, Equatable, Sendable {
    /// No session exists and nothing was sent: connecting again is safe.
    case cannotConnect(message: String)
    /// The server answered with an error; the session lives, and its transaction status tells what is left.
    case server(ServerError)
    /// The session ended while a statement was under way: whether it took effect is unknown.
    case connectionLost(message: String)
    /// Our own side asked for something impossible, such as reading text as an integer.
    case misuse(String)
}

/// What the server said, field by field.
public struct ServerError: Equatable, Sendable {
    /// The five characters that programs decide by.
    public let sqlState: String
    /// The primary message, for people.
    public let message: String
    /// The second line, when the server gave one.
    public let detail: String?
    /// What the server suggests, when it does.
    public let hint: String?

    /// An error with the given fields, as a test or a fake server needs it.
    public init(sqlState: String, message: String, detail: String? = nil, hint: String? = nil) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
    }

    /// The first two characters of the SQLSTATE, by which retries are decided.
    public var sqlStateClass: Substring { sqlState.prefix(2) }
}

extension PostgresError: CustomStringConvertible {
    /// One line with the SQLSTATE, and detail and hint where the server gave them.
    public var description: String {
        switch self {
        case .cannotConnect(let message): "cannot connect: \(message)"
        case .server(let error): error.description
        case .connectionLost(let message): "connection lost, outcome unknown: \(message)"
        case .misuse(let message): "misuse of the PostgreSQL client: \(message)"
        }
    }
}

extension ServerError: CustomStringConvertible {
    /// One line with the SQLSTATE, and detail and hint where the server gave them.
    public var description: String {
        var text = "\(sqlState): \(message)"
        if let detail { text += " (\(detail))" }
        if let hint { text += " (hint: \(hint))" }
        return text
    }
}
