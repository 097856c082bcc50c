public import BifrostKernel

/// Asks for a new instrument.
public struct RegisterInstrument: WireFields, Equatable, Sendable {
    /// The terms; the id is given by the decision.
    public var terms = InstrumentRegistered()
    /// Empty terms.
    public init() {}
    /// Visits the terms.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "terms", &terms)
    }
}

/// Decisions about facts that all accounts share.
extension ReferenceBook {
    /// A new instrument with `id`, or why not.
    public func registering(
        _ terms: InstrumentRegistered,
        id: InstrumentID
    ) throws(Rejection) -> InstrumentRegistered {
        guard isFree(terms.symbol, from: terms.validFrom) else { throw Rejection(.symbolTaken) }
        if let fault = terms.fault() { throw fault }
        guard calendarByName[terms.tradingCalendar] != nil else { throw Rejection(.unknownCalendar) }
        var fact = terms
        fact.instrument = id
        return fact
    }

    /// The official marks of a day, given by symbol, or why not.
    public func recording(
        _ prices: [(symbol: Symbol, price: Price)],
        date: BusinessDate,
        source: String
    ) throws(Rejection) -> OfficialMarksRecorded {
        guard !prices.isEmpty, prices.count <= Self.marksMax else {
            throw Rejection(.tooManyItems, limit: nanos(Self.marksMax), value: nanos(prices.count))
        }
        var fact = OfficialMarksRecorded()
        fact.date = date
        fact.source = source
        fact.version = (marksVersionByDate[date] ?? 0) + 1
        for (symbol, price) in prices {
            let instrument = try required(symbol, on: date)
            guard price > .zero else { throw Rejection(.priceNotPositive, value: Int128(price.nanos)) }
            fact.marks.append(OfficialMark(instrument, price))
        }
        fact.marks.sort { $0.instrument < $1.instrument }
        return fact
    }

    /// The change of the restricted list, `nil` when it already says so, or why not.
    public func restricting(
        _ symbol: Symbol,
        _ restricted: Bool,
        on date: BusinessDate
    ) throws(Rejection) -> RestrictionChanged? {
        let instrument = try required(symbol, on: date)
        guard self.restricted.contains(instrument) != restricted else { return nil }
        var fact = RestrictionChanged()
        fact.instrument = instrument
        fact.restricted = restricted
        fact.listVersion = restrictionsVersion + 1
        return fact
    }

    /// A venue's schedule from a day on, or why not.
    public func settingFees(_ wanted: FeeScheduleSet) throws(Rejection) -> FeeScheduleSet {
        let schedules = feesByVenue[wanted.venue] ?? []
        if let last = schedules.last, wanted.validFrom < last.validFrom { throw Rejection(.dayOutOfOrder) }
        if let fault = wanted.shareFault() ?? wanted.extraFault() { throw fault }
        var fact = wanted
        fact.version = UInt32(schedules.count + 1)
        return fact
    }

    /// Whether a fact of the reference shard can follow here on those copied before; always so when it is
    /// genuine.
    public func admits(_ event: ReferenceEvent) -> Bool {
        switch event {
        case .instrumentRegistered(let fact):
            // Registered once: what was booked in its currency would not add up in another one.
            return fact.fault() == nil && instrumentByID[fact.instrument] == nil
        case .tradingDaysDeclared(let fact):
            var calendar = calendarByName[fact.calendar] ?? TradingCalendar()
            return calendar.append(fact.days) && Self.areInOrder(fact.hours, fact.days)
        case .marksRecorded, .restrictionChanged: return true
        case .feesSet(let fact): return fact.extraFault() == nil
        case .corporateActionAnnounced(let fact): return fact.isSound
        case .corporateActionWithdrawn: return true
        case .termsChanged(let fact):
            guard let standing = terms(of: fact.instrument, replacing: fact.replacedVersion),
                fact.terms.fault() == nil
            else { return false }
            return fact.effectiveFrom > standing.validFrom
        case .changeWithdrawn(let fact): return changesByID[fact.instrument]?.last?.version == fact.version
        case .statusChanged(let fact): return instrumentByID[fact.instrument] != nil
        case .interestSet(let fact): return fact.dayCount != nil
        case .ratesRecorded(let fact): return fact.isSound
        // Made by the shard that missed it.
        case .copied, .corporateActionRevisionMissed: return false
        }
    }

    /// More days of a calendar, or why not.
    public func declaring(
        _ days: [BusinessDate],
        of calendar: String,
        source: String,
        hours: [SessionHours] = []
    ) throws(Rejection) -> TradingDaysDeclared {
        guard !days.isEmpty, days.count <= Self.daysMax else {
            throw Rejection(.tooManyItems, limit: nanos(Self.daysMax), value: nanos(days.count))
        }
        var trial = TradingCalendar()
        if let last = calendarByName[calendar]?.days.last { _ = trial.append([last]) }
        guard trial.append(days), Self.areInOrder(hours, days) else { throw Rejection(.calendarOutOfOrder) }
        var fact = TradingDaysDeclared()
        fact.calendar = calendar
        fact.source = source
        fact.days = days
        fact.hours = hours
        return fact
    }
}

/// A count as a verdict's numbers are kept, in units of 10⁻⁹.
private func nanos(_ count: Int) -> Int128 { Int128(count) * Int128(Decimals.nanosPerUnit) }
