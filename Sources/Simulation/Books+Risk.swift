internal import BifrostKernel
internal import Orders
internal import RiskLimits

/// Limits, switches and what open orders hold back.
extension Books {
    mutating func take(_ event: RiskEvent, on day: BusinessDate) throws(Violation) {
        switch event {
        case .limitsSet(let fact): try take(fact)
        case .assessed(let fact):
            try check(fact, on: day)
            guard fact.verdict == .approved else { return }
            try draw(fact)
            orders[fact.order]?.judge(at: fact.reservedPrice, fact.commission)
            // Where terms have no limit, the larger price of old and new ones may belong to the old.
            if let price = ownPrice(of: fact, on: day) { orders[fact.order]?.allow(price) }
            orders[fact.order]?.currency = fact.currency
            if fact.sharedWith != .none {
                orders[fact.order]?.partner = fact.sharedWith
                orders[fact.sharedWith]?.partner = fact.order
            }
            orders[fact.order]?.held = OrderBook.Held(
                cash: fact.reservedCash.nanos,
                shares: Int128(fact.reservedShares.nanos),
                buys: Int128(fact.pendingBuys.nanos),
                shorts: Int128(fact.pendingShorts?.nanos ?? 0),
                price: fact.reservedPrice.nanos
            )
        case .reservationChanged(let fact): try take(fact)
        case .reassessed(let fact):
            let mustGo = orders[fact.order].map { facts.mustGo($0.placed, reduces: reduces($0)) } ?? false
            try expect(
                (fact.outcome == .cancelled) == mustGo,
                "I8",
                "an open order is \(fact.outcome), must go: \(mustGo)"
            )
        case .marginCallIssued(let fact): try take(fact)
        case .marginCallMet(let fact): try take(fact, on: day)
        case .killSwitchPulled(let fact):
            if fact.account == .none { isKilled = true } else { accounts[fact.account]?.isKilled = true }
            for order in ordersInOrder {
                guard let entry = orders[order], entry.isOpen, !entry.isCancelAsked,
                    fact.account == .none || entry.placed.account == fact.account
                else { continue }
                swept.insert(order)
            }
        case .killSwitchReleased(let fact):
            if fact.account == .none { isKilled = false } else { accounts[fact.account]?.isKilled = false }
        }
    }

    /// The price above `price` by the collar, in units of 10⁻⁹.
    static func collared(_ price: Price, _ collar: BasisPoints) -> Int64 {
        let margin = up(Int128(max(price.nanos, 0)) * Int128(collar.micros), 10_000_000_000)
        return Int64(clamping: Int128(price.nanos) + margin)
    }

    private mutating func take(_ fact: AccountLimitsSet) throws(Violation) {
        guard let account = accounts[fact.account] else { throw Violation("I8", "limits of no account") }
        let last = max(account.limits?.version ?? 0, account.datedLimits.last?.version ?? 0)
        try expect(
            fact.version == last + 1,
            "I8",
            "limits of version \(fact.version), expected \(last + 1)"
        )
        if fact.effectiveFrom != nil || fact.effectiveTo != nil {
            accounts[fact.account]?.datedLimits.append(fact)
        } else {
            accounts[fact.account]?.limits = fact
            accounts[fact.account]?.datedLimits = []
        }
    }

    /// What an account holds back in all.
    struct Held: Equatable {
        var cash: [Currency: Int128] = [:]
        var shares: [InstrumentID: Int128] = [:]
        var buys: [InstrumentID: Int128] = [:]
        var orders = 0
    }

    /// What the log says that open orders hold back.
    func held(_ account: AccountID) -> Held {
        var held = Held()
        // ORDER: sums of integers do not depend on the order of their terms.
        for entry in orders.values where entry.placed.account == account {
            // A worked order that its slices have all of counts as an open one.
            guard !entry.held.isNothing || (entry.isAtWork && !entry.isClosed) else { continue }
            held.orders += 1
            let other = heldByPartner(of: entry)
            if !other.isNothing, entry.partner < entry.placed.order { continue }
            let own = entry.held.larger(other)
            if own.cash != 0 { held.cash[entry.currency, default: 0] += own.cash }
            if own.buys != 0 { held.buys[entry.placed.instrument, default: 0] += own.buys }
            if own.shares != 0 { held.shares[entry.placed.instrument, default: 0] += own.shares }
        }
        return held
    }

    /// What the other order of its pair holds back.
    func heldByPartner(of order: OrderBook) -> OrderBook.Held {
        order.partner == .none ? OrderBook.Held() : orders[order.partner]?.held ?? OrderBook.Held()
    }

    /// Settled cash, less what is owed and what open orders hold back; what comes in by `date` counts for
    /// those who pay no earlier.
    func freeCash(_ account: AccountID, _ currency: Currency, by date: BusinessDate? = nil) -> Int128 {
        var owed: Int128 = 0
        for trade in accounts[account]?.unsettled ?? [] where trade.currency == currency {
            if trade.flow < 0 || date.map({ trade.due <= $0 }) ?? false { owed += trade.flow }
        }
        return (accounts[account]?.cash[currency] ?? 0) + owed - (held(account).cash[currency] ?? 0)
    }

    /// Price × quantity and the commission on it, each rounded up to what can be paid.
    static func need(_ price: Int128, _ quantity: Int128, _ rate: BasisPoints, _ currency: Currency) -> Int128
    {
        var minor: Int128 = 1
        for _ in currency.minorUnitDigits..<9 { minor *= 10 }
        let notional = up(up(price * quantity, 1_000_000_000), minor) * minor
        let fee = up(up(notional * Int128(rate.micros), 10_000_000_000), minor) * minor
        return notional + fee
    }

    /// The quotient of numbers that are not negative, rounded up.
    static func up(_ value: Int128, _ divisor: Int128) -> Int128 { (value + divisor - 1) / divisor }
}
