public import BifrostKernel

/// An issuer took back what it announced: the action is applied to nobody.
public struct CorporateActionWithdrawn: EventPayload {
    /// 523 in the registry.
    public static let eventType: UInt32 = 523
    /// The published name.
    public static let eventName: StaticString = "CorporateActionWithdrawn"
    /// The announcement.
    public var action = Identifier.none
    /// The instrument whose holders were concerned.
    public var instrument = InstrumentID.none
    /// The ex-date that it had.
    public var exDate = BusinessDate(days: 0)
    /// Where that is from.
    public var source = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CorporateActionWithdrawn`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "actionId", &action)
        try visitor.instrument(2, "instrumentId", &instrument)
        try visitor.date(3, "exDate", &exDate)
        try visitor.text(4, "source", &source)
    }
}

/// A correction or a withdrawal reached this shard when the ex-date had begun here: the accounts were treated
/// by the terms of before, and a person has to book the difference.
public struct CorporateActionRevisionMissed: EventPayload {
    /// 524 in the registry.
    public static let eventType: UInt32 = 524
    /// The published name.
    public static let eventName: StaticString = "CorporateActionRevisionMissed"
    /// The announcement that was applied.
    public var action = Identifier.none
    /// The instrument whose holders were concerned.
    public var instrument = InstrumentID.none
    /// The ex-date that had begun.
    public var exDate = BusinessDate(days: 0)
    /// The announcement that was to replace it and is applied to nobody; none for a withdrawal.
    public var replacement = Identifier.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CorporateActionRevisionMissed`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "actionId", &action)
        try visitor.instrument(2, "instrumentId", &instrument)
        try visitor.date(3, "exDate", &exDate)
        try visitor.identifier(4, "replacementId", &replacement)
    }
}

/// Asks for other terms of an announced corporate action; what is absent stays as it was announced.
public struct CorrectCorporateAction: WireFields, Equatable, Sendable {
    /// The announcement.
    public var action = Identifier.none
    /// The first trading day on which a buyer is not entitled any more.
    public var exDate: BusinessDate?
    /// When a dividend is paid.
    public var payDate: BusinessDate?
    /// The dividend of one unit.
    public var amountPerUnit: Price?
    /// New units of a split; with `denominator`.
    public var numerator: UInt32?
    /// Old units of a split.
    public var denominator: UInt32?
    /// What one new unit is worth where a fraction is paid out.
    public var cashInLieuPrice: Price?
    /// Where that is from.
    public var source = ""
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "actionId", &action)
        try visitor.date(2, "exDate", &exDate)
        try visitor.date(3, "payDate", &payDate)
        try visitor.price(4, "amountPerUnit", &amountPerUnit)
        try visitor.uint(5, "numerator", &numerator)
        try visitor.uint(6, "denominator", &denominator)
        try visitor.price(7, "cashInLieuPrice", &cashInLieuPrice)
        try visitor.text(8, "source", &source)
    }

    /// The announcement with these terms in place of its own.
    func terms(over before: CorporateActionAnnounced) -> CorporateActionAnnounced {
        var terms = before
        terms.exDate = exDate ?? before.exDate
        terms.payDate = payDate ?? before.payDate
        terms.amountPerUnit = amountPerUnit ?? before.amountPerUnit
        terms.numerator = numerator ?? before.numerator
        terms.denominator = denominator ?? before.denominator
        terms.cashInLieuPrice = cashInLieuPrice ?? before.cashInLieuPrice
        return terms
    }
}

/// Asks to take an announcement back.
public struct WithdrawCorporateAction: WireFields, Equatable, Sendable {
    /// The announcement.
    public var action = Identifier.none
    /// Where that is from.
    public var source = ""
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "actionId", &action)
        try visitor.text(2, "source", &source)
    }
}
