public import BifrostKernel

/// The official price of one unit of a currency in another one.
public struct OfficialRate: WireFields, Hashable, Sendable {
    /// The currency of the unit.
    public var currency = Currency.usd
    /// The currency of the price.
    public var quote = Currency.usd
    /// The price, above zero.
    public var rate = Price.zero
    /// An empty rate.
    public init() {}
    /// Puts the parts together.
    public init(_ currency: Currency, _ quote: Currency, _ rate: Price) {
        self.currency = currency
        self.quote = quote
        self.rate = rate
    }
    /// Visits the fields of `bifrost.v1.OfficialRate`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.currency(2, "quoteCurrency", &quote)
        try visitor.price(3, "rate", &rate)
    }
}

/// The official exchange rates of one day; a later version for the same day corrects those it names.
public struct OfficialRatesRecorded: EventPayload {
    /// 108 in the registry.
    public static let eventType: UInt32 = 108
    /// The published name.
    public static let eventName: StaticString = "OfficialRatesRecorded"
    /// The day that they are of.
    public var date = BusinessDate(days: 0)
    /// 1 for the first, more for each correction.
    public var version: UInt32 = 0
    /// Where they come from.
    public var source = ""
    /// At most `ReferenceBook.marksMax`, ascending by pair; each pair once, in one direction.
    public var rates: [OfficialRate] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OfficialRatesRecorded`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &date)
        try visitor.uint(2, "version", &version)
        try visitor.text(3, "source", &source)
        try visitor.list(4, "rates", &rates)
    }

    /// Whether amounts can be converted by each of them.
    var isSound: Bool { rates.allSatisfy { $0.rate > .zero && $0.currency != $0.quote } }
}

/// An official exchange rate with the day that it is of.
public struct StandingRate: Hashable, Sendable {
    /// How amounts are converted.
    public let rate: ExchangeRate
    /// The day.
    public let date: BusinessDate
}

/// The official exchange rates that are known.
///
/// A rate is taken as it was recorded for the pair, in either direction; none is ever made of two others.
public struct ExchangeRates: Sendable {
    /// Two currencies, in order of their codes.
    struct Pair: Hashable, Comparable {
        private(set) var first: Currency
        private(set) var second: Currency
        init(_ one: Currency, _ other: Currency) {
            (first, second) = one < other ? (one, other) : (other, one)
        }
        static func < (left: Pair, right: Pair) -> Bool {
            (left.first, left.second) < (right.first, right.second)
        }
    }

    fileprivate struct Standing {
        var recorded = OfficialRate()
        var date = BusinessDate(days: 0)
    }

    /// The latest rate of each pair.
    private var latestByPair: [Pair: Standing] = [:]
    /// The rates of days that are not rolled yet: a day closes at its own.
    private var ratesByDate: [BusinessDate: [Pair: Standing]] = [:]
    /// The latest rate of each pair of the days that were forgotten.
    private var carriedByPair: [Pair: Standing] = [:]
    /// The latest version of each day's rates.
    public private(set) var versionByDate: [BusinessDate: UInt32] = [:]

    /// No rates.
    public init() {}

    /// The latest rate by which amounts of `currency` become amounts of `other`.
    public func rate(_ currency: Currency, in other: Currency) -> StandingRate? {
        latestByPair[Pair(currency, other)].flatMap { Self.rate($0, currency) }
    }

    /// The rate by which `date` is closed: that day's own, else the latest before it, and one of a later day
    /// only where there is none.
    public func closingRate(_ currency: Currency, in other: Currency, on date: BusinessDate) -> StandingRate?
    {
        let pair = Pair(currency, other)
        return standing(pair, on: date).flatMap { Self.rate($0, currency) }
    }

    private func standing(_ pair: Pair, on date: BusinessDate) -> Standing? {
        if let own = ratesByDate[date]?[pair] { return own }
        // ORDER: the latest of all.
        let waiting = ratesByDate.filter { $0.key < date && $0.value[pair] != nil }.keys.max()
        let carried = carriedByPair[pair]
        if let carried, carried.date <= date, waiting.map({ $0 < carried.date }) ?? true { return carried }
        return waiting.flatMap { ratesByDate[$0]?[pair] } ?? carried ?? latestByPair[pair]
    }

    /// The latest rates as they were recorded, in order.
    public var latest: [(rate: OfficialRate, date: BusinessDate)] {
        latestByPair.values.map { ($0.recorded, $0.date) }.sorted {
            ($0.rate.currency, $0.rate.quote) < ($1.rate.currency, $1.rate.quote)
        }
    }

    private static func rate(_ standing: Standing, _ currency: Currency) -> StandingRate? {
        let isInverse = standing.recorded.currency != currency
        guard let rate = ExchangeRate(standing.recorded.rate, isInverse: isInverse) else { return nil }
        return StandingRate(rate: rate, date: standing.date)
    }

    mutating func add(_ fact: OfficialRatesRecorded) {
        for rate in fact.rates {
            let pair = Pair(rate.currency, rate.quote)
            let standing = Standing(recorded: rate, date: fact.date)
            ratesByDate[fact.date, default: [:]][pair] = standing
            if let known = latestByPair[pair], known.date > fact.date { continue }
            latestByPair[pair] = standing
        }
        if ratesByDate.count > ReferenceBook.waitingDaysMax, let earliest = ratesByDate.keys.min() {
            forget(earliest)
        }
        versionByDate[fact.date] = fact.version
    }

    mutating func forget(before date: BusinessDate) {
        for day in ratesByDate.keys.filter({ $0 < date }).sorted() { forget(day) }
    }

    private mutating func forget(_ day: BusinessDate) {
        // ORDER: each pair stands once in a day.
        for (pair, rate) in ratesByDate.removeValue(forKey: day) ?? [:] {
            if let carried = carriedByPair[pair], carried.date > day { continue }
            carriedByPair[pair] = rate
        }
    }
}

extension ReferenceBook {
    /// The official exchange rates of a day, or why not.
    public func recording(_ wanted: OfficialRatesRecorded) throws(Rejection) -> OfficialRatesRecorded {
        guard !wanted.rates.isEmpty, wanted.rates.count <= Self.marksMax else {
            let unit = Int128(Decimals.nanosPerUnit)
            throw Rejection(
                .tooManyItems,
                limit: Int128(Self.marksMax) * unit,
                value: Int128(wanted.rates.count) * unit
            )
        }
        for rate in wanted.rates where rate.rate <= .zero {
            throw Rejection(.priceNotPositive, value: Int128(rate.rate.nanos))
        }
        let pairs = Set(wanted.rates.map { ExchangeRates.Pair($0.currency, $0.quote) })
        guard pairs.count == wanted.rates.count, wanted.isSound else { throw Rejection(.currencyPairInvalid) }
        var fact = wanted
        fact.version = (exchange.versionByDate[wanted.date] ?? 0) + 1
        fact.rates.sort { ($0.currency, $0.quote) < ($1.currency, $1.quote) }
        return fact
    }
}

extension ExchangeRates.Pair: WireFields {
    /// A pair to be read over.
    init() { self.init(.usd, .usd) }
    /// Visits both, in order.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "first", &first)
        try visitor.currency(2, "second", &second)
        guard first <= second else { throw .notCanonical(field: 2) }
    }
}

extension ExchangeRates.Standing: WireFields {
    /// Visits every property.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "recorded", &recorded)
        try visitor.date(2, "date", &date)
    }
}

extension ExchangeRates: WireFields {
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.table(1, "latestByPair", &latestByPair)
        try visitor.table(2, "ratesByDate", &ratesByDate)
        try visitor.table(3, "versionByDate", &versionByDate)
        try visitor.table(4, "carriedByPair", &carriedByPair)
    }
}
