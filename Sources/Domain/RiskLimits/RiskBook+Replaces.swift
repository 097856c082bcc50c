public import BifrostKernel

/// Reservations of orders whose terms change.
extension RiskBook {
    /// Judges other terms of an order that holds something back already: that counts as free, and the larger
    /// of both is held.
    static func reassess(_ question: RiskQuestion, _ state: RiskState) -> RiskAssessed {
        guard let held = state.reservationByID[question.order] else { return assess(question, state) }
        var question = question
        let freed =
            state.partner(of: question.order).flatMap { state.reservationByID[$0] }?.larger(held) ?? held
        question.free(freed)
        var fact = assess(question, state)
        guard fact.verdict == .approved else { return fact }
        if fact.reservedPrice == .zero, question.isBuy {
            // What only reduces passes without a price: it needs what it does at the price of before.
            let need = requirement(question, at: held.price) ?? .zero
            fact.reservedCash = state.room(for: need, question.currency, beside: held.cash)
        }
        fact.reservedCash = max(fact.reservedCash, held.cash)
        fact.reservedShares = max(fact.reservedShares, held.shares)
        fact.pendingBuys = max(fact.pendingBuys, held.buys)
        fact.pendingShorts = fact.pendingShorts.map { max($0, held.shorts) }
        fact.reservedPrice = max(fact.reservedPrice, held.price)
        return fact
    }

    /// Holds back for what lives again at the venue: it does already, so that what a check would refuse is a
    /// warning.
    static func reinstated(_ question: RiskQuestion, _ state: RiskState) -> RiskAssessed {
        var fact = assess(question, state)
        guard fact.verdict == .refused else { return fact }
        for index in fact.checks.indices where !fact.checks[index].passed {
            fact.checks[index].passed = true
            fact.checks[index].warned = true
        }
        fact.verdict = .approved
        let isShort = question.margin?.isShort == true
        guard question.isBuy || isShort else {
            fact.reservedShares = state.reservedShares.room(for: question.quantity, question.instrument)
            return fact
        }
        if isShort {
            fact.pendingShorts = question.quantity
        } else {
            fact.pendingBuys = state.pendingBuys.room(for: question.quantity, question.instrument)
        }
        let own = (question.limitPrice ?? question.referencePrice).flatMap { $0 > .zero ? $0 : nil }
        let short = isShort ? shortPrice(question, question.margin?.ask) : nil
        guard let unit = short.flatMap({ Price(exactly: Int64(clamping: $0)) }) ?? own else { return fact }
        let need = requirement(question, at: unit)
        fact.reservedPrice = unit
        fact.reservedCash = state.room(for: need ?? .zero, question.currency, beside: .zero)
        return fact
    }

    /// What an order holds back from now on, at `price` where its terms have one; `nil` when that is so
    /// already.
    static func reheld(
        _ order: OrderID,
        leaves: Quantity,
        price: Price?,
        hasTraded: Bool,
        _ state: RiskState
    ) -> ReservationChanged? {
        guard let held = state.reservationByID[order] else { return nil }
        var fact = ReservationChanged()
        fact.order = order
        fact.reason = .replaced
        if held.shares > .zero {
            fact.remainingShares = state.reservedShares.room(
                for: leaves,
                held.instrument,
                beside: held.shares
            )
        } else if leaves > .zero {
            // A venue may say that any limit is in force; one that is no price frees nothing.
            let unit = price.flatMap { $0 > .zero ? $0 : nil } ?? held.price
            let need = held.requirement(unit, leaves, hasTraded: hasTraded) ?? held.cash
            fact.remainingCash = state.room(for: need, held.currency, beside: held.cash)
            if held.shorts > .zero {
                fact.remainingShorts = leaves
            } else {
                fact.remainingBuys = state.pendingBuys.room(for: leaves, held.instrument, beside: held.buys)
            }
            fact.reservedPrice = unit == held.price ? nil : unit
        }
        let isSame =
            fact.remainingCash == held.cash && fact.remainingShares == held.shares
            && fact.remainingBuys == held.buys && fact.reservedPrice == nil
            && fact.remainingShorts ?? .zero == held.shorts
        return isSame ? nil : fact
    }
}

extension RiskState {
    /// What an order and the other one of its pair, or `other` that is to be it, may buy together.
    public func buysHeld(by order: OrderID, sharing other: OrderID = .none) -> Quantity {
        let partner = partner(of: order) ?? other
        let buys = [order, partner].compactMap { reservationByID[$0]?.buys }
        return buys.max() ?? .zero
    }

    /// What other orders hold back of what `order` sells: the two of a pair hold it back together.
    public func sharesHeld(beside order: OrderID) -> Quantity {
        guard let held = reservationByID[order] else { return .zero }
        let own = held.larger(partner(of: order).flatMap { reservationByID[$0] }).shares
        let all = reservedShares[held.instrument] ?? .zero
        return all > own ? all - own : .zero
    }
}

// A venue may say that anything works there; sums of what is held back stop at the bounds of their types.

extension RiskState {
    /// As much of `amount` as the sum of all reservations can take beside the others.
    fileprivate func room(for amount: Money, _ currency: Currency, beside own: Money) -> Money {
        let others = (reservedCash[currency] ?? .zero).nanos - own.nanos
        return Money(nanos: max(min(amount.nanos, Money.nanosMax - others), 0))
    }
}

extension [InstrumentID: Quantity] {
    /// As much of `quantity` as the sum of all reservations can take beside the others.
    fileprivate func room(for quantity: Quantity, _ instrument: InstrumentID, beside own: Quantity = .zero)
        -> Quantity
    {
        let others = (self[instrument] ?? .zero).nanos - own.nanos
        return Quantity(nanos: Swift.max(Swift.min(quantity.nanos, Quantity.nanosMax - others), 0))
    }
}
