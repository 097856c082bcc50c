import BifrostKernel
import EventStore
import EventStorePostgres
import OrdersViewProjection
import PostgresClient
import Testing
import Threads

@testable import ReadModels

@Suite("A read model is rebuilt beside itself", .serialized)
struct RebuildTests {
    private func rebuilt(_ fixture: ReadFixture) throws -> Rebuild.Outcome {
        try Rebuild(ReadFixture.ordersModel, fixture.log).run { _, _ in }
    }

    /// The indexes of a build and what is said of them, without the name of its schema.
    private func indexes(_ fixture: ReadFixture, _ version: Int32) throws -> [String] {
        let rows = try fixture.admin().query(
            "select replace(pg_get_indexdef(c.oid), n.nspname, ''), coalesce(obj_description(c.oid, 'pg_class'), '') "
                + "from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                + "where c.relkind = 'i' and n.nspname = $1 order by 1",
            [.text("orders_v\(version)")]
        )
        return try (0..<rows.count).map { "\(try rows.text($0, 0)): \(try rows.text($0, 1))" }
    }

    @Test("the new build has the hashes of the old one, takes over, and the old one is kept")
    func rebuild() throws {
        let fixture = try ReadFixture("read_rebuild")
        try fixture.append(9_000)
        try fixture.append(4_000)
        let first = try fixture.build()
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(first, batchEventsMax: 777)))
        let outcome = try rebuilt(fixture)
        #expect(outcome.build.version == 2)
        #expect(outcome.events == 13_000)
        #expect(outcome.comparisons == 2, "the one at 10,000 and the last")
        #expect(!outcome.isResumed)
        try fixture.expectProven()
        let states = try Upkeep(fixture.log).status("orders")
        #expect(states.map(\.isActive) == [false, true])
        #expect(states[0].stateHash == states[1].stateHash)
        #expect(states[0].isPrevious)
        #expect(try indexes(fixture, 1).count > 3)
        #expect(try indexes(fixture, 2) == indexes(fixture, 1), "made last, and all of them")
    }

    @Test("a run that was killed is taken up where it was")
    func resumed() throws {
        let fixture = try ReadFixture("read_resume")
        try fixture.append(3_000)
        let first = try fixture.build()
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(first)))
        let begun = try fixture.build()
        let seat = try fixture.seat(begun, batchEventsMax: 1_000)
        let runner = try ProjectionRunner<OrdersView>(seat)
        _ = try runner.turn()
        seat.connection.close()
        #expect(try indexes(fixture, 2).count == 1, "rows are found by the primary key alone")
        let outcome = try rebuilt(fixture)
        #expect(outcome.isResumed)
        #expect(outcome.build.version == begun.version)
        #expect(outcome.events == 2_000)
        #expect(try indexes(fixture, 2) == indexes(fixture, 1))
        try fixture.expectProven()
    }

    @Test("a build that differs from the old one of the same code does not take over")
    func difference() throws {
        let fixture = try ReadFixture("read_difference")
        try fixture.append(9_000)
        try fixture.append(2_000)
        let first = try fixture.build()
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(first)))
        try fixture.admin().execute(
            "update bifrost_read.milestone set state_hash = decode(repeat('00', 16), 'hex')"
        )
        #expect(throws: ProjectionError.self) { try rebuilt(fixture) }
        #expect(try Upkeep(fixture.log).status("orders").first?.isActive == true)
        let accepted = try Rebuild(ReadFixture.ordersModel, fixture.log).run(acceptingDifference: true) {
            _,
            _ in
        }
        #expect(accepted.build.version == 2)
        #expect(accepted.isResumed, "what was folded is not folded again")
    }

    @Test("a rollback catches up first, and what nobody reads can be dropped")
    func rollback() throws {
        let fixture = try ReadFixture("read_rollback")
        try fixture.append(500)
        let first = try fixture.build()
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(first)))
        let second = try rebuilt(fixture).build
        try fixture.append(500)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(second)))
        let upkeep = Upkeep(fixture.log)
        #expect(try upkeep.rollback(ReadFixture.ordersModel).version == 1)
        try fixture.expectProven()
        #expect(throws: ProjectionError.self) { try upkeep.drop("orders", version: 1) }
        try upkeep.drop("orders", version: 2)
        #expect(try upkeep.status("orders").map(\.build.version) == [1])
        #expect(throws: ProjectionError.self) { try upkeep.rollback(ReadFixture.ordersModel) }
        let tables = try fixture.admin().query("select to_regclass('orders_v2.orders') is null")
        #expect(try tables.bool(0, 0))
    }

    @Test("rows changed behind the projector's back are found")
    func tampered() throws {
        let fixture = try ReadFixture("read_tampered")
        try fixture.append(300)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(fixture.build())))
        try fixture.admin().execute(
            "update orders_v1.orders set leaves = leaves + 1 where order_id = (select min(order_id::text)::uuid "
                + "from orders_v1.orders)"
        )
        let verdicts = try ReadModelVerification(ReadFixture.ordersModel, fixture.log).run { _, _ in }
        #expect(verdicts.map(\.isProven) == [false])
        #expect(verdicts.allSatisfy { $0.recorded == $0.folded })
    }

    /// What the readers of the next test met.
    private struct Sightings {
        var reads = 0
        var versions: Set<Int32> = []
        var complaints: [String] = []
        var isOver = false
    }

    @Test("readers in a loop meet no error, no mixture and no earlier position while builds are swapped")
    func readersDuringSwap() throws {
        let fixture = try ReadFixture("read_swap")
        try fixture.append(2_000)
        let projector = try Projector.start([ReadFixture.ordersModel], on: fixture.log) { _ in }
        let upkeep = Upkeep(fixture.log)
        #expect(try poll { try upkeep.status("orders").first?.position == 2_000 })
        let placed = Monitor(fixture.orders.placedAt)
        let sightings = Monitor(Sightings())
        let readers = (0..<2).map { _ in
            SystemThread.needed { [log = fixture.log] in Self.read(log, placed, sightings) }
        }
        for round in 0..<4 {
            for _ in 0..<10 {
                try fixture.append(97)
                placed.change { [all = fixture.orders.placedAt] in $0 = all }
            }
            if round == 3 {
                _ = try upkeep.rollback(ReadFixture.ordersModel)
            } else {
                _ = try rebuilt(fixture)
            }
        }
        #expect(
            try poll {
                try upkeep.status("orders").contains { $0.isActive && $0.position == fixture.head.position }
            }
        )
        sightings.change { $0.isOver = true }
        for reader in readers { reader.join() }
        projector.stop()
        let seen = sightings.look { $0 }
        #expect(seen.complaints == [])
        #expect(seen.reads > 20)
        #expect(seen.versions.count >= 3)
        try fixture.expectProven()
    }

    /// Counts rows twice in one snapshot, and holds the count against the orders placed up to its position.
    private static func read(
        _ log: PostgresLog,
        _ placed: Monitor<[Int64]>,
        _ sightings: Monitor<Sightings>
    ) {
        var last: Int64 = 0
        while !sightings.look({ $0.isOver }) {
            do throws(ReadModelError) {
                let (position, version, counts) = try ReadSnapshot.read("orders", of: log) {
                    snapshot throws(PostgresError) in
                    let count = "select count(*), max(changed_position) from \(snapshot.schema).orders"
                    let first = try snapshot.connection.query(count)
                    let second = try snapshot.connection.query(count)
                    return (
                        snapshot.positions[ReadFixture.shard] ?? 0, snapshot.version,
                        [try first.int64(0, 0), try second.int64(0, 0), try first.int64(0, 1)]
                    )
                }
                let expected = placed.look { $0.count { $0 <= position } }
                sightings.change { seen in
                    seen.reads += 1
                    seen.versions.insert(version)
                    if position < last { seen.complaints.append("went back from \(last) to \(position)") }
                    if counts[0] != counts[1] || counts[2] > position || counts[0] != Int64(expected) {
                        seen.complaints.append(
                            "position \(position): expected \(expected) rows, was \(counts)"
                        )
                    }
                }
                last = max(last, position)
            } catch {
                sightings.change { $0.complaints.append("\(error)") }
            }
        }
    }
}
