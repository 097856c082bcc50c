public import BifrostKernel

/// How much of a position's value an account must have in equity, by dated rules.
///
/// Initial, to open it: Regulation T, 12 CFR 220.12(a) and (c), and never less than to keep it, FINRA Rule
/// 4210(b). Maintenance, to keep it: FINRA Rule 4210(c). What a short position needs comes beside the
/// proceeds of its sale: 150 % of the value is the proceeds and 50 %.
public struct MarginRates: Hashable, Sendable {
    /// The first business date that they hold for.
    public var from: BusinessDate
    /// To open a long position.
    public var initialLong: BasisPoints
    /// To open a short position, beside the proceeds.
    public var initialShort: BasisPoints
    /// To keep a long position.
    public var maintenanceLong: BasisPoints
    /// To keep a short position.
    public var maintenanceShort: BasisPoints
    /// A short position needs at least this for each unit.
    public var shortUnitMin: Price
    /// Below this price a short position needs its whole value.
    public var lowPrice: Price
    /// Below that price a short position needs at least this for each unit.
    public var shortUnitMinOfLow: Price
}

/// Which requirement of a position is asked for.
public enum MarginRequirement: Sendable {
    /// To open it.
    case initial
    /// To keep it.
    case maintenance
}

/// The sets of rules by the names that accounts carry.
public enum MarginRegime {
    /// Regulation T and FINRA Rule 4210 for equities; the number tells the table from later ones.
    public static let regulationT = "us-reg-t-1"

    /// The currency of its floors for low-priced short positions.
    public static let currency = Currency.usd

    /// Each holds until the next; the first also before it.
    static let rates = [
        MarginRates(
            // The Board of Governors set 50 % with effect from 1974-01-03.
            from: BusinessDate(days: 1463),
            initialLong: BasisPoints(5000),
            initialShort: BasisPoints(5000),
            maintenanceLong: BasisPoints(2500),
            maintenanceShort: BasisPoints(3000),
            shortUnitMin: Price(nanos: 5_000_000_000),
            lowPrice: Price(nanos: 5_000_000_000),
            shortUnitMinOfLow: Price(nanos: 2_500_000_000)
        )
    ]

    /// The rates on `date`.
    public static func rates(on date: BusinessDate) -> MarginRates {
        rates.last { $0.from <= date } ?? rates[0]
    }
}

extension MarginRates {
    /// What `quantity` at `price` needs, in units of 10⁻⁹, rounded up; an instrument that is not marginable
    /// needs its whole value.
    public func requirement(
        _ kind: MarginRequirement,
        _ quantity: Quantity,
        at price: Price,
        marginable: Bool
    ) -> Int128 {
        let units = Quantity(nanos: Int64(quantity.nanos.magnitude))
        let unit = Price(nanos: Int64(price.nanos.magnitude))
        let value = Money.notional(unit, units, .awayFromZero).nanos
        if quantity > .zero {
            guard marginable else { return value }
            let kept = Self.share(value, maintenanceLong)
            return kind == .maintenance ? kept : max(kept, Self.share(value, initialLong))
        }
        let isLow = unit < lowPrice
        let floor = Money.notional(isLow ? shortUnitMinOfLow : shortUnitMin, units, .awayFromZero).nanos
        let kept = max(floor, isLow || !marginable ? value : Self.share(value, maintenanceShort))
        return kind == .maintenance ? kept : max(kept, Self.share(value, initialShort))
    }

    /// Within Int128: a value of 10²⁷ and a rate of 10¹⁰.
    private static func share(_ value: Int128, _ rate: BasisPoints) -> Int128 {
        (value * Int128(rate.micros) + 9_999_999_999) / 10_000_000_000
    }
}
