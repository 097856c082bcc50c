/// A price in units of 10⁻⁹ of the instrument's currency.
///
/// Its magnitude is at most 10⁹ units, so that price × quantity never leaves `Int128`.
public struct Price: Hashable, Comparable, Sendable {
    /// Units of 10⁻⁹.
    public let nanos: Int64

    /// Takes a value that the program made itself; traps when it is out of bounds.
    @inlinable public init(nanos: Int64) {
        precondition(nanos.magnitude <= UInt64(Self.nanosMax), "a price is at most 10⁹ units")
        self.nanos = nanos
    }

    /// Takes a value from outside, `nil` when it is out of bounds.
    @inlinable public init?(exactly nanos: Int64) {
        guard nanos.magnitude <= UInt64(Self.nanosMax) else { return nil }
        self.nanos = nanos
    }

    /// Reads a decimal text such as `187.25`.
    public init(_ text: String) throws(DecimalError) {
        self.init(nanos: Int64(try Decimals.nanos(text, magnitudeMax: Int128(Self.nanosMax))))
    }

    /// The largest magnitude, 10⁹ units.
    @inlinable public static var nanosMax: Int64 { 1_000_000_000 * Decimals.nanosPerUnit }
    /// Zero.
    @inlinable public static var zero: Price { Price(nanos: 0) }
    /// Orders prices by value.
    @inlinable public static func < (left: Price, right: Price) -> Bool { left.nanos < right.nanos }
    /// The shortest exact decimal text.
    public var text: String { Decimals.text(Int128(nanos)) }
}

/// A quantity of an instrument in units of 10⁻⁹; its magnitude is at most 10⁹ units.
///
/// Order quantities are positive; positions are signed, long positive.
public struct Quantity: Hashable, Comparable, Sendable {
    /// Units of 10⁻⁹.
    public let nanos: Int64

    /// Takes a value that the program made itself; traps when it is out of bounds.
    @inlinable public init(nanos: Int64) {
        precondition(nanos.magnitude <= UInt64(Self.nanosMax), "a quantity is at most 10⁹ units")
        self.nanos = nanos
    }

    /// Takes a value from outside, `nil` when it is out of bounds.
    @inlinable public init?(exactly nanos: Int64) {
        guard nanos.magnitude <= UInt64(Self.nanosMax) else { return nil }
        self.nanos = nanos
    }

    /// Reads a decimal text such as `100` or `0.5`.
    public init(_ text: String) throws(DecimalError) {
        self.init(nanos: Int64(try Decimals.nanos(text, magnitudeMax: Int128(Self.nanosMax))))
    }

    /// A whole number of units.
    @inlinable public init(units: Int64) { self.init(nanos: units * Decimals.nanosPerUnit) }

    /// The largest magnitude, 10⁹ units.
    @inlinable public static var nanosMax: Int64 { 1_000_000_000 * Decimals.nanosPerUnit }
    /// Zero.
    @inlinable public static var zero: Quantity { Quantity(nanos: 0) }
    /// Orders quantities by value.
    @inlinable public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    /// The sum, `nil` when it leaves the bounds.
    @inlinable public func adding(_ other: Quantity) -> Quantity? {
        let (sum, overflow) = nanos.addingReportingOverflow(other.nanos)
        return overflow ? nil : Quantity(exactly: sum)
    }
    /// The difference of two values whose difference is known to be in bounds.
    @inlinable public static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos - right.nanos)
    }
    /// The negated value.
    @inlinable public static prefix func - (value: Quantity) -> Quantity { Quantity(nanos: -value.nanos) }
    /// The shortest exact decimal text.
    public var text: String { Decimals.text(Int128(nanos)) }
}

/// How a value between two representable ones is rounded.
public enum Rounding: Sendable {
    /// To the nearest, halves away from zero: how venues settle.
    case halfAwayFromZero
    /// Away from zero: how requirements are estimated, so that they never fall short.
    case awayFromZero
}

/// An amount of money in units of 10⁻⁹ of a currency that its context names; at most 10¹⁸ units in magnitude.
public struct Money: Hashable, Comparable, Sendable {
    /// Units of 10⁻⁹.
    public let nanos: Int128

    /// Takes a value that the program made itself; traps when it is out of bounds.
    @inlinable public init(nanos: Int128) {
        precondition(nanos.magnitude <= UInt128(Self.nanosMax), "an amount of money is at most 10¹⁸ units")
        self.nanos = nanos
    }

    /// Takes a value from outside, `nil` when it is out of bounds.
    @inlinable public init?(exactly nanos: Int128) {
        guard nanos.magnitude <= UInt128(Self.nanosMax) else { return nil }
        self.nanos = nanos
    }

    /// The nearest amount within the bounds: for figures that are shown, never for bookings.
    @inlinable public init(clamping nanos: Int128) {
        self.nanos = Swift.min(Swift.max(nanos, -Self.nanosMax), Self.nanosMax)
    }

    /// Reads a decimal text such as `1000000` or `-0.01`.
    public init(_ text: String) throws(DecimalError) {
        self.init(nanos: try Decimals.nanos(text, magnitudeMax: Self.nanosMax))
    }

    /// The largest magnitude, 10¹⁸ units.
    @inlinable public static var nanosMax: Int128 { 1_000_000_000_000_000_000_000_000_000 }
    /// Zero.
    @inlinable public static var zero: Money { Money(nanos: 0) }
    /// Orders amounts by value.
    @inlinable public static func < (left: Money, right: Money) -> Bool { left.nanos < right.nanos }
    /// The sum, `nil` when it leaves the bounds.
    @inlinable public func adding(_ other: Money) -> Money? { Money(exactly: nanos + other.nanos) }
    /// The sum of amounts whose sum is known to be in bounds.
    @inlinable public static func + (left: Money, right: Money) -> Money {
        Money(nanos: left.nanos + right.nanos)
    }
    /// The difference of amounts whose difference is known to be in bounds.
    @inlinable public static func - (left: Money, right: Money) -> Money {
        Money(nanos: left.nanos - right.nanos)
    }
    /// The negated value.
    @inlinable public static prefix func - (value: Money) -> Money { Money(nanos: -value.nanos) }

    /// Price × quantity, rounded to 10⁻⁹; within bounds because both factors are at most 10⁹ units.
    @inlinable public static func notional(_ price: Price, _ quantity: Quantity, _ rounding: Rounding)
        -> Money
    {
        let product = Int128(price.nanos) * Int128(quantity.nanos)
        return Money(nanos: divide(product, by: Int128(Decimals.nanosPerUnit), rounding))
    }

    /// This amount × `basisPoints` / 10,000, where basis points have six decimals (`5` is 5,000,000).
    @inlinable public func basisPoints(_ rate: BasisPoints, _ rounding: Rounding) -> Money? {
        let (product, overflow) = nanos.multipliedReportingOverflow(by: Int128(rate.micros))
        guard !overflow else { return nil }
        return Money(exactly: Self.divide(product, by: 10_000_000_000, rounding))
    }

    /// This amount rounded to the minor unit of `currency`.
    @inlinable public func rounded(to currency: Currency, _ rounding: Rounding) -> Money {
        let step = currency.minorUnitNanos
        return Money(nanos: Self.divide(nanos, by: step, rounding) * step)
    }

    /// The shortest exact decimal text.
    public var text: String { Decimals.text(nanos) }

    /// One division of the processor where the quotient fits 64 bits, as that of all but absurd amounts does.
    private static func quotientAndRemainder(
        _ value: Int128,
        _ divisor: Int128
    ) -> (quotient: Int128, remainder: Int128) {
        let (magnitude, whole) = (value.magnitude, divisor.magnitude)
        let high = UInt64(truncatingIfNeeded: magnitude >> 64)
        guard whole <= UInt128(UInt64.max), divisor > 0, high < UInt64(truncatingIfNeeded: whole) else {
            return value.quotientAndRemainder(dividingBy: divisor)
        }
        let low = UInt64(truncatingIfNeeded: magnitude)
        let (quotient, rest) = UInt64(truncatingIfNeeded: whole).dividingFullWidth((high, low))
        return value < 0 ? (-Int128(quotient), -Int128(rest)) : (Int128(quotient), Int128(rest))
    }

    @usableFromInline static func divide(_ value: Int128, by divisor: Int128, _ rounding: Rounding) -> Int128
    {
        let (quotient, remainder) = quotientAndRemainder(value, divisor)
        guard remainder != 0 else { return quotient }
        let away: Bool =
            switch rounding {
            case .halfAwayFromZero: remainder.magnitude * 2 >= divisor.magnitude
            case .awayFromZero: true
            }
        return away ? quotient + (value < 0 ? -1 : 1) : quotient
    }
}

/// A rate in millionths of a basis point: 5 basis points are 5,000,000.
public struct BasisPoints: Hashable, Comparable, Sendable {
    /// Millionths of a basis point.
    public let micros: Int64
    /// Takes millionths of a basis point, `nil` outside 0 … 1,000,000 basis points.
    @inlinable public init?(micros: Int64) {
        guard micros >= 0, micros <= 1_000_000_000_000 else { return nil }
        self.micros = micros
    }
    /// Whole basis points, 0 … 1,000,000; traps outside.
    @inlinable public init(_ whole: Int64) {
        precondition(whole >= 0 && whole <= 1_000_000, "a rate is 0 … 1,000,000 basis points")
        self.micros = whole * 1_000_000
    }
    /// Orders rates by value.
    @inlinable public static func < (left: BasisPoints, right: BasisPoints) -> Bool {
        left.micros < right.micros
    }
    /// The shortest exact decimal text, in basis points.
    public var text: String { Decimals.text(Int128(micros) * 1000) }
}
