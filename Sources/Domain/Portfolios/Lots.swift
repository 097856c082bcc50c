public import BifrostKernel

/// What lots are made of: one trade, with the moment that sets its place among the others.
public struct LotTrade: Hashable, Sendable {
    /// When it took effect; of trades of one moment, the one that became known first comes first.
    public var effectiveAt = Timestamp(nanos: 0)
    /// The id that it was first booked under, which names the lot that it opens.
    public var execution = Identifier.none
    /// The order that traded: its trades share the lots that it names.
    public var order = OrderID.none
    /// Bought positive, sold negative.
    public var quantity = Quantity.zero
    /// Price × quantity.
    public var gross = Money.zero
    /// The trade date by the venue's calendar.
    public var tradeDate = BusinessDate(days: 0)
    /// How it chooses among the lots that it closes.
    public var method = LotMethod.fifo
    /// The lots that its order names.
    public var chosen: [ChosenLot] = []
    /// An empty trade.
    public init() {}
}

/// What trades came to.
public struct DerivedLots: Equatable, Sendable {
    /// The lots that are open.
    public var lots: [Lot] = []
    /// Profit of the lots that were closed, before commission, in units of 10⁻⁹.
    public var realised: Int128 = 0
}

/// Lots are derived from trades in the order in which these took effect, whenever they became known.
public enum Lots {
    /// What `trades`, in the order in which they became known, come to.
    public static func derive(_ trades: [LotTrade]) -> DerivedLots {
        let ordered = trades.enumerated().sorted {
            ($0.element.effectiveAt, $0.offset) < ($1.element.effectiveAt, $1.offset)
        }
        var queue = LotQueue()
        var derived = DerivedLots()
        for (_, trade) in ordered { derived.realised += queue.trade(trade).profit }
        derived.lots = queue.lots
        return derived
    }
}

/// What one trade closed, in units of 10⁻⁹.
public struct ClosedLots: Equatable, Sendable {
    /// What the closed lots cost, signed as they are.
    public var cost: Int128 = 0
    /// The part of the traded amount that closed them, signed as the trade.
    public var gross: Int128 = 0
    /// What came in less what it cost: closing a long, the cost is positive and the traded amount negative.
    public var profit: Int128 { -gross - cost }
}

/// Part of a position, opened by one trade: what is left of it and what that cost.
public struct Lot: Hashable, Sendable {
    /// Long positive.
    public var quantity: Quantity
    /// Signed as the quantity: what was paid is positive, what was received for a short is negative.
    public var cost: Money
    /// The trade date that opened it.
    public var opened: BusinessDate
    /// The execution that opened it.
    public var execution: Identifier
}

/// The open lots of one instrument, oldest first.
public struct LotQueue: Equatable, Sendable {
    /// The open lots, oldest first.
    public internal(set) var lots: [Lot] = []
    /// How much of the lots that an order names its trades have closed so far.
    private var closedByOrder: [OrderID: [Identifier: UInt64]] = [:]

    /// No lots.
    public init() {}

    /// The sum of the lots, long positive, in units of 10⁻⁹.
    public var units: Int128 { lots.reduce(0) { $0 + Int128($1.quantity.nanos) } }

    /// What a trade does to the lots: it closes opposite ones in the order of its method and opens one with
    /// the rest.
    ///
    /// Costs of parts are rounded half away from zero to 10⁻⁹ and taken off the lot, so the parts sum to the
    /// whole. The trades of one order share the lots that it names, in the order in which they took effect.
    /// `onClose` is told each part that is closed, with the cost that leaves it and what it brought.
    public mutating func trade(
        _ trade: LotTrade,
        onClose: (LotClosure) -> Void = { _ in }
    ) -> ClosedLots {
        if trade.quantity == .zero { return ClosedLots() }
        if trade.method == .average { pool() }
        var rest = Rest(quantity: trade.quantity.nanos, gross: trade.gross.nanos)
        var closed = ClosedLots()
        for choice in trade.chosen where rest.quantity != 0 {
            guard let index = lots.firstIndex(where: { $0.execution == choice.execution }),
                rest.closes(lots[index])
            else { continue }
            let before = closedByOrder[trade.order]?[choice.execution] ?? 0
            let named = choice.quantity.nanos.magnitude
            let units = close(index, atMost: named - min(named, before), &rest, &closed) {
                onClose(LotClosure($0, by: trade))
            }
            if trade.order != .none {
                closedByOrder[trade.order, default: [:]][choice.execution] = before + units
            }
        }
        while let first = lots.first, rest.closes(first) {
            _ = close(0, atMost: .max, &rest, &closed) { onClose(LotClosure($0, by: trade)) }
        }
        if rest.quantity != 0 {
            let lot = Lot(
                quantity: Quantity(nanos: rest.quantity),
                cost: Money(nanos: rest.gross),
                opened: trade.tradeDate,
                execution: trade.execution
            )
            if trade.method != .average || !merge(lot) { lots.append(lot) }
        }
        return closed
    }

    /// What a trade would close; of a long queue no more is looked at than that takes.
    func closed(by trade: LotTrade) -> ClosedLots {
        var reached = self
        if trade.method == .fifo, trade.chosen.isEmpty { reached.lots = Array(reach(of: trade)) }
        return reached.trade(trade)
    }

    /// The oldest lots, as many as the trade closes, and none where it opens one.
    private func reach(of trade: LotTrade) -> ArraySlice<Lot> {
        var rest = Rest(quantity: trade.quantity.nanos, gross: 0)
        let end = lots.firstIndex { lot in
            guard rest.closes(lot) else { return true }
            let closing = Int64(min(lot.quantity.nanos.magnitude, rest.quantity.magnitude))
            rest.quantity += rest.quantity > 0 ? -closing : closing
            return false
        }
        return lots[..<(end ?? lots.endIndex)]
    }

    /// What is left of a trade while it closes lots.
    private struct Rest {
        var quantity: Int64
        var gross: Int128
        func closes(_ lot: Lot) -> Bool { quantity != 0 && (lot.quantity.nanos > 0) != (quantity > 0) }
    }

    /// Closes a lot or a part of it; the units that it closed, in 10⁻⁹.
    private mutating func close(
        _ index: Int,
        atMost: UInt64,
        _ rest: inout Rest,
        _ closed: inout ClosedLots,
        _ onClose: (LotPart) -> Void
    ) -> UInt64 {
        let lot = lots[index]
        let closing = min(lot.quantity.nanos.magnitude, rest.quantity.magnitude, atMost)
        guard closing > 0 else { return 0 }
        let cost = Self.share(lot.cost.nanos, closing, of: lot.quantity.nanos.magnitude)
        let gross = Self.share(rest.gross, closing, of: rest.quantity.magnitude)
        closed.cost += cost
        closed.gross += gross
        rest.gross -= gross
        let signed = Int64(closing) * (rest.quantity > 0 ? 1 : -1)
        rest.quantity -= signed
        let left = lot.quantity.nanos + signed
        onClose(LotPart(lot: lot, quantity: -signed, cost: cost, gross: gross))
        if left == 0 {
            lots.remove(at: index)
        } else {
            lots[index].quantity = Quantity(nanos: left)
            lots[index].cost = Money(nanos: lot.cost.nanos - cost)
        }
        return closing
    }

    /// Makes one lot of all, under the name and date of the oldest.
    private mutating func pool() {
        guard lots.count > 1 else { return }
        let apart = lots
        lots = [apart[0]]
        for lot in apart.dropFirst() where !merge(lot) { lots.append(lot) }
    }

    /// Adds `lot` to the first one; `false` when there is none or the sum would leave the bounds.
    private mutating func merge(_ lot: Lot) -> Bool {
        guard let first = lots.first, let quantity = first.quantity.adding(lot.quantity),
            let cost = first.cost.adding(lot.cost)
        else { return false }
        lots[0].quantity = quantity
        lots[0].cost = cost
        return true
    }

    private static func share(_ amount: Int128, _ part: UInt64, of whole: UInt64) -> Int128 {
        if part == whole { return amount }
        let (high, low) = amount.magnitude.multipliedFullWidth(by: UInt128(part))
        let (quotient, remainder) = UInt128(whole).dividingFullWidth((high, low))
        let rounded = quotient + (remainder * 2 >= UInt128(whole) ? 1 : 0)
        return amount < 0 ? -Int128(rounded) : Int128(rounded)
    }
}

extension LotTrade: WireFields {
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.time(1, "effectiveAt", &effectiveAt)
        try visitor.identifier(2, "execution", &execution)
        try visitor.order(3, "order", &order)
        try visitor.quantity(4, "quantity", &quantity)
        try visitor.money(5, "gross", &gross)
        try visitor.date(6, "tradeDate", &tradeDate)
        try visitor.choice(7, "method", &method)
        try visitor.list(8, "chosen", &chosen)
    }
}

extension Lot: WireFields {
    /// A lot to be read over.
    public init() {
        self.init(quantity: .zero, cost: .zero, opened: BusinessDate(days: 0), execution: .none)
    }
    /// Visits every property; a lot of nothing would never be closed.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.quantity(1, "quantity", &quantity)
        if visitor.isReading, quantity == .zero { throw .outOfRange(field: 1) }
        try visitor.money(2, "cost", &cost)
        try visitor.date(3, "opened", &opened)
        try visitor.identifier(4, "execution", &execution)
    }
}

extension LotQueue: WireFields {
    /// Visits the open lots, and what orders have closed of those that they name.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "lots", &lots)
        try visitor.table(2, "closedByOrder", &closedByOrder)
    }
}
