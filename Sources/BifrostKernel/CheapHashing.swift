/// A key that the core itself gives out, which nobody outside can choose to collide.
///
/// So one multiplication spreads it well enough, where the standard hash would cost a multiple of the rest of
/// a lookup.
public protocol CheaplyHashed: Hashable {
    /// All that two different keys differ in.
    var hashedBits: (high: UInt64, low: UInt64) { get }
}

extension CheaplyHashed {
    /// Mixes in all bits.
    @inlinable public func hash(into hasher: inout Hasher) {
        hasher.combine(hashedBits.high)
        hasher.combine(hashedBits.low)
    }

    /// The hash that dictionaries and sets use: both halves multiplied to 128 bits and folded, as wyhash does
    /// it.
    @inlinable public func _rawHashValue(seed: Int) -> Int {
        let bits = hashedBits
        let left = bits.high ^ 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: Int64(seed))
        let product = left.multipliedFullWidth(by: bits.low ^ 0xd1b5_4a32_d192_ed03)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }
}

extension Identifier: CheaplyHashed {
    /// Its bits.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { (high, low) }
}

extension OwnerID: CheaplyHashed {
    /// The bits of the id.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { id.hashedBits }
}

extension AccountID: CheaplyHashed {
    /// The bits of the id.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { id.hashedBits }
}

extension InstrumentID: CheaplyHashed {
    /// The bits of the id.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { id.hashedBits }
}

extension OrderID: CheaplyHashed {
    /// The bits of the id.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { id.hashedBits }
}

extension StreamOrdinal: CheaplyHashed {
    /// The number.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { (0, UInt64(bitPattern: value)) }
}

extension CommandDigest: CheaplyHashed {
    /// Its bits.
    @inlinable public var hashedBits: (high: UInt64, low: UInt64) { (high, low) }
}
