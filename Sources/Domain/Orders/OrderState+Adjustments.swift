public import BifrostKernel

/// What the issuer of an instrument does to one unit on an ex-date.
public struct UnitChange: Sendable {
    /// The ex-date.
    public let exDate: BusinessDate
    /// The cash dividends of one old unit; zero for none.
    public var dividend = Price.zero
    /// New units for `denominator` old ones; zero without a split.
    public var numerator: UInt32 = 0
    /// Old units for `numerator` new ones; zero without a split.
    public var denominator: UInt32 = 0

    /// Nothing, on that day.
    public init(on exDate: BusinessDate) { self.exDate = exDate }

    /// Whether there are fewer units than before.
    public var isReverse: Bool { numerator < denominator }
}

/// What becomes of an open order on an ex-date.
public enum Adjustment: Equatable, Sendable {
    /// It stays as it is.
    case none
    /// It has other terms.
    case adjusted(OrderAdjusted)
    /// There are no terms that say the same in the new units: it is cancelled.
    case impossible
}

/// Open orders on an ex-date, by FINRA Rule 5330 and, where that leaves an order alone, by its meaning.
///
/// A cash dividend reduces the price of an order to buy at a limit and of a stop order to sell, on the tick
/// below, unless the order is marked not to be reduced. A split divides prices and multiplies what is left,
/// in whole lots; it does so for orders to sell and for stops to buy as well, which the rule leaves as they
/// are, because their quantities and prices are of the old units too. A reverse split cancels.
extension OrderState {
    /// The adjustment of this order, on ticks and lots of the ex-date.
    public func adjustment(by change: UnitChange, lot: Quantity, tick: @escaping (Price?) -> Price)
        -> Adjustment
    {
        guard !change.isReverse else { return .impossible }
        guard let placed = standing, isOpen, lastRequest < .max else { return .impossible }
        let before = pendingReplaces.last?.terms ?? terms
        let rule = AdjustmentRule(placed, isTriggered: isTriggered, change, tick: tick)
        var fact = OrderAdjusted()
        fact.order = placed.order
        fact.request = lastRequest + 1
        fact.exDate = change.exDate
        fact.dividend = rule.reducedBy > .zero ? rule.reducedBy : nil
        (fact.numerator, fact.denominator) = (change.numerator, change.denominator)
        let special = placed.special
        let rest = rest(of: before.quantity)
        guard let left = change.newQuantity(rest, lot: lot), left > .zero,
            let quantity = (before.quantity - rest).adding(left),
            let limit = rule.price(before.limitPrice, up: rule.roundsLimitUp),
            let stop = rule.price(before.stopPrice, up: placed.side == .buy),
            let amount = rule.distance(before.trailingAmount), let offset = rule.distance(special.limitOffset)
        else { return .impossible }
        fact.terms = before
        fact.terms.quantity = quantity
        fact.terms.limitPrice = limit
        fact.terms.stopPrice = stop
        fact.terms.trailingAmount = amount
        fact.limitOffset = offset
        fact.minimumQuantity = special.minimumQuantity.flatMap { change.newQuantity($0, lot: lot) }
        fact.displayQuantity = special.displayQuantity.flatMap { change.newQuantity($0, lot: lot) }
        let isSame =
            fact.terms == before && fact.limitOffset == special.limitOffset
            && fact.minimumQuantity == special.minimumQuantity
            && fact.displayQuantity == special.displayQuantity
        return isSame ? .none : .adjusted(fact)
    }

    /// The terms that it was placed with, with the parts that an ex-date gave it; those that can be amended
    /// stand in `terms`.
    public var standing: OrderPlaced? {
        guard var whole = placed, let last = rare.value?.adjustments.last else { return placed }
        whole.special.minimumQuantity = last.minimumQuantity
        whole.special.displayQuantity = last.displayQuantity
        whole.special.limitOffset = last.limitOffset
        return whole
    }

    /// The order as it would be placed now, with the terms in force.
    public var amended: OrderPlaced? {
        guard var whole = standing else { return nil }
        whole.quantity = terms.quantity
        whole.limitPrice = terms.limitPrice
        whole.special.stopPrice = terms.stopPrice
        whole.special.trailingAmount = terms.trailingAmount
        whole.special.trailingRate = terms.trailingRate
        return whole
    }

    /// The adjustment that is that request; `nil` when somebody else asked for it.
    public func adjustment(ofRequest request: UInt32) -> OrderAdjusted? {
        rare.value?.adjustments.last { $0.request == request }
    }

    /// Whether an ex-date gave it other terms.
    public var isAdjusted: Bool { !(rare.value?.adjustments.isEmpty ?? true) }

    /// The terms hold until the venue refuses them: those before are of units that there are no more.
    ///
    /// Requests before it are part of it, and a venue that does not have the order yet gets it with them.
    mutating func adjust(_ fact: OrderAdjusted) {
        var request = OrderReplaceRequested()
        request.order = fact.order
        request.request = fact.request
        request.terms = fact.terms
        var amendment = OrderReplaced()
        amendment.order = fact.order
        amendment.request = fact.request
        amendment.terms = fact.terms
        let isAtVenue = venue != nil
        rare.change { rare in
            rare.pendingReplaces = isAtVenue ? [request] : []
            rare.lastRequest = max(rare.lastRequest, fact.request)
            rare.requestInForce = max(rare.requestInForce, fact.request)
            rare.amendments.append(amendment)
            rare.adjustments.append(fact)
        }
        ordered = fact.terms.quantity
        recount()
    }

    /// The venue refused an adjustment: the order has there the terms that the venue confirmed last, and may
    /// have traded all that they allow.
    mutating func takeBackAdjustments() {
        rare.change { rare in
            // One that the venue confirmed stands there twice, by its own event and by the answer.
            let refused = rare.adjustments.map(\.request).filter { request in
                rare.amendments.count { $0.request == request } < 2
            }
            rare.adjustments.removeAll { refused.contains($0.request) }
            rare.amendments.removeAll { refused.contains($0.request) }
            rare.requestInForce = rare.amendments.map(\.request).max() ?? 0
        }
        ordered = terms.quantity
        recount()
    }
}

extension UnitChange {
    /// So many units after the split, in whole lots and no more; `nil` beyond the bounds.
    func newQuantity(_ quantity: Quantity, lot: Quantity) -> Quantity? {
        guard numerator > 0 else { return quantity }
        let units = Int128(quantity.nanos) * Int128(numerator) / Int128(denominator)
        return Int64(exactly: units - units % Int128(lot.nanos)).flatMap { Quantity(exactly: $0) }
    }
}

/// How the prices of one order move on an ex-date.
private struct AdjustmentRule {
    /// What prices fall by before a split.
    let reducedBy: Price
    /// A sale at a limit never takes less than was asked for, and a purchase never pays more.
    let roundsLimitUp: Bool
    private let change: UnitChange
    private let tick: (Price?) -> Price

    init(
        _ placed: OrderPlaced,
        isTriggered: Bool,
        _ change: UnitChange,
        tick: @escaping (Price?) -> Price
    ) {
        let waits = placed.type.hasStopPrice && !isTriggered
        let isReduced = placed.side == .buy ? !waits : waits
        reducedBy = isReduced && !placed.special.doNotReduce ? change.dividend : .zero
        roundsLimitUp = placed.side != .buy && !waits
        self.change = change
        self.tick = tick
    }

    /// The price after dividend and split; `nil` when there is none above zero.
    func price(_ price: Price?, up: Bool) -> Price?? {
        guard let price else { return .some(nil) }
        return stepped(Int128(price.nanos) - Int128(reducedBy.nanos), up: up).map { $0 }
    }

    /// A distance from the market after a split, never nearer than it was.
    func distance(_ distance: Price?) -> Price?? {
        guard let distance, distance > .zero, change.numerator > 0 else { return .some(distance) }
        return stepped(Int128(distance.nanos), up: true, isDistance: true).map { $0 }
    }

    private func stepped(_ nanos: Int128, up: Bool, isDistance: Bool = false) -> Price? {
        guard nanos > 0 else { return nil }
        let isSplit = change.numerator > 0
        if !isSplit, !isDistance, reducedBy == .zero { return Int64(exactly: nanos).map { Price(nanos: $0) } }
        let product = nanos * (isSplit ? Int128(change.denominator) : 1)
        let (quotient, rest) = product.quotientAndRemainder(
            dividingBy: isSplit ? Int128(change.numerator) : 1
        )
        let exact = up && rest > 0 ? quotient + 1 : quotient
        guard let near = Int64(exactly: exact).flatMap({ Price(exactly: $0) }) else { return nil }
        let step = Int128(tick(isDistance ? nil : near).nanos)
        let over = exact % step
        let price = over == 0 ? exact : up ? exact - over + step : exact - over
        return price > 0 ? Int64(exactly: price).flatMap { Price(exactly: $0) } : nil
    }
}
