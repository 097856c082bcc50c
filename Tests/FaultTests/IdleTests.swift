import BifrostKernel
import Engine
import EventStorePostgres
import PostgresClient
import Testing
import Threads

extension FaultTests {
    @Test(
        "a transaction that somebody leaves open costs time and nothing else",
        arguments: [
            "select count(*) from bifrost.event",
            "select from bifrost.lease for update",
            "lock table bifrost.event_s1_l1 in share mode",
            "lock table bifrost.event_s1_l1 in access exclusive mode",
            "select from bifrost.heartbeat for update",
        ]
    )
    func openTransaction(statement: String) throws {
        var limits = PostgresLimits()
        limits.appendMillisMax = 300
        limits.acquireMillisMax = 600
        limits.beatMillis = 100
        let name = "idle_" + statement.filter { $0.isLetter }.suffix(30)
        let fixture = try CutFixture(name, limits: limits)
        let desk = try EngineDesk(fixture.straight)
        let other = try fixture.admin()
        // A row that beats may change between a transaction's one snapshot and its lock, which then fails.
        let isolation = statement.hasSuffix("for update") ? "read committed" : "repeatable read"
        let total = 60
        let answers = Monitor<[String: CommandAnswer]>([:])
        for index in 0..<total {
            if index == total / 3 { try other.execute("begin isolation level \(isolation); " + statement) }
            let name = "d\(index)"
            desk.engine.submit(try desk.deposit(name)) { answer in answers.change { $0[name] = answer } }
            pause(millis: 20)
        }
        pause(millis: 1_000)
        try other.execute("rollback")
        let all = answers.await(until: .now.advanced(millis: 30_000)) { $0.count == total ? $0 : nil }
        try desk.expectOnce(all ?? [:], total, fixture.events(desk.engine.shard))
        desk.engine.stop()
        #expect(try fixture.isIntact(desk.engine.shard))
        fixture.cutter.end()
    }
}
