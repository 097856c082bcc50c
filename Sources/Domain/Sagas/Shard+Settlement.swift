internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References

/// Settlement: what a purchase may spend before it, and how the close of a day brings it about.
extension Shard {
    /// What an order for `instrument` may spend that trades today.
    ///
    /// An account may buy with what its sales have yet to bring in, where that comes no later than the
    /// purchase has to be paid: settled cash then never falls below zero, and nobody waits a day to reinvest.
    /// What it owes counts in full, whenever it is due.
    static func spendable(
        _ instrument: InstrumentRegistered,
        _ entry: AccountEntry,
        _ today: BusinessDate,
        _ state: ShardState
    ) -> Money {
        if entry.portfolio.settlements.isEmpty { return entry.portfolio.cash(instrument.currency) }
        let due = state.reference.settlementDate(of: instrument.instrument, tradedOn: today)
        return entry.portfolio.spendable(instrument.currency, settling: due)
    }

    /// A trade with what the shard knows of it: when it took effect, when it settles, and how it closes lots.
    static func dated(
        _ trade: TradeReport,
        _ placed: OrderPlaced,
        _ posed: PosedCommand,
        _ state: ShardState
    ) -> TradeReport {
        var trade = trade
        trade.effectiveAt = posed.effectiveAt
        trade.settlementDate = state.reference.settlementDate(of: trade.instrument, tradedOn: trade.tradeDate)
        trade.method = state.accountByID[trade.account]?.opened.lotMethod ?? .fifo
        if placed.hasSpecialTerms { choose(&trade, by: placed.special) }
        return trade
    }

    /// Settles what is due by `date` in the books of the account, each trade in its order's story; `false`
    /// when the decision had no room for all of it.
    static func settle(
        _ account: AccountID,
        _ books: inout PortfolioState,
        by date: BusinessDate,
        room: Int,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> Bool {
        if books.settlements.isEmpty { return true }
        let most = max(room - decision.events.count, 0)
        var events = Decision<PortfolioEvent>()
        try Portfolio.decide(.settle(account, by: date, atMost: most + 1), given: books, into: &events)
        for event in events.events.prefix(most) {
            guard case .tradeSettled(let fact) = event else { continue }
            Portfolio.evolve(&books, by: event)
            let filing = Filing(.portfolio, of: account.id, account, fact.order.id, date)
            try decision.emit(filing.draft(.portfolio(event)))
        }
        return events.events.count <= most
    }
}
