// The index of a cold segment says at which positions the events of a stream stand, and by its order those
// of an account. It is a sorted list of (account, stream, version, position), cut into pages. The content
// of a page is
//
//     "BFINDEX1" 8 · count 4, big-endian · then for each entry account, stream, version and position as
//     differences to the entry before (the first to zero), wrapping, zigzag, base 128 with the low bits first
//
// stored like a frame: LZ4 with a checksum, beside the SHA-256 of the stored bytes. The layout is frozen.

public import EventStore
internal import LZ4Codec

/// Where an event stands in its stream and in the log.
public struct StreamEntry: Equatable, Sendable {
    /// Its account, stream and version.
    public let place: StreamPlace
    /// Its position.
    public let position: Int64

    /// Puts the parts together.
    public init(_ place: StreamPlace, position: Int64) {
        self.place = place
        self.position = position
    }
}

/// Some entries of a segment's index in a row, compressed.
public struct StreamPage: Equatable, Sendable {
    /// The first entry's place, by which the page is found.
    public let first: StreamPlace
    /// The number of entries.
    public let count: Int
    /// The LZ4 frame.
    public let bytes: [UInt8]
    /// SHA-256 of `bytes`.
    public let digest: EventHash

    /// Most entries of a page.
    public static let entriesMax = 4_096

    private static let tag = Array("BFINDEX1".utf8)
    private static let countBytes = 4
    private static let numbersPerEntry = 4
    private static let numberBytesMax = 10

    /// Takes the parts as they were stored; `entries` finds out whether they belong together.
    public init(first: StreamPlace, count: Int, bytes: [UInt8], digest: EventHash) {
        self.first = first
        self.count = count
        self.bytes = bytes
        self.digest = digest
    }

    /// Compresses entries, which are sorted and at least one.
    public init(_ entries: [StreamEntry]) {
        guard let first = entries.first?.place else { preconditionFailure("a page holds an entry") }
        let bytes = LZ4Frame.compress(Self.content(entries), effort: .high)
        self.init(
            first: first,
            count: entries.count,
            bytes: bytes,
            digest: EventHash(digesting: bytes)
        )
    }

    static func content(_ entries: [StreamEntry]) -> [UInt8] {
        var content = tag
        content.append(bigEndian: UInt32(entries.count))
        var before = (account: Int64(0), stream: Int64(0), version: Int64(0), position: Int64(0))
        for entry in entries {
            let place = entry.place
            // Differences of any two numbers wrap here and wrap back when they are added again.
            content.append(zigzag: place.account &- before.account)
            content.append(zigzag: place.stream &- before.stream)
            content.append(zigzag: place.version &- before.version)
            content.append(zigzag: entry.position &- before.position)
            before = (place.account, place.stream, place.version, entry.position)
        }
        return content
    }

    /// The entries, in order.
    public func entries() throws(ColdFault) -> [StreamEntry] {
        guard EventHash(digesting: bytes) == digest else {
            throw ColdFault("its \(bytes.count) bytes do not have the SHA-256 that stands beside them")
        }
        guard count > 0, count <= Self.entriesMax else {
            throw ColdFault("expected 1 to \(Self.entriesMax) entries, was \(count)")
        }
        let start = Self.tag.count + Self.countBytes
        let content: [UInt8]
        do throws(LZ4Error) {
            content = try LZ4Frame.decompress(
                bytes,
                decompressedBytesMax: start + count * Self.numbersPerEntry * Self.numberBytesMax
            )
        } catch {
            throw ColdFault("\(error)")
        }
        guard content.count >= start, content.starts(with: Self.tag),
            content.withUnsafeBytes({ $0.bigEndian(at: Self.tag.count, as: UInt32.self) }) == UInt32(count)
        else { throw ColdFault("expected the form BFINDEX1 with \(count) entries") }
        return try content.withUnsafeBytes { content in
            Result { () throws(ColdFault) in
                try Self.entries(ZigzagReader(content, from: start), count, first)
            }
        }.get()
    }

    private static func entries(
        _ numbers: ZigzagReader,
        _ count: Int,
        _ first: StreamPlace
    ) throws(ColdFault) -> [StreamEntry] {
        var reader = numbers
        var entries: [StreamEntry] = []
        entries.reserveCapacity(count)
        var at = (account: Int64(0), stream: Int64(0), version: Int64(0), position: Int64(0))
        for _ in 0..<count {
            // As they were taken apart: sums of any two numbers wrap.
            at.account &+= try reader.next()
            at.stream &+= try reader.next()
            at.version &+= try reader.next()
            at.position &+= try reader.next()
            let place = StreamPlace(account: at.account, stream: at.stream, version: at.version)
            guard entries.last.map({ $0.place < place }) ?? (place == first) else {
                throw ColdFault("its entries are not in order, or do not begin where the page does")
            }
            entries.append(StreamEntry(place, position: at.position))
        }
        guard reader.isAtEnd else { throw ColdFault("expected nothing behind its last entry") }
        return entries
    }
}

extension [UInt8] {
    fileprivate mutating func append(zigzag value: Int64) {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

private struct ZigzagReader {
    private let content: UnsafeRawBufferPointer
    private var offset: Int

    var isAtEnd: Bool { offset == content.count }

    init(_ content: UnsafeRawBufferPointer, from offset: Int) {
        self.content = content
        self.offset = offset
    }

    mutating func next() throws(ColdFault) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < content.count {
            let byte = content[offset]
            offset += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || byte <= 1 else { throw ColdFault("a number of its entries is too large") }
            value |= UInt64(byte & 0x7f) << shift
            guard byte >= 0x80 else { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        throw ColdFault("its content is cut off")
    }
}
