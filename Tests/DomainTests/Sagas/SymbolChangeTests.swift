import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import Testing

/// FB is META from day 5 on; from day 7 on FB is another company.
@Suite("A symbol changes, and is taken again")
struct SymbolChangeTests {
    private static let old = Symbol.known("FB")
    private static let new = Symbol.known("META")

    private static func market() throws -> (ActionMarket, AccountID) {
        var market = ActionMarket()
        try market.begin((0..<12).map { World.day($0) }, ["FB"])
        let holder = try market.trading.open("holder", cash: 1_000_000)
        try market.buy(holder, old, 100, at: Price(cents: 18_000))
        var wanted = ChangeInstrument()
        wanted.symbol = old
        wanted.effectiveFrom = World.day(5)
        wanted.terms = World.instrument(new, .none)
        try market.declare(.changeInstrument(wanted))
        return (market, holder)
    }

    private static func roll(_ offsets: ClosedRange<Int32>, _ market: inout ActionMarket) throws {
        for offset in offsets {
            try market.roll(World.day(offset))
            try market.beginOrders()
        }
        market.trading.effectiveAt = World.day(offsets.upperBound + 1).at(seconds: 36_000)
    }

    private static func refusal(_ symbol: Symbol, _ holder: AccountID, _ market: inout ActionMarket) throws
        -> Rejection?
    {
        try market.trading.pose(.placeOrder(holder, World.limit(.buy, 1, at: 18_000, symbol: symbol))).refusal
    }

    @Test("the old name is refused with its last day, the new one before its first")
    func names() throws {
        var (market, holder) = try Self.market()
        #expect(try Self.refusal(Self.old, holder, &market) == nil)
        #expect(try Self.refusal(Self.new, holder, &market) == Rejection(.unknownSymbol))
        try Self.roll(0...4, &market)
        let unit: Int128 = 1_000_000_000
        let given = Rejection(
            .symbolGivenUp,
            limit: Int128(World.day(4).days) * unit,
            value: Int128(World.day(5).days) * unit
        )
        #expect(try Self.refusal(Self.old, holder, &market) == given)
        #expect(try Self.refusal(Self.new, holder, &market) == nil)
    }

    @Test("an open order, the position, its lots and marks go on under the new name")
    func goesOn() throws {
        var (market, holder) = try Self.market()
        var wanted = World.limit(.sell, 40, at: 19_000, seen: 18_000, symbol: Self.old)
        wanted.timeInForce = .goodTillCancelled
        let order = try market.trading.place(holder, wanted)
        let instrument = try #require(market.trading.order(order).placed?.instrument)
        try market.mark([("FB", Price(cents: 18_100))], World.day(4))
        try Self.roll(0...4, &market)
        #expect(market.trading.state.sweeps.isEmpty, "a name alone judges nothing again")
        var venue = HonestVenue()
        let report = try venue.fill(order, 40, at: 19_000, fee: 0, market.trading)
        #expect(try market.trading.pose(.recordExecution(holder, report)).events.count == 3)
        let books = try market.trading.account(holder).portfolio
        #expect(books.position(instrument) == Quantity(units: 60))
        #expect(books.lotsByID[instrument]?.lots.map(\.quantity) == [Quantity(units: 60)])
        try market.mark([("META", Price(cents: 18_500))], World.day(5))
        #expect(market.trading.state.reference.markByID[instrument]?.price == Price(cents: 18_500))
        let late = try market.buy(holder, Self.new, 1, at: Price(cents: 18_600))
        #expect(!late.isEmpty)
        #expect(try market.trading.account(holder).portfolio.position(instrument) == Quantity(units: 61))
    }

    @Test("a name that is taken again is another instrument, for orders, marks, lists and actions")
    func isTakenAgain() throws {
        var (market, holder) = try Self.market()
        var other = RegisterInstrument()
        other.terms = World.instrument(Self.old, .none)
        other.terms.validFrom = World.day(7)
        try market.declare(.registerInstrument(other))
        let first = try #require(market.trading.state.reference.id(of: Self.old, on: World.day(0)))
        let second = try #require(market.trading.state.reference.id(of: Self.old, on: World.day(7)))
        #expect(first != second)
        try Self.roll(0...6, &market)
        let order = try market.trading.place(
            holder,
            World.limit(.buy, 1, at: 1_000, symbol: Self.old)
        )
        #expect(try market.trading.order(order).placed?.instrument == second)
        try market.mark([("FB", Price(cents: 1_000)), ("META", Price(cents: 19_000))], World.day(7))
        #expect(market.trading.state.reference.markByID[second]?.price == Price(cents: 1_000))
        market.setReferenceTime(World.day(7).at(seconds: 0))
        try market.declare(.restrict(Self.old, true))
        #expect(market.trading.state.reference.restricted == [second])
        try market.declare(.setInstrumentStatus(Self.new, .halted))
        #expect(market.trading.state.reference.status(of: first) == .halted)
        var wanted = AnnounceCorporateAction()
        wanted.symbol = Self.new
        wanted.terms.exDate = World.day(9)
        wanted.terms.payDate = World.day(9)
        wanted.terms.amountPerUnit = Price(cents: 50)
        try market.declare(.announceCorporateAction(wanted))
        wanted.symbol = Self.old
        try market.declare(.announceCorporateAction(wanted))
        let announced = market.trading.state.reference.corporateActions.of(World.day(9)).map(\.instrument)
        #expect(announced == [first, second])
    }
}
