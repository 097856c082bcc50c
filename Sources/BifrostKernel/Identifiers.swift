// The 128 bits of an id that the core gives, highest first. It prints as a UUID of version 8 (RFC 9562 §5.8).
//
//     slot 16 · birth 56 (split 32 | 12 | 12 around version and variant) · index 16 · kind 6 · shard 14 ·
//     zero 14
//
// `slot` is the owner's routing slot, `birth` the position of the event that made the thing, `index` tells
// apart several things made by one event. The layout is frozen: ids stand in events for ever.

/// What an id names.
public enum IdentifierKind: UInt8, Sendable, CaseIterable {
    /// A beneficial owner.
    case owner = 1
    /// An account of an owner.
    case account = 2
    /// An instrument of the reference shard.
    case instrument = 3
    /// An order, the venue's external ones included.
    case order = 4
    /// A trade as the core counts it, beside the venue's own id.
    case execution = 5
    /// The root of a story that made no thing of its own: a deposit, a day roll.
    case command = 6
    /// A log: all shards of one installation.
    case log = 7
}

/// An id that the core gave: 128 bits that print as a UUID and say where the thing was born.
public struct Identifier: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The upper 64 bits.
    public let high: UInt64
    /// The lower 64 bits.
    public let low: UInt64

    /// Takes raw bits, as read from the log or from a client.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The id of the thing that the event at `birth` of `shard` makes; the same inputs always give the same
    /// id.
    public init(_ kind: IdentifierKind, slot: UInt16, shard: UInt16, birth: Int64, index: UInt16 = 0) {
        precondition(birth >= 0 && birth < 1 << 56, "a position has 56 bits")
        precondition(shard < 1 << 14, "a shard number has 14 bits")
        let position = UInt64(birth)
        let upper: UInt64 = UInt64(slot) << 48 | (position >> 24) << 16
        self.high = upper | 0x8000 | ((position >> 12) & 0xfff)
        let middle: UInt64 = (position & 0xfff) << 50 | UInt64(index) << 34
        let tail: UInt64 = UInt64(kind.rawValue) << 28 | UInt64(shard) << 14
        self.low = 0x8000_0000_0000_0000 | middle | tail
    }

    /// All bits zero: no thing.
    public static let none = Identifier(high: 0, low: 0)

    /// The owner's routing slot.
    public var slot: UInt16 { UInt16(high >> 48) }
    /// The position of the event that made the thing.
    public var birth: Int64 {
        let upper: UInt64 = (high >> 16) & 0xffff_ffff
        let middle: UInt64 = high & 0xfff
        let lower: UInt64 = (low >> 50) & 0xfff
        return Int64(upper << 24 | middle << 12 | lower)
    }
    /// The shard that made the thing.
    public var shard: UInt16 { UInt16(low >> 14 & 0x3fff) }
    /// What it names, `nil` when the core never gave such an id.
    public var kind: IdentifierKind? {
        guard high & 0xf000 == 0x8000, low >> 62 == 2, low & 0x3fff == 0 else { return nil }
        return IdentifierKind(rawValue: UInt8(low >> 28 & 0x3f))
    }

    /// Orders by bits.
    public static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The text form of a UUID, in lower case.
    public var text: String {
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        out.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { out.append(UInt8(ascii: "-")) }
            let half = index < 16 ? high : low
            out.append(digits[Int(half >> UInt64(60 - index % 16 * 4) & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Reads the text form of a UUID, `nil` when malformed.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var nibbles = 0
        for (index, byte) in bytes.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let value: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            if nibbles < 16 {
                halves.0 = halves.0 << 4 | UInt64(value)
            } else {
                halves.1 = halves.1 << 4 | UInt64(value)
            }
            nibbles += 1
        }
        self.init(high: halves.0, low: halves.1)
    }
}

/// A beneficial owner, the taxpayer: the key by which the book is spread over shards.
public struct OwnerID: Hashable, Comparable, Sendable {
    /// The bits.
    public let id: Identifier
    /// Names the owner with these bits.
    @inlinable public init(_ id: Identifier) { self.id = id }
    /// Orders by bits.
    public static func < (left: Self, right: Self) -> Bool { left.id < right.id }
}

/// An account: one custodian, one ledger, one margin regime.
public struct AccountID: Hashable, Comparable, Sendable {
    /// The bits.
    public let id: Identifier
    /// Names the account with these bits.
    @inlinable public init(_ id: Identifier) { self.id = id }
    /// Orders by bits.
    public static func < (left: Self, right: Self) -> Bool { left.id < right.id }
}

/// An instrument: what symbols name for a time.
public struct InstrumentID: Hashable, Comparable, Sendable {
    /// The bits.
    public let id: Identifier
    /// Names the instrument with these bits.
    @inlinable public init(_ id: Identifier) { self.id = id }
    /// Orders by bits.
    public static func < (left: Self, right: Self) -> Bool { left.id < right.id }
}

/// An order.
public struct OrderID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The bits.
    public let id: Identifier
    /// Names the order with these bits.
    @inlinable public init(_ id: Identifier) { self.id = id }
    /// Orders by bits.
    public static func < (left: Self, right: Self) -> Bool { left.id < right.id }
}
