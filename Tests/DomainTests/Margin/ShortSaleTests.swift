import BifrostKernel
import ComplianceRules
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Short sales")
struct ShortSaleTests {
    private static func dollars(_ units: Int128) -> Int128 { units * 1_000_000_000 }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let order: PlaceOrder
        /// In whole dollars: the price of one unit that is held back, and the requirement.
        let price: Int64
        let needed: Int128
    }

    static let reservations: [Row] = [
        Row(testDescription: "market", order: MarginDesk.order(.sellShort, 100), price: 103, needed: 5150),
        Row(
            testDescription: "a limit below 1.03 × ask",
            order: MarginDesk.order(.sellShort, 100, at: 9900),
            price: 103,
            needed: 5150
        ),
        Row(
            testDescription: "a limit above 1.03 × ask",
            order: MarginDesk.order(.sellShort, 100, at: 11_000),
            price: 110,
            needed: 5500
        ),
        Row(
            testDescription: "short exempt",
            order: MarginDesk.order(.sellShortExempt, 100),
            price: 103,
            needed: 5150
        ),
        Row(testDescription: "market buy", order: MarginDesk.order(.buy, 100), price: 110, needed: 5500),
        Row(
            testDescription: "limit buy",
            order: MarginDesk.order(.buy, 100, at: 9000),
            price: 90,
            needed: 4500
        ),
    ]

    @Test("an order holds back its price, and needs half of its value", arguments: reservations)
    func reserves(row: Row) throws {
        var desk = try MarginDesk()
        let events = try desk.place(row.order)
        #expect(events.isApproved)
        let fact = try #require(events.risk)
        #expect(fact.reservedPrice == Price(units: row.price))
        #expect(fact.reservedCash == Money(units: Int128(row.price) * 100))
        let units = Quantity(units: 100)
        #expect((fact.pendingShorts ?? .zero) == (row.order.side.isShort ? units : .zero))
        #expect(fact.pendingBuys == (row.order.side.isShort ? .zero : units))
        let check = try #require(events.check(.initialMarginExceeded))
        #expect(check.limit == Self.dollars(10_000) && check.value == Self.dollars(row.needed))
    }

    @Test("a fee schedule's commission is needed whole")
    func includesFees() throws {
        var desk = try MarginDesk()
        var fees = FeeScheduleSet()
        fees.venue = PaperProfile.venue
        fees.commission = BasisPoints(10)
        fees.validFrom = World.monday
        fees.version = 2
        try World.copy([.feesSet(fees)], into: &desk.runner)
        let events = try desk.place(MarginDesk.order(.sellShort, 100))
        let check = try #require(events.check(.initialMarginExceeded))
        #expect(check.value == Money(cents: 515_000 + 1030).nanos)
    }

    @Test("a cash account never sells short, and a locate is for short sales")
    func refusesForm() throws {
        var desk = try MarginDesk()
        let cash = try desk.runner.open("cash", cash: 10_000)
        let short = try desk.runner.pose(.placeOrder(cash, MarginDesk.order(.sellShort, 1)))
        #expect(short.refusal == Rejection(.shortSaleNeedsMargin))
        var buy = MarginDesk.order(.buy, 1)
        buy.special.locate = .known("L-1")
        let located = try desk.runner.pose(.placeOrder(desk.account, buy))
        #expect(located.refusal == Rejection(.locateUnexpected))
        var euro = OpenAccount()
        euro.alias = "euro"
        euro.currency = .known("EUR")
        euro.kind = .margin
        #expect(try desk.runner.pose(.openAccount(euro)).refusal == Rejection(.marginCurrencyUnsupported))
        euro.currency = .usd
        euro.owner = OwnerID(Sample.order.id)
        #expect(try desk.runner.pose(.openAccount(euro)).refusal == Rejection(.unknownOwner))
    }

    @Test("compliance asks for a shortable instrument and a locate, and keeps the locate")
    func asksForLocate() throws {
        var desk = try MarginDesk()
        let missing = try desk.place(MarginDesk.order(.sellShort, 1, locate: nil))
        #expect(missing.refusal == .locateMissing)
        #expect(try desk.runner.account(desk.account).risk.reservationByID.isEmpty)
        let events = try desk.place(MarginDesk.order(.sellShort, 1))
        var locate: ClientName?
        for case .compliance(.assessed(let fact)) in events { locate = fact.locate }
        #expect(locate == .known("L-1"))
        var terms = World.instrument(.known("HARD"), Sample.instrument(5))
        terms.shortable = false
        try World.copy([.instrumentRegistered(terms)], into: &desk.runner)
        let hard = try desk.place(MarginDesk.order(.sellShort, 1, .known("HARD")))
        #expect(hard.refusal == .instrumentNotShortable)
        try World.restrict(Sample.instrument(1), true, &desk.runner)
        #expect(try desk.place(MarginDesk.order(.sellShort, 1)).refusal == .instrumentRestricted)
    }

    @Test("a short sale is judged by the terms of its own day, also when the clock goes back over midnight")
    func judgesByItsDay() throws {
        var desk = try MarginDesk()
        var change = InstrumentTermsChanged()
        change.instrument = Sample.instrument(1)
        change.effectiveFrom = BusinessDate(days: World.monday.days + 1)
        change.terms = World.instrument(World.symbols[0], Sample.instrument(1))
        change.terms.validFrom = change.effectiveFrom
        change.terms.shortable = false
        try World.copy([.termsChanged(change)], into: &desk.runner)
        desk.runner.effectiveAt = change.effectiveFrom.at(seconds: 1)
        #expect(try desk.place(MarginDesk.order(.sellShort, 1)).refusal == .instrumentNotShortable)
        desk.runner.effectiveAt = World.monday.at(seconds: 86_399)
        #expect(try desk.place(MarginDesk.order(.sellShort, 1)).refusal == nil)
    }

    struct Marking: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Units held by the account, and by another account of its owner.
        var here: Int64 = 0
        var there: Int64 = 0
        var onOffer: Int64 = 0
        let side: Side
        let units: Int64
        let code: RejectionCode?
        var limit: Int128?
        var value: Int128?
    }

    static let markings: [Marking] = [
        Marking(
            testDescription: "nothing to sell long",
            side: .sell,
            units: 1,
            code: .saleNotLong,
            limit: 0,
            value: 1
        ),
        Marking(
            testDescription: "more than is there",
            here: 40,
            side: .sell,
            units: 41,
            code: .saleNotLong,
            limit: 40,
            value: 41
        ),
        Marking(testDescription: "all that is there", here: 40, side: .sell, units: 40, code: nil),
        Marking(
            testDescription: "more than is not on offer",
            here: 40,
            onOffer: 30,
            side: .sell,
            units: 11,
            code: .saleNotLong,
            limit: 10,
            value: 11
        ),
        Marking(
            testDescription: "short while long",
            here: 40,
            side: .sellShort,
            units: 50,
            code: .saleNotShort,
            limit: 0,
            value: 40
        ),
        Marking(
            testDescription: "short beside all that is on offer",
            here: 40,
            onOffer: 40,
            side: .sellShort,
            units: 10,
            code: nil
        ),
        Marking(testDescription: "short again", here: -40, side: .sellShort, units: 10, code: nil),
        Marking(
            testDescription: "short while the owner is long elsewhere",
            there: 40,
            side: .sellShort,
            units: 10,
            code: .saleNotShort,
            limit: 0,
            value: 40
        ),
        Marking(
            testDescription: "long while the owner is as short elsewhere",
            here: 40,
            there: -40,
            side: .sell,
            units: 1,
            code: .saleNotLong,
            limit: 0,
            value: 1
        ),
        Marking(
            testDescription: "short while the owner is as short elsewhere",
            here: 40,
            there: -40,
            side: .sellShort,
            units: 1,
            code: nil
        ),
    ]

    @Test("a sale is marked by the owner's net position over all accounts", arguments: markings)
    func marks(row: Marking) throws {
        var desk = try MarginDesk(cash: 100_000)
        let owner = try desk.runner.account(desk.account).opened.owner
        let other = try desk.runner.open("beta", cash: 100_000, .margin, owner: owner)
        #expect(try desk.runner.account(other).opened.owner == owner)
        for (units, account) in [(row.there, other), (row.here, desk.account)] where units != 0 {
            // The short position comes first: nobody is short of what the owner has.
            let side: Side = units > 0 ? .buy : .sellShort
            try desk.trade(MarginDesk.order(side, abs(units)), in: account)
        }
        if row.onOffer > 0 { _ = try desk.place(MarginDesk.order(.sell, row.onOffer)) }
        let events = try desk.place(MarginDesk.order(row.side, row.units))
        #expect(events.refusal == row.code)
        guard let code = row.code else { return }
        let check = try #require(events.check(code))
        #expect(check.limit == row.limit.map(Self.dollars) && check.value == row.value.map(Self.dollars))
    }

    @Test("one trade goes from long to short: all long lots close, and a short one opens")
    func goesThroughZero() throws {
        var desk = try MarginDesk(cash: 100_000)
        let short = try desk.runner.place(desk.account, MarginDesk.order(.sellShort, 150))
        try desk.trade(MarginDesk.order(.buy, 60), at: 10_000)
        try desk.trade(MarginDesk.order(.buy, 40), at: 10_100)
        try desk.fill(short, at: 10_200)
        let books = try desk.runner.account(desk.account).portfolio
        let lots = try #require(books.lotsByID[Sample.instrument(1)]).lots
        #expect(lots.map(\.quantity) == [Quantity(units: -50)])
        #expect(lots.map(\.cost) == [Money(units: -5100)])
        #expect(books.realised[.usd] == Money(units: 60 * 2 + 40))
        #expect(books.isSound)
        try desk.trade(MarginDesk.order(.buy, 80), at: 9900)
        let after = try desk.runner.account(desk.account).portfolio
        #expect(after.lotsByID[Sample.instrument(1)]?.lots.map(\.quantity) == [Quantity(units: 30)])
        #expect(after.realised[.usd] == Money(units: 160 + 50 * 3))
        #expect(after.cash(.usd) == Money(units: 100_000 - 6000 - 4040 + 15_300 - 7920))
        #expect(after.isSound)
    }

    @Test("a part of a short sale trades and its rest is held; a cancel frees it")
    func consumes() throws {
        var desk = try MarginDesk()
        let order = try desk.runner.place(desk.account, MarginDesk.order(.sellShort, 80))
        try desk.fill(order, 30, at: 10_000)
        let held = try #require(try desk.runner.account(desk.account).risk.reservationByID[order])
        #expect(held.shorts == Quantity(units: 50) && held.buys == .zero)
        #expect(held.cash == Money(units: 5150))
        try desk.runner.pose(.cancelOrder(desk.account, order))
        try desk.runner.pose(.confirmCancel(desk.account, order))
        #expect(try desk.runner.account(desk.account).risk.reservationByID.isEmpty)
        #expect(try desk.runner.reservedCash(desk.account) == .zero)
        try Invariants.check(desk.runner.state)
    }

    @Test("a replacement of a short sale holds the larger of both, and needs the difference")
    func replaces() throws {
        var desk = try MarginDesk()
        let order = try desk.runner.place(desk.account, MarginDesk.order(.sellShort, 100, at: 11_000))
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.quantity = Quantity(units: 180)
        wanted.seen = ReferencePrice(last: Price(cents: 10_000), source: "", at: Timestamp(nanos: 0))
        let events = try desk.runner.pose(.replaceOrder(desk.account, wanted)).events
        #expect(events.risk?.pendingShorts == Quantity(units: 180))
        #expect(events.check(.initialMarginExceeded)?.value == Self.dollars(9900))
        wanted.quantity = Quantity(units: 182)
        let refused = try desk.runner.pose(.replaceOrder(desk.account, wanted)).events
        #expect(refused.check(.initialMarginExceeded)?.passed == false)
        #expect(
            try desk.runner.account(desk.account).risk.reservationByID[order]?.shorts == Quantity(units: 180)
        )
        try Invariants.check(desk.runner.state)
    }
}
