import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Replacing an order")
struct ReplaceTests {
    private static func asked(_ order: OrderID, _ units: Int64? = nil, at cents: Int64? = nil) -> ReplaceOrder
    {
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.quantity = units.map { Quantity(units: $0) }
        wanted.limitPrice = cents.map { Price(cents: $0) }
        wanted.seen = ReferencePrice(last: Price(cents: 2000), source: "test", at: Timestamp(nanos: 0))
        return wanted
    }

    private static func confirmed(_ order: OrderID, _ state: OrderState) -> VenueFact {
        var fact = OrderReplaced()
        fact.order = order
        fact.request = state.pendingReplaces.first?.request ?? 0
        fact.terms = state.pendingReplaces.first?.terms ?? AmendedTerms()
        return .replaced(fact)
    }

    private static func refused(_ order: OrderID, _ state: OrderState) -> VenueFact {
        var fact = OrderReplaceRejected()
        fact.order = order
        fact.request = state.pendingReplaces.first?.request ?? 0
        fact.code = .venueRejected
        return .replaceRejected(fact)
    }

    /// A buy of 10 at 20.00 without fees; each row asks for other terms and says what is held back while they
    /// are pending, once they are in force, and once they are refused.
    static let reservations: [(units: Int64, cents: Int64, pending: Int64, replaced: Int64, refused: Int64)] =
        [
            (12, 2000, 24_000, 24_000, 20_000), (8, 2000, 20_000, 16_000, 20_000),
            (10, 2100, 21_000, 21_000, 20_000), (10, 1900, 20_000, 19_000, 20_000),
            (12, 1500, 20_000, 18_000, 20_000),
        ]

    @Test("the larger of old and new is held until the venue answers", arguments: reservations)
    func holdsTheLarger(row: (units: Int64, cents: Int64, pending: Int64, replaced: Int64, refused: Int64))
        throws
    {
        for isConfirmed in [true, false] {
            var runner = try World.trading(fee: 0)
            let account = try runner.open("alpha", cash: 1000)
            let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
            try runner.pose(.replaceOrder(account, Self.asked(order, row.units, at: row.cents)))
            #expect(try runner.order(order).status == .pendingReplace)
            #expect(try runner.reservedCash(account) == Money(cents: row.pending))
            try Invariants.check(runner.state)
            let state = try runner.order(order)
            let answer = isConfirmed ? Self.confirmed(order, state) : Self.refused(order, state)
            try runner.pose(.recordVenueFact(account, answer))
            let held = isConfirmed ? row.replaced : row.refused
            #expect(try runner.reservedCash(account) == Money(cents: held))
            #expect(try runner.order(order).status == .pendingNew)
            try Invariants.check(runner.state)
        }
    }

    @Test("what trades while a replacement is pending leaves what either may still need")
    func tradesWhilePending() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        try runner.pose(.replaceOrder(account, Self.asked(order, 12)))
        try runner.pose(.recordExecution(account, try venue.fill(order, 10, at: 2000, fee: 0, runner)))
        #expect(try runner.reservedCash(account) == Money(cents: 4000))
        #expect(runner.state.openOrders == [order])
        try runner.pose(.recordVenueFact(account, Self.confirmed(order, try runner.order(order))))
        #expect(try runner.order(order).status == .partiallyFilled)
        #expect(try runner.order(order).leaves == Quantity(units: 2))
        try runner.pose(.recordExecution(account, try venue.fill(order, 2, at: 2000, fee: 0, runner)))
        #expect(try runner.order(order).status == .filled)
        #expect(try runner.reservedCash(account) == .zero)
        #expect(runner.state.openOrders.isEmpty)
    }

    @Test("a replacement is judged by the difference: what the order holds is free for it")
    func judgesTheDifference() throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 300)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let accepted = try runner.pose(.replaceOrder(account, Self.asked(order, 15))).events
        #expect(accepted.contains { if case .order(.replaceApproved) = $0 { true } else { false } })
        let refused = try runner.pose(.replaceOrder(account, Self.asked(order, 16))).events
        guard case .order(.replaceRejected(let fact)) = refused.last else {
            Issue.record("expected a refusal, was \(refused)")
            return
        }
        #expect(fact.judge == .risk && fact.code == .buyingPowerExceeded && fact.request == 2)
        #expect(fact.limit == 300_000_000_000 && fact.value == 320_000_000_000)
        #expect(try runner.reservedCash(account) == Money(cents: 30_000))
        #expect(try runner.order(order).pendingReplaces.map(\.request) == [1])
    }

    @Test("a restricted instrument and a pulled switch refuse a replacement")
    func refusesByJudges() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        try World.restrict(Sample.instrument, true, &runner)
        func judge(_ runner: inout ShardRunner) throws -> RejectionCode? {
            let events = try runner.pose(.replaceOrder(account, Self.asked(order, 11))).events
            guard case .order(.replaceRejected(let fact)) = events.last else { return nil }
            return fact.code
        }
        #expect(try judge(&runner) == .instrumentRestricted)
        try World.restrict(Sample.instrument, false, &runner)
        try runner.pose(.pullKillSwitch(nil))
        #expect(try judge(&runner) == .killSwitchPulled)
    }

    @Test("an instrument that is halted refuses terms that would buy more")
    func refusesInHalt() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        var halt = InstrumentStatusChanged()
        halt.instrument = Sample.instrument
        halt.status = .halted
        try World.copy([.statusChanged(halt)], into: &runner)
        let events = try runner.pose(.replaceOrder(account, Self.asked(order, 11))).events
        guard case .order(.replaceRejected(let fact)) = events.last else {
            Issue.record("expected a refusal, was \(events)")
            return
        }
        #expect(fact.judge == .compliance && fact.code == .instrumentHalted)
    }

    @Test("the tick of the day and of the price judges a replacement")
    func judgesByTermsOfDay() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        var change = InstrumentTermsChanged()
        change.instrument = Sample.instrument
        change.effectiveFrom = World.monday
        change.terms = World.instrument(World.symbols[0], Sample.instrument)
        change.terms.tickTable = [TickStep(from: Price(cents: 1000), Price(cents: 5))]
        try World.copy([.termsChanged(change)], into: &runner)
        let refused = try runner.pose(.replaceOrder(account, Self.asked(order, at: 1901)))
        #expect(
            refused.refusal
                == Rejection(.priceNotTickMultiple, limit: 50_000_000, value: 19_010_000_000)
        )
        #expect(try runner.pose(.replaceOrder(account, Self.asked(order, at: 901))).refusal == nil)
    }

    @Test("other terms are no further order for limits that count, and no more of it for those that add up")
    func countsOnce() throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1000)
        limits.priceCollar = BasisPoints(1000)
        limits.ordersPerSecondMax = 1
        limits.openOrdersMax = 1
        limits.duplicateWindowMillis = 60_000
        limits.orderQuantityMax = Quantity(units: 12)
        limits.positionValueMax = Money(units: 240)
        limits.grossExposureMax = Money(units: 240)
        try runner.pose(.setLimits(account, limits))
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        func judge(_ wanted: ReplaceOrder) throws -> RejectionCode? {
            for case .order(.replaceRejected(let fact)) in try runner.pose(.replaceOrder(account, wanted))
                .events
            {
                return fact.code
            }
            return nil
        }
        #expect(try judge(Self.asked(order, 12)) == nil)
        #expect(try judge(Self.asked(order, 13)) == .orderQuantityAboveLimit)
        #expect(try runner.account(account).risk.reservedCash[.usd] == Money(units: 240))
        let events = try runner.pose(.placeOrder(account, World.limit(.buy, 1, at: 2000))).events
        for case .order(.rejected(let fact)) in events { #expect(fact.code == .ordersPerSecondAboveLimit) }
    }

    @Test("a closed order and one of another account are not replaced")
    func refusesClosed() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let other = try runner.open("beta")
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        #expect(try runner.pose(.replaceOrder(other, Self.asked(order, 11))).refusal?.code == .unknownOrder)
        try runner.pose(.confirmCancel(account, order))
        #expect(try runner.pose(.replaceOrder(account, Self.asked(order, 11))).refusal?.code == .orderNotOpen)
    }

    @Test("shares of a sale are held for the larger of both")
    func holdsShares() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let buy = try runner.place(account, World.limit(.buy, 10, at: 2000))
        try runner.pose(.recordExecution(account, try venue.fill(buy, 10, at: 2000, fee: 0, runner)))
        let sale = try runner.place(account, World.limit(.sell, 6, at: 2000))
        let answer = try runner.pose(.replaceOrder(account, Self.asked(sale, 11))).events
        #expect(answer.contains { if case .order(.replaceRejected) = $0 { true } else { false } })
        try runner.pose(.replaceOrder(account, Self.asked(sale, 10)))
        #expect(try runner.account(account).risk.reservedShares[Sample.instrument] == Quantity(units: 10))
        try runner.pose(.recordVenueFact(account, Self.refused(sale, try runner.order(sale))))
        #expect(try runner.account(account).risk.reservedShares[Sample.instrument] == Quantity(units: 6))
        try Invariants.check(runner.state)
    }
}
