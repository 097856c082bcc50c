// A `numeric` in binary is: number of digits, weight of the first, sign, decimals to show, each in 16 bits,
// and then the digits to the base of 10,000. Digits of zero are left out at both ends.

extension CopyWriter {
    /// A field of type `numeric` with nine decimals, from units of 10⁻⁹: the bytes that PostgreSQL itself
    /// sends for the value.
    public mutating func numeric(nanos: Int128) {
        let magnitude = nanos.magnitude
        // Nine decimals fill two digits and a quarter: three more decimals make it three whole ones.
        var fraction = UInt64(magnitude % Self.nanosPerUnit) * 1_000
        var whole = magnitude / Self.nanosPerUnit
        var digits: InlineArray<12, Int16> = .init(repeating: 0)
        var count = 0
        for _ in 0..<Self.fractionDigits {
            digits[count] = Int16(fraction % 10_000)
            fraction /= 10_000
            count += 1
        }
        while whole > 0 {
            digits[count] = Int16(whole % 10_000)
            whole /= 10_000
            count += 1
        }
        while count > 0, digits[count - 1] == 0 { count -= 1 }
        var first = 0
        while first < count, digits[first] == 0 { first += 1 }
        let length = count - first
        append(Int32(8 + length * 2))
        append(Int16(length))
        append(Int16(length == 0 ? 0 : count - 1 - Self.fractionDigits))
        append(nanos < 0 ? 0x4000 : 0 as Int16)
        append(9 as Int16)
        var index = count
        while index > first {
            index -= 1
            append(digits[index])
        }
    }

    private static var nanosPerUnit: UInt128 { 1_000_000_000 }
    private static var fractionDigits: Int { 3 }
}
