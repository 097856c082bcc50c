extension TradingCalendar: WireFields {
    /// Visits the days, which ascend.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var days = visitor.isReading ? [] : self.days
        try visitor.dates(1, "days", &days)
        guard visitor.isReading else { return }
        self = TradingCalendar()
        guard append(days) else { throw .notCanonical(field: 1) }
    }
}
