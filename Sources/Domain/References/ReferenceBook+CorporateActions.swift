public import BifrostKernel

/// The corporate actions that were announced, by instrument and ex-date.
public struct CorporateActionList: Sendable {
    /// Every action of each ex-date, in the order of announcement.
    public private(set) var actionsByExDate: [BusinessDate: [CorporateActionAnnounced]] = [:]
    /// The splits of each instrument, in the order of announcement.
    public private(set) var splitsByID: [InstrumentID: [CorporateActionAnnounced]] = [:]

    /// The announcements that hold no more, each with the one in its place; none where it was withdrawn.
    public private(set) var endedByID: [Identifier: Identifier] = [:]
    /// The open day, up to which the ex-dates have begun; `nil` before the first roll, and where none is.
    private var openDay: BusinessDate?

    /// No actions.
    public init() {}

    mutating func add(_ fact: CorporateActionAnnounced) {
        guard fact.replaced == .none || end(fact.replaced, by: fact.action) else { return }
        actionsByExDate[fact.exDate, default: []].append(fact)
        if fact.kind == .split { splitsByID[fact.instrument, default: []].append(fact) }
    }

    /// Ends an announcement whose ex-date has not begun; whether it did.
    @discardableResult
    mutating func end(_ action: Identifier, by replacement: Identifier = .none) -> Bool {
        guard let fact = standing(action), !hasBegun(fact) else { return false }
        let rest = actionsByExDate[fact.exDate, default: []].filter { $0 != fact }
        actionsByExDate[fact.exDate] = rest.isEmpty ? nil : rest
        if fact.kind == .split { splitsByID[fact.instrument]?.removeAll { $0 == fact } }
        endedByID[action] = replacement
        return true
    }

    /// A day begins, and with it its ex-dates.
    mutating func begin(_ day: BusinessDate) { openDay = day }

    /// Whether the accounts of this shard were treated by the action's terms.
    func hasBegun(_ fact: CorporateActionAnnounced) -> Bool { openDay.map { fact.exDate <= $0 } ?? false }

    /// The announcement as it holds, `nil` when nothing has that id, or what has it holds no more.
    func standing(_ action: Identifier) -> CorporateActionAnnounced? {
        // By date, because only ids that the core gave stand once.
        let known = actionsByExDate.filter { $0.value.contains { $0.action == action } }
        return known.min { $0.key < $1.key }?.value.first { $0.action == action }
    }

    /// The actions of an ex-date: dividends, which are paid on the units before, and then splits.
    public func of(_ exDate: BusinessDate) -> [CorporateActionAnnounced] {
        let actions = actionsByExDate[exDate] ?? []
        return actions.filter { $0.kind == .cashDividend } + actions.filter { $0.kind == .split }
    }
}

extension ReferenceBook {
    /// Largest side of a split's ratio.
    public static let ratioMax: UInt32 = 1_000_000
    /// Most actions of one ex-date, so that what a day begins with stays bounded for each account.
    public static let actionsOfDayMax = 10_000

    /// A corporate action with `id`, or why not.
    public func announcing(
        _ wanted: AnnounceCorporateAction,
        id: Identifier
    ) throws(Rejection) -> CorporateActionAnnounced {
        // A name is looked up as of the ex-date, which may be the first of a new one.
        let known = try required(wanted.symbol, on: wanted.terms.exDate)
        guard let instrument = terms(of: known, on: wanted.terms.exDate) else {
            throw Rejection(.unknownSymbol)
        }
        var fact = wanted.terms
        fact.action = id
        fact.instrument = instrument.instrument
        fact.currency = instrument.currency
        fact.replaced = .none
        try check(&fact)
        return fact
    }

    /// Completes the terms of an action, or says what is wrong with them.
    func check(_ fact: inout CorporateActionAnnounced) throws(Rejection) {
        let calendar = instrumentByID[fact.instrument]?.tradingCalendar ?? ""
        guard let days = calendarByName[calendar], days.contains(fact.exDate) else {
            throw Rejection(.notATradingDay)
        }
        if let mark = markByID[fact.instrument], mark.date >= fact.exDate {
            throw Rejection(.exDatePassed, limit: number(mark.date), value: number(fact.exDate))
        }
        switch fact.kind {
        case .cashDividend:
            guard fact.amountPerUnit > .zero else {
                throw Rejection(.amountNotPositive, value: Int128(fact.amountPerUnit.nanos))
            }
            guard fact.payDate >= fact.exDate else {
                throw Rejection(.payDateBeforeExDate, limit: number(fact.exDate), value: number(fact.payDate))
            }
            (fact.numerator, fact.denominator, fact.cashInLieuPrice) = (0, 0, nil)
        case .split:
            guard fact.isSound else {
                let larger = max(fact.numerator, fact.denominator)
                throw Rejection(.splitRatioUnsupported, limit: scaled(Self.ratioMax), value: scaled(larger))
            }
            if let price = fact.cashInLieuPrice, price <= .zero {
                throw Rejection(.priceNotPositive, value: Int128(price.nanos))
            }
            (fact.amountPerUnit, fact.payDate) = (.zero, fact.exDate)
        }
        let others = corporateActions.of(fact.exDate).filter { $0.action != fact.replaced }
        guard !others.contains(where: { $0.isSame(as: fact) }) else {
            throw Rejection(.corporateActionTaken)
        }
        guard others.count < Self.actionsOfDayMax else {
            throw Rejection(.tooManyItems, limit: scaled(UInt32(Self.actionsOfDayMax)))
        }
    }

    /// The latest mark of an instrument up to `date` that is still known, in the units of that day.
    public func latestMark(of instrument: InstrumentID, upTo date: BusinessDate) -> StandingMark? {
        let waiting = marksByDate.filter { $0.key <= date && $0.value[instrument] != nil }.keys.max()
        let known = [
            waiting.flatMap { marksByDate[$0]?[instrument] }, markByID[instrument], carriedByID[instrument],
        ]
        // The first of the latest: the versions of one day are known in this order.
        let found = known.compactMap(\.self).filter { $0.date <= date }.max { $0.date < $1.date }
        return found.map { mark($0, of: instrument, on: date) }
    }

    /// The mark as it stands at the beginning of `date`, after the splits since its day.
    public func mark(_ mark: StandingMark, of instrument: InstrumentID, on date: BusinessDate) -> StandingMark
    {
        adjusted(mark, of: instrument) { $0.exDate <= date }
    }

    /// The mark after those splits since its day that `isApplied` names.
    public func adjusted(
        _ mark: StandingMark,
        of instrument: InstrumentID,
        where isApplied: (CorporateActionAnnounced) -> Bool
    ) -> StandingMark {
        guard let splits = corporateActions.splitsByID[instrument] else { return mark }
        var price = mark.price
        for split in splits where split.exDate > mark.date && isApplied(split) {
            price = split.newPrice(price) ?? price
        }
        return StandingMark(price: price, date: mark.date, version: mark.version)
    }

    /// A date as a verdict's numbers are kept: days since 1970-01-01 in units of 10⁻⁹.
    private func number(_ date: BusinessDate) -> Int128 { Int128(date.days) * Int128(Decimals.nanosPerUnit) }

    private func scaled(_ count: UInt32) -> Int128 { Int128(count) * Int128(Decimals.nanosPerUnit) }
}

extension CorporateActionAnnounced {
    /// What a price of an old unit is for a new one, rounded half away from zero; `nil` when out of bounds.
    public func newPrice(_ price: Price) -> Price? {
        guard kind == .split, numerator > 0 else { return price }
        let product = Int128(price.nanos) * Int128(denominator)
        let half = Int128(numerator) / 2
        let rounded = (product + (product < 0 ? -half : half)) / Int128(numerator)
        return Int64(exactly: rounded).flatMap { Price(exactly: $0) }
    }

    /// Whether its numbers can be applied to a position.
    var isSound: Bool {
        switch kind {
        case .cashDividend: return amountPerUnit > .zero
        case .split:
            let sides = [numerator, denominator]
            return sides.allSatisfy { (1...ReferenceBook.ratioMax).contains($0) } && numerator != denominator
        }
    }

    /// Whether two announcements say the same; an issuer may pay a regular and a special dividend on one day.
    fileprivate func isSame(as other: CorporateActionAnnounced) -> Bool {
        guard instrument == other.instrument, kind == other.kind else { return false }
        return kind == .split || (payDate == other.payDate && amountPerUnit == other.amountPerUnit)
    }
}

extension CorporateActionList: WireFields {
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.table(1, "actionsByExDate", &actionsByExDate)
        try visitor.table(2, "splitsByID", &splitsByID)
        try visitor.table(3, "endedByID", &endedByID)
        try visitor.date(4, "openDay", &openDay)
    }
}
