import CLibPQ

/// One session with PostgreSQL, owned and blocked on by one thread; the session ends with its owner.
///
/// Every statement is read to its last result before a method returns, so nothing of one is left to the next;
/// what `executeLater` leaves, the next one reads first.
public final class PostgresConnection {
    /// The session; only the parts of this type touch it.
    var handle: ConnectionHandle
    /// Whether a statement was sent whose answer nobody has read.
    var owesAnswer = false
    /// The statements that the server keeps for this session, by their text.
    private var kept: [String: (name: String, generation: Int)] = [:]

    /// Connects with a libpq connection string.
    ///
    /// The session speaks UTF-8 and sends no notices below warnings.
    public init(_ conninfo: String) throws(PostgresError) {
        handle = try ConnectionHandle(conninfo)
        try execute("set client_min_messages to warning")
    }

    /// The server process of this session, by which another session can terminate it; 0 when closed.
    public var backendPID: Int32 { handle.backendPID }

    /// Where the session stands, as the server last said.
    public var transactionStatus: TransactionStatus { handle.transactionStatus }

    /// Whether the session was alive when last used; a dead peer shows only at the next statement.
    public var isUsable: Bool { handle.isUsable }

    /// Whether the session is usable and, when what was sent to it is done, in no transaction.
    public var isFree: Bool { isUsable && (owesAnswer || transactionStatus == .idle) }

    /// The socket, so that a test can cut it; -1 when closed.
    public var socketDescriptor: Int32 { handle.socket }

    /// Ends the session, and the server rolls back what is open; later statements throw `cannotConnect`.
    public func close() { handle.close() }

    /// Runs a string of statements as one implicit transaction and throws the first error.
    ///
    /// The tags are the truth about what happened: `COMMIT` of a failed transaction says `ROLLBACK` and does
    /// not throw.
    @discardableResult
    public func execute(_ sql: String) throws(PostgresError) -> [String] {
        try begin(sql)
        var tags: [String] = []
        var failure: PostgresError?
        try readResults { result in
            switch StatementResult(of: result) {
            case .rows(let tag, _), .command(let tag): tags.append(tag)
            case .error(let error): failure = failure ?? .server(error)
            case .copyIn, .copyOut: failure = failure ?? .misuse("expected no copy in execute")
            case .empty: break
            }
        }
        if let failure { throw failure }
        return tags
    }

    /// Runs one statement with parameters and returns its rows, which outlive the next statement.
    public func query(
        _ sql: String,
        _ parameters: [PostgresParameter] = []
    ) throws(PostgresError) -> PostgresRows {
        let block = try ParameterBlock(parameters)
        try checkReady(for: sql)
        guard handle.send(sql, block) else { throw lost() }
        return try readRows(of: sql)
    }

    /// The same for a statement that comes again and again, with parameters of the same types: the server
    /// parses it once, and after a few times plans it no longer.
    ///
    /// A plan fits the tables as they were when it was made; another `generation` has it made anew.
    public func queryKept(
        _ sql: String,
        _ parameters: [PostgresParameter],
        generation: Int = 0
    ) throws(PostgresError) -> PostgresRows {
        let block = try ParameterBlock(parameters)
        let name = try keep(sql, block, generation)
        guard handle.send(name, isName: true, block) else { throw lost() }
        return try readRows(of: sql)
    }

    /// The same, lending each row as the only one of its rows while the server makes those to come.
    ///
    /// If `row` throws, the rest is read and left, and the error passed on. The session must not be used by
    /// `row`.
    public func queryKept(
        _ sql: String,
        _ parameters: [PostgresParameter],
        eachRow row: (PostgresRows) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        let block = try ParameterBlock(parameters)
        let name = try keep(sql, block, 0)
        guard handle.send(name, isName: true, block), handle.returnEachRow() else { throw lost() }
        var failure: PostgresError?
        try readResults { result in
            guard failure == nil else { return }
            if let error = result.serverError {
                failure = .server(error)
            } else if result.status == PGRES_SINGLE_TUPLE {
                do throws(PostgresError) { try row(PostgresRows(result)) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// The name under which the server keeps a statement of `generation`, once it does.
    func keep(_ sql: String, _ block: ParameterBlock, _ generation: Int) throws(PostgresError) -> String {
        try checkReady(for: sql)
        let known = kept[sql]
        let name = known?.name ?? "kept_\(kept.count)"
        guard known?.generation != generation else { return name }
        if known != nil { try execute("deallocate \(name)") }
        guard handle.prepare(name, sql, block) else { throw lost() }
        _ = try readRows(of: sql)
        kept[sql] = (name, generation)
        return name
    }

    private func readRows(of sql: String) throws(PostgresError) -> PostgresRows {
        var rows: PostgresRows?
        var failure: PostgresError?
        try readResults { result in
            switch StatementResult(of: result) {
            case .rows, .command, .empty: rows = PostgresRows(result)
            case .error(let error): failure = failure ?? .server(error)
            case .copyIn, .copyOut: failure = failure ?? .misuse("expected no copy in query")
            }
        }
        if let failure { throw failure }
        guard let rows else { throw .misuse("expected a result of: \(sql)") }
        return rows
    }

    /// The text as a quoted literal, safe to put into a statement.
    public func escapeLiteral(_ text: String) throws(PostgresError) -> String {
        try checkReady(for: text)
        return try handle.escaped(text, asIdentifier: false)
    }

    /// The text as a quoted identifier, safe to put into a statement.
    public func escapeIdentifier(_ text: String) throws(PostgresError) -> String {
        try checkReady(for: text)
        return try handle.escaped(text, asIdentifier: true)
    }
}

// MARK: - Statements under way

extension PostgresConnection {
    /// Sends a string of statements by the simple protocol.
    func begin(_ sql: String) throws(PostgresError) {
        try checkReady(for: sql)
        guard handle.send(sql) else { throw lost() }
    }

    /// Reads every result to the end, letting `feed` put the data of the first copy and refusing any other.
    ///
    /// `feed` says whether all went out, or `nil` when it has nothing to feed a copy with.
    /// A session that ended meanwhile outranks whatever results were read: a fatal error may overtake the
    /// answer of a commit that has already happened.
    func readResults(
        _ visit: (consuming ResultHandle) -> Void,
        feedingOneCopy feed: () -> Bool? = { nil }
    ) throws(PostgresError) {
        var isFed = false
        var last: ServerError?
        while true {
            guard let result = handle.nextResult() else { break }
            let status = result.status
            if status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE {
                // An error without SQLSTATE is libpq's own: it no longer knows what the server does.
                guard let error = result.serverError else { throw lost(last) }
                last = error
            }
            if status == PGRES_COPY_IN, !isFed, let isPut = feed() {
                isFed = true
                guard isPut, handle.endCopy() else { throw lost(last) }
            } else {
                visit(result)
                guard try refuseCopy(status) else { throw lost(last) }
            }
        }
        guard handle.isUsable else { throw lost(last) }
    }

    /// Lends the next message of a copy out of the server.
    func withCopyMessage(_ body: (RawSpan) throws(PostgresError) -> Void) throws(PostgresError) -> Bool {
        try handle.withCopyMessage(body)
    }

    /// Waits for the result that starts a copy.
    func nextResult() -> ResultHandle? { handle.nextResult() }

    /// Asks the server to stop the statement under way; false if even that cannot be asked.
    func requestCancel() -> Bool { handle.requestCancel() }

    /// Closes the session and says why; the outcome of the statement under way is unknown.
    func lost(_ error: ServerError? = nil) -> PostgresError {
        let message = error?.description ?? handle.message
        handle.close()
        return .connectionLost(message: message)
    }

    func checkReady(for sql: String) throws(PostgresError) {
        try readOwedAnswer()
        guard handle.isUsable else { throw .cannotConnect(message: "the session is closed") }
        // C would end the statement at the NUL and run the part before it.
        guard !sql.utf8.contains(0) else { throw .misuse("expected no NUL in the statement") }
        guard handle.transactionStatus != .active else {
            throw .misuse("expected the statement before this one to be finished")
        }
    }

    /// Brings a copy that nobody feeds or reads to its end; false when the session ended meanwhile.
    private func refuseCopy(_ status: ExecStatusType) throws(PostgresError) -> Bool {
        switch status {
        case PGRES_COPY_IN: return handle.endCopy(refusing: "nobody had data for this copy")
        case PGRES_COPY_OUT:
            while try handle.withCopyMessage({ _ throws(PostgresError) in }) {}
            return true
        default: return true
        }
    }
}

extension StatementResult {
    init(of result: borrowing ResultHandle) {
        switch result.status {
        case PGRES_TUPLES_OK: self = .rows(tag: result.tag, count: result.rowCount)
        case PGRES_COMMAND_OK: self = .command(tag: result.tag)
        case PGRES_COPY_IN: self = .copyIn
        case PGRES_COPY_OUT: self = .copyOut
        case PGRES_EMPTY_QUERY: self = .empty
        default: self = .error(result.serverError ?? ServerError(sqlState: "XX000", message: "no SQLSTATE"))
        }
    }
}
