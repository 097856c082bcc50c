/// A key that the core itself gives out, which nobody outside can choose to collide.
///
/// So one multiplication spreads it well enough, where the standard hash would cost a multiple of the rest of
/// a lookup.
public protocol CheaplyHashed: Hashable {
    /// All that two different keys differ in.
    var hashedBits: (high: UInt64, low: UInt64) { get }
    /// The same bits spread over one word, alike in every process.
    var spreadBits: UInt64 { get }
}

extension CheaplyHashed {
    /// Mixes in all bits.
    @inlinable public func hash(into hasher: inout Hasher) {
        hasher.combine(hashedBits.high)
        hasher.combine(hashedBits.low)
    }

    /// Both halves multiplied to 128 bits and folded, as wyhash does it.
    @inlinable public var spreadBits: UInt64 { spread(0) }

    /// The hash that dictionaries and sets use.
    @inlinable public func _rawHashValue(seed: Int) -> Int {
        Int(truncatingIfNeeded: spread(UInt64(bitPattern: Int64(seed))))
    }

    @inlinable func spread(_ seed: UInt64) -> UInt64 {
        let bits = hashedBits
        let left = bits.high ^ 0x9e37_79b9_7f4a_7c15 ^ seed
        let product = left.multipliedFullWidth(by: bits.low ^ 0xd1b5_4a32_d192_ed03)
        return product.high ^ product.low
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
