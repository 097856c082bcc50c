internal import BifrostKernel
internal import Orders
internal import SeededChoices
internal import Venues

extension SimulatedVenue.Book {
    /// What a trade settles at and costs; `nil` when it cannot be said.
    static func amounts(
        _ price: Price,
        _ quantity: Quantity,
        _ currency: Currency,
        _ commission: BasisPoints
    ) -> (settlement: Money, fee: Money)? {
        let settlement = Money.notional(price, quantity, .halfAwayFromZero)
            .rounded(to: currency, .halfAwayFromZero)
        let fee = settlement.basisPoints(commission, .halfAwayFromZero)?
            .rounded(to: currency, .halfAwayFromZero)
        return fee.map { (settlement, $0) }
    }

    /// Takes a trade back, or gives it another price; each at most once.
    mutating func revise(_ at: Timestamp, _ commission: BasisPoints, _ choices: inout Generator) {
        let revised = Set(revisions.compactMap { $0.revision?.revisedVenueExecutionID })
        let standing = trades.filter { !revised.contains($0.venueExecutionID) }
        guard !standing.isEmpty else { return }
        let trade = choices.one(of: standing)
        let isBust = choices.chance(50)
        let price = Price(nanos: trade.price.nanos + 10_000_000 * choices.int64(1...9))
        guard let terms = orders[trade.order]?.terms,
            let (settlement, fee) = Self.amounts(price, trade.quantity, trade.currency, commission)
        else { return }
        let sign: Int64 = trade.side == .buy ? 1 : -1
        let before = -Int128(sign) * trade.settlementAmount.nanos - trade.commission.nanos
        let after = isBust ? 0 : -Int128(sign) * settlement.nanos - fee.nanos
        let holding = SimulatedVenue.Holding(account: terms.account, instrument: terms.instrument)
        let purse = SimulatedVenue.Purse(account: terms.account, currency: trade.currency)
        let units = isBust ? sign * trade.quantity.nanos : 0
        let position = Quantity(nanos: (positions[holding] ?? .zero).nanos - units)
        let cash = Money(nanos: (self.cash[purse] ?? .zero).nanos + after - before)
        positions[holding] = position
        self.cash[purse] = cash
        var revision = ExecutionRevision()
        revision.order = trade.order
        revision.venue = trade.venue
        revision.tradeDate = day
        revision.venueExecutionID = "R\(revisions.count + 1)"
        revision.side = trade.side
        revision.revisedTradeDate = trade.tradeDate
        revision.revisedVenueExecutionID = trade.venueExecutionID
        revision.venuePosition = position
        revision.venueCash = cash
        if isBust, orders[trade.order]?.isOpen ?? false, choices.chance(30) {
            revision.reinstated = trade.quantity
            let before = orders[trade.order]?.reinstated ?? .zero
            orders[trade.order]?.reinstated = before.adding(trade.quantity) ?? before
        }
        let fact: VenueFact
        if isBust {
            let busted = (orders[trade.order]?.busted ?? .zero).nanos + trade.quantity.nanos
            orders[trade.order]?.busted = Quantity(nanos: busted)
            var bust = ExecutionBusted()
            bust.revision = revision
            fact = .busted(bust)
        } else {
            var correction = ExecutionCorrected()
            correction.revision = revision
            correction.quantity = trade.quantity
            correction.price = price
            correction.currency = trade.currency
            correction.settlementAmount = settlement
            correction.commission = fee
            fact = .corrected(correction)
        }
        revisions.append(fact)
        say(.told(terms.account, fact, at: at), of: trade.order)
    }
}
