internal import PostgresClient

/// What became of a batch, judged from everything that the server said about it.
///
/// A batch is one string of two statements, a fence and a copy, without `begin` and `commit`: one implicit
/// transaction, which the server commits after the last statement and rolls back at the first error.
enum BatchVerdict: Equatable {
    case committed
    /// Another writer has the shard, or the log ends elsewhere; nothing was written.
    case fenced(String)
    /// Nothing was written, for a reason that may pass.
    case unavailable(String)
    /// Nothing was written, for a reason that stays.
    case refused(String)
    /// Only the log can tell.
    case unknown(String)

    /// Committed only if every result was read, none was an error, the copy took all rows and the session is
    /// idle.
    static func of(results: [StatementResult], status: TransactionStatus, rows: Int) -> BatchVerdict {
        for case .error(let error) in results { return of(error, status) }
        guard status == .idle else { return .unknown("expected an idle session, was \(status)") }
        guard results.count == 2, case .rows(_, count: 1) = results[0] else {
            return .unknown("expected the results of a fence and a copy, was \(results)")
        }
        // A transaction that is rolled back may answer without an error: only this tag is an acknowledgement.
        guard results[1] == .command(tag: "COPY \(rows)") else {
            return .unknown("expected COPY \(rows), was \(results[1])")
        }
        return .committed
    }

    private static func of(_ error: ServerError, _ status: TransactionStatus) -> BatchVerdict {
        let message = error.description
        // An open transaction is none of ours: what it will do is not known.
        guard status == .idle else { return .unknown(message) }
        switch (error.sqlState, error.sqlStateClass) {
        case ("BF001", _): return .fenced(message)
        // The server ends the session, perhaps after the commit and before the answer.
        case ("57P01", _), ("57P02", _), ("57P03", _), ("57P04", _), ("57P05", _), ("40003", _):
            return .unknown(message)
        case (_, "08"), (_, "40"), (_, "53"), (_, "57"): return .unavailable(message)
        default: return .refused(message)
        }
    }
}
