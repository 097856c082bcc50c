public import BifrostKernel

/// How a difference between the venue's book and ours ended.
public enum BreakResolution: UInt8, WireChoice {
    /// One book was ahead of the other, and both agree by now.
    case timing = 1
    /// The venue was wrong.
    case venueError = 2
    /// We were wrong, and other bookings put it right.
    case ourError = 3
}

/// A person found out why the venue's book and ours were not the same.
public struct BreakResolved: EventPayload {
    /// 514 in the registry.
    public static let eventType: UInt32 = 514
    /// The published name.
    public static let eventName: StaticString = "BreakResolved"
    /// The account whose books differed.
    public var account = AccountID.none
    /// The position of the break.
    public var brokeAt: Int64 = 0
    /// How it ended.
    public var resolution = BreakResolution.timing
    /// Who says so, by opaque id.
    public var resolver = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.BreakResolved`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.position(2, "brokeAt", &brokeAt)
        try visitor.choice(3, "resolution", &resolution)
        try visitor.text(4, "resolver", &resolver)
    }
}
