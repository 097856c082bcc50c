public import BifrostKernel

/// The session of a calendar's day opened.
public struct SessionOpened: EventPayload {
    /// 8 in the registry.
    public static let eventType: UInt32 = 8
    /// The published name.
    public static let eventName: StaticString = "SessionOpened"
    /// The calendar.
    public var calendar = ""
    /// Its day.
    public var date = BusinessDate(days: 0)
    /// An empty payload.
    public init() {}
    /// Puts the parts together.
    public init(_ calendar: String, _ date: BusinessDate) {
        self.calendar = calendar
        self.date = date
    }
    /// Visits the fields of `bifrost.v1.SessionOpened`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "calendar", &calendar)
        try visitor.date(2, "date", &date)
    }
}

/// The session of a calendar's day closed: orders for it are refused from now on.
public struct SessionClosed: EventPayload {
    /// 9 in the registry.
    public static let eventType: UInt32 = 9
    /// The published name.
    public static let eventName: StaticString = "SessionClosed"
    /// The calendar.
    public var calendar = ""
    /// Its day.
    public var date = BusinessDate(days: 0)
    /// An empty payload.
    public init() {}
    /// Puts the parts together.
    public init(_ calendar: String, _ date: BusinessDate) {
        self.calendar = calendar
        self.date = date
    }
    /// Visits the fields of `bifrost.v1.SessionClosed`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "calendar", &calendar)
        try visitor.date(2, "date", &date)
    }
}
