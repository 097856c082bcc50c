internal import BifrostKernel
internal import Portfolios
internal import Prices
internal import ReadModels
internal import Replays

/// A holding with its official mark, wherever it was read.
struct MarkedHolding: Sendable {
    let instrument: InstrumentID
    let symbol: String
    let quantity: Quantity
    let cost: Money
    let mark: Price?
    let markDate: BusinessDate?
    /// Whether a day was closed after the day of the mark.
    let isStale: Bool

    init(_ position: PositionView) {
        instrument = position.instrument
        symbol = position.symbol
        quantity = position.quantity
        cost = position.cost
        mark = position.mark
        markDate = position.markDate
        isStale = position.isStale
    }

    init(_ figures: HoldingFigures) throws(DecimalError) {
        instrument = figures.instrument
        symbol = figures.symbol ?? figures.instrument.id.text
        quantity = try Quantity(figures.quantity)
        cost = try Money(figures.cost)
        if let text = figures.mark { mark = try Price(text) } else { mark = nil }
        markDate = figures.markDate.flatMap { BusinessDate($0) }
        isStale = figures.isStale
    }
}

/// What an account's holdings are worth at a moment of the day.
///
/// Of each the first that there is: the official close of the day, the last trade after the official close
/// before, the middle of the last quote after it, that close itself.
struct Valuation: Sendable {
    /// A price of a feed that is older is stale.
    ///
    /// Quotes of a listed share come many times a minute; a quarter of an hour is how late a delayed feed is.
    static let staleNanos: Int64 = 900_000_000_000

    /// What a price is.
    enum Basis: String {
        case officialClose = "official_close"
        case lastTrade = "last_trade"
        case mid
        case previousClose = "previous_close"
    }

    /// A holding at its price.
    struct Line {
        let holding: MarkedHolding
        var price: Price?
        var basis: Basis?
        /// When the price was quoted, of one of a feed.
        var quotedAt: Timestamp?
        var isStale: Bool

        var value: Money {
            price.map { Money.notional($0, holding.quantity, .halfAwayFromZero) } ?? .zero
        }
        var unrealised: Money { Money(clamping: value.nanos - holding.cost.nanos) }
    }

    /// The moment.
    let time: Timestamp
    /// The last segment of prices that was known.
    let segment: Int64
    private(set) var lines: [Line] = []

    /// Values `holdings` by the prices of `book` up to `time`, as far as segments up to `segment` tell.
    ///
    /// Blocks.
    init(
        _ holdings: [MarkedHolding],
        _ book: PriceBook,
        at time: Timestamp,
        asOfSegment segment: Int64?
    ) throws(PriceError) {
        self.time = time
        if let segment { self.segment = segment } else { self.segment = try book.lastSegment()?.number ?? 0 }
        let today = time.date
        let open = holdings.filter { $0.markDate.map { $0 < today } ?? true }
        // Those of one day are asked for together: most holdings were marked on the same one.
        var latest: [InstrumentID: LatestPrices] = [:]
        for (date, group) in Dictionary(grouping: open, by: \.markDate) {
            let start = date.map { $0.at(seconds: 86_400) } ?? Timestamp(nanos: .min)
            let found = try book.latest(
                of: group.map(\.instrument),
                after: Timestamp(nanos: start.nanos == .min ? .min : start.nanos - 1),
                through: time,
                asOfSegment: self.segment
            )
            latest.merge(found) { first, _ in first }
        }
        lines = holdings.map { Self.line($0, latest[$0.instrument], time) }
    }

    private static func line(_ holding: MarkedHolding, _ latest: LatestPrices?, _ time: Timestamp) -> Line {
        func quoted(_ price: Price, _ basis: Basis, _ at: Timestamp) -> Line {
            let isStale = time.nanos.subtractingReportingOverflow(at.nanos).partialValue > staleNanos
            return Line(holding: holding, price: price, basis: basis, quotedAt: at, isStale: isStale)
        }
        if let trade = latest?.trade, let last = trade.tick.last {
            return quoted(last, .lastTrade, trade.tick.at)
        }
        if let quote = latest?.quote, let bid = quote.tick.bid, let ask = quote.tick.ask {
            let middle = (Int128(bid.nanos) + Int128(ask.nanos)) / 2
            return quoted(Price(nanos: Int64(middle)), .mid, quote.tick.at)
        }
        let isOfToday = holding.markDate == time.date
        return Line(
            holding: holding,
            price: holding.mark,
            basis: holding.mark == nil ? nil : isOfToday ? .officialClose : .previousClose,
            quotedAt: nil,
            isStale: holding.mark == nil || (!isOfToday && holding.isStale)
        )
    }

    /// The answer; amounts of each line are in the currency of its instrument, as `currency` names it.
    func json(_ currency: (InstrumentID) -> Currency?) -> JSON {
        var sums: [Currency: (value: Int128, unrealised: Int128)] = [:]
        for line in lines {
            guard let code = currency(line.holding.instrument) else { continue }
            sums[code, default: (0, 0)].value += line.value.nanos
            sums[code, default: (0, 0)].unrealised += line.unrealised.nanos
        }
        return [
            "time": .string(time.text),
            "segment": .count(segment),
            "positions": .array(lines.map { Self.json($0, currency($0.holding.instrument)) }),
            "totals": .array(
                sums.sorted { $0.key < $1.key }.map { code, sum in
                    [
                        "currency": .string(code.code),
                        "value": .string(Money(clamping: sum.value).text),
                        "unrealised": .string(Money(clamping: sum.unrealised).text),
                    ]
                }
            ),
        ]
    }

    private static func json(_ line: Line, _ currency: Currency?) -> JSON {
        [
            "symbol": .string(line.holding.symbol),
            "currency": .optional(currency?.code),
            "quantity": .string(line.holding.quantity.text),
            "cost": .string(line.holding.cost.text),
            "price": .optional(line.price?.text),
            "basis": .optional(line.basis?.rawValue),
            "quotedAt": .optional(line.quotedAt?.text),
            "markDate": .optional(line.quotedAt == nil ? line.holding.markDate?.text : nil),
            "stale": .bool(line.isStale),
            "value": .string(line.value.text),
            "unrealised": .string(line.unrealised.text),
        ]
    }
}
