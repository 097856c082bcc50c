import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import Testing

/// A trade in suspense that a person assigns days later is booked as if its account had been known when the
/// venue reported it.
@Suite("Trades that leave suspense late")
struct LateAssignmentTests {
    private static let symbol = Symbol.known("SPX")

    private var market = ActionMarket()
    private let holder: AccountID
    private let instrument: InstrumentID

    init() throws {
        try market.begin((0..<20).map { World.day($0) }, ["SPX"])
        holder = try market.trading.open("holder", cash: 10_000)
        instrument = try #require(market.trading.state.reference.id(of: Self.symbol, on: World.day(0)))
    }

    private var books: PortfolioState {
        get throws { try market.trading.account(holder).portfolio }
    }

    /// A trade on the open day of an account that nobody has; the position of its break.
    private mutating func suspend(_ units: Int64 = 10, at cents: Int64 = 1500, fees: [Fee] = []) throws
        -> Int64
    {
        var report = Stranger.trade(units, at: cents)
        report.tradeDate = market.trading.state.businessDate(at: market.trading.effectiveAt)
        report.fees = fees
        let said = Stranger.said(report, symbol: Self.symbol)
        let events = try market.trading.pose(.recordExternal(Sample.account, said)).events
        #expect(Stranger.names(events) == ["broke: unknownOrder", "suspended"])
        return try #require(market.trading.state.openBreaks.keys.max())
    }

    private mutating func assign(_ brokeAt: Int64) throws -> Answer {
        var wanted = AssignTrade()
        wanted.brokeAt = brokeAt
        let before = market.trading.log.count
        let answer = try market.trading.pose(.assignTrade(holder, wanted))
        if case .events = answer {
            try Invariants.check(market.trading.state)
            let folded = Invariants.fold(market.trading.log)
            #expect(Invariants.summary(folded) == Invariants.summary(market.trading.state))
            #expect(market.trading.log.count > before)
        }
        return answer
    }

    /// Rolls the days, and lets the clock stand in the morning after the last.
    private mutating func roll(_ days: ClosedRange<Int32>) throws {
        for day in days {
            try market.roll(World.day(day))
            try market.beginOrders()
            market.trading.effectiveAt = World.day(day + 1).at(seconds: 36_000)
        }
    }

    private mutating func announce(_ change: (inout CorporateActionAnnounced) -> Void) throws {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = Self.symbol
        wanted.terms.exDate = World.day(2)
        wanted.terms.payDate = World.day(4)
        wanted.terms.amountPerUnit = Price(cents: 100)
        change(&wanted.terms)
        #expect(try market.declare(.announceCorporateAction(wanted)).refusal == nil)
    }

    private static func split(_ numerator: UInt32, _ denominator: UInt32) -> (inout CorporateActionAnnounced)
        -> Void
    {
        { ($0.kind, $0.numerator, $0.denominator) = (.split, numerator, denominator) }
    }

    private func dividends() -> [DividendAccrued] {
        market.trading.log.compactMap { fact in
            if case .portfolio(.dividendAccrued(let accrued)) = fact.event { accrued } else { nil }
        }
    }

    @Test("order, trade and booking have the time and day of the report, the rest those of the assignment")
    mutating func isDated() throws {
        let reportedAt = market.trading.effectiveAt
        let position = try suspend()
        try roll(0...4)
        let now = market.trading.effectiveAt
        let before = market.trading.log.count
        #expect(
            Stranger.names(try assign(position).events)
                == ["assigned", "found", "executed", "booked", "resolved"]
        )
        let places = market.trading.log[before...].map(\.place)
        #expect(places.map(\.effectiveAt) == [now, reportedAt, reportedAt, reportedAt, now])
        let days = [5, 0, 0, 0, 5].map { World.day($0) }
        #expect(places.map(\.businessDate) == days)
    }

    @Test("lots are those that there would have been: what was sold meanwhile was the older lot")
    mutating func derivesLots() throws {
        let position = try suspend(10, at: 1500)
        try roll(0...0)
        try market.buy(holder, Self.symbol, 10, at: Price(cents: 2000))
        try roll(1...1)
        try market.buy(holder, Self.symbol, -10, at: Price(cents: 2500))
        #expect(try books.realised[.usd] == Money(units: 50))
        try roll(2...3)
        #expect(try assign(position).refusal == nil)
        #expect(try books.realised[.usd] == Money(units: 100))
        let lots = try #require(try books.lotsByID[instrument]).lots
        #expect(lots.map(\.cost) == [Money(units: 200)] && lots.map(\.opened) == [World.day(1)])
    }

    @Test("the trade date, hence the tax year and the settlement date, is that of the trade")
    mutating func settles() throws {
        var wanted = ChangeInstrument()
        wanted.symbol = Self.symbol
        wanted.effectiveFrom = World.day(0)
        wanted.terms = World.instrument(Self.symbol, .none)
        wanted.terms.settlementDays = 2
        try market.declare(.changeInstrument(wanted))
        let position = try suspend()
        try roll(0...4)
        let events = try assign(position).events
        guard case .portfolio(.tradeBooked(let booked))? = events.dropLast().last else {
            Issue.record("expected a booking, was \(events)")
            return
        }
        #expect(booked.tradeDate == World.day(0))
        let due = market.trading.state.reference.settlementDate(of: instrument, tradedOn: World.day(0))
        #expect(booked.settlementDate == due)
        try roll(5...5)
        #expect(try books.settlements.isEmpty, "what was due before settles with the next roll")
        #expect(try books.cash(.usd) == Money(cents: 1_000_000 - 15_001))
    }

    @Test("what the venue took is taken once, as it took it, whatever schedule holds by then")
    mutating func charges() throws {
        var schedule = FeeScheduleSet()
        schedule.venue = PaperProfile.venue
        schedule.commission = BasisPoints(5)
        schedule.validFrom = World.day(0)
        try market.declare(.setFees(schedule))
        let position = try suspend(fees: [Fee(.sec, Money(cents: 3), .usd), Fee(.taf, Money(cents: 2), .usd)])
        schedule.commission = BasisPoints(500)
        schedule.validFrom = World.day(1)
        try market.declare(.setFees(schedule))
        try roll(0...3)
        let held = market.trading.state.suspense.ledger.balance(.suspense, .money(.usd))
        #expect(held == Money(cents: 15_006).nanos)
        #expect(try assign(position).refusal == nil)
        #expect(try books.cash(.usd) == Money(cents: 1_000_000 - 15_006))
        let money = Commodity.money(.usd)
        #expect(try books.ledger.balance(.expense, money) == Money(cents: 1).nanos)
        #expect(try books.ledger.balance(.expense, money, .sec) == Money(cents: 3).nanos)
        #expect(try books.ledger.balance(.expense, money, .taf) == Money(cents: 2).nanos)
        #expect(market.trading.state.suspense.ledger.lines.isEmpty)
        #expect(try assign(position).refusal?.code == .unknownBreak)
        #expect(try books.cash(.usd) == Money(cents: 1_000_000 - 15_006))
        // The venue takes the trade back, and with it what it took.
        var bust = Stranger.bust(Stranger.trade(10))
        bust.revision.tradeDate = World.day(0)
        bust.revision.revisedTradeDate = World.day(0)
        try market.trading.pose(.recordVenueFact(Sample.account, .busted(bust)))
        #expect(try books.cash(.usd) == Money(units: 10_000))
        #expect(try books.ledger.balance(.expense, money, .sec) == 0)
    }

    @Test("a dividend since is accrued as of its ex-date, and paid with what the account had anyway")
    mutating func accrues() throws {
        try announce { _ in }
        let position = try suspend()
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1500))
        try roll(0...2)
        let before = market.trading.log.count
        #expect(try assign(position).refusal == nil)
        #expect(dividends().map(\.quantity) == [Quantity(units: 5), Quantity(units: 10)])
        let place = market.trading.log[before...].first { fact in
            if case .portfolio(.dividendAccrued) = fact.event { true } else { false }
        }
        #expect(place?.businessDate == World.day(2))
        #expect(try books.accrued(.usd) == Money(units: 15).nanos)
        let cash = try books.cash(.usd)
        try roll(3...3)
        #expect(try books.cash(.usd) == cash + Money(units: 15))
        #expect(try books.accrued(.usd) == 0)
        try roll(4...6)
        #expect(try books.cash(.usd) == cash + Money(units: 15), "paid once")
    }

    @Test("a dividend whose pay date is over is paid with the assignment; a sale takes it back")
    mutating func pays() throws {
        try announce { _ in }
        let bought = try suspend()
        try roll(0...5)
        let cash = try books.cash(.usd)
        #expect(try assign(bought).refusal == nil)
        #expect(try books.cash(.usd) == cash - Money(cents: 15_001) + Money(units: 10))
        #expect(try books.accrued(.usd) == 0)
        try roll(6...8)
        #expect(try books.cash(.usd) == cash - Money(cents: 15_001) + Money(units: 10))
    }

    @Test("a trade of the ex-date or later is not entitled")
    mutating func comesTooLate() throws {
        try announce { _ in }
        try roll(0...1)
        let position = try suspend()
        try roll(2...5)
        #expect(try assign(position).refusal == nil)
        #expect(dividends().isEmpty)
    }

    @Test("units pass through a split since, with a holding in the account and without", arguments: [0, 7])
    mutating func splits(held: Int64) throws {
        try announce(Self.split(3, 1))
        let position = try suspend()
        if held > 0 { try market.buy(holder, Self.symbol, held, at: Price(cents: 1500)) }
        try roll(0...2)
        try announce { ($0.exDate, $0.payDate) = (World.day(4), World.day(4)) }
        try roll(3...4)
        #expect(try assign(position).refusal == nil)
        #expect(try books.position(instrument) == Quantity(units: (held + 10) * 3))
        #expect(try books.isSound)
        let late = try #require(dividends().last)
        #expect(late.quantity == Quantity(units: 30))
        let paid = Money(units: Int128(held + 10) * 3)
        let bought = Money(cents: (held + 10) * 1500 + 1)
        #expect(try books.cash(.usd) == Money(units: 10_000) - bought + paid)
    }

    @Test("a split that trades came behind, of which the account held nothing, keeps the trade in suspense")
    mutating func refusesSplit() throws {
        try announce(Self.split(3, 1))
        let position = try suspend()
        try roll(0...2)
        try market.buy(holder, Self.symbol, 7, at: Price(cents: 500))
        let refusal = try assign(position).refusal
        let unit: Int128 = 1_000_000_000
        #expect(refusal == Rejection(.splitSinceTrade, value: Int128(World.day(2).days) * unit))
        #expect(!market.trading.state.suspense.ledger.lines.isEmpty)
    }

    @Test("while accounts wait for what a day begins with, nothing is assigned")
    mutating func waits() throws {
        try announce { _ in }
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1500))
        let position = try suspend()
        for number in 0..<260 { _ = try market.trading.open("other-\(number)") }
        try roll(0...0)
        try market.trading.pose(.rollDay(calendar: ActionMarket.calendar, World.day(1)))
        try #require(!market.trading.state.entitlements.isEmpty)
        #expect(try assign(position).refusal == Rejection(.rollUnfinished))
        var step: UInt64 = 0
        while market.trading.state.rollIsUnfinished, step < 100 {
            step += 1
            try market.trading.pose(.continueRoll(World.day(1), step: step))
        }
        #expect(try assign(position).refusal == nil)
        #expect(dividends().map(\.quantity) == [Quantity(units: 5), Quantity(units: 10)])
    }

    @Test("a symbol that a person names is that of the day of the trade")
    mutating func names() throws {
        var report = Stranger.trade(10)
        report.tradeDate = World.day(0)
        let said = Stranger.said(report, symbol: .known("SPX.N"))
        try market.trading.pose(.recordExternal(holder, said))
        let position = try #require(market.trading.state.openBreaks.keys.max())
        var change = ChangeInstrument()
        change.symbol = Self.symbol
        change.effectiveFrom = World.day(2)
        change.terms = World.instrument(.known("SPY"), .none)
        try market.declare(.changeInstrument(change))
        try roll(0...3)
        var wanted = AssignTrade()
        wanted.brokeAt = position
        wanted.symbol = .known("SPY")
        #expect(try market.trading.pose(.assignTrade(holder, wanted)).refusal == Rejection(.unknownSymbol))
        wanted.symbol = Self.symbol
        #expect(try market.trading.pose(.assignTrade(holder, wanted)).refusal == nil)
        #expect(try books.position(instrument) == Quantity(units: 10))
    }
}
