internal import BifrostKernel

/// Pairs of which one order cancels the other reserve once.
///
/// Each keeps its own reservation, as if it were alone, and the sums of the account count the larger of both:
/// what one trades, the other will not.
extension RiskBook {
    /// What the other order holds back counts as free, because both will not trade.
    static func share(_ question: inout RiskQuestion, _ state: RiskState, _ fact: inout RiskAssessed) {
        guard let other = state.reservationByID[question.sharesWith], state.isAlone(question.sharesWith)
        else {
            return
        }
        fact.sharedWith = question.sharesWith
        question.freedCash = other.cash
        question.freedShares = other.shares
        question.freedBuys = other.buys
    }
}

extension RiskState {
    /// The other order of a pair; most accounts have none.
    func partner(of order: OrderID) -> OrderID? { partnerByID.isEmpty ? nil : partnerByID[order] }

    /// Whether no other order that holds something back shares the reservation of `order`.
    fileprivate func isAlone(_ order: OrderID) -> Bool {
        partner(of: order).map { reservationByID[$0] == nil } ?? true
    }

    /// What open orders hold back, of a pair the larger of both once; of each as much as `part` takes.
    ///
    /// The order `left` is as `added`, beside `partner`, or not there, and the parent that it draws from has
    /// what it keeps.
    func heldOnce(
        without left: OrderID,
        with added: Reservation? = nil,
        beside partner: OrderID = .none,
        keeping kept: KeptByParent? = nil,
        part: (OrderID, Reservation) -> Reservation = { $1 }
    ) -> [Reservation] {
        var all = added.map { [$0.larger(reservationByID[partner])] } ?? []
        // ORDER: whoever asks sums, or sorts where that counts.
        for (order, standing) in reservationByID where order != left && (added == nil || order != partner) {
            let held = part(order, kept.flatMap { $0.parent == order ? $0.held : nil } ?? standing)
            guard let other = self.partner(of: order), other != left, let beside = reservationByID[other]
            else {
                all.append(held)
                continue
            }
            if order < other { all.append(held.larger(beside)) }
        }
        return all
    }

    mutating func pair(_ order: OrderID, _ other: OrderID) {
        if let former = partnerByID[other] { partnerByID[former] = nil }
        partnerByID[order] = other
        partnerByID[other] = order
    }

    /// Moves the sums by what one order of a pair holds back otherwise.
    mutating func shift(from before: Reservation?, to after: Reservation, beside other: Reservation?) {
        let old = before.map { $0.larger(other) } ?? other
        let new = after.larger(other)
        let cash = reservedCash[new.currency] ?? .zero
        let (oldCash, newCash) = (old?.cash ?? .zero, new.cash)
        reservedCash[new.currency] = Money(clamping: cash.nanos - oldCash.nanos + newCash.nanos)
        let shares = reservedShares[new.instrument] ?? .zero
        reservedShares[new.instrument] = shares.changed(from: old?.shares ?? .zero, to: new.shares)
        let buys = pendingBuys[new.instrument] ?? .zero
        pendingBuys[new.instrument] = buys.changed(from: old?.buys ?? .zero, to: new.buys)
    }

    mutating func change(_ fact: ReservationChanged, _ held: Reservation, beside partner: OrderID) {
        var after = held
        after.cash = fact.remainingCash
        after.shares = fact.remainingShares
        after.buys = fact.remainingBuys
        after.shorts = fact.remainingShorts ?? .zero
        if let price = fact.reservedPrice { after.price = price }
        shift(from: held, to: after, beside: reservationByID[partner])
        let isGone = after.shares == .zero && after.buys == .zero && after.shorts == .zero
        reservationByID[fact.order] = isGone ? nil : after
        guard isGone, reservationByID[partner] == nil else { return }
        partnerByID[fact.order] = nil
        partnerByID[partner] = nil
    }
}

extension Reservation {
    /// With the larger of what both hold back.
    func larger(_ other: Reservation?) -> Reservation {
        guard let other else { return self }
        var larger = self
        larger.cash = max(cash, other.cash)
        larger.shares = max(shares, other.shares)
        larger.buys = max(buys, other.buys)
        larger.shorts = max(shorts, other.shorts)
        larger.price = max(price, other.price)
        return larger
    }
}
