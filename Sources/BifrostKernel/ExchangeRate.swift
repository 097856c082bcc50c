/// How amounts of one currency become amounts of another: by the price of one unit, in either direction.
public struct ExchangeRate: Hashable, Sendable {
    /// The price as it was recorded, above zero.
    public let price: Price
    /// Whether the price is that of a unit of the other currency: amounts are divided by it.
    public let isInverse: Bool

    /// Takes a price, `nil` unless it is above zero.
    public init?(_ price: Price, isInverse: Bool = false) {
        guard price > .zero else { return nil }
        self.price = price
        self.isInverse = isInverse
    }

    /// An amount in units of 10⁻⁹ in the other currency, `nil` beyond 128 bits.
    public func converted(_ nanos: Int128, _ rounding: Rounding = .halfAwayFromZero) -> Int128? {
        let (rate, unit) = (Int128(price.nanos), Int128(Decimals.nanosPerUnit))
        let (product, overflow) = nanos.multipliedReportingOverflow(by: isInverse ? unit : rate)
        return overflow ? nil : Money.divide(product, by: isInverse ? rate : unit, rounding)
    }
}
