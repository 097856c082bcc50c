public import BifrostKernel

/// An instrument came into being, with the terms by which its orders are judged and its trades are booked.
public struct InstrumentRegistered: EventPayload {
    /// 100 in the registry.
    public static let eventType: UInt32 = 100
    /// The published name.
    public static let eventName: StaticString = "InstrumentRegistered"
    /// Its id.
    public var instrument = InstrumentID.none
    /// Its symbol from `validFrom` on.
    public var symbol = Symbol.none
    /// The currency that it is quoted and settled in.
    public var currency = Currency.usd
    /// The smallest step of its price.
    public var tickSize = Price.zero
    /// The smallest step of an order's quantity.
    public var lotSize = Quantity.zero
    /// The calendar whose days are its business dates.
    public var tradingCalendar = ""
    /// The calendar by which settlement days are counted.
    public var settlementCalendar = ""
    /// Business days from trade to settlement.
    public var settlementDays: UInt32 = 0
    /// From which business date the symbol names it.
    public var validFrom = BusinessDate(days: 0)
    /// Whether its prices are synthetic, as of a total-return series.
    public var synthetic = false
    /// Steps that depend on the price, ascending; `tickSize` where none is low enough.
    public var tickTable: [TickStep] = []
    /// Digits after the point of its prices, 0 … 9.
    public var priceScale: UInt32?
    /// Digits after the point of its quantities, 0 … 9.
    public var quantityScale: UInt32?
    /// Its sector in our own coarse list.
    public var sector = ""
    /// Whether it may be bought on margin and counts as collateral.
    public var marginable = false
    /// Whether it may be sold short.
    public var shortable = false
    /// Whether quantities below one unit may be ordered.
    public var fractionable = false
    /// Settlement cycles over time, ascending; `settlementDays` before the first.
    public var settlementCycles: [SettlementCycle] = []

    /// An empty payload.
    public init() {}

    /// Visits the fields of `bifrost.v1.InstrumentRegistered`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.symbol(2, "symbol", &symbol)
        try visitor.currency(3, "currency", &currency)
        try visitor.price(4, "tickSize", &tickSize)
        try visitor.quantity(5, "lotSize", &lotSize)
        try visitor.text(6, "tradingCalendar", &tradingCalendar)
        try visitor.text(7, "settlementCalendar", &settlementCalendar)
        try visitor.uint(8, "settlementDays", &settlementDays)
        try visitor.date(9, "validFrom", &validFrom)
        try visitor.flag(10, "synthetic", &synthetic)
        try visitor.list(12, "tickTable", &tickTable)
        try visitor.uint(13, "priceScale", &priceScale)
        try visitor.uint(14, "quantityScale", &quantityScale)
        try visitor.text(16, "sector", &sector)
        try visitor.flag(17, "marginable", &marginable)
        try visitor.flag(18, "shortable", &shortable)
        try visitor.flag(19, "fractionable", &fractionable)
        try visitor.list(24, "settlementCycles", &settlementCycles)
    }
}

/// The official price of one instrument on one day.
public struct OfficialMark: WireFields, Hashable, Sendable {
    /// The instrument.
    public var instrument = InstrumentID.none
    /// Its close.
    public var price = Price.zero
    /// An empty mark.
    public init() {}
    /// Puts the parts together.
    public init(_ instrument: InstrumentID, _ price: Price) {
        self.instrument = instrument
        self.price = price
    }
    /// Visits the fields of `bifrost.v1.OfficialMark`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.price(2, "price", &price)
    }
}

/// The official marks of one day; a later version for the same day corrects those it names.
public struct OfficialMarksRecorded: EventPayload {
    /// 101 in the registry.
    public static let eventType: UInt32 = 101
    /// The published name.
    public static let eventName: StaticString = "OfficialMarksRecorded"
    /// The day they close.
    public var date = BusinessDate(days: 0)
    /// 1 for the first, more for each correction.
    public var version: UInt32 = 0
    /// Where they come from.
    public var source = ""
    /// At most `ReferenceBook.marksMax`, ascending by instrument.
    public var marks: [OfficialMark] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OfficialMarksRecorded`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &date)
        try visitor.uint(2, "version", &version)
        try visitor.text(3, "source", &source)
        try visitor.list(4, "marks", &marks)
    }
}

/// An instrument was put on the firm's restricted list, or taken off it.
public struct RestrictionChanged: EventPayload {
    /// 102 in the registry.
    public static let eventType: UInt32 = 102
    /// The published name.
    public static let eventName: StaticString = "RestrictionChanged"
    /// The instrument.
    public var instrument = InstrumentID.none
    /// Whether it is restricted from now on.
    public var restricted = false
    /// The list's version with this change: 1, 2, 3, and so on.
    public var listVersion: UInt32 = 0
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.RestrictionChanged`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.flag(2, "restricted", &restricted)
        try visitor.uint(3, "listVersion", &listVersion)
    }
}

/// The next days of a calendar became known.
public struct TradingDaysDeclared: EventPayload {
    /// 104 in the registry.
    public static let eventType: UInt32 = 104
    /// The published name.
    public static let eventName: StaticString = "TradingDaysDeclared"
    /// The calendar.
    public var calendar = ""
    /// Where the days come from.
    public var source = ""
    /// At most `ReferenceBook.daysMax`, ascending, after all days declared before.
    public var days: [BusinessDate] = []
    /// The hours of each day, as many as days; none where the calendar does not bind orders to hours.
    public var hours: [SessionHours] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.TradingDaysDeclared`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "calendar", &calendar)
        try visitor.text(2, "source", &source)
        try visitor.dates(3, "days", &days)
        try visitor.list(4, "hours", &hours)
    }
}

/// A fact of the reference shard as it stands in this shard's log, byte for byte, provable against its
/// source.
public struct ReferenceFactCopied: EventPayload {
    /// 105 in the registry.
    public static let eventType: UInt32 = 105
    /// The published name.
    public static let eventName: StaticString = "ReferenceFactCopied"
    /// Its position in the reference shard.
    public var sourcePosition: Int64 = 0
    /// Its hash there.
    public var sourceHash: [UInt8] = []
    /// Its event type.
    public var type: UInt32 = 0
    /// Its schema version.
    public var schemaVersion: UInt32 = 0
    /// Its payload.
    public var payload: [UInt8] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ReferenceFactCopied`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "sourcePosition", &sourcePosition)
        try visitor.bytes(2, "sourceHash", &sourceHash)
        try visitor.uint(3, "type", &type)
        try visitor.uint(4, "schemaVersion", &schemaVersion)
        try visitor.bytes(5, "payload", &payload)
    }
}

/// A fact about the world that all accounts share.
public enum ReferenceEvent: Equatable, Sendable {
    /// An instrument came into being.
    indirect case instrumentRegistered(InstrumentRegistered)
    /// A day got its official marks.
    case marksRecorded(OfficialMarksRecorded)
    /// The restricted list changed.
    indirect case restrictionChanged(RestrictionChanged)
    /// A venue's commission changed.
    indirect case feesSet(FeeScheduleSet)
    /// A calendar grew.
    case tradingDaysDeclared(TradingDaysDeclared)
    /// A corporate action became known.
    indirect case corporateActionAnnounced(CorporateActionAnnounced)
    /// A corporate action was taken back.
    indirect case corporateActionWithdrawn(CorporateActionWithdrawn)
    /// A correction or a withdrawal came after the ex-date had begun here.
    indirect case corporateActionRevisionMissed(CorporateActionRevisionMissed)
    /// An instrument has other terms from a date on.
    indirect case termsChanged(InstrumentTermsChanged)
    /// A change of an instrument's terms was taken back.
    indirect case changeWithdrawn(InstrumentChangeWithdrawn)
    /// An instrument stopped trading, or trades again.
    indirect case statusChanged(InstrumentStatusChanged)
    /// A day got its official exchange rates.
    indirect case ratesRecorded(OfficialRatesRecorded)
    /// Interest rates changed.
    indirect case interestSet(InterestRatesSet)
    /// A fact of the reference shard was copied.
    indirect case copied(ReferenceFactCopied, ReferenceEvent)
}
