public import BifrostKernel

/// The facts that all accounts share, as far as this shard's log knows them.
///
/// Deciders take them from here and nowhere else, so that a verdict can be replayed from the log alone.
public struct ReferenceBook: Sendable {
    /// Most marks in one event.
    public static let marksMax = 256
    /// Most days in one event.
    public static let daysMax = 400
    /// Most days whose marks wait for their roll; beyond it the earliest are closed at the latest mark, as
    /// stale.
    public static let waitingDaysMax = 400

    /// Instruments by id, with the terms that they were registered with.
    public private(set) var instrumentByID: [InstrumentID: InstrumentRegistered] = [:]
    /// Instruments by their symbol, the latest that has it.
    public internal(set) var instrumentBySymbol: [Symbol: InstrumentID] = [:]
    /// The latest official mark of each instrument.
    public private(set) var markByID: [InstrumentID: StandingMark] = [:]
    /// The marks of days that are not rolled yet: a day closes at its own marks, whatever came after them.
    public private(set) var marksByDate: [BusinessDate: [InstrumentID: StandingMark]] = [:]
    /// The latest mark of each instrument among the days that were forgotten: what a day without one closes
    /// at.
    public private(set) var carriedByID: [InstrumentID: StandingMark] = [:]
    /// The latest version of each day's marks.
    public private(set) var marksVersionByDate: [BusinessDate: UInt32] = [:]
    /// Restricted instruments.
    public private(set) var restricted: Set<InstrumentID> = []
    /// The restricted list's version, 0 before the first change.
    public private(set) var restrictionsVersion: UInt32 = 0
    /// The schedules of each venue, ascending by their first day.
    public private(set) var feesByVenue: [String: [FeeScheduleSet]] = [:]
    /// What they take, in the same order.
    public private(set) var schedulesByVenue: [String: [FeeSchedule]] = [:]
    /// Calendars by name.
    public private(set) var calendarByName: [String: TradingCalendar] = [:]
    /// The hours of the days that have any, by calendar.
    public internal(set) var hoursByName: [String: [BusinessDate: SessionHours]] = [:]
    /// The terms of instruments that have changed, ascending by their first day, behind those registered.
    public internal(set) var changesByID: [InstrumentID: [InstrumentTermsChanged]] = [:]
    /// The last version of the terms of instruments that have changed, also of changes that hold no more.
    public internal(set) var termsVersionByID: [InstrumentID: UInt32] = [:]
    /// What a symbol names over time, for symbols that stopped naming an instrument or began to later.
    public internal(set) var periodsBySymbol: [Symbol: [SymbolPeriod]] = [:]
    /// The status of instruments that do not simply trade, or did not once.
    public internal(set) var statusByID: [InstrumentID: InstrumentStatusChanged] = [:]
    /// Corporate actions.
    public private(set) var corporateActions = CorporateActionList()
    /// The official exchange rates.
    public internal(set) var exchange = ExchangeRates()
    /// The interest on cash.
    public internal(set) var interest = InterestRates()
    /// The last position of the reference shard that was copied here.
    public private(set) var copiedUpTo: Int64 = 0

    /// No facts.
    public init() {}

    /// The instrument that `symbol` names, as it was registered; the latest of them.
    public func instrument(_ symbol: Symbol) -> InstrumentRegistered? {
        instrumentBySymbol[symbol].flatMap { instrumentByID[$0] }
    }

    /// The schedule of `venue` that holds on `date`.
    public func fees(of venue: String, on date: BusinessDate) -> FeeSchedule? {
        schedulesByVenue[venue]?.last { $0.validFrom <= date }
    }

    /// The mark by which a position is valued at the close of `date`: that day's own, else the latest before
    /// it, and one of a later day only where there is none.
    public func closingMark(of instrument: InstrumentID, on date: BusinessDate) -> StandingMark? {
        if let own = marksByDate[date]?[instrument] { return own }
        // ORDER: the latest of all.
        let waiting = marksByDate.filter { $0.key < date && $0.value[instrument] != nil }.keys.max()
        let carried = carriedByID[instrument]
        // One that was set late for a day long closed stands behind a later one that is forgotten by now.
        if let carried, carried.date <= date, waiting.map({ $0 < carried.date }) ?? true { return carried }
        return waiting.flatMap { marksByDate[$0]?[instrument] } ?? carried ?? markByID[instrument]
    }

    /// A day begins: its corporate actions are applied, and revised no more.
    public mutating func begin(_ day: BusinessDate) { corporateActions.begin(day) }

    /// Forgets the marks and exchange rates of days before `date`: they are rolled and close no more.
    public mutating func forgetMarks(before date: BusinessDate) {
        exchange.forget(before: date)
        for day in marksByDate.keys.filter({ $0 < date }).sorted() { forgetMarks(of: day) }
    }

    private mutating func forgetMarks(of day: BusinessDate) {
        // ORDER: each instrument stands once in a day.
        for (instrument, mark) in marksByDate.removeValue(forKey: day) ?? [:] {
            if let carried = carriedByID[instrument], carried.date > day { continue }
            carriedByID[instrument] = mark
        }
    }

    /// Adds a fact.
    public mutating func evolve(by event: ReferenceEvent) {
        switch event {
        case .instrumentRegistered(let fact):
            instrumentByID[fact.instrument] = fact
            name(fact.instrument, fact.symbol, from: fact.validFrom)
        case .marksRecorded(let fact):
            for mark in fact.marks {
                marksByDate[fact.date, default: [:]][mark.instrument] = StandingMark(
                    price: mark.price,
                    date: fact.date,
                    version: fact.version
                )
                if let known = markByID[mark.instrument], known.date > fact.date { continue }
                markByID[mark.instrument] = StandingMark(
                    price: mark.price,
                    date: fact.date,
                    version: fact.version
                )
            }
            if marksByDate.count > Self.waitingDaysMax, let earliest = marksByDate.keys.min() {
                forgetMarks(of: earliest)
            }
            marksVersionByDate[fact.date] = fact.version
        case .restrictionChanged(let fact):
            if fact.restricted {
                restricted.insert(fact.instrument)
            } else {
                restricted.remove(fact.instrument)
            }
            restrictionsVersion = fact.listVersion
        case .feesSet(let fact):
            feesByVenue[fact.venue, default: []].append(fact)
            schedulesByVenue[fact.venue, default: []].append(fact.schedule)
        case .tradingDaysDeclared(let fact):
            let appended = calendarByName[fact.calendar, default: TradingCalendar()].append(fact.days)
            precondition(appended, "declared days come after those declared before")
            note(fact)
        case .termsChanged(let fact): change(fact)
        case .changeWithdrawn(let fact): undo(fact.version, of: fact.instrument)
        case .statusChanged(let fact): statusByID[fact.instrument] = fact
        case .corporateActionAnnounced(let fact): corporateActions.add(fact)
        case .corporateActionWithdrawn(let fact): corporateActions.end(fact.action)
        case .corporateActionRevisionMissed: break
        case .ratesRecorded(let fact): exchange.add(fact)
        case .interestSet(let fact): interest.add(fact)
        case .copied(let copy, let fact):
            copiedUpTo = copy.sourcePosition
            evolve(by: fact)
        }
    }
}

/// An official mark with the day and version it is of.
public struct StandingMark: Hashable, Sendable {
    /// The price.
    public internal(set) var price: Price
    /// The day it closes.
    public internal(set) var date: BusinessDate
    /// The version of that day's marks.
    public internal(set) var version: UInt32
}

extension StandingMark: WireFields {
    /// A mark to be read over.
    public init() { self.init(price: .zero, date: BusinessDate(days: 0), version: 0) }
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.price(1, "price", &price)
        try visitor.date(2, "date", &date)
        try visitor.uint(3, "version", &version)
    }
}

extension ReferenceBook: WireFields {
    /// Visits every property but what schedules take, which they say themselves.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.table(1, "instrumentByID", &instrumentByID)
        try visitor.table(2, "instrumentBySymbol", &instrumentBySymbol)
        try visitor.table(3, "markByID", &markByID)
        try visitor.table(4, "marksByDate", &marksByDate)
        try visitor.table(5, "carriedByID", &carriedByID)
        try visitor.table(6, "marksVersionByDate", &marksVersionByDate)
        try visitor.set(7, "restricted", &restricted)
        try visitor.uint(8, "restrictionsVersion", &restrictionsVersion)
        try visitor.table(9, "feesByVenue", &feesByVenue)
        try visitor.table(10, "calendarByName", &calendarByName)
        try visitor.table(11, "hoursByName", &hoursByName)
        try visitor.table(12, "changesByID", &changesByID)
        try visitor.table(13, "termsVersionByID", &termsVersionByID)
        try visitor.table(14, "periodsBySymbol", &periodsBySymbol)
        try visitor.table(15, "statusByID", &statusByID)
        try visitor.message(16, "corporateActions", &corporateActions)
        try visitor.message(17, "exchange", &exchange)
        try visitor.message(18, "interest", &interest)
        try visitor.position(19, "copiedUpTo", &copiedUpTo)
        if visitor.isReading { schedulesByVenue = feesByVenue.mapValues { $0.map(\.schedule) } }
    }
}
