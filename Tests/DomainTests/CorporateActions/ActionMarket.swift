import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

/// A reference shard and a trading shard behind it, both with the real decider.
struct ActionMarket {
    static let calendar = "XNYS"

    private(set) var reference = ShardRunner()
    var trading = ShardRunner()
    private var trades = 0
    /// What a venue's own book has of each account, which no corporate action changes.
    private var venueUnits: [AccountID: Quantity] = [:]

    mutating func begin(_ days: [BusinessDate], _ symbols: [String], lot: Quantity = Quantity(units: 1))
        throws
    {
        var opened = ShardOpened()
        opened.clock = .simulated
        opened.isReference = true
        try reference.pose(.openShard(opened))
        opened.isReference = false
        opened.shard = 1
        try trading.pose(.openShard(opened))
        for start in stride(from: 0, to: days.count, by: ReferenceBook.daysMax) {
            var declared = TradingDaysDeclared()
            declared.calendar = Self.calendar
            declared.days = Array(days[start..<min(days.count, start + ReferenceBook.daysMax)])
            try declare(.declareTradingDays(declared))
        }
        for symbol in symbols {
            var wanted = RegisterInstrument()
            wanted.terms = World.instrument(.known(symbol), .none)
            wanted.terms.lotSize = lot
            try declare(.registerInstrument(wanted))
        }
        if let first = days.first { trading.effectiveAt = first.at(seconds: 36_000) }
    }

    /// Poses a fact to the reference shard and copies what it made.
    @discardableResult
    mutating func declare(_ command: Command) throws -> Answer {
        let answer = try reference.pose(command)
        for event in answer.events {
            guard case .reference(let fact) = event else { continue }
            try World.copy([fact], into: &trading)
        }
        return answer
    }

    /// Sets the clock of the reference shard.
    mutating func setReferenceTime(_ time: Timestamp) { reference.effectiveAt = time }

    mutating func mark(_ prices: [(String, Price)], _ date: BusinessDate) throws {
        var marks = RecordMarks()
        marks.date = date
        marks.source = "test"
        marks.marks = prices.map { SymbolPrice(.known($0.0), $0.1) }
        try declare(.recordMarks(marks))
    }

    /// Rolls a day and goes on until it is closed and the next has begun; how many commands that took.
    @discardableResult
    mutating func roll(_ date: BusinessDate) throws -> Int {
        var answer = try trading.pose(.rollDay(calendar: Self.calendar, date))
        var count = 1
        while trading.state.rollIsUnfinished {
            try #require(!answer.events.isEmpty && count < 100, "the roll goes on: \(answer)")
            answer = try trading.pose(.continueRoll(date, step: UInt64(count)))
            count += 1
        }
        return count
    }

    /// Gives the orders what the day begins with; how many commands that took.
    @discardableResult
    mutating func beginOrders() throws -> Int {
        var count = 0
        while let sweep = trading.state.sweeps.first(where: { $0.day != nil }) {
            let answer = try trading.pose(.continueSweep(sweep.position, done: UInt64(sweep.done)))
            count += 1
            try #require(!answer.events.isEmpty && count < 100, "the sweep goes on: \(answer)")
        }
        return count
    }

    /// Buys, or sells when `units` is negative, at one price, without fees; the venue's own book agrees.
    @discardableResult
    mutating func buy(_ account: AccountID, _ symbol: Symbol, _ units: Int64, at price: Price) throws
        -> [DomainEvent]
    {
        var wanted = PlaceOrder()
        wanted.symbol = symbol
        wanted.side = units > 0 ? .buy : .sell
        wanted.quantity = Quantity(units: abs(units))
        wanted.seen = ReferencePrice(last: price, source: "test", at: Timestamp(nanos: 0))
        let order = try trading.place(account, wanted)
        trades += 1
        let traded = Quantity(units: units)
        let before = venueUnits[account] ?? .zero
        venueUnits[account] = before.adding(traded)
        var report = OrderExecuted()
        report.order = order
        report.venue = PaperProfile.venue
        report.tradeDate = trading.state.businessDate(at: trading.effectiveAt)
        report.venueExecutionID = "E\(trades)"
        report.side = wanted.side
        report.quantity = wanted.quantity
        report.price = price
        report.settlementAmount = Money.notional(price, wanted.quantity, .halfAwayFromZero)
        report.venueCumulative = wanted.quantity
        report.venuePosition = venueUnits[account] ?? .zero
        let paid = units > 0 ? -report.settlementAmount : report.settlementAmount
        report.venueCash = (try trading.account(account).portfolio.tradedCash[.usd] ?? .zero) + paid
        return try trading.pose(.recordExecution(account, report)).events
    }
}
