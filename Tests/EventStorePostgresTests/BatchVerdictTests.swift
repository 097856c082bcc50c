import BifrostKernel
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("the verdict on a batch")
struct BatchVerdictTests {
    private static let fence = StatementResult.rows(tag: "SELECT 1", count: 1)

    private static func error(_ state: String) -> StatementResult {
        .error(ServerError(sqlState: state, message: "m"))
    }

    enum Kind: Equatable { case committed, fenced, unavailable, refused, unknown }

    struct Row: Sendable {
        let results: [StatementResult]
        let status: TransactionStatus
        let verdict: Kind

        init(_ results: [StatementResult], _ status: TransactionStatus, _ verdict: Kind) {
            self.results = results
            self.status = status
            self.verdict = verdict
        }
    }

    static let rows: [Row] = [
        Row([fence, .command(tag: "COPY 7")], .idle, .committed),
        // A transaction that was rolled back says so by its tag alone.
        Row([fence, .command(tag: "ROLLBACK")], .idle, .unknown),
        Row([fence, .command(tag: "COPY 7"), .command(tag: "ROLLBACK")], .idle, .unknown),
        Row([fence, .command(tag: "COPY 7"), .command(tag: "COMMIT")], .idle, .unknown),
        // Rows are missing, or none was asked for.
        Row([fence, .command(tag: "COPY 6")], .idle, .unknown),
        Row([fence, .command(tag: "COPY 0")], .idle, .unknown),
        Row([fence, .command(tag: "INSERT 0 7")], .idle, .unknown),
        Row([fence, .copyIn], .idle, .unknown),
        Row([fence, .copyOut], .idle, .unknown),
        // A result is missing, or the fence said nothing.
        Row([], .idle, .unknown),
        Row([.empty], .idle, .unknown),
        Row([.command(tag: "COPY 7")], .idle, .unknown),
        Row([.rows(tag: "SELECT 0", count: 0), .command(tag: "COPY 7")], .idle, .unknown),
        Row([fence], .idle, .unknown),
        // The transaction is not over.
        Row([fence, .command(tag: "COPY 7")], .inTransaction, .unknown),
        Row([fence, .command(tag: "COPY 7")], .failed, .unknown),
        Row([fence, .command(tag: "COPY 7")], .active, .unknown),
        Row([fence, .command(tag: "COPY 7")], .unknown, .unknown),
        Row([error("BF001")], .failed, .unknown),
        // Errors in a session that is idle: the implicit transaction is gone.
        Row([error("BF001")], .idle, .fenced),
        Row([fence, error("23505")], .idle, .refused),
        Row([fence, error("23514")], .idle, .refused),
        Row([fence, error("42501")], .idle, .refused),
        Row([fence, error("BF002")], .idle, .refused),
        Row([fence, error("22P04")], .idle, .refused),
        Row([fence, error("08P01")], .idle, .unavailable),
        Row([fence, error("40001")], .idle, .unavailable),
        Row([fence, error("40P01")], .idle, .unavailable),
        Row([fence, error("53100")], .idle, .unavailable),
        Row([error("53300")], .idle, .unavailable),
        Row([fence, error("57014")], .idle, .unavailable),
        // The server was ending the session: the commit may have come first.
        Row([fence, error("57P01")], .idle, .unknown),
        Row([fence, error("57P02")], .idle, .unknown),
        Row([fence, error("57P01")], .unknown, .unknown),
        Row([fence, error("40003")], .idle, .unknown),
        Row([fence, .command(tag: "COPY 7"), error("23505")], .idle, .refused),
        Row([error("42883"), .command(tag: "COPY 7")], .idle, .refused),
    ]

    @Test("each way an answer can look", arguments: rows)
    func table(row: Row) {
        let kind: Kind
        switch BatchVerdict.of(results: row.results, status: row.status, rows: 7) {
        case .committed: kind = .committed
        case .fenced: kind = .fenced
        case .unavailable: kind = .unavailable
        case .refused: kind = .refused
        case .unknown: kind = .unknown
        }
        #expect(kind == row.verdict)
    }

    @Test("a COMMIT that answers ROLLBACK is no commit")
    func rollback() throws {
        let fixture = try StoreFixture("verdict_rollback")
        let connection = try fixture.connect(as: "bifrost_writer")
        try connection.execute("begin")
        _ = try connection.copyIn("select 1 / 0", [])
        #expect(connection.transactionStatus == .failed)
        let report = try connection.copyIn("commit", [])
        #expect(report.results == [.command(tag: "ROLLBACK")])
        #expect(report.status == .idle)
        let verdict = BatchVerdict.of(results: report.results, status: report.status, rows: 0)
        #expect(verdict != .committed)
    }

    @Test("a batch whose commit fails is not acknowledged and is not there")
    func failingCommit() throws {
        let fixture = try StoreFixture("verdict_failing_commit")
        let writer = try fixture.writer()
        try fixture.admin().execute(
            """
            create function public.fail_commit() returns trigger language plpgsql as
            'begin raise exception ''no''; end';
            create constraint trigger fail_commit after insert on bifrost.event_s0_l1
            deferrable initially deferred for each row execute function public.fail_commit();
            """
        )
        var maker = EventMaker()
        let batch = maker.batch(after: writer.headAtStart, count: 3)
        let error = appendError { () throws(AppendError) in
            try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        }
        guard case .refused = error else {
            Issue.record("expected a refusal, was \(String(describing: error))")
            return
        }
        #expect(try fixture.events().isEmpty)
        writer.release()
    }
}
