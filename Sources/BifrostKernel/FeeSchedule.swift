/// What a venue takes from a business date on.
public struct FeeSchedule: Hashable, Sendable {
    /// The first business date that it holds for, by the date of the trade.
    public var validFrom: BusinessDate
    /// Its version, 0 for one that no log declares.
    public var version: UInt32
    /// Commission as a share of the traded amount.
    public var commission: BasisPoints
    /// What else it takes.
    public var extra: ExtraFees

    /// Puts the parts together.
    public init(
        _ commission: BasisPoints,
        _ extra: ExtraFees = .none,
        from validFrom: BusinessDate = BusinessDate(days: .min),
        version: UInt32 = 0
    ) {
        self.commission = commission
        self.extra = extra
        self.validFrom = validFrom
        self.version = version
    }

    /// The fees of one trade beside its commission, those of zero left out; `nil` beyond the bounds of money.
    public func fees(
        _ price: Price,
        _ quantity: Quantity,
        settlement: Money,
        isSale: Bool,
        _ currency: Currency
    ) -> [Fee]? {
        guard let terms = extra.terms(in: currency) else { return [] }
        var fees: [Fee] = []
        for rate in terms.fees where rate.isTaken(isSale: isSale, at: price) {
            guard let amount = rate.amount(settlement, quantity, currency) else { return nil }
            let most = min(amount, rate.maximum ?? amount)
            if most != .zero { fees.append(Fee(rate.kind, most, currency)) }
        }
        return fees
    }

    /// What one trade of a new order would cost: its commission, and its fees beside that.
    public func estimate(
        _ price: Price,
        _ quantity: Quantity,
        isSale: Bool,
        on date: BusinessDate,
        _ currency: Currency
    ) -> (commission: Money, fees: [Fee])? {
        let settlement = Money.notional(price, quantity, .halfAwayFromZero)
            .rounded(to: currency, .halfAwayFromZero)
        var order = OrderCommission(currency)
        order.add(settlement: settlement, quantity, on: date, self)
        let fees = fees(price, quantity, settlement: settlement, isSale: isSale, currency)
        guard let commission = order.amount, let fees else { return nil }
        return (commission, fees)
    }
}

/// The commission of one order: what all its trades come to together, rounded once, then held within the
/// least and the most of an order.
///
/// It follows from the sums of what the trades settle and of their quantities, and from the schedules of
/// their dates, whatever the order in which they are added. A trade therefore bears what it adds, a bust or
/// a correction the difference that it makes, and any way of filling an order comes to the same commission
/// as one trade of the same sums. The bounds are those of the schedule that holds on the earliest trade.
public struct OrderCommission: Sendable {
    private let currency: Currency
    /// Shares and amounts per unit, exact, in units of 10⁻¹⁹; `nil` beyond 128 bits.
    private var sum: Int128? = 0
    private var first: (date: BusinessDate, terms: FeeTerms?)?

    /// An order without a trade, which costs nothing.
    public init(_ currency: Currency) { self.currency = currency }

    /// Counts a trade that settles `settlement`, without a sign, under the schedule of its date.
    public mutating func add(
        settlement: Money,
        _ quantity: Quantity,
        on date: BusinessDate,
        _ schedule: FeeSchedule
    ) {
        let terms = schedule.extra.terms(in: currency)
        let added = Charge.exact(settlement, schedule.commission, quantity, terms?.perShare)
        let (total, overflow) = (sum ?? 0).addingReportingOverflow(added ?? 0)
        sum = sum == nil || added == nil || overflow ? nil : total
        if first.map({ date < $0.date }) ?? true { first = (date, terms) }
    }

    /// The commission of all trades together; `nil` beyond the bounds of money.
    public var amount: Money? {
        guard let first else { return .zero }
        guard let sum, let exact = Charge.rounded(sum, currency, .halfAwayFromZero) else { return nil }
        let least = max(exact, first.terms?.minimum ?? exact)
        return min(least, first.terms?.maximum ?? least)
    }
}

extension FeeTerms {
    /// The most commission that what is left of an order may still cost, however it trades; `nil` beyond the
    /// bounds of money.
    ///
    /// The least of an order is due with its first trade, so that an order which has traded owes what its
    /// trades add, and at most what is between the least and the most.
    public func mostCommission(
        _ notional: Money,
        _ quantity: Quantity,
        _ share: BasisPoints,
        hasTraded: Bool
    ) -> Money? {
        guard let exact = Charge.exact(notional, share, quantity, perShare),
            let commission = Charge.rounded(exact, currency, .awayFromZero)
        else { return nil }
        let least = minimum ?? .zero
        if hasTraded { return min(commission, maximum.map { $0 - min(least, $0) } ?? commission) }
        return min(max(commission, least), maximum ?? max(commission, least))
    }

    /// The most that what is left of a purchase may cost beside its notional; `nil` beyond the bounds of
    /// money.
    ///
    /// The most of a fee is one of a trade, and an order may be many: it does not count.
    public func mostOfPurchase(
        _ notional: Money,
        _ price: Price,
        _ quantity: Quantity,
        _ share: BasisPoints,
        hasTraded: Bool
    ) -> Money? {
        guard let commission = mostCommission(notional, quantity, share, hasTraded: hasTraded) else {
            return nil
        }
        var sum = commission.nanos
        for rate in fees where rate.isTaken(isSale: false, at: price) {
            guard let amount = rate.amount(notional, quantity, currency) else { return nil }
            sum += amount.nanos
        }
        return Money(exactly: sum)
    }
}

extension FeeRate {
    /// Whether a trade pays it: by its side, and the trading activity fee not where a unit costs less than
    /// it.
    func isTaken(isSale: Bool, at price: Price) -> Bool {
        guard sides.isEmpty || sides.contains(isSale ? .sell : .buy) else { return false }
        return kind != .taf || price >= perShare ?? .zero
    }

    /// The fee without its most, rounded up to what can be paid.
    func amount(_ settlement: Money, _ quantity: Quantity, _ currency: Currency) -> Money? {
        Charge.exact(settlement, rate, quantity, perShare).flatMap {
            Charge.rounded($0, currency, .awayFromZero)
        }
    }
}

/// Arithmetic of shares and amounts per unit.
private enum Charge {
    /// A share of `amount` and `perShare` × `quantity`, exact, in units of 10⁻¹⁹; `nil` beyond 128 bits.
    static func exact(_ amount: Money, _ share: BasisPoints, _ quantity: Quantity, _ perShare: Price?)
        -> Int128?
    {
        let (part, overflow) = amount.nanos.multipliedReportingOverflow(by: Int128(share.micros))
        // At most 10¹⁸ × 10¹⁸ × 10, which 128 bits hold.
        let units = Int128(perShare?.nanos ?? 0) * Int128(quantity.nanos) * 10
        let (sum, overflowing) = part.addingReportingOverflow(units)
        return overflow || overflowing ? nil : sum
    }

    /// Units of 10⁻¹⁹ as what can be paid.
    static func rounded(_ exact: Int128, _ currency: Currency, _ rounding: Rounding) -> Money? {
        let minor = currency.minorUnitNanos
        let count = Money.divide(exact, by: 10_000_000_000 * minor, rounding)
        let (nanos, overflow) = count.multipliedReportingOverflow(by: minor)
        return overflow ? nil : Money(exactly: nanos)
    }
}
