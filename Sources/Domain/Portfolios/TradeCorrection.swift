public import BifrostKernel

/// What a venue says a trade was after all: other terms, or no trade at all.
///
/// A bust has zero for quantity and for every amount but what it still bears of its order's commission.
public struct TradeCorrection: Sendable {
    /// The account that traded.
    public var account = AccountID.none
    /// The order that traded.
    public var order = OrderID.none
    /// What was traded.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The trade that is corrected, by the core's own id: the last word on it, if it was corrected before.
    public var execution = Identifier.none
    /// What the trade is called from now on.
    public var newExecution = Identifier.none
    /// Bought positive, sold negative, zero for a bust: the whole trade as it now is, not the difference.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// What the venue takes or pays for the trade as it now is, rounded by the venue.
    public var settlementAmount = Money.zero
    /// What the venue takes for it in commission, in all.
    public var commission = Money.zero
    /// Fees beside the commission, in all.
    public var fees: [Fee] = []
    /// The trade date by the venue's calendar.
    public var tradeDate = BusinessDate(days: 0)
    /// What the venue says the account has after the correction.
    public var venuePosition = Quantity.zero
    /// What the venue says its trades left of the account's cash.
    public var venueCash = Money.zero
    /// The venue that reported it.
    public var venue = ""
    /// The correction, by the venue's id.
    public var venueExecutionID = ""
    /// An empty correction: a bust of nothing.
    public init() {}
}
