/// How the days of a year are counted where interest accrues from day to day.
///
/// Both count calendar days and differ in what makes a year: 2006 ISDA Definitions, section 4.16 (e) and (d).
public enum DayCount: UInt8, WireChoice {
    /// Actual/360.
    case actual360 = 1
    /// Actual/365 (Fixed): a leap year has more than one year's interest.
    case actual365 = 2

    /// The name in the published schema, where digits are a word of their own.
    public var name: String {
        switch self {
        case .actual360: "ACTUAL_360"
        case .actual365: "ACTUAL_365"
        }
    }

    /// The days of a year.
    public var daysOfYear: Int128 {
        switch self {
        case .actual360: 360
        case .actual365: 365
        }
    }

    /// What the currency's overnight index counts by; `nil` where this table has none.
    ///
    /// As in M. Henrard's conventions (https://murisq.blogspot.com/p/conventions.html) and OpenGamma's
    /// "Interest Rate Instruments and Market Conventions Guide": SOFR, €STR, SARON, DESTR and SWESTR by 360;
    /// SONIA, TONA, CORRA, AONIA, NZIONA, HONIA and WIRON by 365.
    public init?(conventionOf currency: Currency) {
        switch currency.code {
        case "USD", "EUR", "CHF", "DKK", "SEK": self = .actual360
        case "GBP", "JPY", "CAD", "AUD", "NZD", "HKD", "PLN": self = .actual365
        default: return nil
        }
    }
}

/// A yearly interest rate in millionths of a basis point, which may be negative: 4.25 % is 425,000,000.
public struct InterestRate: Hashable, Comparable, Sendable {
    /// Millionths of a basis point.
    public let micros: Int64

    /// The largest magnitude: 100 % a year.
    @inlinable public static var microsMax: Int64 { 10_000_000_000 }

    /// Takes millionths of a basis point, `nil` beyond 100 % a year in magnitude.
    @inlinable public init?(micros: Int64) {
        guard micros.magnitude <= UInt64(Self.microsMax) else { return nil }
        self.micros = micros
    }

    /// No interest.
    public static let zero = InterestRate(0)

    private init(_ micros: Int64) { self.micros = micros }

    /// Orders rates by value.
    @inlinable public static func < (left: InterestRate, right: InterestRate) -> Bool {
        left.micros < right.micros
    }

    /// The shortest exact decimal text, in basis points.
    public var text: String { Decimals.text(Int128(micros) * 1000) }

    /// The interest on `balance` for `days`, rounded half away from zero to 10⁻⁹; `nil` beyond the bounds.
    public func interest(on balance: Money, days: Int64, _ dayCount: DayCount) -> Money? {
        let (yearly, isTooLarge) = balance.nanos.multipliedReportingOverflow(by: Int128(micros))
        let (product, isTooLong) = yearly.multipliedReportingOverflow(by: Int128(days))
        guard !isTooLarge, !isTooLong else { return nil }
        let whole = 10_000_000_000 * dayCount.daysOfYear
        return Money(exactly: Money.divide(product, by: whole, .halfAwayFromZero))
    }
}

extension FieldVisitor {
    /// An interest rate in millionths of a basis point.
    @inlinable
    public mutating func interest(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout InterestRate
    ) throws(WireError) {
        var micros = value.micros
        try int(number, name, &micros)
        guard let known = InterestRate(micros: micros) else { throw .outOfRange(field: number) }
        value = known
    }
}
