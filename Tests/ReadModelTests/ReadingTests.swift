import BifrostKernel
import EventStore
import EventStorePostgres
import Orders
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
        var query = OrderQuery(OrderLog.accounts[1])
        let all = try page(fixture, query, limit: 1_000)
        #expect(all.count > 100)
        var seen: [OrderID] = []
        var isEnd = false
        while !isEnd {
            let next = try page(fixture, query, limit: 17)
            seen += next.map(\.key.order)
            query.before = next.last?.key.order.id.birth ?? 0
            isEnd = next.count < 17
            try fixture.append(50)
            try fixture.catchUp(runner)
        }
        #expect(seen == all.map(\.key.order))
    }

    @Test("an account's open orders of a symbol are those among all of its orders")
    func filters() throws {
        let fixture = try ReadFixture("read_filters")
        try fixture.append(1_200)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(fixture.build())))
        var query = OrderQuery(OrderLog.accounts[0])
        let all = try page(fixture, query, limit: 1_000)
        query.symbol = Symbol("KO")
        query.isOpen = true
        query.side = .buy
        query.since = Timestamp(nanos: 100)
        let some = try page(fixture, query, limit: 1_000)
        #expect(!some.isEmpty)
        let expected = all.filter {
            $0.order.placed?.symbol.text == "KO" && $0.order.placed?.side == .buy && $0.order.isOpen
                && $0.placedAt.nanos >= 100
        }
        #expect(some.map(\.key.order) == expected.map(\.key.order))
        #expect(Set(all.map(\.order.status)).count > 3)
        #expect(try page(fixture, OrderQuery(AccountID(.none)), limit: 10).isEmpty)
        query = OrderQuery(OrderLog.accounts[0])
        query.statuses = [.filled, .expired]
        let closed = try page(fixture, query, limit: 1_000)
        #expect(
            closed.map(\.key.order)
                == all.filter { [.filled, .expired].contains($0.order.status) }.map(\.key.order)
        )
    }

    @Test("an order is as it was known at any position")
    func past() throws {
        let fixture = try ReadFixture("read_past")
        try fixture.append(400)
        let runner = try ProjectionRunner<OrdersView>(fixture.seat(fixture.build()))
        try fixture.catchUp(runner)
        let early = try page(fixture, OrderQuery(OrderLog.accounts[2]), limit: 1_000)
        try fixture.append(800)
        try fixture.catchUp(runner)
        var query = OrderQuery(OrderLog.accounts[2])
        query.before = 401
        let late = try page(fixture, query, limit: 1_000)
        #expect(late.map(\.changedPosition) != early.map(\.changedPosition))
        let known = try late.compactMap { try $0.known(at: 400) }
        #expect(known.map(\.key.order) == early.map(\.key.order))
        #expect(known.map(\.order.status) == early.map(\.order.status))
        #expect(known.map(\.changedPosition) == early.map(\.changedPosition))
        #expect(try late.first?.known(at: 0)?.key.order == nil)
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
        _ query: OrderQuery,
        limit: Int
    ) throws -> [OrderRow] {
        try ReadSnapshot.read("orders", of: fixture.log) { snapshot throws(PostgresError) in
            try OrdersView.rows(query, limit: limit, at: snapshot)
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
