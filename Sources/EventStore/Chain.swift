// The hash of an event (invariant I6) is SHA-256 over, in this order, every number big-endian:
//
//     previous hash 32 · "BIFROST1" 8 · log id 16 · shard 4 · position 8 · account 8 · stream 8 · version 8 ·
//     type 4 · schema version 4 · received 8 · recorded 8 · effective 8 · business date 4 ·
//     digest present 1 · digest 16 (zero when absent) · causation 8 · correlation 16 ·
//     command id length 4, bytes · actor length 4, bytes · payload length 4, bytes
//
// The previous hash of position 1 is the genesis: SHA-256 over "BIFROST1-GENESIS" 16 · log id 16 · shard 4.
// The layout is frozen. A change of it would be a new tag, never a new meaning of this one.

public import BifrostKernel
internal import Crypto

/// SHA-256 of an event and all before it.
public struct EventHash: Hashable, Sendable {
    /// The 32 bytes as four numbers, first bytes highest.
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes four numbers.
    public init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        self.words = (first, second, third, fourth)
    }

    /// Takes 32 bytes, `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = []
        for word in 0..<4 {
            words.append(bytes[word * 8..<word * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
        self.init(words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
        }
    }

    /// 64 hexadecimal digits.
    public var text: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Equal when all bytes are.
    public static func == (left: EventHash, right: EventHash) -> Bool { left.words == right.words }
    /// Mixes in all bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.3)
    }
}

/// Computes the chain of one shard.
public struct Chain: Sendable {
    /// The log that the shard belongs to.
    public let log: Identifier
    /// The shard.
    public let shard: ShardNumber
    private var canonical: [UInt8] = []

    /// The chain of `shard` in `log`.
    public init(log: Identifier, shard: ShardNumber) {
        self.log = log
        self.shard = shard
        self.canonical.reserveCapacity(1024)
    }

    /// What stands before the first event.
    public var genesis: EventHash {
        var bytes = Array("BIFROST1-GENESIS".utf8)
        Self.append(log.high, to: &bytes)
        Self.append(log.low, to: &bytes)
        Self.append(UInt32(shard.value), to: &bytes)
        return Self.digest(bytes)
    }

    /// The hash of the event with these columns and payload behind `previous`.
    public mutating func hash(
        after previous: EventHash,
        _ header: EventHeader,
        payload: ArraySlice<UInt8>
    ) -> EventHash {
        canonical.removeAll(keepingCapacity: true)
        Self.append(previous.words.0, to: &canonical)
        Self.append(previous.words.1, to: &canonical)
        Self.append(previous.words.2, to: &canonical)
        Self.append(previous.words.3, to: &canonical)
        appendHeader(header)
        Self.append(UInt32(payload.count), to: &canonical)
        canonical.append(contentsOf: payload)
        return Self.digest(canonical)
    }

    private mutating func appendHeader(_ header: EventHeader) {
        canonical.append(contentsOf: Self.tag)
        Self.append(log.high, to: &canonical)
        Self.append(log.low, to: &canonical)
        Self.append(UInt32(shard.value), to: &canonical)
        for number in [header.position, header.account.value, header.stream.value, header.version] {
            Self.append(UInt64(bitPattern: number), to: &canonical)
        }
        Self.append(header.type, to: &canonical)
        Self.append(header.schemaVersion, to: &canonical)
        for number in [header.receivedAt.nanos, header.recordedAt.nanos, header.effectiveAt.nanos] {
            Self.append(UInt64(bitPattern: number), to: &canonical)
        }
        Self.append(UInt32(bitPattern: header.businessDate.days), to: &canonical)
        canonical.append(header.commandDigest == nil ? 0 : 1)
        Self.append(header.commandDigest?.high ?? 0, to: &canonical)
        Self.append(header.commandDigest?.low ?? 0, to: &canonical)
        Self.append(UInt64(bitPattern: header.causation), to: &canonical)
        Self.append(header.correlation.high, to: &canonical)
        Self.append(header.correlation.low, to: &canonical)
        Self.append(text: header.commandID.text, to: &canonical)
        Self.append(text: header.actor.text, to: &canonical)
    }

    private static let tag = Array("BIFROST1".utf8)

    private static func append(text: String, to bytes: inout [UInt8]) {
        append(UInt32(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func digest(_ bytes: [UInt8]) -> EventHash {
        SHA256.hash(data: bytes).withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return EventHash(word(0), word(1), word(2), word(3))
        }
    }
}

extension CommandDigest {
    /// The digest of a command's canonical bytes.
    public init(of content: [UInt8]) {
        let words = SHA256.hash(data: content).withUnsafeBytes { digest in
            (
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(high: words.0, low: words.1)
    }
}
