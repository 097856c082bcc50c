// The hash of an event (invariant I6) is SHA-256 over, in this order, every number big-endian:
//
//     previous hash 32 · "BIFROST1" 8 · log id 16 · shard 4 · position 8 · account 8 · stream 8 · version 8 ·
//     type 4 · schema version 4 · received 8 · recorded 8 · effective 8 · business date 4 ·
//     digest present 1 · digest 16 (zero when absent) · causation 8 · correlation 16 ·
//     command id length 4, bytes · actor length 4, bytes · payload length 4, bytes
//
// The previous hash of position 1 is the genesis: SHA-256 over "BIFROST1-GENESIS" 16 · log id 16 · shard 4.
// A leaf of the shard's Merkle tree is the same form without the previous hash (MerkleTree.swift).
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
    /// Room for the canonical bytes of one event, kept from event to event.
    private var room: [UInt8]

    private static let roomBytesMin = 1_024
    /// Everything but the command id, the actor and the payload.
    private static let fixedBytes = 181
    private static let hashBytes = 32

    /// The chain of `shard` in `log`.
    public init(log: Identifier, shard: ShardNumber) {
        self.log = log
        self.shard = shard
        self.room = [UInt8](repeating: 0, count: Self.roomBytesMin)
    }

    /// What stands before the first event.
    public var genesis: EventHash {
        var bytes = Array("BIFROST1-GENESIS".utf8)
        withUnsafeBytes(of: (log.high.bigEndian, log.low.bigEndian)) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(shard.value).bigEndian) { bytes.append(contentsOf: $0) }
        return bytes.withUnsafeBytes { Self.digest($0) }
    }

    /// The hash of the event with these columns and payload behind `previous`.
    public mutating func hash(
        after previous: EventHash,
        _ header: EventHeader,
        payload: ArraySlice<UInt8>
    ) -> EventHash {
        let commandBytes = header.commandID.text.utf8.count
        let actorBytes = header.actor.text.utf8.count
        let size = Self.fixedBytes + commandBytes + actorBytes + payload.count
        if room.count < size { room = [UInt8](repeating: 0, count: size * 2) }
        let (log, shard) = (log, shard)
        return room.withUnsafeMutableBytes { room in
            var canonical = CanonicalBytes(room)
            canonical.append(previous.words.0)
            canonical.append(previous.words.1)
            canonical.append(previous.words.2)
            canonical.append(previous.words.3)
            canonical.append(log, shard, header, payload)
            precondition(canonical.count == size, "the canonical form has as many bytes as its parts")
            return Self.digest(UnsafeRawBufferPointer(rebasing: room[..<size]))
        }
    }

    /// The canonical form of an event without the hash before it: what a leaf of the Merkle tree stands for.
    public func canonicalBytes(_ header: EventHeader, payload: [UInt8]) -> [UInt8] {
        let size = Self.size(header, payload)
        return [UInt8](unsafeUninitializedCapacity: size) { room, count in
            write(header, payload, to: UnsafeMutableRawBufferPointer(room))
            count = size
        }
    }

    /// The event's leaf in the shard's Merkle tree (RFC 9162, 2.1.1).
    public func leaf(_ event: RecordedEvent) -> EventHash {
        let size = Self.size(event.header, event.payload)
        return withUnsafeTemporaryAllocation(byteCount: size + 1, alignment: 1) { room in
            room[0] = 0
            write(event.header, event.payload, to: UnsafeMutableRawBufferPointer(rebasing: room[1...]))
            return Self.digest(UnsafeRawBufferPointer(room))
        }
    }

    private static func size(_ header: EventHeader, _ payload: [UInt8]) -> Int {
        fixedBytes - hashBytes + header.commandID.text.utf8.count + header.actor.text.utf8.count
            + payload.count
    }

    private func write(_ header: EventHeader, _ payload: [UInt8], to room: UnsafeMutableRawBufferPointer) {
        var canonical = CanonicalBytes(room)
        canonical.append(log, shard, header, payload[...])
        precondition(canonical.count == room.count, "the canonical form has as many bytes as its parts")
    }

    static func digest(_ bytes: UnsafeRawBufferPointer) -> EventHash {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        return finish(hasher)
    }

    static func finish(_ hasher: SHA256) -> EventHash {
        hasher.finalize().withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return EventHash(word(0), word(1), word(2), word(3))
        }
    }
}

/// Writes the canonical form into room that the caller has measured; every write is checked against its end.
private struct CanonicalBytes {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        room.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    mutating func append(_ text: String) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { append(UnsafeRawBufferPointer($0)) }
        if isDone == nil { for byte in text.utf8 { append(byte) } }
    }

    /// "BIFROST1" as a number.
    private static let tag: UInt64 = 0x4249_4652_4f53_5431

    /// Everything behind the previous hash, in the order of the format.
    @inline(__always)
    mutating func append(
        _ log: Identifier,
        _ shard: ShardNumber,
        _ header: EventHeader,
        _ payload: ArraySlice<UInt8>
    ) {
        append(Self.tag)
        append(log.high)
        append(log.low)
        append(UInt32(shard.value))
        append(header)
        append(UInt32(header.commandID.text.utf8.count))
        append(header.commandID.text)
        append(UInt32(header.actor.text.utf8.count))
        append(header.actor.text)
        append(UInt32(payload.count))
        payload.withUnsafeBytes { append($0) }
    }

    /// The columns of fixed width, in the order of the format.
    private mutating func append(_ header: EventHeader) {
        append(header.position)
        append(header.account.value)
        append(header.stream.value)
        append(header.version)
        append(header.type)
        append(header.schemaVersion)
        append(header.receivedAt.nanos)
        append(header.recordedAt.nanos)
        append(header.effectiveAt.nanos)
        append(header.businessDate.days)
        append(header.commandDigest == nil ? 0 : 1 as UInt8)
        append(header.commandDigest?.high ?? 0)
        append(header.commandDigest?.low ?? 0)
        append(header.causation)
        append(header.correlation.high)
        append(header.correlation.low)
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
