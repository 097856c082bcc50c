/// CRC-32 as in IEEE 802.3 and zlib: it finds what goes wrong by accident, not what is made to mislead.
enum Checksum {
    /// The sum of `bytes` behind everything whose sum is `seed`.
    static func crc32<Bytes: Sequence<UInt8>>(_ bytes: Bytes, after seed: UInt32 = 0) -> UInt32 {
        var sum = ~seed
        for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8) }
        return ~sum
    }

    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
        return value
    }
}
