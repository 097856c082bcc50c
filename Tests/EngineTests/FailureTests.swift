import BifrostKernel
import EventStore
import Portfolios
import Sagas
import Testing
import Threads

@testable import Engine

@Suite("The engine on a log that fails")
struct FailureTests {
    private let log = FaultyLog(MemoryLog(id: Identifier(high: 1, low: 2)))

    /// Answers by the name of the command that they are for.
    private typealias Answers = Monitor<[String: CommandAnswer]>

    private func submit(_ names: [String], _ account: AccountID, _ desk: TestDesk, _ answers: Answers) {
        for name in names {
            var move = MoveCash()
            move.amount = Money(nanos: 1_000_000_000)
            desk.trading.submit(desk.request(name, .deposit(account, move))) { answer in
                answers.change { $0[name] = answer }
            }
        }
    }

    /// One batch held inside the append, and one decided behind it; or, where the thread that decides appends
    /// as well, commands that wait behind it.
    private func twoBatches(
        _ fault: FaultyLog.Fault,
        ownBatchEventsMax: Int = 0
    ) throws -> (TestDesk, AccountID, Answers) {
        let desk = TestDesk(log, ownBatchEventsMax: ownBatchEventsMax)
        try desk.start()
        let account = try desk.openAccount("a", deposit: "10")
        desk.settle()
        log.hold(fault)
        let answers = Answers([:])
        submit(["first"], account, desk, answers)
        log.waitUntilHeld()
        submit(["second", "third"], account, desk, answers)
        if ownBatchEventsMax == 0 {
            desk.trading.inbox.await { $0.normal.isEmpty && !$0.isDeciding ? () : nil }
        }
        return (desk, account, answers)
    }

    @Test(
        "a failed batch with a decided one behind it and no answer leaked",
        arguments: [
            FaultyLog.Fault.storedUnknown, .lost(.outcomeUnknown("cut")), .lost(.unavailable("disk full")),
        ],
        [0, 64]
    )
    func failedBatch(fault: FaultyLog.Fault, ownBatchEventsMax: Int) throws {
        let (desk, account, answers) = try twoBatches(fault, ownBatchEventsMax: ownBatchEventsMax)
        defer { desk.stop() }
        #expect(answers.look { $0 }.isEmpty)
        log.letGo()
        let all = answers.await { $0.count == 3 ? $0 : nil }
        desk.settle()
        for (name, answer) in all {
            switch answer {
            case .decided(let receipt, _), .repeated(let receipt):
                #expect(try CommandOutcome.stored(receipt, in: log).result == .accepted, "\(name)")
            default: Issue.record("\(name) was answered \(answer)")
            }
        }
        #expect(try balance(desk, account) == Money("13"))
        let names = try desk.events().filter { $0.header.commandDigest != nil }.map {
            $0.header.commandID.text
        }
        #expect(Set(names).count == names.count, "no command is in the log twice")
    }

    @Test("a server that ends again while the log is read after its first end is waited for")
    func failedRecovery() throws {
        let (desk, account, answers) = try twoBatches(.lost(.outcomeUnknown("cut")))
        defer { desk.stop() }
        log.failReads(2)
        log.letGo()
        for answer in answers.await({ $0.count == 3 ? $0 : nil }).values {
            guard case .decided = answer else {
                Issue.record("was answered \(answer)")
                continue
            }
        }
        #expect(try balance(desk, account) == Money("13"))
    }

    @Test("a refused batch stops the shard loudly, keeps the batch, and answers nobody with an outcome")
    func refusedBatch() throws {
        let (desk, _, answers) = try twoBatches(.lost(.refused("expected a column")))
        log.letGo()
        let all = answers.await { $0.count == 3 ? $0 : nil }
        for answer in all.values {
            guard case .stopped = answer else {
                Issue.record("was answered \(answer)")
                continue
            }
        }
        desk.trading.inbox.await { inbox -> Void? in
            guard case .stopped(let reason) = inbox.status else { return nil }
            #expect(reason?.contains("expected a column") == true)
            return ()
        }
        desk.stop()
    }

    @Test("a command that is taken out with the batch that ends the engine is answered as well")
    func lateCommand() throws {
        let time = HeldTime()
        let desk = TestDesk(log, time: time, ownBatchEventsMax: 0)
        try desk.start()
        let account = try desk.openAccount("a", deposit: "10")
        desk.settle()
        log.hold(.lost(.fenced("expected epoch 1, was 2")))
        let answers = Answers([:])
        submit(["first"], account, desk, answers)
        log.waitUntilHeld()
        time.hold()
        submit(["second"], account, desk, answers)
        time.waitUntilHeld()
        log.letGo()
        desk.trading.inbox.await { $0.landed == nil ? nil : () }
        submit(["third"], account, desk, answers)
        time.letGo()
        let all = answers.await(until: .now.advanced(millis: 20_000)) { $0.count == 3 ? $0 : nil }
        #expect(all?.count == 3)
        desk.stop()
    }

    @Test("a fenced writer stops and the next one goes on from the log")
    func fenced() throws {
        let (desk, account, answers) = try twoBatches(.lost(.fenced("expected epoch 1, was 2")))
        log.letGo()
        _ = answers.await { $0.count == 3 ? $0 : nil }
        desk.stop()
        let next = TestDesk(log.inner, venue: TestVenue(price: Price(nanos: 1)))
        try next.start()
        defer { next.stop() }
        #expect(try balance(next, account) == Money("10"))
    }

    @Test(
        "two engines in a restart loop: each takes over where the other ended, and nothing is lost or doubled"
    )
    func restartLoop() throws {
        var expected: Int128 = 10
        let first = TestDesk(log)
        try first.start()
        let account = try first.openAccount("a", deposit: "10")
        first.stop()
        for round in 0..<20 {
            let desk = TestDesk(log)
            try desk.start()
            let answers = Answers([:])
            submit((0..<5).map { "r\(round)-\($0)" }, account, desk, answers)
            _ = answers.await { $0.count == 5 ? $0 : nil }
            expected += 5
            desk.stop()
        }
        let last = TestDesk(log)
        try last.start()
        defer { last.stop() }
        #expect(try balance(last, account).nanos == expected * 1_000_000_000)
    }

    /// The cash of an account, by the log.
    private func balance(_ desk: TestDesk, _ account: AccountID) throws -> Money {
        var sum = Money.zero
        for row in try desk.events() {
            if case .portfolio(.deposited(let fact)) = row.event, fact.account == account {
                sum = sum + fact.amount
            }
        }
        return sum
    }
}
