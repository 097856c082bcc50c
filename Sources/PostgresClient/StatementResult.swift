/// What one statement of a string of statements came to.
public enum StatementResult: Equatable, Sendable {
    /// The statement returned rows; their values were not kept.
    case rows(tag: String, count: Int)
    /// The statement finished without rows, and as its tag says: `COMMIT` may have come to `ROLLBACK`.
    case command(tag: String)
    /// The server refused the statement and skipped those after it.
    case error(ServerError)
    /// The statement asked for copy data that nobody had; the copy was refused.
    case copyIn
    /// The statement sent copy data that nobody wanted; it was discarded.
    case copyOut
    /// The string held no statement.
    case empty
}

/// Everything the server said about one `copyIn`, in order and to the end.
public struct CopyReport: Equatable, Sendable {
    /// One result per statement that ran; a copy that succeeded is a command with the tag `COPY n`.
    public let results: [StatementResult]
    /// The state of the session after the last result.
    public let status: TransactionStatus

    /// A report with the given contents, so that the judgement of a report can be tested without a server.
    public init(results: [StatementResult], status: TransactionStatus) {
        self.results = results
        self.status = status
    }
}

/// Where a session stands between statements.
public enum TransactionStatus: Sendable {
    /// No transaction is open.
    case idle
    /// A statement is under way.
    case active
    /// A transaction is open and healthy.
    case inTransaction
    /// A transaction is open and can only be rolled back.
    case failed
    /// The session is gone.
    case unknown
}
