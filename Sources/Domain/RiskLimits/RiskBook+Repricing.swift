public import BifrostKernel

/// Other terms of an open order, as far as its reservation is concerned.
public struct Repricing: Sendable {
    /// The order.
    public var order: OrderID
    /// What would be left to trade under the terms.
    public var leaves: Quantity
    /// The worst price under the terms; `nil` where it stays.
    public var limitPrice: Price?
    /// Whether the terms are only asked for: until the venue answers, the larger of old and new is held.
    public var isPending: Bool
    /// The account's settled cash, reservations included.
    public var settledCash: Money
    /// The account's position, reservations included.
    public var position: Quantity
    /// Puts the parts together.
    public init(
        _ order: OrderID,
        leaves: Quantity,
        limitPrice: Price?,
        isPending: Bool,
        settledCash: Money = .zero,
        position: Quantity = .zero
    ) {
        self.order = order
        self.leaves = leaves
        self.limitPrice = limitPrice
        self.isPending = isPending
        self.settledCash = settledCash
        self.position = position
    }
}

extension RiskBook {
    /// What is held for an order under other terms; `nil` when that stays as it is.
    ///
    /// Terms that are only asked for are refused when the account has not got the difference. What a venue
    /// says is in force is never refused.
    static func reprice(_ wanted: Repricing, _ state: RiskState) throws(Rejection) -> ReservationChanged? {
        guard let held = state.reservationByID[wanted.order] else { return nil }
        var fact = ReservationChanged()
        fact.order = wanted.order
        fact.reason = .replaced
        if held.shares > .zero {
            fact.remainingShares = wanted.isPending ? max(held.shares, wanted.leaves) : wanted.leaves
            try checkShares(fact, wanted, held, state)
        } else {
            let price = wanted.limitPrice ?? held.price
            guard let need = requirement(price, wanted.leaves, held.commission, held.currency) else {
                throw Rejection(.notionalTooLarge, limit: Money.nanosMax)
            }
            fact.remainingCash = wanted.isPending ? max(held.cash, need) : need
            fact.remainingBuys = wanted.isPending ? max(held.buys, wanted.leaves) : wanted.leaves
            let unit = wanted.isPending ? max(held.price, price) : price
            fact.reservedPrice = unit == held.price ? nil : unit
            try checkCash(fact, wanted, held, state)
        }
        let isSame =
            fact.remainingCash == held.cash && fact.remainingShares == held.shares
            && fact.remainingBuys == held.buys && fact.reservedPrice == nil
        return isSame ? nil : fact
    }

    private static func checkShares(
        _ fact: ReservationChanged,
        _ wanted: Repricing,
        _ held: Reservation,
        _ state: RiskState
    ) throws(Rejection) {
        guard wanted.isPending, fact.remainingShares > held.shares else { return }
        let reserved = Int128((state.reservedShares[held.instrument] ?? .zero).nanos)
        let free = Int128(wanted.position.nanos) - reserved + Int128(held.shares.nanos)
        let value = Int128(fact.remainingShares.nanos)
        if value > free { throw Rejection(.positionInsufficient, limit: free, value: value) }
    }

    private static func checkCash(
        _ fact: ReservationChanged,
        _ wanted: Repricing,
        _ held: Reservation,
        _ state: RiskState
    ) throws(Rejection) {
        guard wanted.isPending, fact.remainingCash > held.cash else { return }
        let reserved = (state.reservedCash[held.currency] ?? .zero).nanos
        let free = wanted.settledCash.nanos - reserved + held.cash.nanos
        if fact.remainingCash.nanos > free {
            throw Rejection(.buyingPowerExceeded, limit: free, value: fact.remainingCash.nanos)
        }
    }
}
