import BifrostKernel
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("plans")
struct QueryPlanTests {
    private static let leaf = Leaf(shard: .reference, number: 1, lastPosition: nil)

    private static let segment = Segment(
        shard: .reference,
        leaf: 1,
        firstPosition: 1,
        lastPosition: 9_000,
        frameEvents: 256,
        isDropped: false
    )

    /// The hot queries with the index that each must use.
    private static let queries: [(query: String, index: String)] = [
        (leaf.query(.all(after: 17_000), limit: 1_000), "event_s0_l1_pkey"),
        (leaf.query(.all(after: 0), limit: 10_000), "event_s0_l1_pkey"),
        (
            leaf.query(
                .stream(AccountOrdinal(2), StreamOrdinal(.order, birth: 2), afterVersion: 3),
                limit: 100
            ),
            "event_s0_l1_stream_key"
        ),
        (leaf.query(.account(AccountOrdinal(2), after: 0), limit: 100), "event_s0_l1_stream_key"),
        (leaf.query(.account(AccountOrdinal(2), after: 0), limit: 100), "event_s0_l1_pkey"),
        (leaf.headQuery, "event_s0_l1_pkey"),
        (segment.frameQuery("first_position between 257 and 9000"), "cold_frame_pkey"),
        (segment.frameQuery("first_position in (1, 257, 513)"), "cold_frame_pkey"),
        (segment.pageQuery(StreamRange(2, 33, from: 4)), "cold_index_pkey"),
        (segment.pageQuery(StreamRange(2, behind: 17_000)), "cold_index_pkey"),
    ]

    /// Statements that the server keeps, with the types of their parameters, some of those, and their index.
    private static let kept: [(statement: String, types: String, parameters: String, index: String)] = [
        (Segment.framesAtQuery, "int4, text", "1, '{1,257,513}'", "cold_frame_pkey"),
        (Segment.lastPageQuery, "int4, int4, int8, int8, int8", "1, 1, 2, 33, 4", "cold_index_pkey"),
    ]

    private func plan(_ connection: PostgresConnection, _ query: String) throws -> String {
        let rows = try connection.query("explain (costs off) \(query)")
        return try (0..<rows.count).map { try rows.text($0, 0) }.joined(separator: "\n")
    }

    @Test("each hot query uses its index in an empty leaf, a small one, a grown one and an analysed one")
    func plans() throws {
        let fixture = try StoreFixture("plans")
        let writer = try fixture.writer()
        let reader = try fixture.connect(as: "bifrost_reader")
        try reader.execute(ReaderPool.session)
        var maker = EventMaker()
        maker.streams = 2_000
        var head = writer.headAtStart
        for (count, analyses) in [(0, false), (10, true), (9_000, false), (9_000, true)] {
            head = try writer.append(
                maker.batch(after: head, count: count),
                after: head,
                epoch: writer.epoch
            )
            if analyses { try fixture.admin().execute("analyze bifrost.event_s0_l1") }
            for (query, index) in Self.queries {
                let plan = try plan(reader, query)
                #expect(plan.contains(index), "with \(head.position) events: \(query)\n\(plan)")
                #expect(!plan.contains("Seq Scan"), "with \(head.position) events: \(plan)")
            }
        }
        writer.release()
    }

    @Test("the server keeps the plans of statements that it keeps, and each uses its index alone")
    func keptPlans() throws {
        let fixture = try StoreFixture("plans_kept")
        let reader = try fixture.connect(as: "bifrost_reader")
        try reader.execute(ReaderPool.session)
        for (number, (statement, types, parameters, index)) in Self.kept.enumerated() {
            try reader.execute("prepare statement_\(number) (\(types)) as \(statement)")
            let execution = "execute statement_\(number) (\(parameters))"
            for _ in 0..<6 { try reader.execute(execution) }
            let plan = try plan(reader, execution)
            // It stands for whatever parameters come.
            #expect(plan.contains("shard = $1"), "\(plan)")
            #expect(plan.contains("Index Cond") && plan.contains(index), "\(plan)")
            #expect(!plan.contains("Filter") && !plan.contains("Seq Scan"), "\(plan)")
        }
    }

    @Test("a fence planned while its leaf was small does not scan it when it has grown")
    func fence() throws {
        let fixture = try StoreFixture("plans_fence")
        let writer = try fixture.writer()
        let session = try fixture.connect(as: "bifrost_writer")
        try session.execute(Acquisition.session)
        // In one transaction the session keeps its counts.
        try session.execute("begin")
        var maker = EventMaker()
        var head = writer.headAtStart
        // A plan is kept from the sixth call on.
        for count in [1, 1, 1, 1, 1, 1, 1, 9_000] {
            head = try writer.append(
                maker.batch(after: head, count: count),
                after: head,
                epoch: writer.epoch
            )
            let hash = hexLiteral(head.hash.bytes)
            let before = try scans(session)
            _ = try session.query(
                "select bifrost.fence_s0_l1(\(writer.epoch.value), \(head.position), \(hash))"
            )
            let after = try scans(session)
            #expect(after.all == before.all, "scans at \(head.position)")
            #expect(after.byIndex == before.byIndex + 1)
            #expect(after.rows == before.rows + 1)
        }
        try session.execute("commit")
        writer.release()
    }

    /// What this session has read of the leaf and not yet reported.
    private func scans(_ session: PostgresConnection) throws -> (all: Int64, byIndex: Int64, rows: Int64) {
        let rows = try session.query(
            "select seq_scan, idx_scan, idx_tup_fetch from pg_stat_xact_all_tables where relname = 'event_s0_l1'"
        )
        return (try rows.int64(0, 0), try rows.int64(0, 1), try rows.int64(0, 2))
    }
}
