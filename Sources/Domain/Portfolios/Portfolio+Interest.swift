public import BifrostKernel

/// The interest of one currency as it concerns one account's close.
public struct InterestTerms: Sendable {
    /// The currency of the balance.
    public var currency: Currency
    /// What a balance above zero earns in a year.
    public var credit: InterestRate
    /// What a balance below zero costs in a year.
    public var debit: InterestRate
    /// How days make a year.
    public var dayCount: DayCount
    /// The version of the currency's rates.
    public var version: UInt32
    /// The day that closes.
    public var from: BusinessDate
    /// The day that begins then: the first that is not accrued for.
    public var until: BusinessDate
    /// Puts the parts together.
    public init(
        currency: Currency,
        credit: InterestRate,
        debit: InterestRate,
        dayCount: DayCount,
        version: UInt32,
        from: BusinessDate,
        until: BusinessDate
    ) {
        self.currency = currency
        self.credit = credit
        self.debit = debit
        self.dayCount = dayCount
        self.version = version
        self.from = from
        self.until = until
    }
}

/// Interest on cash: accrued at each close, paid on the first close of a month.
extension Portfolio {
    /// The accrual on the balance at the close, for days that nothing accrued for yet.
    ///
    /// Where the close before did not know how far this one would be, its balance accrues for the days that
    /// it left out as well.
    static func accrue(
        _ terms: InterestTerms,
        _ account: AccountID,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        let last = state.lastInterest[terms.currency]
        if var late = last, let closed = state.closedDay?.date, late.until > closed, late.until < terms.from {
            (late.from, late.until) = (late.until, terms.from)
            try accrue(late, state, &decision)
        }
        var fact = InterestAccrued()
        fact.account = account
        fact.currency = terms.currency
        fact.from = max(terms.from, last?.until ?? terms.from)
        fact.until = terms.until
        fact.balance = state.cash(terms.currency)
        fact.rate = fact.balance > .zero ? terms.credit : terms.debit
        fact.dayCount = terms.dayCount
        fact.ratesVersion = terms.version
        try accrue(fact, state, &decision)
    }

    /// What the terms of `wanted` come to; an amount that the books cannot hold is flagged for a person.
    private static func accrue(
        _ wanted: InterestAccrued,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        var fact = wanted
        let days = Int64(fact.until.days) - Int64(fact.from.days)
        guard days > 0, fact.balance != .zero, fact.rate != .zero else { return }
        fact.days = UInt32(days)
        guard let amount = fact.rate.interest(on: fact.balance, days: days, fact.dayCount),
            // Twice, because the days that were left out may accrue beside these.
            state.canHold(2 * amount.nanos, [.interestAccrued, .income, .expense], fact.currency)
        else {
            let flag = beyondBounds(fact.account, fact.balance.nanos)
            return try decision.emit(.reconciliationBroke(flag))
        }
        guard amount != .zero else { return }
        fact.amount = amount
        fact.postings = [
            Posting(.interestAccrued, fact.currency, amount),
            Posting(amount > .zero ? .income : .expense, fact.currency, -amount),
        ]
        try decision.emit(.interestAccrued(fact))
    }

    /// The payment of what has accrued, rounded to what can be paid; what is less than that waits.
    ///
    /// What is owed beyond `free` cash stays owed, so that interest alone never makes a debt; `nil` where an
    /// account may have one.
    static func payInterest(
        _ currency: Currency,
        _ account: AccountID,
        free: Money?,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        let balance = state.ledger.balance(.interestAccrued, .money(currency))
        guard var accrued = Money(exactly: balance) else { return }
        var amount = accrued.rounded(to: currency, .halfAwayFromZero)
        if let free, amount < -free {
            let step = currency.minorUnitNanos
            amount = Money(nanos: -(free.nanos / step * step))
            accrued = amount
        }
        guard amount != .zero else { return }
        guard state.canHold(amount.nanos, [.cashSettled, .rounding], currency) else {
            return try decision.emit(.reconciliationBroke(beyondBounds(account, amount.nanos)))
        }
        var fact = InterestPaid()
        fact.account = account
        fact.currency = currency
        fact.accrued = accrued
        fact.amount = amount
        let lines = [
            Posting(.cashSettled, currency, amount), Posting(.interestAccrued, currency, -accrued),
            Posting(.rounding, currency, accrued - amount),
        ]
        fact.postings = lines.filter { $0.amount != .zero }
        try decision.emit(.interestPaid(fact))
    }
}

extension PortfolioState {
    /// The currencies with settled cash or accrued interest, in order.
    public var currenciesOfInterest: [Currency] { ledger.currencies([.cashSettled, .interestAccrued]) }
}
