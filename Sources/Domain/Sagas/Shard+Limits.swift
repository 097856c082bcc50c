public import BifrostKernel
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
    /// Whether a day of the account was closed: a peak of zero is one, too.
    private var hasClosed = false

    /// Nothing yet.
    public init() {}

    mutating func pay(_ amount: Int128) {
        flows += amount
        if hasClosed { peak += amount }
    }

    mutating func close(at equity: Int128) {
        flows = 0
        peak = hasClosed ? max(peak, equity) : equity
        hasClosed = true
    }
}

extension Shard {
    /// What the account is worth at the latest official marks and exchange rates, for an order in the
    /// currency `ordered`; `nil` when a position has no mark, or a currency no rate.
    static func valuation(
        _ entry: AccountEntry,
        ordering ordered: Currency,
        _ state: ShardState
    ) -> Valuation? {
        var worth = Valuation()
        let books = entry.portfolio
        let base = entry.opened.currency
        // ORDER: a sum and a refusal, whichever position comes first.
        for (instrument, position) in books.positionByID {
            guard let price = standingPrice(instrument, state) else { return nil }
            let notional = Money.notional(price, position, .halfAwayFromZero).nanos
            let currency = books.currencyByID[instrument] ?? base
            guard let value = Self.worth(notional, of: currency, in: base, state) else { return nil }
            if value < 0 { worth.short -= value } else { worth.long += value }
        }
        worth.equity = books.money(in: base) + worth.long - worth.short
        for currency in books.foreignCurrencies(beside: base) {
            guard let value = Self.worth(books.money(in: currency), of: currency, in: base, state) else {
                return nil
            }
            worth.equity += value
        }
        // ORDER: a sum and a refusal, whichever currency comes first.
        for (currency, held) in entry.risk.reservedCash where currency != ordered && held != .zero {
            guard let value = Self.worth(held.nanos, of: currency, in: base, state) else { return nil }
            worth.reservedElsewhere += value
        }
        let closed = entry.portfolio.closedDay?.equity.nanos ?? 0
        worth.dayProfit = worth.equity - closed - entry.watch.flows
        worth.peak = entry.watch.peak
        return worth
    }

    static func watchEquity(_ state: inout ShardState, _ event: PortfolioEvent) {
        switch event {
        case .deposited(let fact): watch(&state, fact.account, fact.amount.nanos, fact.currency)
        case .withdrawn(let fact): watch(&state, fact.account, -fact.amount.nanos, fact.currency)
        case .positionImported(let fact):
            // What it is worth is not known here; what it cost is what the owner put in.
            watch(&state, fact.account, fact.cost.nanos, fact.currency)
        case .dayClosed(let fact):
            withEntry(&state, fact.account) { $0.watch.close(at: fact.equity.nanos) }
        default: break
        }
    }

    /// Another currency counts at its latest official rate, and as nothing without one, as it does in equity.
    private static func watch(
        _ state: inout ShardState,
        _ account: AccountID,
        _ nanos: Int128,
        _ currency: Currency
    ) {
        guard let base = state.accountByID[account]?.opened.currency else { return }
        let paid = worth(nanos, of: currency, in: base, state) ?? 0
        withEntry(&state, account) { $0.watch.pay(paid) }
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

extension EquityWatch: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.sum(1, "flows", &flows)
        try visitor.sum(2, "peak", &peak)
        try visitor.flag(3, "hasClosed", &hasClosed)
    }
}
