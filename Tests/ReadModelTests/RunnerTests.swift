import AccountsViewProjection
import BifrostKernel
import EventStore
import EventStorePostgres
import Orders
import OrdersViewProjection
import PostgresClient
import SeededChoices
import Testing
import Threads

@testable import ReadModels

@Suite("A projection follows the log", .serialized)
struct RunnerTests {
    @Test(
        "rows equal a fresh fold after batches of any size, with and without what is cached",
        arguments: [1, 2, 3] as [UInt64]
    )
    func randomBatches(seed: UInt64) throws {
        let fixture = try ReadFixture("read_random_\(seed)", seed: seed)
        var choices = Generator(seed: seed)
        let build = try fixture.build()
        for round in 0..<12 {
            try fixture.append(choices.int(1...400))
            let seat = try fixture.seat(
                build,
                batchEventsMax: choices.int(1...90),
                cachedRowsMax: round % 2 == 0 ? 5 : 100_000
            )
            try fixture.catchUp(ProjectionRunner<OrdersView>(seat))
            try fixture.expectProven()
        }
    }

    @Test("a projector that starts anew finds the accounts that are there")
    func findsAccounts() throws {
        let fixture = try ReadFixture("read_accounts_again")
        let model = ReadModel(AccountsView.self, reference: .reference, trading: [ReadFixture.shard])
        let build = try fixture.build(model)
        var folio = FolioLog()
        for version in 1...3 as ClosedRange<UInt32> {
            folio.limit(version, on: 0)
            try fixture.append(folio.take())
            try fixture.catchUp(ProjectionRunner<AccountsView>(fixture.seat(build)))
            try fixture.expectProven(model)
        }
    }

    @Test("what this process wrote is folded without asking the log for it")
    func fromMemory() throws {
        let fixture = try ReadFixture("read_memory")
        let build = try fixture.build()
        try fixture.append(700)
        var seat = try fixture.seat(build, batchEventsMax: 100)
        seat.followed = fixture.log.withReaders(atMost: 1, as: "host=/nowhere").followed
        let runner = try ProjectionRunner<OrdersView>(seat)
        for _ in 0..<7 { #expect(try runner.turn() == 100) }
        let error = projectionError { () throws(ProjectionError) in _ = try runner.turn() }
        guard case .unavailable = error else {
            Issue.record("expected that the log is asked at the end, was \(String(describing: error))")
            return
        }
        #expect(try fixture.checkpoint(build).position == 700)
        try fixture.expectProven()
    }

    @Test("a batch that ends at any step leaves all of itself or nothing", arguments: ProjectionStep.allCases)
    func crash(_ step: ProjectionStep) throws {
        let fixture = try ReadFixture("read_crash_\(step)")
        try fixture.append(700)
        let build = try fixture.build()
        var seat = try fixture.seat(build, batchEventsMax: 100)
        // A batch of new rows alone is written and committed at once: it does not come by `written`.
        var (countdown, committed) = (3, 0)
        seat.onStep = { reached throws(ProjectionError) in
            if reached == .committed { committed += 1 }
            guard reached == step else { return }
            countdown -= 1
            if countdown == 0 { throw .unavailable("the test ends it") }
        }
        let runner = try ProjectionRunner<OrdersView>(seat)
        let error = projectionError { () throws(ProjectionError) in while try runner.turn() > 0 {} }
        #expect(error == .unavailable("the test ends it"))
        let position = try fixture.checkpoint(build).position
        #expect(committed >= (step == .committed ? 3 : 2))
        #expect(position == Int64(committed) * 100)
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(build)))
        try fixture.expectProven()
    }

    @Test(
        "a session that the server ends at any step is followed by one that goes on",
        arguments: ProjectionStep.allCases
    )
    func terminated(_ step: ProjectionStep) throws {
        let fixture = try ReadFixture("read_killed_\(step)")
        try fixture.append(500)
        let build = try fixture.build()
        let admin = try fixture.admin()
        var seat = try fixture.seat(build, batchEventsMax: 100)
        let pid = seat.connection.backendPID
        var countdown = 2
        seat.onStep = { reached throws(ProjectionError) in
            guard reached == step else { return }
            countdown -= 1
            guard countdown == 0 else { return }
            _ = try translated { () throws(PostgresError) in
                try admin.query("select pg_terminate_backend($1, 5000)", [.int32(pid)])
            }
        }
        let runner = try ProjectionRunner<OrdersView>(seat)
        let error = projectionError { () throws(ProjectionError) in while try runner.turn() > 0 {} }
        guard case .unavailable = error else {
            Issue.record("expected a lost session, was \(String(describing: error))")
            return
        }
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(build)))
        try fixture.expectProven()
    }

    @Test("a projector that lost its place cannot take the checkpoint back")
    func zombie() throws {
        let fixture = try ReadFixture("read_zombie")
        try fixture.append(300)
        let build = try fixture.build()
        let zombie = try ProjectionRunner<OrdersView>(fixture.seat(build, batchEventsMax: 100))
        _ = try zombie.turn()
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(build)))
        let error = projectionError { () throws(ProjectionError) in _ = try zombie.turn() }
        guard case .superseded = error else {
            Issue.record("expected to be superseded, was \(String(describing: error))")
            return
        }
        #expect(try fixture.checkpoint(build).position == 300)
        try fixture.expectProven()
    }

    @Test("a checkpoint moves only from where it is known to be", arguments: 0...2)
    func compares(part: Int) throws {
        let fixture = try ReadFixture("read_compares_\(part)")
        try fixture.append(10)
        let build = try fixture.build()
        let start = try fixture.checkpoint(build)
        var (known, next) = (start, start)
        next.position += 5
        switch part {
        case 0: known.position += 1
        case 1: known.logHash = EventHash(1, 2, 3, 4)
        default: known.stateHash.change(from: nil, to: 7)
        }
        let session = try PostgresConnection(fixture.log.access.projector)
        let error = projectionError { () throws(ProjectionError) in
            _ = try translated { () throws(PostgresError) in
                try session.execute("begin; " + known.move(to: next, build, ReadFixture.shard))
            }
        }
        guard case .superseded = error else {
            Issue.record("expected to be superseded, was \(String(describing: error))")
            return
        }
        try session.execute("rollback")
        #expect(try fixture.checkpoint(build) == start)
        try session.execute("begin; " + start.move(to: next, build, ReadFixture.shard))
        #expect(try fixture.checkpoint(build) == next)
    }

    @Test("one of two projectors has the lock of a shard")
    func lock() throws {
        let fixture = try ReadFixture("read_lock")
        let build = try fixture.build()
        let first = try PostgresConnection(fixture.log.access.projector)
        #expect(try build.lock(ReadFixture.shard, first))
        let second = try PostgresConnection(fixture.log.access.projector)
        #expect(try !build.lock(ReadFixture.shard, second))
        first.close()
        #expect(try poll { try build.lock(ReadFixture.shard, second) })
    }

    @Test("a log that is not the one of the checkpoint is refused before anything is read")
    func diverged() throws {
        let fixture = try ReadFixture("read_diverged")
        try fixture.append(50)
        let build = try fixture.build()
        try fixture.catchUp(ProjectionRunner<OrdersView>(fixture.seat(build)))
        let admin = try fixture.admin()
        for change in [
            "log_hash = sha256('another')", "position = 40", "position = 60",
            "position = 0, log_hash = sha256('another log')",
        ] {
            try admin.execute("begin")
            try admin.execute("update bifrost_read.checkpoint set \(change)")
            try admin.execute("commit")
            let error = projectionError { () throws(ProjectionError) in
                let seat: RunnerSeat
                do { seat = try fixture.seat(build) } catch { throw .unavailable("\(error)") }
                _ = try ProjectionRunner<OrdersView>(seat)
            }
            guard case .diverged = error else {
                Issue.record("\(change): expected another log, was \(String(describing: error))")
                continue
            }
            #expect(error?.wayOut(of: "orders")?.contains("rebuild orders") == true)
        }
    }

    @Test("an event that cannot be read stops its projection behind all that comes before it, and no other")
    func poison() throws {
        let fixture = try ReadFixture("read_poison")
        try fixture.append(120)
        var batch = EventBatch()
        var header = OrderLog.header(
            OrderID(Identifier(.order, slot: 1, shard: 1, birth: 121)),
            OrderLog.accounts[0],
            version: 1,
            at: 121
        )
        header.type = OrderApproved.eventType
        batch.append(header, payload: [0xff, 0xff])
        try fixture.append(batch)
        try fixture.append(30)
        let problems = Monitor<[String]>([])
        let projector = try Projector.start(
            [ReadFixture.ordersModel, ReadFixture.counterModel],
            on: fixture.log
        ) {
            problem in problems.change { $0.append(problem) }
        }
        let upkeep = Upkeep(fixture.log)
        #expect(try poll { try upkeep.status("counter").first?.position == 151 })
        #expect(try poll { try upkeep.status("orders").first?.failure != nil })
        let stopped = try #require(try upkeep.status("orders").first)
        #expect(stopped.position == 120)
        #expect(stopped.failure?.contains("position 121") == true)
        #expect(stopped.wayOut?.contains("bifrost verify") == true)
        #expect(problems.look { $0.count { $0.contains("121") } } == 1)
        projector.stop()
        try fixture.expectProven(ReadFixture.counterModel)
    }

    @Test("another projector stands by and goes on when the first one ends")
    func standby() throws {
        let fixture = try ReadFixture("read_standby")
        try fixture.append(40)
        let first = try Projector.start([ReadFixture.ordersModel], on: fixture.log) { _ in }
        let upkeep = Upkeep(fixture.log)
        #expect(try poll { try upkeep.status("orders").first?.position == 40 })
        let second = try Projector.start([ReadFixture.ordersModel], on: fixture.log) { _ in }
        first.stop()
        try fixture.append(40)
        #expect(try poll { try upkeep.status("orders").first?.position == 80 })
        #expect(try upkeep.status("orders").first?.isFollowed == true)
        second.stop()
        try fixture.expectProven()
    }
}
