public import BifrostKernel

/// A part of a lot that one trade closed, in the units of the day on which that took effect.
public struct LotClosure: Hashable, Sendable {
    /// The execution that opened the lot.
    public var lot: Identifier
    /// The trade date that opened it.
    public var opened: BusinessDate
    /// The execution that closed the part, by the id that it was first booked under; a corporate action where
    /// a fraction was sold.
    public var closedBy: Identifier
    /// The trade date that closed it.
    public var closed: BusinessDate
    /// How much of it, a long lot positive.
    public var quantity: Quantity
    /// What the part had cost; what a short lot had brought in is below zero.
    public var cost: Money
    /// What it brought in; what covering a short lot took is below zero.
    public var proceeds: Money
    /// Proceeds − cost, before commission.
    public var realised: Money { Money(clamping: proceeds.nanos - cost.nanos) }
}

extension LotClosure {
    init(_ part: LotPart, by trade: LotTrade) {
        self.init(
            lot: part.lot.execution,
            opened: part.lot.opened,
            closedBy: trade.execution,
            closed: trade.tradeDate,
            quantity: Quantity(nanos: part.quantity),
            cost: Money(clamping: part.cost),
            proceeds: Money(clamping: -part.gross)
        )
    }
}

/// What a trade takes off a lot: units with the lot's sign, their cost, and the part of the traded amount.
struct LotPart {
    let lot: Lot
    let quantity: Int64
    let cost: Int128
    let gross: Int128
}

/// The lots of one instrument in one account, open and closed, as its bookings leave them.
///
/// Bookings come in the order of the log, all or only those that count; late trades and corrections take
/// their place by effective time, and all lots after it are derived anew.
public struct LotBook: Sendable {
    private var history = TradeHistory()
    private var queue = LotQueue()

    /// No bookings.
    public init() {}

    /// The open lots, oldest first.
    public var open: [Lot] { queue.lots }

    /// Profit of what was closed, before commission, in units of 10⁻⁹.
    public var realised: Int128 { history.realised }

    /// The parts that were closed, in the order in which that took effect.
    public var closures: [LotClosure] {
        var list: [LotClosure] = []
        history.closures { list.append($0) }
        return list
    }

    /// Takes a booking that took effect at `effectiveAt`; `false` when it corrects a trade that did not come
    /// before it.
    public mutating func take(_ event: PortfolioEvent, at effectiveAt: Timestamp) -> Bool {
        switch event {
        case .tradeBooked(let fact):
            history.apply(.add(BookedTrade(fact, at: effectiveAt)), &queue)
        case .tradeCorrected(let fact):
            guard let place = history.place(of: fact.execution) else { return false }
            history.apply(.replace(place, history[place].corrected(fact)), &queue)
        case .positionAdjusted(let fact): history.apply(.split(fact), at: effectiveAt, &queue)
        case .positionImported(let fact): history.apply(.imported(fact), at: effectiveAt, &queue)
        default: break
        }
        return true
    }
}
