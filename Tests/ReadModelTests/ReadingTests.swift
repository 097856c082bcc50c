import BifrostKernel
import EventStore
import EventStorePostgres
import OrdersViewProjection
import PostgresClient
import PostgresTesting
import Testing

@testable import ReadModels

@Suite("Read models are read", .serialized)
struct ReadingTests {
    @Test("pages follow each other without gap or repetition while orders come and change")
    func paging() throws {
        let fixture = try ReadFixture("read_paging")
        try fixture.append(1_500)
        let runner = try ProjectionRunner<OrdersView>(fixture.seat(fixture.build()))
        try fixture.catchUp(runner)
        let query = BlotterQuery(OrderLog.accounts[1])
        let all = try page(fixture, query, limit: 1_000)
        #expect(all.count > 100)
        var seen: [BlotterRow] = []
        var cursor: BlotterCursor?
        repeat {
            let next = try page(fixture, query, after: cursor, limit: 17)
            seen += next
            cursor = next.last.flatMap { BlotterCursor(BlotterCursor($0).text) }
            if next.count < 17 { cursor = nil }
            try fixture.append(50)
            try fixture.catchUp(runner)
        } while cursor != nil
        #expect(seen.map(\.order) == all.map(\.order))
    }

    @Test("an account's open orders of a symbol are those among all of its orders")
    func filters() throws {
        let fixture = try ReadFixture("read_filters")
        try fixture.append(1_200)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(fixture.build())))
        var query = BlotterQuery(OrderLog.accounts[0])
        let all = try page(fixture, query, limit: 1_000)
        query.symbol = Symbol("KO")
        query.isOpenOnly = true
        query.since = Timestamp(nanos: 100)
        let some = try page(fixture, query, limit: 1_000)
        #expect(!some.isEmpty)
        #expect(some == all.filter { $0.symbol == "KO" && $0.isOpen && $0.placedAt.nanos >= 100 })
        #expect(Set(all.map(\.fixStatus)).count > 3)
        #expect(try page(fixture, BlotterQuery(AccountID(.none)), limit: 10) == [])
    }

    @Test("a snapshot says which build it is of and how far that is; where there is none it says so")
    func snapshot() throws {
        let fixture = try ReadFixture("read_snapshot")
        #expect(throws: ReadModelError.absent("orders")) {
            try ReadSnapshot.read("orders", of: fixture.log) { $0.version }
        }
        try fixture.append(25)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(fixture.build())))
        let (version, positions) = try ReadSnapshot.read("orders", of: fixture.log) {
            ($0.version, $0.positions)
        }
        #expect(version == 1)
        #expect(positions == [ReadFixture.shard: 25])
    }

    @Test(
        "no text of a client is a cursor unless a page gave it",
        arguments: ["", ".", "1.2", "x.y", "1", "-"]
    )
    func cursors(_ text: String) { #expect(BlotterCursor(text) == nil) }

    @Test("a page is found by the index made for it")
    func plan() throws {
        let fixture = try ReadFixture("read_plan")
        try fixture.append(5_000)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(fixture.build())))
        let reader = try PostgresConnection(fixture.log.access.reader)
        try reader.execute("set enable_seqscan = off")
        let account = OrderLog.accounts[0].id.text
        for (condition, index) in [("", "orders_by_account"), (" and is_open", "orders_open")] {
            let plan = try reader.query(
                "explain select order_id from orders_v1.orders where shard = 1 and account_id = '\(account)'"
                    + condition + " order by placed_at desc, order_id desc limit 100"
            )
            let lines = try (0..<plan.count).map { try plan.text($0, 0) }
            #expect(lines.contains { $0.contains(index) }, "\(lines)")
            #expect(!lines.contains { $0.contains("Sort") }, "\(lines)")
        }
    }

    @Test("the projector cannot write the log, and the reader cannot write anything")
    func roles() throws {
        let fixture = try ReadFixture("read_roles")
        try fixture.append(10)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(fixture.build())))
        let projector = try PostgresConnection(fixture.log.access.projector)
        let reader = try PostgresConnection(fixture.log.access.reader)
        for sql in [
            "insert into bifrost.event_s1_l1 select * from bifrost.event_s1_l1",
            "delete from bifrost.event_s1_l1", "update bifrost.lease set epoch = 9",
            "create table bifrost.mine (a int4)", "select bifrost.release_lease(1, 1)",
        ] {
            #expect(sqlState(projector, sql) == "42501", "\(sql)")
        }
        for sql in [
            "update orders_v1.orders set leaves = 0", "delete from bifrost_read.checkpoint",
            "create schema mine", "create temporary table mine (a int4)",
        ] {
            #expect(sqlState(reader, sql) == "42501", "\(sql)")
        }
        #expect(try reader.query("select count(*) from orders_v1.orders").int64(0, 0) > 0)
    }

    private func page(
        _ fixture: ReadFixture,
        _ query: BlotterQuery,
        after cursor: BlotterCursor? = nil,
        limit: Int
    ) throws -> [BlotterRow] {
        try ReadSnapshot.read("orders", of: fixture.log) { snapshot throws(PostgresError) in
            try OrdersView.rows(query, after: cursor, limit: limit, at: snapshot)
        }
    }

    private func sqlState(_ connection: PostgresConnection, _ sql: String) -> String? {
        do throws(PostgresError) {
            try connection.execute(sql)
            return nil
        } catch {
            guard case .server(let answer) = error else { return "\(error)" }
            return answer.sqlState
        }
    }
}
