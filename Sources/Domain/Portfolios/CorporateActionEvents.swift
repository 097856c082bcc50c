public import BifrostKernel

/// The account is entitled to a dividend, or owes it when it is short, from the ex-date on.
public struct DividendAccrued: EventPayload {
    /// 507 in the registry.
    public static let eventType: UInt32 = 507
    /// The published name.
    public static let eventName: StaticString = "DividendAccrued"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The corporate action.
    public var action = Identifier.none
    /// What is held.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The first trading day without the entitlement.
    public var exDate = BusinessDate(days: 0)
    /// When it is paid.
    public var payDate = BusinessDate(days: 0)
    /// The position at the close before the ex-date, long positive.
    public var quantity = Quantity.zero
    /// The dividend of one unit.
    public var amountPerUnit = Price.zero
    /// Amount of one unit × quantity, exact.
    public var gross = Money.zero
    /// What will be paid, rounded to the currency's minor unit; owed when negative.
    public var amount = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.DividendAccrued`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.identifier(2, "actionId", &action)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.currency(4, "currency", &currency)
        try visitor.date(5, "exDate", &exDate)
        try visitor.date(6, "payDate", &payDate)
        try visitor.quantity(7, "quantity", &quantity)
        try visitor.price(8, "amountPerUnit", &amountPerUnit)
        try visitor.money(9, "gross", &gross)
        try visitor.money(10, "amount", &amount)
        try visitor.list(11, "postings", &postings)
    }
}

/// A dividend that was accrued came in, or went out.
public struct DividendPaid: EventPayload {
    /// 508 in the registry.
    public static let eventType: UInt32 = 508
    /// The published name.
    public static let eventName: StaticString = "DividendPaid"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The corporate action.
    public var action = Identifier.none
    /// What was held.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The pay date that was announced; the money is there from the first trading day on or after it.
    public var payDate = BusinessDate(days: 0)
    /// What was accrued.
    public var amount = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.DividendPaid`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.identifier(2, "actionId", &action)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.currency(4, "currency", &currency)
        try visitor.date(5, "payDate", &payDate)
        try visitor.money(6, "amount", &amount)
        try visitor.list(7, "postings", &postings)
    }
}

/// A split changed the number of units that the account holds; what they cost stays, but for a fraction of a
/// unit, which is sold.
public struct PositionAdjusted: EventPayload {
    /// 509 in the registry.
    public static let eventType: UInt32 = 509
    /// The published name.
    public static let eventName: StaticString = "PositionAdjusted"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The corporate action.
    public var action = Identifier.none
    /// What is held.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The first trading day in new units.
    public var exDate = BusinessDate(days: 0)
    /// New units for `denominator` old ones; both are 1 where the position could not be adjusted.
    public var numerator: UInt32 = 0
    /// Old units for `numerator` new ones.
    public var denominator: UInt32 = 0
    /// The position before, long positive.
    public var oldQuantity = Quantity.zero
    /// The position after, without the fraction.
    public var newQuantity = Quantity.zero
    /// What was sold of the position in new units, signed like it.
    public var fraction = Quantity.zero
    /// What one new unit was paid out at.
    public var cashInLieuPrice = Price.zero
    /// Price × fraction, exact.
    public var gross = Money.zero
    /// What was paid, rounded to the currency's minor unit; owed when negative.
    public var cashInLieu = Money.zero
    /// Profit of the fraction, positive.
    public var realised = Money.zero
    /// The cost of the fraction.
    public var closedCost = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.PositionAdjusted`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.identifier(2, "actionId", &action)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.currency(4, "currency", &currency)
        try visitor.date(5, "exDate", &exDate)
        try visitor.uint(6, "numerator", &numerator)
        try visitor.uint(7, "denominator", &denominator)
        try visitor.quantity(8, "oldQuantity", &oldQuantity)
        try visitor.quantity(9, "newQuantity", &newQuantity)
        try visitor.quantity(10, "fraction", &fraction)
        try visitor.price(11, "cashInLieuPrice", &cashInLieuPrice)
        try visitor.money(12, "gross", &gross)
        try visitor.money(13, "cashInLieu", &cashInLieu)
        try visitor.money(14, "realised", &realised)
        try visitor.money(15, "closedCost", &closedCost)
        try visitor.list(16, "postings", &postings)
    }
}
