public import BifrostKernel
internal import Packing

/// A booked trade as it now stands.
public struct BookedTrade: Hashable, Sendable {
    /// What lots are made of.
    public var lot = LotTrade()
    /// The last word on it: its own id, or that of its latest correction.
    public var execution = Identifier.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// What the venue settles, without a sign.
    public var settlementAmount = Money.zero
    /// What the venue took for it.
    public var commission = Money.zero
    /// Fees beside the commission.
    public var fees: [Fee] = []
    /// The date on which money and units change hands.
    public var settlementDate = BusinessDate(days: 0)

    /// An empty trade.
    public init() {}

    /// The order that traded.
    public var order: OrderID {
        get { lot.order }
        set { lot.order = newValue }
    }
    /// What the venue settles, a purchase positive, in units of 10⁻⁹.
    var settled: Int128 {
        lot.quantity > .zero ? settlementAmount.nanos : -settlementAmount.nanos
    }
    /// What it does to cash, in units of 10⁻⁹.
    public var flow: Int128 { -settled - commission.nanos - fees.nanos }
}

/// What changes lots and is no trade.
enum LotChange: Sendable {
    /// New units for old ones, and the sale of a fraction.
    case split(PositionAdjusted)
    /// A lot that was bought elsewhere.
    case imported(PositionImported)

    /// Makes the change, and says what it closed.
    func apply(to lots: inout LotQueue, onClose: (LotClosure) -> Void = { _ in }) -> ClosedLots {
        switch self {
        case .imported(let fact):
            let lot = Lot(
                quantity: fact.quantity,
                cost: fact.cost,
                opened: fact.acquired,
                execution: fact.lot
            )
            guard lots.units < 0 else {
                lots.insert(lot)
                return ClosedLots()
            }
            // A sale that became known later had made the position short: what was brought in covers it.
            var cover = LotTrade()
            cover.execution = lot.execution
            cover.quantity = lot.quantity
            cover.gross = lot.cost
            cover.tradeDate = lot.opened
            return lots.trade(cover, onClose: onClose)
        case .split(let fact):
            if fact.numerator != fact.denominator { lots.split(fact.numerator, for: fact.denominator) }
            guard fact.fraction != .zero else { return ClosedLots() }
            var sale = LotTrade()
            sale.quantity = -fact.fraction
            sale.gross = -fact.gross
            sale.tradeDate = fact.exDate
            sale.execution = fact.action
            return lots.trade(sale, onClose: onClose)
        }
    }
}

/// The trades of one instrument in the order in which they took effect.
///
/// They stand in blocks, some of which remember the lots before them, so that a late trade derives again
/// little more than what comes after it, and growth never copies the whole. A split or an import begins a
/// block, so that a late trade is split as those beside it were.
public struct TradeHistory: Sendable {
    /// Where a trade stands.
    struct Place { let block: Int, index: Int }

    /// One change of the history.
    enum Change {
        /// A trade becomes known.
        case add(BookedTrade)
        /// A trade has other terms, at its old place; one that was taken back has no quantity, and may come
        /// back.
        case replace(Place, BookedTrade)
    }

    /// What a change does to what is derived, in units of 10⁻⁹.
    struct Effect {
        var realised: Int128
        var closedCost: Int128
        /// What it adds to the position, in the units of today.
        var units: Int128
    }

    fileprivate struct Block: Sendable {
        /// Of the first block, the last, and a few between them.
        var lotsBefore: LotQueue?
        /// What comes before its trades, and when.
        var change: LotChange?
        var since = Timestamp(nanos: .min)
        var trades = PackedList<BookedTrade>()

        /// Takes the lots before it to those behind it.
        func run(_ lots: inout LotQueue, onClose: (LotClosure) -> Void = { _ in }) -> ClosedLots {
            var closed = change?.apply(to: &lots, onClose: onClose) ?? ClosedLots()
            for trade in trades {
                let own = lots.trade(trade.lot, onClose: onClose)
                closed.cost += own.cost
                closed.gross += own.gross
            }
            return closed
        }
    }

    private static let blockTrades = 512
    /// Blocks between those that remember the lots before them; further back there are more.
    private static let rememberingStep = 16
    private var blocks: [Block] = []
    /// Profit of closed lots before commission, in units of 10⁻⁹.
    public private(set) var realised: Int128 = 0

    /// No trades.
    public init() {}

    /// Whether nothing but trades changed the lots.
    public var isOfTradesAlone: Bool { blocks.allSatisfy { $0.change == nil } }

    /// Whether nothing that is known took effect after `time`.
    public func ends(by time: Timestamp) -> Bool {
        blocks.allSatisfy { block in
            (block.change == nil || block.since <= time)
                && block.trades.last.map { $0.lot.effectiveAt <= time } ?? true
        }
    }

    /// All trades, in the order in which they took effect.
    public var trades: some Sequence<BookedTrade> { blocks.lazy.flatMap { $0.trades } }

    /// Tells each part of a lot that was closed, in the order in which that took effect.
    func closures(_ body: (LotClosure) -> Void) {
        var lots = lots(before: 0)
        for block in blocks { _ = block.run(&lots, onClose: body) }
    }

    /// Where the trade with that last word stands, looked for from the end.
    func place(of execution: Identifier) -> Place? {
        for block in blocks.indices.reversed() {
            let index = blocks[block].trades.lastIndex { $0.execution == execution }
            if let index { return Place(block: block, index: index) }
        }
        return nil
    }

    subscript(place: Place) -> BookedTrade { blocks[place.block].trades[place.index] }

    /// What `change` would do, given the lots of all trades so far.
    func effect(of change: Change, _ lots: LotQueue) -> Effect {
        if case .add(let trade) = change, isLast(trade) {
            let closed = lots.closed(by: trade.lot)
            return Effect(
                realised: closed.profit,
                closedCost: closed.cost,
                units: Int128(trade.lot.quantity.nanos)
            )
        }
        let first = place(of: change).block
        var changed = self
        changed.change(change)
        var (old, new) = (self.lots(before: first), self.lots(before: first))
        let before = Self.run(blocks[first...], &old)
        let after = Self.run(changed.blocks[first...], &new)
        return Effect(
            realised: after.profit - before.profit,
            closedCost: after.cost - before.cost,
            units: new.units - lots.units
        )
    }

    /// Makes the change, and brings the lots up to date.
    mutating func apply(_ change: Change, _ lots: inout LotQueue) {
        if case .add(let trade) = change, isLast(trade) {
            if (blocks.last?.trades.count ?? Self.blockTrades) >= Self.blockTrades {
                append(Block(lotsBefore: lots))
            }
            blocks[blocks.count - 1].trades.append(trade)
            realised += lots.trade(trade.lot).profit
            return
        }
        let effect = effect(of: change, lots)
        let first = place(of: change).block
        self.change(change)
        var queue = self.lots(before: first)
        for block in blocks.indices[first...] {
            if blocks[block].lotsBefore != nil { blocks[block].lotsBefore = queue }
            _ = blocks[block].run(&queue)
        }
        realised += effect.realised
        lots = queue
    }

    /// Takes a change that is no trade, behind everything known.
    mutating func apply(_ change: LotChange, at time: Timestamp, _ lots: inout LotQueue) {
        // A place for what took effect before it and is not known yet.
        if blocks.isEmpty { append(Block(lotsBefore: lots)) }
        append(Block(lotsBefore: lots, change: change, since: time))
        realised += change.apply(to: &lots).profit
    }

    private mutating func append(_ block: Block) {
        blocks.append(block)
        for index in blocks.indices where !remembersLots(index) { blocks[index].lotsBefore = nil }
    }

    /// Whether the lots before a block are kept: each block that remembers them has the whole of them, so
    /// that of a position of many lots there are as many copies as its history has doubled.
    private func remembersLots(_ block: Int) -> Bool {
        let distance = blocks.count - 1 - block
        guard distance > 0 else { return true }
        // The largest power of two that is not above the distance.
        let step = 1 << (Int.bitWidth - 1 - distance.leadingZeroBitCount)
        return block % max(step, Self.rememberingStep) == 0
    }

    /// The lots before a block: those before the nearest one that remembers them, taken on to it.
    private func lots(before block: Int) -> LotQueue {
        let known = blocks.prefix(block + 1).lastIndex { $0.lotsBefore != nil } ?? 0
        var lots = blocks.isEmpty ? LotQueue() : blocks[known].lotsBefore ?? LotQueue()
        _ = Self.run(blocks[known..<block], &lots)
        return lots
    }

    private func isLast(_ trade: BookedTrade) -> Bool {
        let last = blocks.last { !$0.trades.isEmpty || $0.change != nil }
        return last.map { ($0.trades.last?.lot.effectiveAt ?? $0.since) <= trade.lot.effectiveAt } ?? true
    }

    private func place(of change: Change) -> Place {
        switch change {
        case .replace(let place, _): return place
        case .add(let trade):
            for block in blocks.indices.reversed() {
                let index = blocks[block].trades.lastIndex { $0.lot.effectiveAt <= trade.lot.effectiveAt }
                if let index { return Place(block: block, index: index + 1) }
                if blocks[block].change != nil, blocks[block].since <= trade.lot.effectiveAt {
                    return Place(block: block, index: 0)
                }
            }
            return Place(block: 0, index: 0)
        }
    }

    private mutating func change(_ change: Change) {
        let place = place(of: change)
        switch change {
        case .add(let trade): blocks[place.block].trades.insert(trade, at: place.index)
        case .replace(_, let trade): blocks[place.block].trades.replace(place.index, by: trade)
        }
    }

    private static func run(_ blocks: ArraySlice<Block>, _ lots: inout LotQueue) -> ClosedLots {
        var closed = ClosedLots()
        for block in blocks {
            let own = block.run(&lots)
            closed.cost += own.cost
            closed.gross += own.gross
        }
        return closed
    }
}

extension BookedTrade: WireFields {
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "lot", &lot)
        try visitor.identifier(2, "execution", &execution)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "settlementAmount", &settlementAmount)
        try visitor.money(5, "commission", &commission)
        try visitor.list(6, "fees", &fees)
        try visitor.date(7, "settlementDate", &settlementDate)
    }
}

extension LotChange: WireFields {
    /// A change to be read over.
    init() { self = .imported(PositionImported()) }
    /// Visits the one that it is.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        guard visitor.isReading else {
            switch self {
            case .split(var fact): try visitor.message(1, "split", &fact)
            case .imported(var fact): try visitor.message(2, "imported", &fact)
            }
            return
        }
        var split: PositionAdjusted?
        var imported: PositionImported?
        try visitor.message(1, "split", &split)
        try visitor.message(2, "imported", &imported)
        if let split {
            guard imported == nil else { throw .unexpectedField(number: 2) }
            self = .split(split)
        } else {
            guard let imported else { throw .missingField(number: 1) }
            self = .imported(imported)
        }
    }
}

extension TradeHistory.Block: WireFields {
    /// Visits every property; the lots before, where they are kept, could be derived at the price of going
    /// over all trades.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "lotsBefore", &lotsBefore)
        try visitor.message(2, "change", &change)
        try visitor.time(3, "since", &since)
        try visitor.message(4, "trades", &trades)
    }
}

extension TradeHistory: WireFields {
    /// Visits the blocks and their profit.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "blocks", &blocks)
        try visitor.sum(2, "realised", &realised)
    }
}

extension PortfolioState {
    /// Whether a trade of the instrument stands under that name.
    public func hasBooked(_ execution: Identifier, of instrument: InstrumentID) -> Bool {
        tradesByID[instrument]?.place(of: execution) != nil
    }
}
