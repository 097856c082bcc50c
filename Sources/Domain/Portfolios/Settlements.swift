public import BifrostKernel

/// A trade whose money and units have not changed hands.
public struct UnsettledTrade: Hashable, Sendable {
    /// The last word on the trade, by the core's own id.
    public var execution: Identifier
    /// The order that traded.
    public var order: OrderID
    /// What was traded.
    public var instrument: InstrumentID
    /// The currency of the amount.
    public var currency: Currency
    /// Bought positive.
    public var quantity: Quantity
    /// What will come in, or with a minus go out, commission included.
    public var amount: Money
}

/// The trades of one account that have not settled, by the date on which they will.
///
/// Of one date, what comes in settles before what goes out, so that no purchase waits for its own proceeds;
/// within each, the order is that of booking.
public struct Settlements: Sendable {
    /// Trades in the order of booking; those before `first` have settled.
    fileprivate struct Line: Sendable {
        var trades: [UnsettledTrade] = []
        var first = 0
        var isEmpty: Bool { first == trades.count }

        mutating func remove(_ execution: Identifier) -> UnsettledTrade? {
            guard let index = trades[first...].firstIndex(where: { $0.execution == execution }) else {
                return nil
            }
            let trade = trades[index]
            if index == first { first += 1 } else { trades.remove(at: index) }
            return trade
        }

        mutating func scale(_ instrument: InstrumentID, _ scaled: (Int128) -> Int128) {
            for index in trades.indices[first...] where trades[index].instrument == instrument {
                let units = scaled(Int128(trades[index].quantity.nanos))
                trades[index].quantity = Quantity(exactly: Int64(clamping: units)) ?? trades[index].quantity
            }
        }
    }

    fileprivate struct Day: Sendable {
        var date = BusinessDate(days: 0)
        var incoming = Line()
        var outgoing = Line()
        /// What will come in, in units of 10⁻⁹.
        var receivable: [Currency: Int128] = [:]
    }

    /// Ascending by date: a few, because cycles are short.
    private var days: [Day] = []

    /// Nothing that waits.
    public init() {}

    /// Whether everything has settled.
    public var isEmpty: Bool { days.isEmpty }

    /// Everything that has not settled, in the order in which it will.
    public var all: [(date: BusinessDate, trade: UnsettledTrade)] {
        due(by: BusinessDate(days: .max), atMost: .max)
    }

    /// The first `atMost` trades that settle on `date` or should have before.
    func due(by date: BusinessDate, atMost: Int) -> [(date: BusinessDate, trade: UnsettledTrade)] {
        var found: [(date: BusinessDate, trade: UnsettledTrade)] = []
        for day in days where day.date <= date {
            for line in [day.incoming, day.outgoing] {
                let room = atMost - found.count
                found += line.trades[line.first...].prefix(room).map { (day.date, $0) }
            }
        }
        return found
    }

    /// What will have come in by the end of `date`, in units of 10⁻⁹.
    public func receivable(_ currency: Currency, by date: BusinessDate) -> Int128 {
        days.reduce(0) { $0 + ($1.date <= date ? $1.receivable[currency] ?? 0 : 0) }
    }

    func contains(_ execution: Identifier, on date: BusinessDate) -> Bool {
        guard let day = days.first(where: { $0.date == date }) else { return false }
        return day.incoming.trades[day.incoming.first...].contains { $0.execution == execution }
            || day.outgoing.trades[day.outgoing.first...].contains { $0.execution == execution }
    }

    mutating func add(_ trade: UnsettledTrade, on date: BusinessDate) {
        let index = days.firstIndex { $0.date >= date } ?? days.count
        if index == days.count || days[index].date != date { days.insert(Day(date: date), at: index) }
        if trade.amount >= .zero {
            days[index].incoming.trades.append(trade)
            days[index].receivable[trade.currency, default: 0] += trade.amount.nanos
        } else {
            days[index].outgoing.trades.append(trade)
        }
    }

    /// Takes out a trade that waits for `date`; `nil` when none of that name does.
    @discardableResult
    mutating func remove(_ execution: Identifier, on date: BusinessDate) -> UnsettledTrade? {
        guard let index = days.firstIndex(where: { $0.date == date }) else { return nil }
        var trade = days[index].incoming.remove(execution)
        if let trade {
            days[index].receivable[trade.currency, default: 0] -= trade.amount.nanos
        } else {
            trade = days[index].outgoing.remove(execution)
        }
        if days[index].incoming.isEmpty, days[index].outgoing.isEmpty { days.remove(at: index) }
        return trade
    }

    /// What waits of an instrument, each trade as `scaled` makes it, in units of 10⁻⁹.
    func units(of instrument: InstrumentID, _ scaled: (Int128) -> Int128) -> Int128 {
        var sum: Int128 = 0
        for day in days {
            for line in [day.incoming, day.outgoing] {
                for trade in line.trades[line.first...] where trade.instrument == instrument {
                    sum += scaled(Int128(trade.quantity.nanos))
                }
            }
        }
        return sum
    }

    /// Turns what waits of an instrument into new units.
    mutating func scale(_ instrument: InstrumentID, _ scaled: (Int128) -> Int128) {
        for index in days.indices {
            days[index].incoming.scale(instrument, scaled)
            days[index].outgoing.scale(instrument, scaled)
        }
    }
}

extension UnsettledTrade: WireFields {
    /// A trade to be read over.
    public init() {
        self.init(
            execution: .none,
            order: .none,
            instrument: .none,
            currency: .usd,
            quantity: .zero,
            amount: .zero
        )
    }
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "execution", &execution)
        try visitor.order(2, "order", &order)
        try visitor.instrument(3, "instrument", &instrument)
        try visitor.currency(4, "currency", &currency)
        try visitor.quantity(5, "quantity", &quantity)
        try visitor.money(6, "amount", &amount)
    }
}

extension Settlements.Line: WireFields {
    /// Visits the trades that have not settled; the others are never looked at again.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var waiting = visitor.isReading ? [] : Array(trades[first...])
        try visitor.list(1, "trades", &waiting)
        if visitor.isReading { (trades, first) = (waiting, 0) }
    }
}

extension Settlements.Day: WireFields {
    /// Visits the date and both lines; what will come in is the sum of what waits to.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &date)
        try visitor.message(2, "incoming", &incoming)
        try visitor.message(3, "outgoing", &outgoing)
        guard visitor.isReading else { return }
        // A day goes with its last trade.
        if incoming.isEmpty, outgoing.isEmpty { throw .notCanonical(field: 2) }
        receivable = [:]
        for trade in incoming.trades {
            let (sum, overflow) = receivable[trade.currency, default: 0]
                .addingReportingOverflow(trade.amount.nanos)
            guard !overflow else { throw .outOfRange(field: 2) }
            receivable[trade.currency] = sum
        }
    }
}

extension Settlements: WireFields {
    /// Visits the days, which ascend.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "days", &days)
        guard visitor.isReading else { return }
        for (day, next) in zip(days, days.dropFirst()) where day.date >= next.date {
            throw .notCanonical(field: 1)
        }
    }
}
