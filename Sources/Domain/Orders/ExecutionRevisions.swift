public import BifrostKernel

/// What a venue says when it changes its mind about a trade: which trade, and under which identity.
public struct ExecutionRevision: WireFields, Hashable, Sendable {
    /// The core's own id of this report.
    public var execution = Identifier.none
    /// The order that the trade stands in.
    public var order = OrderID.none
    /// The venue that reported it.
    public var venue = ""
    /// The trade date of this report.
    public var tradeDate = BusinessDate(days: 0)
    /// The venue's id of this report, unique within its trade date.
    public var venueExecutionID = ""
    /// The side of the order.
    public var side = Side.buy
    /// The trade date of the report that it changes.
    public var revisedTradeDate = BusinessDate(days: 0)
    /// The venue's id of the report that it changes: a trade, or an earlier correction of it.
    public var revisedVenueExecutionID = ""
    /// The core's id of what it changes, none when the core has not seen that.
    public var revised = Identifier.none
    /// How much of what is taken back lives again at the venue.
    public var reinstated = Quantity.zero
    /// What the venue's own book says of the account after this.
    public var venuePosition = Quantity.zero
    /// What the venue's own book says of the account's cash after this.
    public var venueCash = Money.zero
    /// Another revision of the same report stands already: kept, not booked.
    public var conflicting = false
    /// An empty report.
    public init() {}
    /// Visits the fields of `bifrost.v1.ExecutionRevision`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "executionId", &execution)
        try visitor.order(2, "orderId", &order)
        try visitor.text(3, "venue", &venue)
        try visitor.date(4, "tradeDate", &tradeDate)
        try visitor.text(5, "venueExecutionId", &venueExecutionID)
        try visitor.choice(6, "side", &side)
        try visitor.date(7, "revisedTradeDate", &revisedTradeDate)
        try visitor.text(8, "revisedVenueExecutionId", &revisedVenueExecutionID)
        try visitor.identifier(9, "revisedExecutionId", &revised)
        try visitor.quantity(10, "reinstated", &reinstated)
        try visitor.quantity(11, "venuePosition", &venuePosition)
        try visitor.money(12, "venueCash", &venueCash)
        try visitor.flag(13, "conflicting", &conflicting)
    }

    /// The identity of this report.
    public var identity: ExecutionIdentity {
        ExecutionIdentity(venue: venue, tradeDate: tradeDate, venueExecutionID: venueExecutionID, side: side)
    }

    /// The identity of the report that it changes.
    public var target: ExecutionIdentity {
        ExecutionIdentity(
            venue: venue,
            tradeDate: revisedTradeDate,
            venueExecutionID: revisedVenueExecutionID,
            side: side
        )
    }
}

/// The venue gave a trade other numbers.
public struct ExecutionCorrected: EventPayload {
    /// 219 in the registry.
    public static let eventType: UInt32 = 219
    /// The published name.
    public static let eventName: StaticString = "ExecutionCorrected"
    /// Which trade.
    public var revision = ExecutionRevision()
    /// How much traded, above zero.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// The currency of the price and of all amounts here.
    public var currency = Currency.usd
    /// What the venue takes or pays for the instrument, rounded by the venue to what can be paid.
    public var settlementAmount = Money.zero
    /// What the trade now adds to the commission of its order.
    public var commission = Money.zero
    /// Fees beside the commission, as they now are.
    public var fees: [Fee] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ExecutionCorrected`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "revision", &revision)
        try visitor.quantity(2, "quantity", &quantity)
        try visitor.price(3, "price", &price)
        try visitor.currency(4, "currency", &currency)
        try visitor.money(5, "settlementAmount", &settlementAmount)
        try visitor.money(6, "commission", &commission)
        try visitor.list(7, "fees", &fees)
    }
}

/// The venue took a trade back.
public struct ExecutionBusted: EventPayload {
    /// 220 in the registry.
    public static let eventType: UInt32 = 220
    /// The published name.
    public static let eventName: StaticString = "ExecutionBusted"
    /// Which trade.
    public var revision = ExecutionRevision()
    /// What the trade still bears of the commission of its order, where the other trades do not come to it;
    /// given back whole where absent.
    public var commission: Money?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ExecutionBusted`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "revision", &revision)
        try visitor.money(2, "commission", &commission)
    }
}
