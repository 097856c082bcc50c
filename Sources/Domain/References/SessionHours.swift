public import BifrostKernel

/// The hours of one trading day.
public struct SessionHours: WireFields, Hashable, Sendable {
    /// When it opens.
    public var opensAt = Timestamp(nanos: 0)
    /// When it closes: orders at this moment are too late.
    public var closesAt = Timestamp(nanos: 0)
    /// Empty hours.
    public init() {}
    /// Puts the parts together.
    public init(_ opensAt: Timestamp, _ closesAt: Timestamp) {
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
    /// Visits the fields of `bifrost.v1.SessionHours`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.time(1, "opensAt", &opensAt)
        try visitor.time(2, "closesAt", &closesAt)
    }
}

extension ReferenceBook {
    /// The hours of a calendar's day, `nil` where none are declared.
    public func hours(of calendar: String, on date: BusinessDate) -> SessionHours? {
        guard !hoursByName.isEmpty else { return nil }
        return hoursByName[calendar]?[date]
    }

    /// Whether hours may stand beside days: none at all, or for each day one interval that comes after the
    /// one before.
    static func areInOrder(_ hours: [SessionHours], _ days: [BusinessDate]) -> Bool {
        guard hours.isEmpty || hours.count == days.count else { return false }
        var last: Timestamp?
        for session in hours {
            guard session.opensAt < session.closesAt, last.map({ $0 <= session.opensAt }) ?? true else {
                return false
            }
            last = session.closesAt
        }
        return true
    }

    mutating func note(_ fact: TradingDaysDeclared) {
        for (day, hours) in zip(fact.days, fact.hours) {
            hoursByName[fact.calendar, default: [:]][day] = hours
        }
    }
}
