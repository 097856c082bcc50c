public import BifrostKernel

/// An instrument has other terms from a business date on, its symbol included.
public struct InstrumentTermsChanged: EventPayload {
    /// 106 in the registry.
    public static let eventType: UInt32 = 106
    /// The published name.
    public static let eventName: StaticString = "InstrumentTermsChanged"
    /// The instrument.
    public var instrument = InstrumentID.none
    /// The version of its terms: 2 for the first change, then 3, 4, and so on.
    public var version: UInt32 = 0
    /// The first business date that they hold for, after that of the terms before.
    public var effectiveFrom = BusinessDate(days: 0)
    /// All terms; currency and calendars as before.
    public var terms = InstrumentRegistered()
    /// The version of the change that this one takes the place of, zero for one of its own.
    public var replacedVersion: UInt32 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.InstrumentTermsChanged`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.uint(2, "version", &version)
        try visitor.date(3, "effectiveFrom", &effectiveFrom)
        try visitor.message(4, "terms", &terms)
        try visitor.uint(5, "replacedVersion", &replacedVersion)
    }
}

/// A change of an instrument's terms was taken back: those of before hold on.
public struct InstrumentChangeWithdrawn: EventPayload {
    /// 525 in the registry.
    public static let eventType: UInt32 = 525
    /// The published name.
    public static let eventName: StaticString = "InstrumentChangeWithdrawn"
    /// The instrument.
    public var instrument = InstrumentID.none
    /// The version of the change.
    public var version: UInt32 = 0
    /// The first business date that it had.
    public var effectiveFrom = BusinessDate(days: 0)
    /// All terms that hold instead.
    public var terms = InstrumentRegistered()
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.InstrumentChangeWithdrawn`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.uint(2, "version", &version)
        try visitor.date(3, "effectiveFrom", &effectiveFrom)
        try visitor.message(4, "terms", &terms)
    }
}

/// An instrument stopped trading, or trades again.
public struct InstrumentStatusChanged: EventPayload {
    /// 107 in the registry.
    public static let eventType: UInt32 = 107
    /// The published name.
    public static let eventName: StaticString = "InstrumentStatusChanged"
    /// The instrument.
    public var instrument = InstrumentID.none
    /// What it is from now on.
    public var status = InstrumentStatus.active
    /// How often its status changed, this change included.
    public var version: UInt32 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.InstrumentStatusChanged`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.choice(2, "status", &status)
        try visitor.uint(3, "version", &version)
    }
}

/// A business date from which on a symbol names an instrument, and the last day that it does.
public struct SymbolPeriod: Hashable, Sendable {
    /// The instrument.
    public internal(set) var instrument: InstrumentID
    /// The first business date.
    public internal(set) var validFrom: BusinessDate
    /// The last business date, `nil` while it holds.
    public internal(set) var validTo: BusinessDate?
}

extension SymbolPeriod: WireFields {
    /// A period to be read over.
    public init() { self.init(instrument: .none, validFrom: BusinessDate(days: 0)) }
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrument", &instrument)
        try visitor.date(2, "validFrom", &validFrom)
        try visitor.date(3, "validTo", &validTo)
    }
}
