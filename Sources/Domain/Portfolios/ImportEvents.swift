public import BifrostKernel

/// A lot that the account held before Bifrost knew it came into the books, with its cost and its age.
public struct PositionImported: EventPayload {
    /// 516 in the registry.
    public static let eventType: UInt32 = 516
    /// The published name.
    public static let eventName: StaticString = "PositionImported"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// What opened the lot, in place of an execution.
    public var lot = Identifier.none
    /// What is held.
    public var instrument = InstrumentID.none
    /// The currency of the cost.
    public var currency = Currency.usd
    /// How much, above zero.
    public var quantity = Quantity.zero
    /// What all of it cost, zero or above.
    public var cost = Money.zero
    /// The trade date on which it was bought.
    public var acquired = BusinessDate(days: 0)
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.PositionImported`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.identifier(2, "lotId", &lot)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.currency(4, "currency", &currency)
        try visitor.quantity(5, "quantity", &quantity)
        try visitor.money(6, "cost", &cost)
        try visitor.date(7, "acquired", &acquired)
        try visitor.list(8, "postings", &postings)
    }
}
