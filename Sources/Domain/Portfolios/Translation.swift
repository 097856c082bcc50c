public import BifrostKernel

/// What an account has in one currency that is not its own, and what that is worth in its own.
public struct TranslatedBalance: WireFields, Hashable, Sendable {
    /// The currency.
    public var currency = Currency.usd
    /// Settled cash in the currency.
    public var cash = Money.zero
    /// What is to come less what is to go: unsettled trades, dividends, interest and fees that are due.
    public var owed = Money.zero
    /// Positions quoted in the currency, at their marks.
    public var positionValue = Money.zero
    /// Position value − cost of the open lots.
    public var unrealised = Money.zero
    /// Profit of closed lots since the account was opened, before commission.
    public var realised = Money.zero
    /// The official rate that it is translated at, as it was recorded; absent when there is none.
    public var rate: Price?
    /// Whether amounts are divided by the rate: it is the price of a unit of the account's currency.
    public var inverse = false
    /// The day that the rate is of.
    public var rateDate: BusinessDate?
    /// Cash, what is owed and positions in the account's currency; absent without a rate, and counts as zero.
    public var value: Money?
    /// An empty balance.
    public init() {}
    /// Visits the fields of `bifrost.v1.TranslatedBalance`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.money(2, "cash", &cash)
        try visitor.money(3, "owed", &owed)
        try visitor.money(4, "positionValue", &positionValue)
        try visitor.money(5, "unrealised", &unrealised)
        try visitor.money(6, "realised", &realised)
        try visitor.price(7, "rate", &rate)
        try visitor.flag(8, "inverse", &inverse)
        try visitor.date(9, "rateDate", &rateDate)
        try visitor.money(10, "value", &value)
    }

    /// Whether there is nothing in the currency, and never was a profit.
    public var isEmpty: Bool { [cash, owed, positionValue, unrealised, realised].allSatisfy { $0 == .zero } }

    /// All that is translated, in units of 10⁻⁹ of the currency.
    var net: Int128 { cash.nanos + owed.nanos + positionValue.nanos }
}

/// An official rate for translating an account's balances in one currency.
public struct RateSeen: Sendable {
    /// The currency.
    public let currency: Currency
    /// The rate into the account's currency, `nil` when there is none yet.
    public let rate: ExchangeRate?
    /// The day that it is of.
    public let date: BusinessDate?
    /// Puts the parts together.
    public init(_ currency: Currency, _ rate: ExchangeRate?, of date: BusinessDate?) {
        self.currency = currency
        self.rate = rate
        self.date = date
    }
}

extension PortfolioState {
    private static let moneyAccounts: Set<LedgerAccount> = [
        .cashSettled, .cashReceivable, .cashPayable, .dividendsReceivable, .interestAccrued, .feesAccrued,
        .currencyTrading,
    ]

    /// The currencies beside `base` that the account has, or had at its last close, anything in, in order.
    public func foreignCurrencies(beside base: Currency) -> [Currency] {
        let held = ledger.currencies(Self.moneyAccounts) + (closedDay?.foreign ?? []).map(\.currency)
        // ORDER: they are sorted below.
        let all = Set(held).union(positionByID.keys.compactMap { currencyByID[$0] }).union(tradedAtClose.keys)
        return all.subtracting([base]).sorted()
    }

    /// Settled cash, what is to come less what is to go, and what is due, in units of 10⁻⁹.
    public func money(in currency: Currency) -> Int128 {
        cash(currency).nanos + receivable(currency).nanos - payable(currency).nanos + accrued(currency)
    }

    /// What stands in each of those currencies, at those marks and rates.
    public func translated(marks: [MarkSeen], rates: [RateSeen]) -> [TranslatedBalance] {
        rates.map { seen in
            let currency = seen.currency
            var balance = TranslatedBalance()
            balance.currency = currency
            balance.cash = cash(currency)
            let owed = receivable(currency).nanos - payable(currency).nanos + accrued(currency)
            balance.owed = Money(clamping: owed)
            let (value, cost) = positions(in: currency, at: marks)
            balance.positionValue = Money(clamping: value)
            balance.unrealised = Money(clamping: value - cost)
            balance.realised = realised[currency] ?? .zero
            guard let rate = seen.rate else { return balance }
            balance.rate = rate.price
            balance.inverse = rate.isInverse
            balance.rateDate = seen.date
            balance.value = rate.worth(balance.net)
            return balance
        }
    }

    /// Keeps in mind what conversions have left open.
    mutating func keepTraded() {
        tradedAtClose = [:]
        for currency in ledger.currencies([.currencyTrading]) {
            tradedAtClose[currency] = ledger.balance(.currencyTrading, .money(currency))
        }
    }

    /// The positions quoted in a currency at their marks, and what their lots cost, in units of 10⁻⁹.
    func positions(in currency: Currency, at marks: [MarkSeen]) -> (value: Int128, cost: Int128) {
        var (value, cost) = (Int128(0), Int128(0))
        for mark in marks where currencyByID[mark.instrument] == currency {
            cost += self.cost(mark.instrument).nanos
            guard let price = mark.price else { continue }
            value += Money.notional(price, position(mark.instrument), .halfAwayFromZero).nanos
        }
        return (value, cost)
    }
}

extension ExchangeRate {
    /// A figure in the other currency, the nearest within the bounds.
    func worth(_ nanos: Int128) -> Money {
        let bound = nanos < 0 ? -Money.nanosMax : Money.nanosMax
        return Money(clamping: converted(nanos) ?? bound)
    }
}

/// Translation: what changes of exchange rates alone made of an account.
extension Portfolio {
    /// Adds what is in other currencies to the close of a day.
    ///
    /// What was there at the close before is translated again at today's rates, and what was converted since
    /// is valued at them: the sum of both is the result of the currencies, apart from that of trading, as
    /// IAS 21 keeps exchange differences apart. What came in since counts at today's rate.
    static func translate(
        _ fact: inout DayClosed,
        marks: [MarkSeen],
        rates: [RateSeen],
        _ state: PortfolioState
    ) {
        let before = state.closedDay
        guard !rates.isEmpty || before?.translation != nil else { return }
        let rateByCurrency = Dictionary(rates.map { ($0.currency, $0) }, uniquingKeysWith: { one, _ in one })
        var difference: Int128 = 0
        for balance in before?.foreign ?? [] {
            guard let value = balance.value, let rate = rateByCurrency[balance.currency]?.rate else {
                continue
            }
            difference += rate.worth(balance.net).nanos - value.nanos
        }
        let traded = state.ledger.currencies([.currencyTrading])
        for currency in Set(traded).union(state.tradedAtClose.keys).sorted() {
            let open = state.ledger.balance(.currencyTrading, .money(currency))
            let since = (state.tradedAtClose[currency] ?? 0) - open
            if currency == fact.currency { difference += since }
            guard currency != fact.currency, let rate = rateByCurrency[currency]?.rate else { continue }
            difference += rate.worth(since).nanos
        }
        for balance in state.translated(marks: marks, rates: rates) {
            if balance.isEmpty { continue }
            fact.foreign.append(balance)
            fact.equity = Money(clamping: fact.equity.nanos + (balance.value ?? .zero).nanos)
            if balance.rateDate != fact.date { fact.staleRates = (fact.staleRates ?? 0) + 1 }
        }
        fact.translation = Money(clamping: (before?.translation ?? .zero).nanos + difference)
    }
}
