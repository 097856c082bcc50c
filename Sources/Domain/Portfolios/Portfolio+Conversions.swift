public import BifrostKernel

/// A conversion of cash.
public struct Conversion: Sendable {
    /// The currency to sell.
    public var sold: Currency
    /// How much of it.
    public var amount: Money
    /// The currency to buy.
    public var bought: Currency
    /// The price of one unit of what is sold.
    public var rate: Price
    /// Who gives the rate.
    public var source: String
    /// Puts the parts together.
    public init(sold: Currency, amount: Money, bought: Currency, rate: Price, source: String) {
        self.sold = sold
        self.amount = amount
        self.bought = bought
        self.rate = rate
        self.source = source
    }
}

extension Portfolio {
    /// The conversion, judged as a withdrawal of what is sold.
    ///
    /// Each currency balances by itself, against the account of currency trading, which holds what
    /// conversions left open in each: P. Selinger, "Tutorial on multiple currency accounting".
    static func convert(
        _ wanted: Conversion,
        _ account: AccountID,
        held: Money,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        guard wanted.sold != wanted.bought else { throw Rejection(.conversionToItself) }
        try checkPayable(wanted.amount, wanted.sold)
        guard let rate = ExchangeRate(wanted.rate) else {
            throw Rejection(.priceNotPositive, value: Int128(wanted.rate.nanos))
        }
        try checkFree(wanted.amount, wanted.sold, held: held, state)
        guard let gross = rate.converted(wanted.amount.nanos).flatMap({ Money(exactly: $0) }),
            state.canHold(gross.nanos, [.cashSettled, .currencyTrading, .rounding], wanted.bought),
            state.canHold(wanted.amount.nanos, [.currencyTrading], wanted.sold)
        else { throw Rejection(.balanceTooLarge, limit: Money.nanosMax, value: wanted.amount.nanos) }
        var fact = CashConverted()
        fact.account = account
        fact.soldCurrency = wanted.sold
        fact.sold = wanted.amount
        fact.boughtCurrency = wanted.bought
        fact.bought = gross.rounded(to: wanted.bought, .halfAwayFromZero)
        fact.rate = wanted.rate
        fact.gross = gross
        fact.source = wanted.source
        guard fact.bought > .zero else { throw Rejection(.amountNotPositive, value: gross.nanos) }
        let lines = [
            Posting(.cashSettled, wanted.sold, -wanted.amount),
            Posting(.currencyTrading, wanted.sold, wanted.amount),
            Posting(.cashSettled, wanted.bought, fact.bought),
            Posting(.currencyTrading, wanted.bought, -gross),
            Posting(.rounding, wanted.bought, gross - fact.bought),
        ]
        fact.postings = lines.filter { $0.amount != .zero }
        precondition(Ledger.balances(fact.postings), "the postings of a conversion sum to zero")
        try decision.emit(.converted(fact))
    }
}
