public import BifrostKernel

/// Asks for other terms of an instrument from a date on.
public struct ChangeInstrument: WireFields, Equatable, Sendable {
    /// The symbol that names it on the day before.
    public var symbol = Symbol.none
    /// The first business date of the terms.
    public var effectiveFrom = BusinessDate(days: 0)
    /// All terms, with the symbol that it has from then on; id, currency and calendars stay as they are.
    public var terms = InstrumentRegistered()
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.date(2, "effectiveFrom", &effectiveFrom)
        try visitor.message(3, "terms", &terms)
    }
}

/// Instruments over time: which one a symbol names on a day, and on which terms it trades then.
extension ReferenceBook {
    /// The instrument that `symbol` names on `date`, with the terms that hold then.
    public func instrument(_ symbol: Symbol, on date: BusinessDate) -> InstrumentRegistered? {
        // Nearly every symbol names one instrument for ever, and its terms never change.
        guard !changesByID.isEmpty || !periodsBySymbol.isEmpty else { return instrument(symbol) }
        return id(of: symbol, on: date).flatMap { terms(of: $0, on: date) }
    }

    /// The instrument that `symbol` names on `date`.
    public func id(of symbol: Symbol, on date: BusinessDate) -> InstrumentID? {
        guard let periods = periodsBySymbol[symbol] else { return instrumentBySymbol[symbol] }
        let period = periods.last { $0.validFrom <= date }
        guard let period, period.validTo.map({ date <= $0 }) ?? true else { return nil }
        return period.instrument
    }

    /// Why `symbol` names nothing on `date`: it never did, or it was given up before.
    public func missing(_ symbol: Symbol, on date: BusinessDate) -> Rejection {
        let given = periodsBySymbol[symbol]?.last { $0.validFrom <= date }
        guard let last = given?.validTo else { return Rejection(.unknownSymbol) }
        return Rejection(.symbolGivenUp, limit: nanos(last), value: nanos(date))
    }

    /// The instrument that `symbol` names on `date`, or why it names none.
    public func required(_ symbol: Symbol, on date: BusinessDate) throws(Rejection) -> InstrumentID {
        guard let id = id(of: symbol, on: date) else { throw missing(symbol, on: date) }
        return id
    }

    /// The terms of `instrument` on `date`: those registered before the first change.
    public func terms(of instrument: InstrumentID, on date: BusinessDate) -> InstrumentRegistered? {
        if let changes = changesByID[instrument], let last = changes.last(where: { $0.effectiveFrom <= date })
        {
            return last.terms
        }
        return instrumentByID[instrument]
    }

    /// Whether what binds an order for `instrument` differs on `date` from what held on `before`: anything
    /// but its name.
    public func isChanged(_ instrument: InstrumentID, from before: BusinessDate, on date: BusinessDate)
        -> Bool
    {
        guard changesByID[instrument] != nil, let new = terms(of: instrument, on: date),
            var old = terms(of: instrument, on: before)
        else { return false }
        (old.symbol, old.validFrom) = (new.symbol, new.validFrom)
        return old != new
    }

    /// The terms of `instrument` that were decided last, whenever they begin to hold.
    func latestTerms(of instrument: InstrumentID) -> InstrumentRegistered? {
        changesByID[instrument]?.last?.terms ?? instrumentByID[instrument]
    }

    /// Whether `day` is the first of its calendar that other terms bind an order on.
    public func changes(_ instrument: InstrumentID, with day: BusinessDate) -> Bool {
        guard changesByID[instrument] != nil else { return false }
        let before = BusinessDate(days: max(day.days, .min + 1) - 1)
        return isChanged(instrument, from: lastDay(of: instrument, notAfter: before), on: day)
    }

    /// The last day up to `date` on which `instrument` had a close: its own mark is not older.
    public func lastDay(of instrument: InstrumentID, notAfter date: BusinessDate) -> BusinessDate {
        let name = instrumentByID[instrument]?.tradingCalendar
        return name.flatMap { calendarByName[$0]?.last(upTo: date) } ?? date
    }

    /// Whether `instrument` trades.
    public func status(of instrument: InstrumentID) -> InstrumentStatus {
        guard !statusByID.isEmpty, let fact = statusByID[instrument] else { return .active }
        return fact.status
    }

    /// Whether `symbol` names no instrument from `date` on.
    func isFree(_ symbol: Symbol, from date: BusinessDate) -> Bool {
        guard let periods = periodsBySymbol[symbol], let last = periods.last else {
            return instrumentBySymbol[symbol] == nil
        }
        return last.validTo.map { $0 < date } ?? false
    }

    /// Other terms from a day on, or why not.
    public func changing(_ wanted: ChangeInstrument) throws(Rejection) -> InstrumentTermsChanged {
        let before = BusinessDate(days: max(wanted.effectiveFrom.days, .min + 1) - 1)
        let id = try required(wanted.symbol, on: before)
        guard let standing = latestTerms(of: id) else { throw Rejection(.unknownSymbol) }
        guard wanted.effectiveFrom > standing.validFrom else {
            throw Rejection(
                .instrumentTermsOutOfOrder,
                limit: nanos(standing.validFrom),
                value: nanos(wanted.effectiveFrom)
            )
        }
        var terms = wanted.terms
        terms.instrument = id
        terms.currency = standing.currency
        terms.tradingCalendar = standing.tradingCalendar
        terms.settlementCalendar = standing.settlementCalendar
        terms.synthetic = standing.synthetic
        terms.validFrom = wanted.effectiveFrom
        guard terms.symbol == standing.symbol || isFree(terms.symbol, from: wanted.effectiveFrom) else {
            throw Rejection(.symbolTaken)
        }
        if let fault = terms.fault() { throw fault }
        var fact = InstrumentTermsChanged()
        fact.instrument = id
        fact.version = (termsVersionByID[id] ?? 1) + 1
        fact.effectiveFrom = wanted.effectiveFrom
        fact.terms = terms
        return fact
    }

    /// The change of an instrument's status, `nil` when it has it already, or why not.
    public func setting(
        _ status: InstrumentStatus,
        of symbol: Symbol,
        on date: BusinessDate
    ) throws(Rejection) -> InstrumentStatusChanged? {
        let id = try required(symbol, on: date)
        guard self.status(of: id) != status else { return nil }
        var fact = InstrumentStatusChanged()
        fact.instrument = id
        fact.status = status
        fact.version = (statusByID[id]?.version ?? 0) + 1
        return fact
    }

    /// Lets `symbol` name `instrument` from `date` on.
    mutating func name(_ instrument: InstrumentID, _ symbol: Symbol, from date: BusinessDate) {
        if periodsBySymbol[symbol] != nil {
            periodsBySymbol[symbol]?.append(SymbolPeriod(instrument: instrument, validFrom: date))
        }
        instrumentBySymbol[symbol] = instrument
    }

    mutating func change(_ fact: InstrumentTermsChanged) {
        let id = fact.instrument
        if fact.replacedVersion > 0 { undo(fact.replacedVersion, of: id) }
        termsVersionByID[id] = fact.version
        guard let standing = latestTerms(of: id) else {
            preconditionFailure("an instrument's terms change after its registration")
        }
        changesByID[id, default: []].append(fact)
        guard fact.terms.symbol != standing.symbol else { return }
        let first = SymbolPeriod(instrument: id, validFrom: BusinessDate(days: .min))
        var periods = periodsBySymbol[standing.symbol] ?? [first]
        if let last = periods.lastIndex(where: { $0.instrument == id }) {
            periods[last].validTo = BusinessDate(days: fact.effectiveFrom.days - 1)
        }
        periodsBySymbol[standing.symbol] = periods
        if periodsBySymbol[fact.terms.symbol] == nil { periodsBySymbol[fact.terms.symbol] = [] }
        name(id, fact.terms.symbol, from: fact.effectiveFrom)
    }
}

/// A date as a verdict's numbers are kept: days since 1970-01-01.
private func nanos(_ date: BusinessDate) -> Int128 { Int128(date.days) * Int128(Decimals.nanosPerUnit) }
