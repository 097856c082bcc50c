// Each wait for an answer puts two threads to sleep and wakes them again, which on a busy machine takes
// longer than most statements do.

import CLibPQ

extension PostgresConnection {
    /// Runs `first`, which has no rows to return, and a kept statement behind it, in one round trip.
    ///
    /// The error of either is thrown; the statement does not run when `first` fails.
    public func queryKept(
        behind first: String,
        _ sql: String,
        _ parameters: [PostgresParameter]
    ) throws(PostgresError) -> PostgresRows {
        let block = try ParameterBlock(parameters)
        let none = try ParameterBlock([])
        let name = try keep(sql, block, 0)
        try checkReady(for: first)
        guard handle.beginPipeline(), handle.send(first, none), handle.send(name, isName: true, block),
            handle.endPipeline()
        else { throw lost() }
        return try readPipeline(of: sql)
    }

    /// Sends statements and does not wait for what comes of them, which the next statement reads first and
    /// throws in its own place.
    public func executeLater(_ sql: String) throws(PostgresError) {
        try begin(sql)
        owesAnswer = true
    }

    /// Reads what `executeLater` left.
    func readOwedAnswer() throws(PostgresError) {
        guard owesAnswer else { return }
        owesAnswer = false
        var failure: PostgresError?
        try readResults { result in
            if case .error(let error) = StatementResult(of: result) { failure = failure ?? .server(error) }
        }
        if let failure { throw failure }
    }

    /// Reads the results of two statements, and returns the rows of the second.
    private func readPipeline(of sql: String) throws(PostgresError) -> PostgresRows {
        var rows: PostgresRows?
        var failure: ServerError?
        for _ in 0..<2 {
            while let result = handle.nextResult() {
                switch result.status {
                // What stands behind one that failed.
                case PGRES_PIPELINE_ABORTED: continue
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK: rows = PostgresRows(result)
                default:
                    guard let error = result.serverError else { throw lost(failure) }
                    failure = failure ?? error
                }
            }
        }
        guard handle.nextResult()?.status == PGRES_PIPELINE_SYNC, handle.leavePipeline() else {
            throw lost(failure)
        }
        if let failure { throw .server(failure) }
        guard let rows else { throw .misuse("expected a result of: \(sql)") }
        return rows
    }
}
