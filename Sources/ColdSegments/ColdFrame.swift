// A cold segment keeps the events of a full leaf in frames. The content of a frame is, every number big-
// endian:
//
//     "BFFRAME1" 8 · count 4 · then for each event, in order of position:
//     length 4 · the event's canonical form without the hash before it (EventStore/Chain.swift) · its hash 32
//
// and is stored as one LZ4 frame with a checksum of its content, beside the SHA-256 of the stored bytes.
// The positions of a frame are dense. The layout is frozen; a change of it would be a new tag.
//
// Whoever reads one event inflates its frame: 256 events are some 110 kB, a fraction of a millisecond.

internal import BifrostKernel
public import EventStore
internal import LZ4Codec

/// Why a part of a cold segment cannot be read; not worth a second try with the same bytes.
public struct ColdFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was expected and what was there.
    public let description: String
    /// Takes the text.
    public init(_ description: String) { self.description = description }
}

/// Some events in a row, compressed.
public struct ColdFrame: Equatable, Sendable {
    /// The position of the first event.
    public let firstPosition: Int64
    /// The position of the last event.
    public let lastPosition: Int64
    /// Bytes of the content before it was compressed.
    public let contentBytes: Int
    /// The LZ4 frame.
    public let bytes: [UInt8]
    /// SHA-256 of `bytes`.
    public let digest: EventHash

    /// Most events of a frame.
    public static let eventsMax = 256
    /// Most bytes of a content: what PostgreSQL can keep in one value.
    public static let contentBytesMax = 1 << 30

    private static let tag = Array("BFFRAME1".utf8)
    private static let lengthBytes = 4
    private static let hashBytes = 32

    /// Takes the parts as they were stored; `events` finds out whether they belong together.
    public init(
        firstPosition: Int64,
        lastPosition: Int64,
        contentBytes: Int,
        bytes: [UInt8],
        digest: EventHash
    ) {
        self.firstPosition = firstPosition
        self.lastPosition = lastPosition
        self.contentBytes = contentBytes
        self.bytes = bytes
        self.digest = digest
    }

    /// Compresses events, which are dense and at least one.
    public init(_ events: some Collection<RecordedEvent>, _ chain: Chain) {
        guard let first = events.first?.header.position else { preconditionFailure("a frame holds an event") }
        let content = Self.content(events, chain)
        precondition(content.count <= Self.contentBytesMax, "a frame fits into a value of the database")
        let bytes = LZ4Frame.compress(content, effort: .high)
        self.init(
            firstPosition: first,
            lastPosition: first + Int64(events.count) - 1,
            contentBytes: content.count,
            bytes: bytes,
            digest: EventHash(digesting: bytes)
        )
    }

    static func content(_ events: some Collection<RecordedEvent>, _ chain: Chain) -> [UInt8] {
        var content = tag
        content.append(bigEndian: UInt32(events.count))
        var next = events.first?.header.position ?? 0
        for event in events {
            precondition(event.header.position == next, "a frame is dense")
            next += 1
            let canonical = chain.canonicalBytes(event.header, payload: event.payload)
            content.append(bigEndian: UInt32(canonical.count))
            content += canonical
            content += event.hash.bytes
        }
        return content
    }

    /// Hands over the events at the positions that are `wanted`, in order.
    ///
    /// Where the first event is not among them, each is held against its own hash, which the one before it
    /// is a part of, and nothing has to be known of the others. It is asked about once more than the others.
    public func events(
        _ chain: Chain,
        where wanted: (Int64) -> Bool = { _ in true },
        _ body: (RecordedEvent) -> Void
    ) throws(ColdFault) {
        let isChecked = wanted(firstPosition)
        var before = chain.genesis
        try forms(skippingChecksum: !isChecked) { position, canonical, hash throws(ColdFault) in
            defer { before = hash }
            guard wanted(position) else { return }
            guard isChecked || Chain.hash(after: before, canonical: canonical) == hash else {
                throw ColdFault("at position \(position): what it says does not have the hash beside it")
            }
            do throws(CanonicalFault) {
                let (header, payload) = try chain.event(canonical: canonical)
                guard header.position == position else {
                    throw CanonicalFault("expected position \(position), was \(header.position)")
                }
                body(RecordedEvent(header: header, payload: payload, hash: hash))
            } catch {
                throw ColdFault("at position \(position): \(error)")
            }
        }
    }

    /// Hands over where each event stands in its stream, without a look at the rest of it.
    public func places(_ body: (Int64, StreamPlace) -> Void) throws(ColdFault) {
        try forms { position, canonical, _ throws(ColdFault) in
            do throws(CanonicalFault) {
                let place = try Chain.place(canonical: canonical)
                guard place.position == position else {
                    throw CanonicalFault("expected position \(position), was \(place.position)")
                }
                body(position, place.stream)
            } catch {
                throw ColdFault("at position \(position): \(error)")
            }
        }
    }

    /// Hands over each event's canonical form with its hash.
    package func forms(
        skippingChecksum: Bool = false,
        _ body: (Int64, UnsafeRawBufferPointer, EventHash) throws(ColdFault) -> Void
    ) throws(ColdFault) {
        let content = try inflated(skippingChecksum)
        var failure: ColdFault?
        content.withUnsafeBytes { content in
            do throws(ColdFault) {
                try walk(content, body)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// The content, checked as far as checksums go.
    private func inflated(_ skippingChecksum: Bool) throws(ColdFault) -> [UInt8] {
        guard EventHash(digesting: bytes) == digest else {
            throw ColdFault("its \(bytes.count) bytes do not have the SHA-256 that stands beside them")
        }
        guard contentBytes >= 0, contentBytes <= Self.contentBytesMax else {
            throw ColdFault("expected at most \(Self.contentBytesMax) bytes of content, was \(contentBytes)")
        }
        do throws(LZ4Error) {
            return try LZ4Frame.decompress(
                bytes,
                decompressedBytesMax: contentBytes,
                skippingChecksum: skippingChecksum
            )
        } catch {
            throw ColdFault("\(error)")
        }
    }

    private func walk(
        _ content: UnsafeRawBufferPointer,
        _ body: (Int64, UnsafeRawBufferPointer, EventHash) throws(ColdFault) -> Void
    ) throws(ColdFault) {
        var offset = Self.tag.count + Self.lengthBytes
        guard content.count >= offset, content.starts(with: Self.tag) else {
            throw ColdFault("expected the form BFFRAME1")
        }
        let count = Int64(content.bigEndian(at: Self.tag.count, as: UInt32.self))
        guard count > 0, count == lastPosition - firstPosition + 1 else {
            throw ColdFault("expected \(lastPosition - firstPosition + 1) events, was \(count)")
        }
        for position in firstPosition...lastPosition {
            guard content.count - offset >= Self.lengthBytes else {
                throw ColdFault("its content is cut off")
            }
            let length = Int(content.bigEndian(at: offset, as: UInt32.self))
            offset += Self.lengthBytes
            guard content.count - offset >= length + Self.hashBytes else {
                throw ColdFault("its content is cut off")
            }
            let canonical = UnsafeRawBufferPointer(rebasing: content[offset..<offset + length])
            offset += length
            try body(position, canonical, content.hash(at: offset))
            offset += Self.hashBytes
        }
        guard offset == content.count else { throw ColdFault("expected nothing behind its last event") }
    }
}

extension [UInt8] {
    mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(bigEndian value: Value) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// The number at `offset`, which the caller has checked.
    func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Value.Type) -> Value {
        Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    func hash(at offset: Int) -> EventHash {
        func word(_ index: Int) -> UInt64 { bigEndian(at: offset + index * 8, as: UInt64.self) }
        return EventHash(word(0), word(1), word(2), word(3))
    }
}
