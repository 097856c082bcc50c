public import BifrostKernel

/// Interest on a cash balance accrued, for the days from one close to the next.
public struct InterestAccrued: EventPayload {
    /// 510 in the registry.
    public static let eventType: UInt32 = 510
    /// The published name.
    public static let eventName: StaticString = "InterestAccrued"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The currency of the balance.
    public var currency = Currency.usd
    /// The first calendar day that it is for.
    public var from = BusinessDate(days: 0)
    /// The first calendar day that it is not for.
    public var until = BusinessDate(days: 0)
    /// The calendar days from the one to the other.
    public var days: UInt32 = 0
    /// Settled cash at the close, which the interest is computed on.
    public var balance = Money.zero
    /// The yearly rate: the credit rate above zero, the debit rate below.
    public var rate = InterestRate.zero
    /// How days make a year.
    public var dayCount = DayCount.actual360
    /// The version of the currency's rates.
    public var ratesVersion: UInt32 = 0
    /// What accrued to 10⁻⁹: earned, or with a minus owed.
    public var amount = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.InterestAccrued`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "currency", &currency)
        try visitor.date(3, "from", &from)
        try visitor.date(4, "until", &until)
        try visitor.uint(5, "days", &days)
        try visitor.money(6, "balance", &balance)
        try visitor.interest(7, "rateMicroBasisPoints", &rate)
        try visitor.choice(8, "dayCount", &dayCount)
        try visitor.uint(9, "ratesVersion", &ratesVersion)
        try visitor.money(10, "amount", &amount)
        try visitor.list(11, "postings", &postings)
    }
}

/// Interest that had accrued came in, or went out.
public struct InterestPaid: EventPayload {
    /// 515 in the registry.
    public static let eventType: UInt32 = 515
    /// The published name.
    public static let eventName: StaticString = "InterestPaid"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// What had accrued and is accrued no more, to 10⁻⁹.
    public var accrued = Money.zero
    /// What came in, or with a minus went out, rounded to the currency's minor unit.
    public var amount = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.InterestPaid`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "currency", &currency)
        try visitor.money(3, "accrued", &accrued)
        try visitor.money(4, "amount", &amount)
        try visitor.list(5, "postings", &postings)
    }
}
