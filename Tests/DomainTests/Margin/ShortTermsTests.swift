import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import Testing

@Suite("Other terms for orders of margin accounts")
struct ShortTermsTests {
    private static func replace(_ order: OrderID, _ units: Int64? = nil, at cents: Int64? = nil)
        -> ReplaceOrder
    {
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.quantity = units.map { Quantity(units: $0) }
        wanted.limitPrice = cents.map { Price(cents: $0) }
        wanted.seen.last = Price(cents: 10_000)
        return wanted
    }

    @Test("a short sale at a lower limit is still held at the market's price")
    func holdsMarket() throws {
        var desk = try MarginDesk()
        let order = try desk.runner.place(desk.account, MarginDesk.order(.sellShort, 10, at: 9900))
        try desk.runner.pose(.replaceOrder(desk.account, Self.replace(order, at: 9800)))
        try desk.confirmReplace(order)
        let held = try #require(try desk.runner.account(desk.account).risk.reservationByID[order])
        #expect(try desk.runner.order(order).terms.limitPrice == Price(cents: 9800))
        #expect(held.price == Price(cents: 10_300) && held.cash == Money(units: 1030))
    }

    @Test(
        "the fees of both terms are needed until the venue says which are in force",
        arguments: [.buy, .sellShort] as [Side]
    )
    func keepsFees(side: Side) throws {
        var desk = try MarginDesk(cash: 100_000)
        try desk.takeCommission(BasisPoints(100))
        let order = try desk.open(MarginDesk.order(side, 100, at: 10_300))
        #expect(try desk.required() == 5150 + 103)
        try desk.takeCommission(BasisPoints(0), version: 3)
        try desk.runner.pose(.replaceOrder(desk.account, Self.replace(order, 50)))
        #expect(try desk.required() == 5150 + 103, "the venue may still fill it by the terms before")
        try desk.confirmReplace(order)
        #expect(try desk.required() == 2575)
    }

    @Test("more of a cover that nobody has a price for now is held back at the price of before")
    func keepsPrice() throws {
        var desk = try MarginDesk(isMarked: false)
        try desk.trade(MarginDesk.order(.sellShort, 10))
        let order = try desk.runner.place(desk.account, MarginDesk.order(.buy, 5))
        let before = try #require(try desk.runner.account(desk.account).risk.reservationByID[order])
        var wanted = Self.replace(order, 6)
        wanted.seen.last = nil
        try desk.runner.pose(.replaceOrder(desk.account, wanted))
        let held = try #require(try desk.runner.account(desk.account).risk.reservationByID[order])
        #expect(held.buys == Quantity(units: 6) && held.price == before.price)
        #expect(held.cash.nanos * 5 == before.cash.nanos * 6)
        try Invariants.check(desk.runner.state)
    }

    @Test("what lives again is held back, also where nobody knows what it may cost")
    func holdsWhatLivesAgain() throws {
        var desk = try MarginDesk(isMarked: false)
        try desk.trade(MarginDesk.order(.sellShort, 10))
        var unpriced = MarginDesk.order(.buy, 10)
        unpriced.seen = ReferencePrice()
        let order = try desk.runner.place(desk.account, unpriced)
        try desk.fill(order, at: 10_000)
        _ = try desk.runner.place(desk.account, MarginDesk.order(.buy, 5))
        let report = try #require(try desk.runner.order(order).executions.values.first)
        var bust = Stranger.bust(report)
        bust.revision.reinstated = Quantity(units: 10)
        try desk.runner.pose(.recordVenueFact(desk.account, .busted(bust)))
        let risk = try desk.runner.account(desk.account).risk
        #expect(risk.reservationByID[order]?.buys == Quantity(units: 10))
        #expect(risk.pendingBuys[Sample.instrument] == Quantity(units: 15))
        try Invariants.check(desk.runner.state)
    }

    @Test("what all orders hold back stays within the bounds of money, whatever the equity is")
    func boundsWhatIsHeld() throws {
        var desk = try MarginDesk(cash: 900_000_000_000_000_000)
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1_000_000_000_000_000_000)
        limits.priceCollar = BasisPoints(1000)
        try desk.runner.pose(.setLimits(desk.account, limits))
        let dear = { (symbol: Symbol) in
            MarginDesk.order(.buy, 1_000_000_000, at: 60_000_000_000, seen: 60_000_000_000, symbol)
        }
        #expect(try desk.place(dear(World.symbols[0])).isApproved)
        #expect(try desk.place(dear(World.symbols[1])).refusal == .notionalTooLarge)
    }

    @Test("a split rounds the limit of a short sale up, and what it is held at")
    func splits() throws {
        var market = ActionMarket()
        try market.begin((0..<10).map { World.day($0) }, ["SPX"])
        let account = try market.trading.open("alpha", cash: 10_000, .margin)
        try market.mark([("SPX", Price(cents: 10_000))], World.day(0))
        var wanted = MarginDesk.order(.sellShort, 10, at: 10_001)
        wanted.timeInForce = .goodTillCancelled
        let order = try market.trading.place(account, wanted)
        var action = AnnounceCorporateAction()
        action.symbol = World.symbols[0]
        action.terms.kind = .split
        action.terms.exDate = World.day(1)
        (action.terms.numerator, action.terms.denominator) = (3, 2)
        try market.declare(.announceCorporateAction(action))
        try market.roll(World.day(0))
        try market.beginOrders()
        let terms = try market.trading.order(order).terms
        #expect(terms.limitPrice == Price(cents: 6668) && terms.quantity == Quantity(units: 15))
        let held = try #require(try market.trading.account(account).risk.reservationByID[order])
        // Two thirds of 1.03 × 100.
        #expect(held.price == Price(nanos: 68_666_666_667) && held.shorts == Quantity(units: 15))
    }

    @Test("a cover that is made larger than what is short opens a position", arguments: [10, 11] as [Int64])
    func judgesWhole(units: Int64) throws {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.sellShort, 10))
        let order = try desk.runner.place(desk.account, MarginDesk.order(.buy, 5, at: 10_000))
        var status = InstrumentStatusChanged()
        status.instrument = Sample.instrument
        status.status = .closingOnly
        try World.copy([.statusChanged(status)], into: &desk.runner)
        let events = try desk.runner.pose(.replaceOrder(desk.account, Self.replace(order, units))).events
        let refusals = events.compactMap { event in
            if case .order(.replaceRejected(let fact)) = event { fact.code } else { nil }
        }
        #expect(refusals == (units > 10 ? [.instrumentClosingOnly] : []))
    }
}

extension MarginDesk {
    /// The venue takes another share of what trades from now on.
    fileprivate mutating func takeCommission(_ commission: BasisPoints, version: UInt32 = 2) throws {
        var fees = FeeScheduleSet()
        fees.venue = PaperProfile.venue
        fees.commission = commission
        fees.validFrom = World.monday
        fees.version = version
        try World.copy([.feesSet(fees)], into: &runner)
    }

    /// The venue takes the terms that were asked for last.
    fileprivate mutating func confirmReplace(_ order: OrderID) throws {
        let request = try #require(try runner.order(order).pendingReplaces.last)
        var fact = OrderReplaced()
        fact.order = order
        fact.request = request.request
        fact.terms = request.terms
        try runner.pose(.recordVenueFact(account, .replaced(fact)))
    }
}
