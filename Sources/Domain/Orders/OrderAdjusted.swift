public import BifrostKernel

/// An open order has the terms that an ex-date of its instrument gives it, from the beginning of that day on.
///
/// It is a replacement as well, of the core's own accord: the venue is asked for the same terms.
public struct OrderAdjusted: EventPayload {
    /// 230 in the registry.
    public static let eventType: UInt32 = 230
    /// The published name.
    public static let eventName: StaticString = "OrderAdjusted"
    /// The order that it happened to.
    public var order = OrderID.none
    /// Its place among the requests of the order, by which the venue answers.
    public var request: UInt32 = 0
    /// The day from which the terms hold.
    public var exDate = BusinessDate(days: 0)
    /// What prices were reduced by before a split; `nil` without a dividend that reduces them.
    public var dividend: Price?
    /// New units for `denominator` old ones; zero without a split.
    public var numerator: UInt32 = 0
    /// Old units for `numerator` new ones; zero without a split.
    public var denominator: UInt32 = 0
    /// The terms from now on; what had traded counts in old units, the rest in new ones.
    public var terms = AmendedTerms()
    /// The least that may trade at once from now on.
    public var minimumQuantity: Quantity?
    /// The most that the book shows from now on.
    public var displayQuantity: Quantity?
    /// How far the limit of a trailing stop-limit is from its stop from now on.
    public var limitOffset: Price?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderAdjusted`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
        try visitor.date(3, "exDate", &exDate)
        try visitor.price(4, "dividend", &dividend)
        try visitor.uint(5, "numerator", &numerator)
        try visitor.uint(6, "denominator", &denominator)
        try visitor.message(7, "terms", &terms)
        try visitor.quantity(8, "minimumQuantity", &minimumQuantity)
        try visitor.quantity(9, "displayQuantity", &displayQuantity)
        try visitor.price(10, "limitOffset", &limitOffset)
    }

    /// What a price of an old unit is for a new one, rounded down or up to 10⁻⁹; `nil` when out of bounds.
    public func newPrice(_ price: Price, up: Bool) -> Price? {
        guard numerator > 0 else { return price }
        let product = Int128(price.nanos) * Int128(denominator)
        let (floor, rest) = product.quotientAndRemainder(dividingBy: Int128(numerator))
        return Int64(exactly: up && rest > 0 ? floor + 1 : floor).flatMap { Price(exactly: $0) }
    }
}
