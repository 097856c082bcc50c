// The way back from the canonical form (Chain.swift), for stores that keep events in it. An event has one
// such form: whatever this reads and `canonicalBytes` would not write is refused.

public import BifrostKernel
internal import Crypto

/// Why bytes are not the canonical form of an event of the chain's log and shard; not worth a second try.
public struct CanonicalFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was expected and what was there.
    public let description: String
    /// Takes the text.
    public init(_ description: String) { self.description = description }
}

/// Where an event stands in its stream, and the stream in the log.
public struct StreamPlace: Hashable, Comparable, Sendable {
    /// The account of the stream, or none.
    public let account: Int64
    /// The stream's ordinal.
    public let stream: Int64
    /// The event's place in the stream.
    public let version: Int64

    /// Puts the parts together.
    public init(account: Int64, stream: Int64, version: Int64) {
        self.account = account
        self.stream = stream
        self.version = version
    }

    /// Orders by account, stream and version.
    public static func < (left: Self, right: Self) -> Bool {
        (left.account, left.stream, left.version) < (right.account, right.stream, right.version)
    }
}

extension Chain {
    /// Reads the canonical form of an event without the hash before it, as `canonicalBytes` writes it.
    public func event(
        canonical bytes: UnsafeRawBufferPointer
    ) throws(CanonicalFault) -> (header: EventHeader, payload: [UInt8]) {
        var reader = CanonicalReader(bytes)
        guard try reader.next(UInt64.self) == CanonicalReader.tag else {
            throw CanonicalFault("expected the form BIFROST1")
        }
        let owner = Identifier(high: try reader.next(), low: try reader.next())
        let number = try reader.next(UInt32.self)
        guard owner == log, number == UInt32(shard.value) else {
            throw CanonicalFault(
                "expected an event of shard \(shard.value) of log \(log.text), was one of shard \(number) of \(owner.text)"
            )
        }
        return try reader.nextEvent()
    }

    /// The position and the stream's place in a canonical form, without a look at the rest of it.
    public static func place(
        canonical bytes: UnsafeRawBufferPointer
    ) throws(CanonicalFault) -> (position: Int64, stream: StreamPlace) {
        var reader = CanonicalReader(bytes)
        _ = try reader.next(UInt64.self)
        _ = try reader.next(UInt128.self)
        _ = try reader.next(UInt32.self)
        let position = try reader.next(Int64.self)
        let place = StreamPlace(
            account: try reader.next(),
            stream: try reader.next(),
            version: try reader.next()
        )
        return (position, place)
    }

    /// The hash of the event with this canonical form behind `previous`.
    public static func hash(after previous: EventHash, canonical bytes: UnsafeRawBufferPointer) -> EventHash {
        let words = previous.words
        let before = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        var hasher = SHA256()
        withUnsafeBytes(of: before) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: bytes)
        return finish(hasher)
    }
}

/// Reads numbers and counted bytes, each checked against the end.
private struct CanonicalReader {
    /// "BIFROST1" as a number.
    static let tag: UInt64 = 0x4249_4652_4f53_5431

    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// The columns of fixed width, before the names and the payload.
    private static let columnsBytes = 109

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(CanonicalFault) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - offset >= size else {
            throw CanonicalFault("expected \(size) bytes at \(offset), was \(bytes.count - offset)")
        }
        defer { offset += size }
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    mutating func nextBytes() throws(CanonicalFault) -> UnsafeRawBufferPointer {
        let count = Int(try next(UInt32.self))
        guard bytes.count - offset >= count else {
            throw CanonicalFault("expected \(count) bytes at \(offset), was \(bytes.count - offset)")
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// What stands behind the shard's number, up to the end.
    mutating func nextEvent() throws(CanonicalFault) -> (header: EventHeader, payload: [UInt8]) {
        var rest = self
        rest.offset += Self.columnsBytes
        guard let commandID = ClientName(bytes: try rest.nextBytes()) else {
            throw CanonicalFault("expected a command id before byte \(rest.offset)")
        }
        guard let actor = ActorName(bytes: try rest.nextBytes()) else {
            throw CanonicalFault("expected an actor before byte \(rest.offset)")
        }
        let payload = try rest.nextBytes()
        guard rest.offset == bytes.count else {
            throw CanonicalFault("expected \(rest.offset) bytes, was \(bytes.count)")
        }
        let header = EventHeader(
            position: try next(),
            account: AccountOrdinal(try next()),
            stream: StreamOrdinal(try next()),
            version: try next(),
            type: try next(),
            schemaVersion: try next(),
            receivedAt: Timestamp(nanos: try next()),
            recordedAt: Timestamp(nanos: try next()),
            effectiveAt: Timestamp(nanos: try next()),
            businessDate: BusinessDate(days: try next()),
            commandID: commandID,
            commandDigest: try nextDigest(),
            causation: try next(),
            correlation: Identifier(high: try next(), low: try next()),
            actor: actor
        )
        return (header, Array(payload))
    }

    private mutating func nextDigest() throws(CanonicalFault) -> CommandDigest? {
        let isPresent = try next(UInt8.self)
        let digest = CommandDigest(high: try next(), low: try next())
        switch (isPresent, digest.high | digest.low) {
        case (1, _): return digest
        case (0, 0): return nil
        default: throw CanonicalFault("expected a digest or none before byte \(offset)")
        }
    }
}
