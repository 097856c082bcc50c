public import BifrostKernel

/// Cash of one currency became cash of another.
public struct CashConverted: EventPayload {
    /// 517 in the registry.
    public static let eventType: UInt32 = 517
    /// The published name.
    public static let eventName: StaticString = "CashConverted"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The currency that was sold.
    public var soldCurrency = Currency.usd
    /// How much of it, above zero.
    public var sold = Money.zero
    /// The currency that was bought.
    public var boughtCurrency = Currency.usd
    /// How much of it came in, rounded to its minor unit, above zero.
    public var bought = Money.zero
    /// The price of one unit of what was sold, in what was bought.
    public var rate = Price.zero
    /// Sold × rate, to 10⁻⁹.
    public var gross = Money.zero
    /// Who gave the rate.
    public var source = ""
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CashConverted`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "soldCurrency", &soldCurrency)
        try visitor.money(3, "sold", &sold)
        try visitor.currency(4, "boughtCurrency", &boughtCurrency)
        try visitor.money(5, "bought", &bought)
        try visitor.price(6, "rate", &rate)
        try visitor.money(7, "gross", &gross)
        try visitor.text(8, "source", &source)
        try visitor.list(9, "postings", &postings)
    }
}
