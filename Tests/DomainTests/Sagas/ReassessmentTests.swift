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

    private static func change(
        from offset: Int32,
        _ runner: inout ShardRunner,
        _ body: (inout InstrumentRegistered) -> Void
    ) throws {
        var fact = InstrumentTermsChanged()
        fact.instrument = Sample.instrument(1)
        fact.effectiveFrom = World.day(offset)
        fact.terms = World.instrument(World.symbols[0], Sample.instrument(1))
        fact.terms.validFrom = fact.effectiveFrom
        body(&fact.terms)
        try World.copy([.termsChanged(fact)], into: &runner)
    }

    private static func patient(_ units: Int64, at cents: Int64) -> PlaceOrder {
        var wanted = World.limit(.buy, units, at: cents, seen: 1000)
        wanted.timeInForce = .goodTillCancelled
        return wanted
    }

    @Test("other steps of an instrument flag what is off them, on the day on which they come into force")
    func followsSteps() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        let onTick = try runner.place(account, Self.patient(10, at: 1005))
        let offTick = try runner.place(account, Self.patient(10, at: 1003))
        let offLot = try runner.place(account, Self.patient(7, at: 1000))
        let other = try runner.place(account, World.limit(.buy, 7, at: 1003, symbol: World.symbols[1]))
        try Self.change(from: 2, &runner) { terms in
            terms.tickSize = Price(cents: 5)
            terms.lotSize = Quantity(units: 5)
        }
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        #expect(runner.state.sweeps.isEmpty)
        try runner.pose(.rollDay(calendar: World.calendar, World.day(1)))
        let events = try Self.sweep(&runner)
        #expect(Self.outcomes(events) == [onTick: .kept, offTick: .flagged, offLot: .flagged])
        #expect(Self.cancels(events) == 0 && Self.outcomes(events)[other] == nil)
        for case .risk(.reassessed(let fact)) in events where fact.order == offTick {
            #expect(fact.checks.map(\.rule) == [.priceNotTickMultiple])
            #expect(fact.checks.first?.limit == 50_000_000)
        }
        for case .risk(.reassessed(let fact)) in events where fact.order == offLot {
            #expect(fact.checks.map(\.rule) == [.quantityNotLotMultiple])
        }
        try runner.pose(.rollDay(calendar: World.calendar, World.day(2)))
        #expect(runner.state.sweeps.isEmpty)
    }

    @Test("terms that hold at once judge at once; another name alone judges nothing")
    func followsStepsAtOnce() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        let order = try runner.place(account, Self.patient(10, at: 1003))
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        try Self.change(from: 1, &runner) { $0.symbol = .known("SPY") }
        #expect(runner.state.sweeps.isEmpty)
        try Self.change(from: 2, &runner) { $0.symbol = .known("VOO") }
        try runner.pose(.rollDay(calendar: World.calendar, World.day(1)))
        #expect(runner.state.sweeps.isEmpty)
        try runner.pose(.rollDay(calendar: World.calendar, World.day(2)))
        try Self.change(from: 3, &runner) { terms in
            terms.symbol = .known("VOO")
            terms.tickSize = Price(cents: 10)
        }
        #expect(Self.outcomes(try Self.sweep(&runner)) == [order: .flagged])
    }

    @Test("a split and another tick of one day: the order is adjusted on the new tick, then kept")
    func adjustsThenJudges() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        let order = try runner.place(account, Self.patient(10, at: 1003))
        try Self.change(from: 1, &runner) { $0.tickSize = Price(nanos: 1_000_000) }
        var split = CorporateActionAnnounced()
        split.action = Sample.execution(9)
        split.instrument = Sample.instrument(1)
        split.kind = .split
        split.exDate = World.day(1)
        (split.numerator, split.denominator) = (4, 1)
        try World.copy([.corporateActionAnnounced(split)], into: &runner)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        let events = try Self.sweep(&runner)
        #expect(Self.outcomes(events) == [order: .kept])
        #expect(try runner.order(order).terms.limitPrice?.text == "2.507")
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
