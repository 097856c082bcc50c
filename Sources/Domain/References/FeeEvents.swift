public import BifrostKernel

/// What a venue takes, from a day on: its commission, and the fees of the market that it passes on.
public struct FeeScheduleSet: EventPayload {
    /// 103 in the registry.
    public static let eventType: UInt32 = 103
    /// The published name.
    public static let eventName: StaticString = "FeeScheduleSet"
    /// The venue.
    public var venue = ""
    /// Commission as a share of the traded amount.
    public var commission = BasisPoints(0)
    /// The first business date it holds for, by the date of the trade.
    public var validFrom = BusinessDate(days: 0)
    /// The schedule's version: 1, 2, 3, and so on.
    public var version: UInt32 = 0
    /// Commission for each unit of quantity, added to the share.
    public var perShare: Price?
    /// The least commission of one order, its partial fills together.
    public var minimum: Money?
    /// The most commission of one order, its partial fills together.
    public var maximum: Money?
    /// Fees of the market, each of another kind, each taken for each trade.
    public var fees: [FeeRate] = []
    /// The currency of the amounts, `nil` where there are none.
    public var currency: Currency?
    /// Where the rates come from, as whoever set them says.
    public var source = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.FeeScheduleSet`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "venue", &venue)
        try visitor.rate(2, "commissionMicroBasisPoints", &commission)
        try visitor.date(3, "validFrom", &validFrom)
        try visitor.uint(4, "version", &version)
        try visitor.price(5, "perShare", &perShare)
        try visitor.money(6, "minimum", &minimum)
        try visitor.money(7, "maximum", &maximum)
        try visitor.list(8, "fees", &fees)
        try visitor.currency(9, "currency", &currency)
        try visitor.text(11, "source", &source)
    }

    /// What it takes, for those who charge or estimate it.
    public var schedule: FeeSchedule { FeeSchedule(commission, extra, from: validFrom, version: version) }

    /// What it takes beside the share.
    private var extra: ExtraFees {
        guard let currency, hasAmounts else { return .none }
        var terms = FeeTerms()
        terms.perShare = perShare
        terms.minimum = minimum
        terms.maximum = maximum
        terms.fees = fees
        terms.currency = currency
        return .terms(terms)
    }

    private var hasAmounts: Bool { perShare != nil || minimum != nil || maximum != nil || !fees.isEmpty }
}

/// What is wrong with a schedule in itself.
extension FeeScheduleSet {
    /// Most fees of one schedule: one of each kind.
    public static let feesMax = 8
    /// The largest share.
    static let shareMax = BasisPoints(1000)
    /// The largest amount for one unit: 1,000.
    static let perShareMax = Price(nanos: 1_000_000_000_000)

    /// What is wrong with its share of the traded amount, `nil` when nothing is.
    func shareFault() -> Rejection? { Self.fault(of: commission) }

    /// What is wrong with the rest, `nil` when nothing is; what setting it checks in this order.
    func extraFault() -> Rejection? {
        guard fees.count <= Self.feesMax else {
            let unit = Int128(Decimals.nanosPerUnit)
            let limit = Int128(Self.feesMax) * unit
            return Rejection(.tooManyItems, limit: limit, value: Int128(fees.count) * unit)
        }
        guard hasAmounts else { return nil }
        guard let currency else { return Rejection(.feeCurrencyMissing) }
        for rate in fees {
            if let fault = Self.fault(of: rate.rate) ?? Self.fault(of: rate.perShare) { return fault }
            let isRepeated = fees.filter { $0.kind == rate.kind }.count > 1
            guard rate.kind != .commission, !isRepeated else { return Rejection(.feeKindTwice) }
            if let most = rate.maximum, most == .zero || !most.isPayable(in: currency) {
                return Rejection(.feeBoundsInvalid, value: most.nanos)
            }
        }
        if let fault = Self.fault(of: perShare) { return fault }
        let (least, most) = (minimum ?? .zero, maximum)
        guard least.isPayable(in: currency), most.map({ $0 >= least && $0.isPayable(in: currency) }) ?? true
        else {
            return Rejection(.feeBoundsInvalid, limit: most?.nanos, value: least.nanos)
        }
        return nil
    }

    private static func fault(of share: BasisPoints) -> Rejection? {
        guard share > shareMax else { return nil }
        let limit = Int128(shareMax.micros) * 1000
        return Rejection(.feeUnsupported, limit: limit, value: Int128(share.micros) * 1000)
    }

    private static func fault(of perShare: Price?) -> Rejection? {
        guard let perShare, perShare < .zero || perShare > perShareMax else { return nil }
        return Rejection(.feeRateInvalid, limit: Int128(perShareMax.nanos), value: Int128(perShare.nanos))
    }
}

extension Money {
    /// Whether it is an amount of zero or more that has no part below the currency's minor unit.
    fileprivate func isPayable(in currency: Currency) -> Bool {
        self >= .zero && nanos % currency.minorUnitNanos == 0
    }
}
