/// A currency by its ISO 4217 code, with the number of digits of its minor unit.
public struct Currency: Hashable, Comparable, Sendable {
    /// The three letters, first letter in the highest byte.
    public let packed: UInt32

    @usableFromInline let digits: Int32

    /// Digits after the point of the smallest amount that can be paid: JPY 0, USD 2, KWD 3 (ISO 4217).
    public var minorUnitDigits: Int { Int(digits) }

    /// The smallest amount that can be paid, in units of 10⁻⁹.
    @inlinable public var minorUnitNanos: Int128 {
        switch digits {
        case 0: 1_000_000_000
        case 2: 10_000_000
        default: 1_000_000
        }
    }

    /// Takes a known ISO 4217 code such as `USD`; `nil` for any other text.
    public init?(_ code: String) {
        guard code.utf8.count == 3 else { return nil }
        self.init(packed: code.utf8.reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// Takes three packed letters; `nil` when no known code.
    public init?(packed: UInt32) {
        guard let digits = Self.digitsByPacked[packed] else { return nil }
        self.packed = packed
        self.digits = digits
    }

    private init(known packed: UInt32, digits: Int32) {
        self.packed = packed
        self.digits = digits
    }

    /// US dollar.
    public static let usd = Currency(known: 0x55_5344, digits: 2)

    /// The three letters.
    public var code: String {
        String(
            decoding: [UInt8(packed >> 16 & 255), UInt8(packed >> 8 & 255), UInt8(packed & 255)],
            as: UTF8.self
        )
    }

    /// Orders by code.
    public static func < (left: Currency, right: Currency) -> Bool { left.packed < right.packed }

    private static let digitsByPacked: [UInt32: Int32] = {
        var digitsByPacked: [UInt32: Int32] = [:]
        for (digits, codes) in table {
            for code in codes.split(separator: " ") {
                digitsByPacked[code.utf8.reduce(0) { $0 << 8 | UInt32($1) }] = digits
            }
        }
        return digitsByPacked
    }()

    private static let table: [(Int32, String)] = [
        (
            2,
            "USD EUR GBP CHF CAD AUD NZD SEK NOK DKK HKD SGD CNY INR MXN BRL ZAR PLN CZK HUF ILS TRY THB TWD"
        ),
        (0, "JPY KRW CLP ISK VND"),
        (3, "KWD BHD OMR JOD TND"),
    ]
}
