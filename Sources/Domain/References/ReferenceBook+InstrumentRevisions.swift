public import BifrostKernel

/// Asks for another first day, or another symbol, of a change of an instrument's terms; what is absent stays
/// as it was announced.
public struct CorrectInstrument: WireFields, Equatable, Sendable {
    /// The symbol that names the instrument on the day before the change.
    public var symbol = Symbol.none
    /// The first day that the change was announced for.
    public var announcedFrom = BusinessDate(days: 0)
    /// The first day that it has.
    public var effectiveFrom: BusinessDate?
    /// The symbol from then on.
    public var name: Symbol?
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.date(2, "announcedFrom", &announcedFrom)
        try visitor.date(3, "effectiveFrom", &effectiveFrom)
        var name = name ?? .none
        try visitor.symbol(4, "name", &name)
        self.name = name == .none ? nil : name
    }
}

/// Asks to take a change of an instrument's terms back.
public struct WithdrawInstrumentChange: WireFields, Equatable, Sendable {
    /// The symbol that names the instrument on the day before the change.
    public var symbol = Symbol.none
    /// The first day that the change was announced for.
    public var announcedFrom = BusinessDate(days: 0)
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.date(2, "announcedFrom", &announcedFrom)
    }
}

/// Corrections and withdrawals of changes of an instrument's terms, its symbol included.
///
/// Terms scale no position and pay nothing, so that a change is revised before its first day and after it:
/// what was judged by it stays as it was judged, and open orders are judged again. Only the last change of an
/// instrument is revised, because the ones before it are what it was made of.
extension ReferenceBook {
    /// A change in the place of an earlier one, `nil` when it says the same, or why not.
    public func correcting(_ wanted: CorrectInstrument) throws(Rejection) -> InstrumentTermsChanged? {
        let last = try revisable(wanted.symbol, wanted.announcedFrom)
        let id = last.instrument
        var fact = last
        fact.effectiveFrom = wanted.effectiveFrom ?? last.effectiveFrom
        fact.terms.symbol = wanted.name ?? last.terms.symbol
        fact.terms.validFrom = fact.effectiveFrom
        fact.version = (termsVersionByID[id] ?? 1) + 1
        fact.replacedVersion = last.version
        guard (fact.effectiveFrom, fact.terms.symbol) != (last.effectiveFrom, last.terms.symbol) else {
            return nil
        }
        guard let standing = terms(of: id, replacing: last.version) else { throw Rejection(.unknownSymbol) }
        guard fact.effectiveFrom > standing.validFrom else {
            throw Rejection(
                .instrumentTermsOutOfOrder,
                limit: nanos(standing.validFrom),
                value: nanos(fact.effectiveFrom)
            )
        }
        var book = self
        book.undo(last.version, of: id)
        let isRenamed = fact.terms.symbol != standing.symbol
        // The name of before is the instrument's up to the change, and for good where it keeps it.
        let isHeld = book.isHeld(standing.symbol, by: id, before: isRenamed ? fact.effectiveFrom : nil)
        guard isHeld, !isRenamed || book.isFree(fact.terms.symbol, from: fact.effectiveFrom) else {
            throw Rejection(.symbolTaken)
        }
        return fact
    }

    /// The end of a change, or why not.
    public func withdrawing(
        _ wanted: WithdrawInstrumentChange
    ) throws(Rejection) -> InstrumentChangeWithdrawn {
        let last = try revisable(wanted.symbol, wanted.announcedFrom)
        guard let standing = terms(of: last.instrument, replacing: last.version) else {
            throw Rejection(.unknownSymbol)
        }
        var book = self
        book.undo(last.version, of: last.instrument)
        guard book.isHeld(standing.symbol, by: last.instrument, before: nil) else {
            throw Rejection(.symbolTaken)
        }
        var fact = InstrumentChangeWithdrawn()
        fact.instrument = last.instrument
        fact.version = last.version
        fact.effectiveFrom = last.effectiveFrom
        fact.terms = standing
        return fact
    }

    /// The last change of the instrument that `symbol` names on the day before `date`, where that is its day.
    private func revisable(
        _ symbol: Symbol,
        _ date: BusinessDate
    ) throws(Rejection) -> InstrumentTermsChanged {
        let id = try required(symbol, on: BusinessDate(days: max(date.days, .min + 1) - 1))
        guard let last = changesByID[id]?.last,
            changesByID[id]?.contains(where: { $0.effectiveFrom == date }) ?? false
        else { throw Rejection(.unknownInstrumentChange) }
        guard last.effectiveFrom == date else {
            throw Rejection(
                .instrumentChangeOver,
                limit: nanos(last.effectiveFrom),
                value: nanos(date)
            )
        }
        return last
    }

    /// Whether `symbol` names no other instrument from when `instrument` had it last, up to the day before
    /// `end`.
    private func isHeld(_ symbol: Symbol, by instrument: InstrumentID, before end: BusinessDate?) -> Bool {
        guard let periods = periodsBySymbol[symbol],
            let own = periods.lastIndex(where: { $0.instrument == instrument })
        else { return true }
        guard own + 1 < periods.count else { return true }
        return end.map { periods[own + 1].validFrom >= $0 } ?? false
    }

    /// The terms that a change takes the place of: the latest, or those before the one that it replaces.
    func terms(of instrument: InstrumentID, replacing version: UInt32) -> InstrumentRegistered? {
        guard version > 0 else { return latestTerms(of: instrument) }
        guard let changes = changesByID[instrument], changes.last?.version == version else { return nil }
        return changes.dropLast().last?.terms ?? instrumentByID[instrument]
    }

    /// Takes the last change of an instrument back, with what it did to names.
    mutating func undo(_ version: UInt32, of id: InstrumentID) {
        guard let last = changesByID[id]?.last, last.version == version,
            let standing = terms(of: id, replacing: version)
        else { return }
        changesByID[id]?.removeLast()
        if changesByID[id]?.isEmpty ?? false { changesByID[id] = nil }
        guard last.terms.symbol != standing.symbol else { return }
        if let index = periodsBySymbol[last.terms.symbol]?.lastIndex(where: { $0.instrument == id }) {
            periodsBySymbol[last.terms.symbol]?.remove(at: index)
        }
        instrumentBySymbol[last.terms.symbol] = periodsBySymbol[last.terms.symbol]?.last?.instrument
        if let index = periodsBySymbol[standing.symbol]?.lastIndex(where: { $0.instrument == id }) {
            periodsBySymbol[standing.symbol]?[index].validTo = nil
        }
        instrumentBySymbol[standing.symbol] = periodsBySymbol[standing.symbol]?.last?.instrument ?? id
    }
}

/// A date as a verdict's numbers are kept: days since 1970-01-01.
private func nanos(_ date: BusinessDate) -> Int128 { Int128(date.days) * Int128(Decimals.nanosPerUnit) }
