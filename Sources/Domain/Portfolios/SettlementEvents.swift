public import BifrostKernel

/// Money and units of a trade changed hands: what was to come and to go is there.
public struct TradeSettled: EventPayload {
    /// 505 in the registry.
    public static let eventType: UInt32 = 505
    /// The published name.
    public static let eventName: StaticString = "TradeSettled"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The order that traded.
    public var order = OrderID.none
    /// The last word on the trade, by the core's own id.
    public var execution = Identifier.none
    /// What was traded.
    public var instrument = InstrumentID.none
    /// The currency of the amount.
    public var currency = Currency.usd
    /// Bought positive, sold negative.
    public var quantity = Quantity.zero
    /// What came in, or with a minus went out, commission included.
    public var amount = Money.zero
    /// The date on which it was due; the business date of the event is the one on which it happened.
    public var settlementDate = BusinessDate(days: 0)
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.TradeSettled`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.order(2, "orderId", &order)
        try visitor.identifier(3, "executionId", &execution)
        try visitor.instrument(4, "instrumentId", &instrument)
        try visitor.currency(5, "currency", &currency)
        try visitor.quantity(6, "quantity", &quantity)
        try visitor.money(7, "amount", &amount)
        try visitor.date(8, "settlementDate", &settlementDate)
        try visitor.list(9, "postings", &postings)
    }
}

/// A booked trade was put right, or taken back: lots are derived again from its date, and the difference is
/// in the books now.
public struct TradeCorrected: EventPayload {
    /// 506 in the registry.
    public static let eventType: UInt32 = 506
    /// The published name.
    public static let eventName: StaticString = "TradeCorrected"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The order that traded.
    public var order = OrderID.none
    /// The trade that is corrected: the last word on it until now.
    public var execution = Identifier.none
    /// What it is called from now on.
    public var newExecution = Identifier.none
    /// What was traded.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The trade as it now is: bought positive, sold negative, zero for a bust.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// Price × quantity, exact.
    public var gross = Money.zero
    /// What the venue settles for it in all, rounded by the venue.
    public var settlementAmount = Money.zero
    /// What the venue takes for it in all.
    public var commission = Money.zero
    /// What the correction adds to realised profit, that of later trades included.
    public var realised = Money.zero
    /// What the correction adds to the cost of what was closed.
    public var closedCost = Money.zero
    /// The trade date by the venue's calendar.
    public var tradeDate = BusinessDate(days: 0)
    /// The date on which money and units of the trade change hands, or did.
    public var settlementDate = BusinessDate(days: 0)
    /// The lines of the difference, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// Fees beside the commission, in all.
    public var fees: [Fee] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.TradeCorrected`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.order(2, "orderId", &order)
        try visitor.identifier(3, "executionId", &execution)
        try visitor.identifier(4, "newExecutionId", &newExecution)
        try visitor.instrument(5, "instrumentId", &instrument)
        try visitor.currency(6, "currency", &currency)
        try visitor.quantity(7, "quantity", &quantity)
        try visitor.price(8, "price", &price)
        try visitor.money(9, "gross", &gross)
        try visitor.money(10, "settlementAmount", &settlementAmount)
        try visitor.money(11, "commission", &commission)
        try visitor.money(12, "realised", &realised)
        try visitor.money(13, "closedCost", &closedCost)
        try visitor.date(14, "tradeDate", &tradeDate)
        try visitor.date(15, "settlementDate", &settlementDate)
        try visitor.list(16, "postings", &postings)
        try visitor.list(17, "fees", &fees)
    }
}
