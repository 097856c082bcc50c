public import BifrostKernel

/// The interest on cash of one currency, from a day on.
public struct InterestRatesSet: EventPayload {
    /// 109 in the registry.
    public static let eventType: UInt32 = 109
    /// The published name.
    public static let eventName: StaticString = "InterestRatesSet"
    /// The currency of the balances.
    public var currency = Currency.usd
    /// What a balance above zero earns in a year; owed where negative.
    public var credit = InterestRate.zero
    /// What a balance below zero costs in a year.
    public var debit = InterestRate.zero
    /// How days are counted; always there in an event, by convention where a command leaves it out.
    public var dayCount: DayCount?
    /// The first business date that it holds for.
    public var validFrom = BusinessDate(days: 0)
    /// The version of the currency's rates: 1, 2, 3, and so on.
    public var version: UInt32 = 0
    /// Where the rates come from.
    public var source = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.InterestRatesSet`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.interest(2, "creditMicroBasisPoints", &credit)
        try visitor.interest(3, "debitMicroBasisPoints", &debit)
        try visitor.choice(4, "dayCount", &dayCount)
        try visitor.date(5, "validFrom", &validFrom)
        try visitor.uint(6, "version", &version)
        try visitor.text(7, "source", &source)
    }
}

/// The interest rates of every currency, ascending by their first day.
public struct InterestRates: Sendable {
    /// The rates of each currency.
    public private(set) var ratesByCurrency: [Currency: [InterestRatesSet]] = [:]

    /// No rates.
    public init() {}

    /// Whether no rate was ever set.
    public var isEmpty: Bool { ratesByCurrency.isEmpty }

    /// The rates of `currency` that hold on `date`.
    public func rates(of currency: Currency, on date: BusinessDate) -> InterestRatesSet? {
        ratesByCurrency[currency]?.last { $0.validFrom <= date }
    }

    mutating func add(_ fact: InterestRatesSet) { ratesByCurrency[fact.currency, default: []].append(fact) }
}

extension ReferenceBook {
    /// The interest of a currency from a day on, or why not.
    public func settingInterest(_ wanted: InterestRatesSet) throws(Rejection) -> InterestRatesSet {
        let standing = interest.ratesByCurrency[wanted.currency] ?? []
        if let last = standing.last, wanted.validFrom < last.validFrom { throw Rejection(.dayOutOfOrder) }
        guard let dayCount = wanted.dayCount ?? DayCount(conventionOf: wanted.currency) else {
            throw Rejection(.dayCountMissing)
        }
        var fact = wanted
        fact.dayCount = dayCount
        fact.version = UInt32(standing.count + 1)
        return fact
    }
}

extension InterestRates: WireFields {
    /// Visits the rates of each currency.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.table(1, "ratesByCurrency", &ratesByCurrency)
    }
}
