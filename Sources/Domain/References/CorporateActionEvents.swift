public import BifrostKernel

/// What an issuer does to the holders of an instrument.
public enum CorporateActionKind: UInt8, WireChoice {
    /// An amount of cash for each unit held.
    case cashDividend = 1
    /// New units for old ones: more for a split, fewer for a reverse split.
    case split = 2
}

/// An issuer's corporate action became known, with the terms by which every account is treated.
public struct CorporateActionAnnounced: EventPayload {
    /// 110 in the registry.
    public static let eventType: UInt32 = 110
    /// The published name.
    public static let eventName: StaticString = "CorporateActionAnnounced"
    /// Its id: the story of its announcement.
    public var action = Identifier.none
    /// The instrument whose holders are concerned.
    public var instrument = InstrumentID.none
    /// What is done.
    public var kind = CorporateActionKind.cashDividend
    /// The first trading day on which a buyer is not entitled any more.
    public var exDate = BusinessDate(days: 0)
    /// When the cash is paid; the ex-date for a split.
    public var payDate = BusinessDate(days: 0)
    /// The currency of the amounts.
    public var currency = Currency.usd
    /// The dividend of one unit, above zero; zero for a split.
    public var amountPerUnit = Price.zero
    /// New units for `denominator` old ones; zero for a dividend.
    public var numerator: UInt32 = 0
    /// Old units for `numerator` new ones; zero for a dividend.
    public var denominator: UInt32 = 0
    /// What one new unit is worth where a fraction is paid out; the close before, adjusted, when absent.
    public var cashInLieuPrice: Price?
    /// Where the terms come from.
    public var source = ""
    /// The announcement that this one takes the place of, none for one of its own.
    public var replaced = Identifier.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CorporateActionAnnounced`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "actionId", &action)
        try visitor.instrument(2, "instrumentId", &instrument)
        try visitor.choice(3, "kind", &kind)
        try visitor.date(4, "exDate", &exDate)
        try visitor.date(5, "payDate", &payDate)
        try visitor.currency(6, "currency", &currency)
        try visitor.price(7, "amountPerUnit", &amountPerUnit)
        try visitor.uint(8, "numerator", &numerator)
        try visitor.uint(9, "denominator", &denominator)
        try visitor.price(10, "cashInLieuPrice", &cashInLieuPrice)
        try visitor.text(11, "source", &source)
        try visitor.identifier(12, "replacedActionId", &replaced)
    }
}

/// Asks to announce a corporate action.
public struct AnnounceCorporateAction: WireFields, Equatable, Sendable {
    /// The symbol of the instrument.
    public var symbol = Symbol.none
    /// The terms; the ids and the currency are given by the decision.
    public var terms = CorporateActionAnnounced()
    /// Empty terms.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.message(2, "terms", &terms)
    }
}
