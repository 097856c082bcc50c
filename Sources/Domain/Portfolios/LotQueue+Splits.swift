internal import BifrostKernel

extension LotQueue {
    /// Turns old units into new ones; what each lot cost stays.
    ///
    /// The sums of the lots are scaled, so that the quantities sum to the scaled position whatever the
    /// rounding of each. A lot that vanishes leaves its cost to the next one, or to the last.
    mutating func split(_ numerator: UInt32, for denominator: UInt32) {
        var scaled: [Lot] = []
        var (before, after, cost): (Int128, Int128, Int128) = (0, 0, 0)
        for lot in lots {
            let start = after
            before += Int128(lot.quantity.nanos)
            after = Split.scaled(before, numerator, denominator)
            cost += lot.cost.nanos
            guard after != start, let quantity = Quantity(exactly: Int64(clamping: after - start)) else {
                continue
            }
            var new = lot
            new.quantity = quantity
            new.cost = Money(clamping: cost)
            scaled.append(new)
            cost = 0
        }
        if cost != 0, let last = scaled.indices.last {
            scaled[last].cost = Money(clamping: scaled[last].cost.nanos + cost)
        }
        lots = scaled
    }
}

/// The arithmetic of a split.
public enum Split {
    /// Old units as new ones, in units of 10⁻⁹, rounded half away from zero.
    public static func scaled(_ nanos: Int128, _ numerator: UInt32, _ denominator: UInt32) -> Int128 {
        let product = nanos * Int128(numerator)
        let half = Int128(denominator) / 2
        return (product + (product < 0 ? -half : half)) / Int128(max(denominator, 1))
    }
}
