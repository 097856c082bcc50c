public import BifrostKernel

/// The price of a stop was reached: from now on the venue works it as an order.
public struct OrderTriggered: EventPayload {
    /// 213 in the registry.
    public static let eventType: UInt32 = 213
    /// The published name.
    public static let eventName: StaticString = "OrderTriggered"
    /// The order that it happened to.
    public var order = OrderID.none
    /// The price that reached it, where the venue says so.
    public var price: Price?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderTriggered`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.price(2, "price", &price)
    }
}

/// The order trades no more on this day; one that outlives the day goes on with the next.
public struct OrderDoneForDay: EventPayload {
    /// 214 in the registry.
    public static let eventType: UInt32 = 214
    /// The published name.
    public static let eventName: StaticString = "OrderDoneForDay"
    /// The order that it happened to.
    public var order = OrderID.none
    /// The day that it is done for, by the venue's calendar.
    public var date = BusinessDate(days: 0)
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderDoneForDay`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.date(2, "date", &date)
    }
}

/// The venue does not work the order until it says otherwise.
public struct OrderSuspended: EventPayload {
    /// 215 in the registry.
    public static let eventType: UInt32 = 215
    /// The published name.
    public static let eventName: StaticString = "OrderSuspended"
    /// The order that it happened to.
    public var order = OrderID.none
    /// The venue's own code for the reason.
    public var venueCode = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderSuspended`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.text(2, "venueCode", &venueCode)
    }
}

/// The venue works a suspended order again.
public struct OrderResumed: EventPayload {
    /// 216 in the registry.
    public static let eventType: UInt32 = 216
    /// The published name.
    public static let eventName: StaticString = "OrderResumed"
    /// The order that it happened to.
    public var order = OrderID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderResumed`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
    }
}

/// Why a venue restates an order, as FIX counts it (ExecRestatementReason, tag 378) plus one.
public enum RestatementReason: UInt8, WireChoice {
    /// A corporate action on the instrument.
    case corporateAction = 1
    /// A good-till order begins another day.
    case renewal = 2
    /// A word of mouth changed it.
    case verbalChange = 3
    /// The venue put another price on it.
    case repricing = 4
    /// The broker chose to.
    case brokerOption = 5
    /// Part of its quantity was declined.
    case partialDecline = 6
    /// Trading was halted.
    case tradingHalt = 7
    /// The market chose to.
    case marketOption = 8
}

/// The venue said anew what the order is, unasked.
public struct OrderRestated: EventPayload {
    /// 217 in the registry.
    public static let eventType: UInt32 = 217
    /// The published name.
    public static let eventName: StaticString = "OrderRestated"
    /// The order that it happened to.
    public var order = OrderID.none
    /// Why.
    public var reason = RestatementReason.brokerOption
    /// The day from which it holds, by the venue's calendar.
    public var date = BusinessDate(days: 0)
    /// The terms from now on, absent when they stay.
    public var terms: AmendedTerms?
    /// Quantity of busted trades that lives again.
    public var reinstated = Quantity.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderRestated`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.choice(2, "reason", &reason)
        try visitor.date(3, "date", &date)
        try visitor.message(4, "terms", &terms)
        try visitor.quantity(5, "reinstated", &reinstated)
    }
}

/// The order passed the judges and waits for a person.
public struct OrderHeldForReview: EventPayload {
    /// 218 in the registry.
    public static let eventType: UInt32 = 218
    /// The published name.
    public static let eventName: StaticString = "OrderHeldForReview"
    /// The order that waits.
    public var order = OrderID.none
    /// The venue that it goes to when a person lets it.
    public var venue = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderHeldForReview`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.text(2, "venue", &venue)
    }
}

/// A person decided on an order that waited.
public struct OrderReviewed: EventPayload {
    /// 222 in the registry.
    public static let eventType: UInt32 = 222
    /// The published name.
    public static let eventName: StaticString = "OrderReviewed"
    /// The order that waited.
    public var order = OrderID.none
    /// Whether it may go on; declined otherwise.
    public var approved = false
    /// Who decided, by opaque id.
    public var reviewer = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderReviewed`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.flag(2, "approved", &approved)
        try visitor.text(3, "reviewer", &reviewer)
    }
}
