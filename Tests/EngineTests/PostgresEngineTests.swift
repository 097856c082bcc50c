import BifrostKernel
import EmbeddedPostgres
import EventStore
import EventStorePostgres
import PostgresClient
import PostgresTesting
import Sagas
import Testing
import Threads

@testable import Engine

/// A fresh log in the process's own PostgreSQL.
func freshLog(_ database: String, limits: PostgresLimits = PostgresLimits()) throws -> PostgresLog {
    try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
    return try PostgresLog.open(
        PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) },
        limits: limits
    )
}

@Suite("The engine on PostgreSQL", .serialized)
struct PostgresEngineTests {
    @Test("orders trade once through risk, log and venue, and the books agree with the venue's")
    func story() throws {
        let desk = TestDesk(try freshLog("engine_story"))
        try desk.start()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "100000")
        for index in 0..<200 { desk.perform("o\(index)", .placeOrder(account, try desk.order(1))) }
        desk.settle()
        #expect(desk.venue.executionCount == 200)
        let events = try desk.events()
        #expect(events.count { $0.event.isTrade } == 200)
        #expect(!events.contains { $0.event.isBreak })
    }

    @Test("a repeated id after a million other commands and a restart")
    func repeatedAfterAMillion() throws {
        let log = try freshLog("engine_million")
        let desk = TestDesk(log)
        try desk.start()
        let account = try desk.openAccount("a", deposit: "1000")
        var move = MoveCash()
        move.amount = try Money("7")
        let first = Command.deposit(account, move)
        guard case .decided(let receipt, let outcome) = desk.perform("seven", first) else { throw NoAnswer() }
        let done = Monitor(0)
        let others = 1_000_000
        for index in 0..<others {
            let request = desk.request("n\(index)", .releaseKillSwitch(account))
            let posed = Monitor(false)
            while !posed.look({ $0 }) {
                let busy = Monitor(false)
                desk.trading.submit(request) { answer in
                    if answer == .busy { busy.change { $0 = true } } else { done.change { $0 += 1 } }
                }
                if busy.look({ $0 }) { pause(millis: 2) } else { posed.change { $0 = true } }
            }
        }
        done.await { $0 == others ? () : nil }
        #expect(desk.perform("seven", first) == .repeated(receipt))
        desk.stop()
        let again = TestDesk(log)
        try again.start()
        defer { again.stop() }
        #expect(again.trading.committed >= Int64(others))
        #expect(again.perform("seven", first) == .repeated(receipt))
        #expect(try CommandOutcome.stored(receipt, in: log) == outcome)
        move.amount = try Money("8")
        #expect(again.perform("seven", .deposit(account, move)) == .idReused(receipt))
    }

    @Test("a repeated id of a leaf that was sealed and whose table was dropped")
    func repeatedFromSegment() throws {
        var limits = PostgresLimits()
        limits.leafEventsMax = 200
        limits.batchEventsMax = 100
        let log = try freshLog("engine_sealed", limits: limits)
        let desk = TestDesk(log)
        try desk.start()
        let account = try desk.openAccount("a", deposit: "1000")
        var move = MoveCash()
        move.amount = try Money("7")
        let first = Command.deposit(account, move)
        guard case .decided(let receipt, let outcome) = desk.perform("seven", first) else { throw NoAnswer() }
        for index in 0..<300 { desk.perform("n\(index)", .releaseKillSwitch(account)) }
        let end = desk.trading.committed
        desk.stop()
        let store = ColdStore(log)
        let full = try store.leaves(ShardNumber(1)).filter { $0.lastPosition != nil }
        #expect(full.first?.lastPosition ?? 0 > receipt.lastPosition)
        for leaf in full {
            try store.seal(leaf.shard, leaf.number, by: "test")
            try store.drop(leaf.shard, leaf.number, by: "test")
        }
        let again = TestDesk(log)
        try again.start()
        defer { again.stop() }
        #expect(again.trading.committed >= end)
        #expect(again.perform("seven", first) == .repeated(receipt))
        #expect(try CommandOutcome.stored(receipt, in: log) == outcome)
        move.amount = try Money("8")
        #expect(again.perform("seven", .deposit(account, move)) == .idReused(receipt))
    }

    @Test("two engines in a restart loop: one stands by and takes over, and nothing is lost or doubled")
    func restartLoop() throws {
        let log = try freshLog("engine_loop")
        var desk = TestDesk(log, holder: "engine 0")
        try desk.start()
        let account = try desk.openAccount("a", deposit: "1000")
        var move = MoveCash()
        move.amount = try Money("1")
        let rounds = 6
        for round in 1...rounds {
            let next = TestDesk(log, holder: "engine \(round % 2)")
            let isUp = Monitor(false)
            let standby = SystemThread.needed {
                do {
                    try next.start(standingBy: true)
                } catch {
                    Issue.record("the standby of round \(round) did not start: \(error)")
                }
                isUp.change { $0 = true }
            }
            for index in 0..<20 { desk.perform("r\(round)-\(index)", .deposit(account, move)) }
            #expect(!isUp.look { $0 }, "a writer that lives is left alone")
            desk.stop()
            isUp.await { $0 ? () : nil }
            standby.join()
            desk = next
        }
        desk.stop()
        let names = try desk.events().filter { $0.header.commandID.text.hasPrefix("r") }
        #expect(names.count == rounds * 20)
        #expect(Set(names.map { $0.header.commandID.text }).count == rounds * 20)
        #expect(names.map { $0.header.position } == names.map { $0.header.position }.sorted())
    }

    @Test("a connection cut under load: every answered command is in the log once, and the engine goes on")
    func connectionCut() throws {
        let log = try freshLog("engine_cut")
        let desk = TestDesk(log)
        try desk.start()
        defer { desk.stop() }
        let account = try desk.openAccount("a", deposit: "1000")
        let database = try SharedCluster.connect(database: "engine_cut")
        let answers = Monitor<[String: CommandAnswer]>([:])
        var move = MoveCash()
        move.amount = try Money("1")
        let total = 3_000
        for index in 0..<total {
            if index % 500 == 250 {
                _ = try database.query(
                    "select pg_terminate_backend(backend_pid) from bifrost.lease where shard = 1",
                    []
                )
            }
            let name = "d\(index)"
            desk.trading.submit(desk.request(name, .deposit(account, move))) { answer in
                answers.change { $0[name] = answer }
            }
        }
        let all = answers.await { $0.count == total ? $0 : nil }
        desk.settle()
        var positions: [String: Int64] = [:]
        for row in try desk.events() where row.header.commandDigest != nil {
            #expect(positions.updateValue(row.header.position, forKey: row.header.commandID.text) == nil)
        }
        for (name, answer) in all {
            switch answer {
            case .decided(let receipt, _), .repeated(let receipt):
                #expect(positions[name] == receipt.firstPosition)
            default: Issue.record("\(name) was answered \(answer)")
            }
        }
    }
}
