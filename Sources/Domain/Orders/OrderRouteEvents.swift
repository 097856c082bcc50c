public import BifrostKernel

/// The venue's time to answer was over, and it was told again.
public struct OrderStatusRequested: EventPayload {
    /// 224 in the registry.
    public static let eventType: UInt32 = 224
    /// The published name.
    public static let eventName: StaticString = "OrderStatusRequested"
    /// The order.
    public var order = OrderID.none
    /// 1 for the first time since the venue's last answer.
    public var attempt: UInt32 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderStatusRequested`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "attempt", &attempt)
    }
}

/// The venue does not answer, and a person has to find out what became of the order.
public struct OrderParked: EventPayload {
    /// 225 in the registry.
    public static let eventType: UInt32 = 225
    /// The published name.
    public static let eventName: StaticString = "OrderParked"
    /// The order.
    public var order = OrderID.none
    /// How often the venue was asked.
    public var attempts: UInt32 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderParked`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "attempts", &attempts)
    }
}

/// A person said what becomes of a parked order.
public struct OrderResolved: EventPayload {
    /// 226 in the registry.
    public static let eventType: UInt32 = 226
    /// The published name.
    public static let eventName: StaticString = "OrderResolved"
    /// The order.
    public var order = OrderID.none
    /// Whether the venue is asked again; otherwise it does not work the order.
    public var retry = false
    /// Who said so, by opaque id.
    public var resolver = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderResolved`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.flag(2, "retry", &retry)
        try visitor.text(3, "resolver", &resolver)
    }
}
