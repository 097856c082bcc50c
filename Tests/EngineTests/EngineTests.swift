import BifrostKernel
import EventStore
import Orders
import References
import RiskLimits
import Sagas
import Testing
import Threads
import Venues

@testable import Engine

@Suite("The engine on a log in memory")
struct EngineTests {
    private let log = MemoryLog(id: Identifier(high: 1, low: 2))

    private func open() throws -> TestDesk {
        let desk = TestDesk(log)
        try desk.start()
        return desk
    }

    @Test("an order filled once takes four rows from command to route and at most nine in all")
    func rowsOfAnOrder() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        guard
            case .decided(let receipt, let outcome) = desk.perform(
                "o1",
                .placeOrder(account, try desk.order(5))
            )
        else { throw NoAnswer() }
        #expect(outcome.result == .accepted)
        #expect(receipt.count == 4)
        desk.settle()
        let rows = try desk.events().filter { $0.header.correlation == outcome.subject }
        #expect(rows.count <= 9)
        #expect(rows.contains { $0.event.isTrade })
        #expect(!rows.contains { $0.event.isBreak })
    }

    @Test("whoever has an answer finds its position committed")
    func committedBeforeAnswered() throws {
        let desk = try open()
        defer { desk.stop() }
        var open = OpenAccount()
        open.alias = "a"
        let seen = Monitor<(last: Int64, committed: Int64)?>(nil)
        desk.trading.submit(desk.request("open", .openAccount(open))) { answer in
            guard case .decided(let receipt, _) = answer else { return }
            seen.change { $0 = (receipt.lastPosition, desk.trading.committed) }
        }
        let (last, committed) = seen.await { $0 }
        #expect(committed >= last)
    }

    @Test("a venue refuses two cancels in one moment, and both are answered")
    func refusesCancels() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        guard
            case .decided(_, let outcome) = desk.perform(
                "o1",
                .placeOrder(account, try desk.order(5, limit: "9"))
            )
        else { throw NoAnswer() }
        desk.settle()
        desk.venue.forgetResting()
        for name in ["c1", "c2"] {
            desk.perform(name, .cancelOrder(account, OrderID(outcome.subject)))
            desk.settle()
        }
        let answers = try desk.events().filter { event in
            if case .order(.cancelRejected) = event.event { true } else { false }
        }
        #expect(answers.count == 2)
    }

    @Test("the roll before a split has the venue adjust what outlives the day")
    func adjustsBeforeSplit() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        var wanted = try desk.order(5, limit: "9")
        wanted.timeInForce = .goodTillCancelled
        guard case .decided(_, let outcome) = desk.perform("o1", .placeOrder(account, wanted)) else {
            throw NoAnswer()
        }
        var split = AnnounceCorporateAction()
        split.symbol = wanted.symbol
        split.terms.kind = .split
        split.terms.exDate = BusinessDate(days: 1)
        split.terms.numerator = 2
        split.terms.denominator = 1
        desk.declare("split", .announceCorporateAction(split))
        desk.perform("roll", .rollDay(calendar: "XNYS", BusinessDate(days: 0)))
        desk.settle()
        let facts = try desk.events().filter { $0.header.correlation == outcome.subject }.map(\.event)
        let adjusted = facts.compactMap { if case .order(.adjusted(let fact)) = $0 { fact } else { nil } }
        #expect(adjusted.map(\.terms.quantity) == [Quantity(units: 10)])
        #expect(adjusted.map(\.terms.limitPrice) == [try Price("4.5")])
        #expect(!facts.contains { if case .order(.cancelRequested) = $0 { true } else { false } })
    }

    @Test("a venue may say the same words again: an order is suspended, resumed and suspended")
    func hearsSameWordsAgain() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        guard
            case .decided(_, let outcome) = desk.perform(
                "o1",
                .placeOrder(account, try desk.order(5, limit: "9"))
            )
        else { throw NoAnswer() }
        desk.settle()
        var suspended = OrderSuspended()
        suspended.order = OrderID(outcome.subject)
        var resumed = OrderResumed()
        resumed.order = suspended.order
        let said: [VenueFact] = [.suspended(suspended), .resumed(resumed), .suspended(suspended)]
        let reports = said.enumerated().map { index, fact in
            VenueReport.told(account, fact, at: Timestamp(nanos: Int64(index) + 10))
        }
        // Told twice, as after a restart.
        desk.trading.receive(reports + reports)
        desk.settle()
        let suspensions = try desk.events().filter { row in
            if case .order(.suspended) = row.event { true } else { false }
        }
        #expect(suspensions.count == 2)
    }

    @Test(
        "positions are dense, versions are dense, and every event after a command's first names it as its cause"
    )
    func columns() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        for index in 0..<20 { desk.perform("o\(index)", .placeOrder(account, try desk.order(1))) }
        desk.settle()
        var versions: [StreamOrdinal: Int64] = [:]
        var first: Int64 = 0
        for (index, row) in try desk.events().enumerated() {
            #expect(row.header.position == Int64(index + 1))
            versions[row.header.stream, default: 0] += 1
            #expect(row.header.version == versions[row.header.stream])
            if row.header.commandDigest != nil {
                first = row.header.position
            } else {
                #expect(row.header.causation == first)
            }
        }
    }

    @Test("the same id with the same content gets the stored outcome, with other content an error")
    func once() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        let order = Command.placeOrder(account, try desk.order(5))
        guard case .decided(let receipt, let outcome) = desk.perform("o1", order) else { throw NoAnswer() }
        #expect(desk.perform("o1", order) == .repeated(receipt))
        #expect(try CommandOutcome.stored(receipt, in: log) == outcome)
        #expect(desk.perform("o1", .placeOrder(account, try desk.order(6))) == .idReused(receipt))
    }

    @Test("the same id with other content after a no-op is an error")
    func reusedAfterNoEffect() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        guard case .decided(let receipt, let outcome) = desk.perform("r1", .releaseKillSwitch(account)) else {
            throw NoAnswer()
        }
        #expect(outcome.result == .noEffect)
        #expect(desk.perform("r1", .pullKillSwitch(account)) == .idReused(receipt))
        #expect(desk.perform("r1", .releaseKillSwitch(account)) == .repeated(receipt))
    }

    @Test("an order that never reached its venue is sent by the next start, before any deadline")
    func sendsWhatIsOpen() throws {
        let first = try open()
        first.declareMarket()
        let account = try first.openAccount("a", deposit: "1000")
        first.venue.ignore(sends: 1)
        first.perform("o1", .placeOrder(account, try first.order(5)))
        first.settle()
        #expect(first.venue.executionCount == 0)
        first.stop()
        let second = try open()
        defer { second.stop() }
        second.settle()
        #expect(second.venue.executionCount == 1)
    }

    @Test("a restart keeps every outcome, rejections included")
    func restart() throws {
        let desk = try open()
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        let tooMuch = Command.placeOrder(account, try desk.order(5000))
        guard case .decided(let receipt, let outcome) = desk.perform("o1", tooMuch) else { throw NoAnswer() }
        guard case .refused(let rejection, let judge) = outcome.result else { throw NoAnswer() }
        #expect(rejection.code == .buyingPowerExceeded)
        #expect(judge == "RISK")
        desk.stop()
        let again = try open()
        defer { again.stop() }
        #expect(again.perform("o1", tooMuch) == .repeated(receipt))
        #expect(try CommandOutcome.stored(receipt, in: log) == outcome)
    }

    @Test("an account that does not exist leaves nothing in the log")
    func unknownAccount() throws {
        let desk = try open()
        defer { desk.stop() }
        let before = desk.trading.committed
        #expect(
            desk.perform("d", .deposit(AccountID(Identifier(high: 9, low: 9)), MoveCash())) == .unknownAccount
        )
        #expect(desk.trading.committed == before)
    }

    @Test("a trade for an account that does not exist is kept as a break, once, restarts included")
    func unknownAccountTrade() throws {
        let desk = try open()
        var report = OrderExecuted()
        report.venue = "paper"
        report.venueExecutionID = "E1"
        report.quantity = Quantity(units: 1)
        let account = AccountID(Identifier(.account, slot: 3, shard: 1, birth: 77))
        let command = Command.recordExecution(account, report)
        guard case .decided(let receipt, _) = desk.perform("x", command) else { throw NoAnswer() }
        #expect(try desk.events().contains { $0.event.isBreak })
        desk.stop()
        let again = try open()
        defer { again.stop() }
        #expect(again.perform("x", command) == .repeated(receipt))
    }

    @Test("a kill switch over 10,000 open orders cancels them all in bounded commands")
    func killSwitch() throws {
        let desk = try open()
        defer { desk.stop() }
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000000")
        let order = try desk.order(1, limit: "9.5")
        let answers = Monitor(0)
        for index in 0..<10_000 {
            desk.trading.submit(desk.request("o\(index)", .placeOrder(account, order))) { _ in
                answers.change { $0 += 1 }
            }
        }
        answers.await { $0 == 10_000 ? () : nil }
        desk.settle()
        guard case .decided(let receipt, _) = desk.perform("kill", .pullKillSwitch(account)) else {
            throw NoAnswer()
        }
        #expect(receipt.count == 1)
        desk.settle()
        var cancelled = 0
        var largest = 0
        var size = 0
        for row in try desk.events() {
            if case .order(.cancelled(_)) = row.event { cancelled += 1 }
            size = row.header.commandDigest == nil ? size + 1 : 1
            largest = max(largest, size)
        }
        #expect(cancelled == 10_000)
        #expect(largest <= decisionEventsMax)
        guard case .decided(_, let refused) = desk.perform("late", .placeOrder(account, order)) else {
            throw NoAnswer()
        }
        guard case .refused(let rejection, _) = refused.result else { throw NoAnswer() }
        #expect(rejection.code == .killSwitchPulled)
    }

    @Test("an order that was routed and not answered before a crash is routed again and trades once")
    func routedAgain() throws {
        let desk = try open()
        desk.declareMarket()
        let account = try desk.openAccount("a", deposit: "1000")
        desk.perform("o1", .placeOrder(account, try desk.order(5)))
        desk.settle()
        desk.stop()
        let again = TestDesk(log, venue: desk.venue)
        try again.start()
        defer { again.stop() }
        again.settle()
        #expect(desk.venue.executionCount == 1)
        let booked = try again.events().filter { $0.event.isTrade }
        #expect(booked.count == 1)
    }
}
