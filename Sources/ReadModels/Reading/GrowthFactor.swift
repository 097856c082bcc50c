internal import BifrostKernel

/// A factor by which money grows, zero or above.
///
/// It has 27 decimals in an integer, so that it is the same on every machine; each operation rounds once,
/// half up.
struct GrowthFactor: Comparable {
    /// Units of 10⁻²⁷.
    let units: UInt128

    static let unitsPerOne: UInt128 = 1_000_000_000_000_000_000_000_000_000
    /// Nothing gained, nothing lost.
    static let one = GrowthFactor(units: unitsPerOne)

    static func < (left: GrowthFactor, right: GrowthFactor) -> Bool { left.units < right.units }

    /// `after` for each unit of `before`, `nil` beyond the bounds, 3.4 × 10¹¹.
    static func ratio(_ after: UInt128, _ before: UInt128) -> GrowthFactor? {
        scaled(after, unitsPerOne, before).map { GrowthFactor(units: $0) }
    }

    /// One growth after another; `nil` beyond the bounds.
    func times(_ other: GrowthFactor) -> GrowthFactor? {
        Self.scaled(units, other.units, Self.unitsPerOne).map { GrowthFactor(units: $0) }
    }

    /// This growth so many times; `nil` beyond the bounds.
    func power(_ exponent: UInt32) -> GrowthFactor? {
        var result = Self.one
        var base = self
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 {
                guard let next = result.times(base) else { return nil }
                result = next
            }
            rest >>= 1
            guard rest > 0 else { break }
            guard let square = base.times(base) else { return nil }
            base = square
        }
        return result
    }

    /// The growth that, so many times, comes to this one: the largest whose power is not above it.
    func root(_ degree: UInt32) -> GrowthFactor {
        guard degree > 1 else { return self }
        var low: UInt128 = 0
        var high = max(units, Self.unitsPerOne) + 1
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if let power = GrowthFactor(units: middle).power(degree), power <= self {
                low = middle
            } else {
                high = middle
            }
        }
        return GrowthFactor(units: low)
    }

    /// This growth in `days` days as that of a year of 365 days.
    func annual(days: UInt32) -> GrowthFactor? { days == 0 ? nil : root(days).power(365) }

    /// An amount after this growth, in units of 10⁻⁹; `nil` beyond 128 bits.
    func applied(to nanos: Int128) -> Int128? {
        guard let grown = Self.scaled(nanos.magnitude, units, Self.unitsPerOne),
            let magnitude = Int128(exactly: grown)
        else { return nil }
        return nanos < 0 ? -magnitude : magnitude
    }

    /// The rate, growth − 1, in units of 10⁻¹², rounded half away from zero.
    var rate: Int128 {
        let step: Int128 = 1_000_000_000_000_000
        let gain = Int128(clamping: units) - Int128(Self.unitsPerOne)
        return (gain + (gain < 0 ? -step / 2 : step / 2)) / step
    }

    /// value × factor / divisor, rounded half up; `nil` when that does not fit.
    private static func scaled(_ value: UInt128, _ factor: UInt128, _ divisor: UInt128) -> UInt128? {
        let (high, low) = value.multipliedFullWidth(by: factor)
        guard high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth((high, low))
        guard remainder >= divisor - remainder else { return quotient }
        return quotient == .max ? nil : quotient + 1
    }
}
