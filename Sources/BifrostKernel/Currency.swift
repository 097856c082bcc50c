/// A currency by its ISO 4217 code, with the number of digits of its minor unit.
public struct Currency: Hashable, Comparable, Sendable {
    /// The three letters, first letter in the highest byte.
    public let packed: UInt32

    /// Takes a known ISO 4217 code such as `USD`; `nil` for any other text.
    public init?(_ code: String) {
        let bytes = Array(code.utf8)
        guard bytes.count == 3 else { return nil }
        self.init(packed: UInt32(bytes[0]) << 16 | UInt32(bytes[1]) << 8 | UInt32(bytes[2]))
    }

    /// Takes three packed letters; `nil` when no known code.
    public init?(packed: UInt32) {
        guard Self.digits(of: packed) != nil else { return nil }
        self.packed = packed
    }

    private init(known packed: UInt32) { self.packed = packed }

    /// US dollar.
    public static let usd = Currency(known: 0x55_5344)

    /// The three letters.
    public var code: String {
        String(
            decoding: [UInt8(packed >> 16 & 255), UInt8(packed >> 8 & 255), UInt8(packed & 255)],
            as: UTF8.self
        )
    }

    /// Digits after the point of the smallest amount that can be paid: JPY 0, USD 2, KWD 3 (ISO 4217).
    public var minorUnitDigits: Int { Self.digits(of: packed) ?? 2 }

    /// Orders by code.
    public static func < (left: Currency, right: Currency) -> Bool { left.packed < right.packed }

    private static func digits(of packed: UInt32) -> Int? { digitsByPacked[packed] }

    private static let digitsByPacked: [UInt32: Int] = {
        var digitsByPacked: [UInt32: Int] = [:]
        for (digits, codes) in table {
            for code in codes.split(separator: " ") {
                digitsByPacked[code.utf8.reduce(0) { $0 << 8 | UInt32($1) }] = digits
            }
        }
        return digitsByPacked
    }()

    private static let table: [(Int, String)] = [
        (
            2,
            "USD EUR GBP CHF CAD AUD NZD SEK NOK DKK HKD SGD CNY INR MXN BRL ZAR PLN CZK HUF ILS TRY THB TWD"
        ),
        (0, "JPY KRW CLP ISK VND"),
        (3, "KWD BHD OMR JOD TND"),
    ]
}
