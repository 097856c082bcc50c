import BifrostKernel
import EventStore
import Sagas
import Testing
import Threads

@testable import Engine

@Suite("The engine's loops, a turn at a time")
struct TurnTests {
    private let log = MemoryLog(id: Identifier(high: 1, low: 2))
    private let answers = Monitor<[String: CommandAnswer]>([:])

    /// A running trading shard whose turns nobody takes but the test.
    private func engine() throws -> (ShardEngine, DecidingThread) {
        let desk = TestDesk(log)
        var deciding = try desk.trading.takeShard(standingBy: false)
        #expect(desk.trading.appendNext() == .worked)
        #expect(deciding.turn() == .worked)
        #expect(desk.trading.status == .running)
        return (desk.trading, deciding)
    }

    private func submit(_ name: String, to engine: ShardEngine) throws {
        var open = OpenAccount()
        open.alias = name
        let id = try #require(ClientName(name))
        let actor = try #require(ActorName("tester"))
        let at = Timestamp(nanos: 1)
        let request = CommandRequest(id: id, .openAccount(open), actor: actor, receivedAt: at)
        engine.submit(request) { [answers] answer in answers.change { $0[name] = answer } }
    }

    @Test("a loop with nothing to do is idle")
    func idles() throws {
        var (engine, deciding) = try engine()
        #expect(deciding.turn() == .idle)
        #expect(engine.appendNext() == .idle)
        #expect(engine.carryNext() == .idle)
        #expect(engine.isIdle && deciding.isSettled)
    }

    @Test("an answer leaves when its batch is in the log, not before")
    func answersLate() throws {
        var (engine, deciding) = try engine()
        try submit("first", to: engine)
        #expect(deciding.turn() == .worked)
        #expect(answers.look { $0 }.isEmpty && !deciding.isSettled)
        #expect(engine.appendNext() == .worked)
        guard case .decided(let receipt, _) = answers.look({ $0["first"] }) else {
            Issue.record("was answered \(answers.look { $0 })")
            return
        }
        #expect(try log.head(of: engine.shard).position == receipt.lastPosition)
    }

    @Test("a command taken together with the news of a fence is answered too")
    func answersAtTheEnd() throws {
        var (engine, deciding) = try engine()
        try submit("first", to: engine)
        #expect(deciding.turn() == .worked)
        _ = try log.acquire(engine.shard, holder: "another", takingOver: true)
        #expect(engine.appendNext() == .worked)
        try submit("second", to: engine)
        #expect(deciding.turn() == .ended)
        let told = answers.look { $0 }
        #expect(told.count == 2)
        for answer in told.values {
            guard case .stopped = answer else {
                Issue.record("was answered \(answer)")
                continue
            }
        }
        #expect(engine.appendNext() == .ended && engine.carryNext() == .ended)
    }

    @Test("a command taken together with the news of a lost connection is answered once")
    func answersOnce() throws {
        let faulty = FaultyLog(log)
        let desk = TestDesk(faulty)
        var deciding = try desk.trading.takeShard(standingBy: false)
        let counts = Monitor<[String: Int]>([:])
        func open(_ name: String) {
            var open = OpenAccount()
            open.alias = name
            desk.trading.submit(desk.request(name, .openAccount(open))) { _ in
                counts.change { $0[name, default: 0] += 1 }
            }
        }
        #expect(desk.trading.appendNext() == .worked)
        #expect(deciding.turn() == .worked)
        open("first")
        #expect(deciding.turn() == .worked)
        faulty.script.change { $0.fault = .storedUnknown }
        #expect(desk.trading.appendNext() == .worked)
        open("second")
        while !deciding.isSettled || counts.look({ $0.count }) < 2 {
            #expect(deciding.turn() != .ended)
            _ = desk.trading.appendNext()
        }
        #expect(counts.look { $0 } == ["first": 1, "second": 1])
    }

    @Test("a writer that was lost before its beginning was stored is not named after the next one")
    func namesWritersInOrder() throws {
        let faulty = FaultyLog(log)
        let desk = TestDesk(faulty)
        var deciding = try desk.trading.takeShard(standingBy: false)
        for _ in 0..<3 {
            faulty.script.change { $0.fault = .lost(.unavailable("disk full")) }
            #expect(desk.trading.appendNext() == .worked)
            #expect(deciding.turn() == .worked)
        }
        // The first batch is the reign's own, the second answers those who waited through the lost ones.
        for _ in 0..<2 {
            #expect(desk.trading.appendNext() == .worked)
            #expect(deciding.turn() == .worked)
        }
        #expect(deciding.isSettled)
        let epochs = try desk.events().compactMap { row -> Int64? in
            guard case .writerStarted(let fact) = row.event else { return nil }
            return fact.epoch
        }
        #expect(epochs == [4])
    }
}
