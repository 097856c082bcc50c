internal import Crypto

/// The sum of the hashes of rows, modulo 2¹²⁸: equal for equal rows whatever their order, and changed by a
/// row without looking at the others.
public struct StateHash: Hashable, Sendable {
    /// The sum.
    public private(set) var sum: UInt128 = 0

    /// No rows.
    public init() {}

    /// Takes 16 bytes, `nil` for any other count.
    init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        sum = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// The 16 bytes.
    var bytes: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: sum >> UInt128(120 - $0 * 8)) } }

    /// 32 hexadecimal digits.
    public var text: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Takes in what a row was and what it is; `&+`, because a sum of hashes is meant to wrap.
    mutating func change(from old: UInt128?, to new: UInt128) { sum = sum &- (old ?? 0) &+ new }

    /// The hash of a row of a table: the first half of SHA-256 over the table's number and the tuple as
    /// PostgreSQL sends it.
    static func row(table: Int, _ tuple: RawSpan) -> UInt128 {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt32(table).bigEndian) { hasher.update(bufferPointer: $0) }
        tuple.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize().withUnsafeBytes {
            UInt128(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt128.self))
        }
    }
}
