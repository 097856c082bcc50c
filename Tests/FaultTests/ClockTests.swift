import BifrostKernel
import Engine
import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresClient
import Replays
import Testing
import Threads

extension FaultTests {
    private static let hour: Int64 = 3_600

    @Test("the engine's clock steps back and ahead: everything is decided, recorded times never go back")
    func engineClock() throws {
        let fixture = try CutFixture("clock_engine")
        var answers: [String: CommandAnswer] = [:]
        var total = 0
        for steps in [[0, -Self.hour, 9_000 * Self.hour], [-100_000 * Self.hour, 1, -1]] {
            let desk = try EngineDesk(fixture.straight)
            for step in steps {
                desk.time.step(seconds: step)
                for _ in 0..<5 {
                    let name = "d\(total)"
                    answers[name] = desk.engine.perform(try desk.deposit(name))
                    total += 1
                }
            }
            desk.engine.stop()
        }
        let events = try fixture.events(ShardNumber(1))
        let again = try EngineDesk(fixture.straight)
        try again.expectOnce(answers, total, events)
        again.engine.stop()
        #expect(events.map(\.header.recordedAt) == events.map(\.header.recordedAt).sorted())
        let verdicts = try LogVerification(fixture.straight).verify([ShardNumber(1)])
        #expect(verdicts.compactMap(\.fault) == [])
        fixture.cutter.end()
    }

    @Test("the database's clock steps: a writer may lose its shard, and nothing else", arguments: [-1, 1])
    func databaseClock(direction: Int) throws {
        let fixture = try CutFixture("clock_database_\(direction + 1)")
        let shard = ShardNumber(1)
        let old = try fixture.straight.acquire(shard, holder: "old", takingOver: false)
        var maker = EventMaker()
        let head = try old.append(
            maker.batch(after: old.headAtStart, count: 3),
            after: old.headAtStart,
            epoch: old.epoch
        )
        let admin = try fixture.admin()
        var new: (any ShardWriter)?
        // The writer beats on by the new clock, so a standby has to come in between.
        for _ in 0..<1_000 where new == nil {
            try admin.execute(
                "update bifrost.heartbeat set beaten_at = now() + interval '\(direction) hour' where shard = 1"
            )
            new = try? fixture.straight.acquire(shard, holder: "new", takingOver: false)
        }
        let writer = try #require(new)
        #expect(writer.headAtStart == head)
        #expect(throws: AppendError.self) {
            try old.append(maker.batch(after: head, count: 3), after: head, epoch: old.epoch)
        }
        maker.firstAccount = 1_000_000
        _ = try writer.append(maker.batch(after: head, count: 2), after: head, epoch: writer.epoch)
        old.release()
        writer.release()
        #expect(try fixture.events(shard).count == 5)
        #expect(try fixture.isIntact(shard))
        fixture.cutter.end()
    }
}
