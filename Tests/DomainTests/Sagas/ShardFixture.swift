import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas

/// A trading shard that knows a calendar of ten days, three instruments and a fee.
enum World {
    static let monday = BusinessDate(days: 7306)
    static let calendar = "XNYS"
    static let symbols = ["SPX", "NDX", "RUT"].map { Symbol.known($0) }

    static func day(_ offset: Int32) -> BusinessDate { BusinessDate(days: monday.days + offset) }

    static func trading(days: Int32 = 10, fee: Int64 = 5) throws -> ShardRunner {
        var runner = ShardRunner()
        runner.effectiveAt = monday.at(seconds: 36_000)
        var opened = ShardOpened()
        opened.shard = 1
        opened.clock = .simulated
        try runner.pose(.openShard(opened))
        var declared = TradingDaysDeclared()
        declared.calendar = calendar
        declared.days = (0..<days).map(day)
        var facts: [ReferenceEvent] = [.tradingDaysDeclared(declared)]
        for (index, symbol) in symbols.enumerated() {
            facts.append(.instrumentRegistered(instrument(symbol, Sample.instrument(Int64(index) + 1))))
        }
        var euro = instrument(.known("DAX"), Sample.instrument(9))
        euro.currency = .known("EUR")
        facts.append(.instrumentRegistered(euro))
        var schedule = FeeScheduleSet()
        schedule.venue = PaperProfile.venue
        schedule.commission = BasisPoints(fee)
        schedule.validFrom = monday
        schedule.version = 1
        facts.append(.feesSet(schedule))
        try copy(facts, into: &runner)
        return runner
    }

    static func instrument(_ symbol: Symbol, _ id: InstrumentID) -> InstrumentRegistered {
        var terms = InstrumentRegistered()
        terms.instrument = id
        terms.symbol = symbol
        terms.tickSize = Price(cents: 1)
        terms.lotSize = Quantity(units: 1)
        terms.tradingCalendar = calendar
        terms.marginable = true
        terms.shortable = true
        return terms
    }

    static func copy(_ facts: [ReferenceEvent], into runner: inout ShardRunner) throws {
        for fact in facts {
            var copy = ReferenceFactCopied()
            copy.sourcePosition = runner.state.reference.copiedUpTo + 1
            try runner.pose(.copyReference(copy, fact))
        }
    }

    static func restrict(_ instrument: InstrumentID, _ restricted: Bool, _ runner: inout ShardRunner) throws {
        var fact = RestrictionChanged()
        fact.instrument = instrument
        fact.restricted = restricted
        fact.listVersion = runner.state.reference.restrictionsVersion + 1
        try copy([.restrictionChanged(fact)], into: &runner)
    }

    static func mark(_ prices: [Int64], _ date: BusinessDate, _ runner: inout ShardRunner) throws {
        var fact = OfficialMarksRecorded()
        fact.date = date
        fact.version = 1
        for (index, price) in prices.enumerated() {
            fact.marks.append(OfficialMark(Sample.instrument(Int64(index) + 1), Price(cents: price)))
        }
        try copy([.marksRecorded(fact)], into: &runner)
    }

    static func limit(
        _ side: Side,
        _ units: Int64,
        at cents: Int64,
        seen: Int64? = nil,
        symbol: Symbol = symbols[0]
    ) -> PlaceOrder {
        var wanted = market(side, units, seen: seen ?? cents, symbol: symbol)
        wanted.type = .limit
        wanted.limitPrice = Price(cents: cents)
        return wanted
    }

    static func market(_ side: Side, _ units: Int64, seen cents: Int64, symbol: Symbol = symbols[0])
        -> PlaceOrder
    {
        var wanted = PlaceOrder()
        wanted.symbol = symbol
        wanted.side = side
        wanted.quantity = Quantity(units: units)
        wanted.seen = ReferencePrice(last: Price(cents: cents), source: "test", at: Timestamp(nanos: 0))
        return wanted
    }
}

/// What an honest venue says: it fills within the order's price and charges the order's rate on all that
/// traded.
struct HonestVenue {
    private var number = 0

    func acknowledge(_ order: OrderID) -> OrderAcknowledged {
        var fact = OrderAcknowledged()
        fact.order = order
        fact.venueOrderID = "V1"
        return fact
    }

    /// A trade of `units` at `cents` of an open order, in agreement with our books.
    mutating func fill(
        _ order: OrderID,
        _ units: Int64,
        at cents: Int64,
        fee: Int64 = 5,
        _ runner: ShardRunner
    ) throws -> OrderExecuted {
        number += 1
        let state = try runner.order(order)
        guard let placed = state.placed else { throw ShardRunner.Missing(what: "the order's terms") }
        let entry = try runner.account(placed.account)
        var report = OrderExecuted()
        report.order = order
        report.venue = PaperProfile.venue
        report.tradeDate = runner.state.businessDate(at: runner.effectiveAt)
        report.venueExecutionID = "E\(number)"
        report.side = placed.side
        report.quantity = Quantity(units: units)
        report.price = Price(cents: cents)
        report.settlementAmount = Money(cents: units * cents)
        let before = Self.cents(of: state.tradedNotional, fee)
        let after = Self.cents(of: state.tradedNotional + report.settlementAmount, fee)
        report.commission = Money(cents: after - before)
        report.venueCumulative = state.cumulative(with: report.quantity)
        let signed = placed.side == .buy ? report.quantity : -report.quantity
        report.venuePosition = entry.portfolio.position(placed.instrument).adding(signed) ?? .zero
        let paid = placed.side == .buy ? -report.settlementAmount : report.settlementAmount
        let traded = entry.portfolio.tradedCash[.usd] ?? .zero
        report.venueCash = traded + paid - report.commission
        return report
    }

    private static func cents(of notional: Money, _ fee: Int64) -> Int64 {
        let nanos = notional.nanos * Int128(fee) / 10_000
        return Int64((nanos + 9_999_999) / 10_000_000)
    }
}
