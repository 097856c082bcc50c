/// Why a text is not a decimal number that Bifrost can hold.
public enum DecimalError: Error, Equatable, Sendable {
    /// Not of the form `-?digits[.digits]`: no exponent, no separators, no spaces.
    case malformed
    /// More than nine digits after the point carry a value: nothing is ever rounded on the way in.
    case tooPrecise
    /// Larger than the bound of the type it was read for.
    case outOfRange
}

/// Reads and prints numbers with nine decimals, exactly.
public enum Decimals {
    /// Units of 10⁻⁹ in one.
    @inlinable public static var nanosPerUnit: Int64 { 1_000_000_000 }

    /// Longest text that is read: longer ones are malformed whatever they say.
    public static let textBytesMax = 64

    /// Reads a decimal as units of 10⁻⁹; trailing zeros beyond the ninth decimal are allowed.
    public static func nanos(_ text: String, magnitudeMax: Int128) throws(DecimalError) -> Int128 {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= textBytesMax else { throw .malformed }
        var index = bytes.startIndex
        let negative = bytes[index] == UInt8(ascii: "-")
        if negative { index = bytes.index(after: index) }
        let tenth = Int128.max / 10
        var value: Int128 = 0
        var digitCount = 0
        var decimalCount: Int? = nil
        while index < bytes.endIndex {
            let byte = bytes[index]
            index = bytes.index(after: index)
            if byte == UInt8(ascii: "."), decimalCount == nil, digitCount > 0 {
                decimalCount = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .malformed }
            let digit = Int128(byte - UInt8(ascii: "0"))
            digitCount += 1
            if let count = decimalCount {
                decimalCount = count + 1
                if count >= 9 {
                    guard digit == 0 else { throw .tooPrecise }
                    continue
                }
            }
            guard value < tenth || (value == tenth && digit <= Int128.max % 10) else { throw .outOfRange }
            value = value * 10 + digit
        }
        guard digitCount > 0, decimalCount != 0 else { throw .malformed }
        for _ in min(decimalCount ?? 0, 9)..<9 {
            guard value <= tenth else { throw .outOfRange }
            value *= 10
        }
        guard value <= magnitudeMax else { throw .outOfRange }
        return negative ? -value : value
    }

    /// The shortest text that reads back as the same number: `1.5`, `-0.25`, `100`.
    public static func text(_ nanos: Int128) -> String {
        let magnitude = nanos.magnitude
        let unit = UInt128(nanosPerUnit)
        let whole = magnitude / unit
        var fraction = magnitude % unit
        let sign = nanos < 0 ? "-" : ""
        guard fraction != 0 else { return sign + String(whole) }
        var width = 9
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        let digits = String(fraction)
        return sign + String(whole) + "." + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
