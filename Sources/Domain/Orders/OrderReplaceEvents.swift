public import BifrostKernel

/// The terms that a replacement gives an order, whole and not by difference.
public struct AmendedTerms: WireFields, Hashable, Sendable {
    /// How much in all, what has traded included.
    public var quantity = Quantity.zero
    /// The worst price that it takes, where its type has one.
    public var limitPrice: Price?
    /// The price at which a stop becomes an order, where its type has one.
    public var stopPrice: Price?
    /// The distance of a trailing stop as a price, where it has one.
    public var trailingAmount: Price?
    /// The distance of a trailing stop as a share of the price, where it has one.
    public var trailingRate: BasisPoints?
    /// Empty terms.
    public init() {}
    /// Visits the fields of `bifrost.v1.AmendedTerms`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.quantity(1, "quantity", &quantity)
        try visitor.price(2, "limitPrice", &limitPrice)
        try visitor.price(3, "stopPrice", &stopPrice)
        try visitor.price(4, "trailingAmount", &trailingAmount)
        try visitor.rate(5, "trailingMicroBasisPoints", &trailingRate)
    }
}

/// Somebody asked to replace the terms of an order.
public struct OrderReplaceRequested: EventPayload {
    /// 210 in the registry.
    public static let eventType: UInt32 = 210
    /// The published name.
    public static let eventName: StaticString = "OrderReplaceRequested"
    /// The order to replace.
    public var order = OrderID.none
    /// 1, 2, 3, …: its place among the requests of the order, by which the venue answers.
    public var request: UInt32 = 0
    /// The terms that are wanted.
    public var terms = AmendedTerms()
    /// Who asked, by opaque id.
    public var enteredBy = ""
    /// The prices when the command was received, by which it is judged.
    public var seen = ReferencePrice()
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderReplaceRequested`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
        try visitor.message(3, "terms", &terms)
        try visitor.text(4, "enteredBy", &enteredBy)
        try visitor.message(5, "seen", &seen)
    }
}

/// Risk and compliance let the replacement pass, and it goes to the venue.
public struct OrderReplaceApproved: EventPayload {
    /// 223 in the registry.
    public static let eventType: UInt32 = 223
    /// The published name.
    public static let eventName: StaticString = "OrderReplaceApproved"
    /// The order to replace.
    public var order = OrderID.none
    /// The request that goes to the venue.
    public var request: UInt32 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderReplaceApproved`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
    }
}

/// The order has other terms at the venue.
public struct OrderReplaced: EventPayload {
    /// 211 in the registry.
    public static let eventType: UInt32 = 211
    /// The published name.
    public static let eventName: StaticString = "OrderReplaced"
    /// The order that it happened to.
    public var order = OrderID.none
    /// The request that it answers, 0 when the venue acted of its own accord.
    public var request: UInt32 = 0
    /// The terms from now on.
    public var terms = AmendedTerms()
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderReplaced`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
        try visitor.message(3, "terms", &terms)
    }
}

/// The terms of the order stay: a judge or the venue refused other ones.
public struct OrderReplaceRejected: EventPayload {
    /// 212 in the registry.
    public static let eventType: UInt32 = 212
    /// The published name.
    public static let eventName: StaticString = "OrderReplaceRejected"
    /// The order that it happened to.
    public var order = OrderID.none
    /// The request that it answers.
    public var request: UInt32 = 0
    /// Who refused it.
    public var judge = Judge.venue
    /// The first rule that refused it.
    public var code: RejectionCode?
    /// The limit that it broke, in units of 10⁻⁹, where the rule has one.
    public var limit: Int128?
    /// The number that broke the limit, in units of 10⁻⁹.
    public var value: Int128?
    /// The venue's own code.
    public var venueCode = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderReplaceRejected`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
        try visitor.choice(3, "judge", &judge)
        try visitor.code(4, "code", &code)
        try visitor.wide(5, "limit", &limit)
        try visitor.wide(6, "value", &value)
        try visitor.text(7, "venueCode", &venueCode)
    }
}
