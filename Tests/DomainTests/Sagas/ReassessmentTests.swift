import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import Testing

@Suite("Open orders are judged again")
struct ReassessmentTests {
    private static func sweep(_ runner: inout ShardRunner) throws -> [DomainEvent] {
        var events: [DomainEvent] = []
        while let sweep = runner.state.sweeps.first {
            events += try runner.pose(.continueSweep(sweep.position, done: UInt64(sweep.done))).events
        }
        return events
    }

    private static func outcomes(_ events: [DomainEvent]) -> [OrderID: ReassessmentOutcome] {
        var outcomes: [OrderID: ReassessmentOutcome] = [:]
        for case .risk(.reassessed(let fact)) in events { outcomes[fact.order] = fact.outcome }
        return outcomes
    }

    private static func cancels(_ events: [DomainEvent]) -> Int {
        events.reduce(0) { count, event in
            if case .order(.cancelRequested) = event { count + 1 } else { count }
        }
    }

    @Test("a restriction cancels the open orders of its instrument and no others, in bounded steps")
    func cancelsRestricted() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        for _ in 0..<150 { _ = try runner.place(account, World.limit(.buy, 1, at: 1000)) }
        let other = try runner.place(account, World.limit(.buy, 1, at: 1000, symbol: World.symbols[1]))
        try World.restrict(Sample.instrument(1), true, &runner)
        #expect(runner.state.sweeps.first?.orders.count == 150)
        let events = try Self.sweep(&runner)
        #expect(Self.outcomes(events).count == 150 && Self.cancels(events) == 150)
        #expect(Self.outcomes(events).values.allSatisfy { $0 == .cancelled })
        #expect(try runner.order(other).cancelPending == false)
        try World.restrict(Sample.instrument(1), false, &runner)
        #expect(runner.state.sweeps.isEmpty)
    }

    static let statuses: [(InstrumentStatus, ReassessmentOutcome?, ReassessmentOutcome?)] = [
        (.active, nil, nil), (.halted, .flagged, .flagged), (.closingOnly, .cancelled, .kept),
        (.delisted, .cancelled, .cancelled),
    ]

    @Test("a status keeps, flags or cancels what is open", arguments: statuses)
    func followsStatus(status: InstrumentStatus, buy: ReassessmentOutcome?, sell: ReassessmentOutcome?) throws
    {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1_000_000)
        let first = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(first, 10, at: 1000, fee: 0, runner)))
        let bought = try runner.place(account, World.limit(.buy, 1, at: 1000))
        let sold = try runner.place(account, World.limit(.sell, 1, at: 1000))
        var fact = InstrumentStatusChanged()
        fact.instrument = Sample.instrument(1)
        fact.status = status
        try World.copy([.statusChanged(fact)], into: &runner)
        let outcomes = Self.outcomes(try Self.sweep(&runner))
        #expect(outcomes[bought] == buy && outcomes[sold] == sell)
    }

    @Test("lower limits flag the orders above them and keep the rest, in that account alone")
    func followsLimits() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        let neighbour = try runner.open("beta", cash: 1_000_000)
        let large = try runner.place(account, World.limit(.buy, 20, at: 1000))
        let small = try runner.place(account, World.limit(.buy, 10, at: 1000))
        let far = try runner.place(neighbour, World.limit(.buy, 20, at: 1000))
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 150)
        limits.priceCollar = BasisPoints(1000)
        try runner.pose(.setLimits(account, limits))
        let events = try Self.sweep(&runner)
        #expect(Self.outcomes(events) == [large: .flagged, small: .kept])
        #expect(Self.cancels(events) == 0)
        for case .risk(.reassessed(let fact)) in events where fact.order == large {
            #expect(fact.limitsVersion == 2)
            #expect(fact.checks.map(\.rule) == [.orderValueAboveLimit])
            #expect(fact.checks.first?.value == Money(units: 200).nanos)
        }
        #expect(runner.state.openOrders.contains(far))
    }

    @Test("day loss is measured from the last close, what was paid in left out")
    func measuresLoss() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 10_000)
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1_000_000)
        limits.priceCollar = BasisPoints(1_000_000)
        limits.dayLossMax = Money(units: 100)
        limits.drawdownMax = BasisPoints(500)
        try runner.pose(.setLimits(account, limits))
        try World.mark([1000], World.monday, &runner)
        let order = try runner.place(account, World.limit(.buy, 100, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 100, at: 1000, fee: 0, runner)))
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 500))))
        func refusal() throws -> RejectionCode? {
            let events = try runner.pose(.placeOrder(account, World.limit(.buy, 1, at: 900))).events
            for case .order(.rejected(let fact)) in events { return fact.code }
            return nil
        }
        try World.mark([900], World.day(1), &runner)
        #expect(try refusal() == nil)
        try World.mark([899], World.day(2), &runner)
        #expect(try refusal() == .dayLossAboveLimit)
        try runner.pose(.rollDay(calendar: World.calendar, World.day(1)))
        try World.mark([400], World.day(3), &runner)
        try runner.pose(.rollDay(calendar: World.calendar, World.day(2)))
        try runner.pose(.rollDay(calendar: World.calendar, World.day(3)))
        #expect(try refusal() == .drawdownAboveLimit)
    }
}
