internal import BifrostKernel
internal import Orders

/// What a trade costs, each figure rounded once, half away from zero, to what can be paid.
struct PaperAmounts: Equatable {
    let settlement: Money
    let commission: Money

    /// `nil` when a figure leaves the bounds of money.
    init?(_ price: Price, _ quantity: Quantity, _ currency: Currency, _ rate: BasisPoints) {
        // Counted in minor units, so that neither figure is rounded twice: at most 10³⁶ / 10¹⁵, then × 10¹².
        let minorUnitNanos = currency.minorUnitNanos
        let product = Int128(price.nanos) * Int128(quantity.nanos)
        let settled = Self.divide(product, by: Int128(Decimals.nanosPerUnit) * minorUnitNanos)
        let taken = Self.divide(settled * Int128(rate.micros), by: 10_000_000_000)
        guard let settlement = Money(exactly: settled * minorUnitNanos),
            let commission = Money(exactly: taken * minorUnitNanos)
        else { return nil }
        self.settlement = settlement
        self.commission = commission
    }

    /// What the trade does to cash, `nil` beyond the bounds of money.
    func cashFlow(_ side: Side) -> Money? {
        (side == .buy ? -settlement : settlement).adding(-commission)
    }

    private static func divide(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
        return quotient + (value < 0 ? -1 : 1)
    }
}
