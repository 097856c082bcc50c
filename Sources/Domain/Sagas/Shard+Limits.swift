internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// What an account's losses are measured against: official closes and what was paid in and out.
public struct EquityWatch: Hashable, Sendable {
    /// What was paid in since the last close, less what was paid out, in units of 10⁻⁹ of the account's
    /// currency.
    public internal(set) var flows: Int128 = 0
    /// The highest equity at a close, moved by all that was paid in and out since; 0 before the first close.
    public internal(set) var peak: Int128 = 0

    mutating func pay(_ amount: Int128) {
        flows += amount
        if peak != 0 { peak += amount }
    }

    mutating func close(at equity: Int128) {
        flows = 0
        peak = max(peak, equity)
    }
}

extension Shard {
    /// What the account is worth at the latest official marks; `nil` when a position has none.
    static func valuation(_ entry: AccountEntry, _ state: ShardState) -> Valuation? {
        var worth = Valuation()
        // ORDER: a sum and a refusal, whichever position comes first.
        for (instrument, position) in entry.portfolio.positionByID {
            guard let price = standingPrice(instrument, state) else { return nil }
            let value = Money.notional(price, position, .halfAwayFromZero).nanos
            if value < 0 { worth.short -= value } else { worth.long += value }
        }
        let books = entry.portfolio
        let currency = entry.opened.currency
        let owed = books.receivable(currency).nanos - books.payable(currency).nanos + books.accrued(currency)
        worth.equity = books.cash(currency).nanos + owed + worth.long - worth.short
        let closed = entry.portfolio.closedDay?.equity.nanos ?? 0
        worth.dayProfit = worth.equity - closed - entry.watch.flows
        worth.peak = entry.watch.peak
        return worth
    }

    static func watchEquity(_ state: inout ShardState, _ event: PortfolioEvent) {
        switch event {
        case .deposited(let fact):
            withEntry(&state, fact.account) { entry in
                if fact.currency == entry.opened.currency { entry.watch.pay(fact.amount.nanos) }
            }
        case .withdrawn(let fact):
            withEntry(&state, fact.account) { entry in
                if fact.currency == entry.opened.currency { entry.watch.pay(-fact.amount.nanos) }
            }
        case .positionImported(let fact):
            // What it is worth is not known here; what it cost is what the owner put in.
            withEntry(&state, fact.account) { entry in
                if fact.currency == entry.opened.currency { entry.watch.pay(fact.cost.nanos) }
            }
        case .dayClosed(let fact):
            withEntry(&state, fact.account) { $0.watch.close(at: fact.equity.nanos) }
        default: break
        }
    }

    /// Keeps an approved order in mind where the account's limits look for duplicates.
    static func remember(
        _ state: inout ShardState,
        _ order: OrderID,
        _ account: AccountID,
        _ time: Timestamp
    ) {
        // Asked where the account stands: reading it out copies all of it, for most accounts in vain.
        var looks = false
        withEntry(&state, account) { looks = $0.risk.looksForDuplicates }
        guard looks, let placed = state.orderByID.look(at: order, { $0.state.placed }) ?? nil else { return }
        let recent = RecentOrder(
            at: time,
            placed.instrument,
            isBuy: placed.side == .buy,
            placed.quantity,
            limitPrice: placed.limitPrice,
            parent: placed.whole
        )
        withEntry(&state, account) { $0.risk.remember(recent) }
    }
}
