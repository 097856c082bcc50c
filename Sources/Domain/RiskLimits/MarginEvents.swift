public import BifrostKernel

/// At a close, the equity of a margin account was below its maintenance requirement.
///
/// Until it is covered, only orders that reduce a position pass.
public struct MarginCallIssued: EventPayload {
    /// 306 in the registry.
    public static let eventType: UInt32 = 306
    /// The published name.
    public static let eventName: StaticString = "MarginCallIssued"
    /// The account that has to cover it.
    public var account = AccountID.none
    /// The trading day that was closed.
    public var date = BusinessDate(days: 0)
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The maintenance requirement.
    public var requirement = Money.zero
    /// Equity at the close.
    public var equity = Money.zero
    /// Requirement − equity.
    public var deficit = Money.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.MarginCallIssued`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.date(2, "date", &date)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "requirement", &requirement)
        try visitor.money(5, "equity", &equity)
        try visitor.money(6, "deficit", &deficit)
    }
}

/// The equity of a margin account covers its maintenance requirement again.
public struct MarginCallMet: EventPayload {
    /// 307 in the registry.
    public static let eventType: UInt32 = 307
    /// The published name.
    public static let eventName: StaticString = "MarginCallMet"
    /// The account that covered it.
    public var account = AccountID.none
    /// The trading day whose close it was called at.
    public var date = BusinessDate(days: 0)
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// The maintenance requirement, as it now is.
    public var requirement = Money.zero
    /// Equity, as it now is.
    public var equity = Money.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.MarginCallMet`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.date(2, "date", &date)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "requirement", &requirement)
        try visitor.money(5, "equity", &equity)
    }
}
