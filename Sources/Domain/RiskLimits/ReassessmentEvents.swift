public import BifrostKernel

/// What becomes of an open order that the rules would judge otherwise today.
public enum ReassessmentOutcome: UInt8, WireChoice {
    /// It stays as it is.
    case kept = 1
    /// It stays, and a person has to look at it.
    case flagged = 2
    /// The venue is asked to cancel it.
    case cancelled = 3
}

/// An open order was judged again after a limit, a list or its instrument's status changed.
public struct OpenOrderReassessed: EventPayload {
    /// 305 in the registry.
    public static let eventType: UInt32 = 305
    /// The published name.
    public static let eventName: StaticString = "OpenOrderReassessed"
    /// The order.
    public var order = OrderID.none
    /// What becomes of it.
    public var outcome = ReassessmentOutcome.kept
    /// The position of the change.
    public var sweep: Int64 = 0
    /// The version of the limits that were looked at.
    public var limitsVersion: UInt32 = 0
    /// The version of the restricted list that was looked at.
    public var restrictionsVersion: UInt32 = 0
    /// The rules that the order would break now.
    public var checks: [RuleCheck] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OpenOrderReassessed`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.choice(2, "outcome", &outcome)
        try visitor.position(3, "sweep", &sweep)
        try visitor.uint(4, "limitsVersion", &limitsVersion)
        try visitor.uint(5, "restrictionsVersion", &restrictionsVersion)
        try visitor.list(6, "checks", &checks)
    }
}
