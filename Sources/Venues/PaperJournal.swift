// The journal of the paper venue: one append-only file. Numbers are little-endian unless said otherwise.
//
//     header   "BIFPAPER" 8 · format version 4 (1) · log id 16 (highest byte first) · header sum 4
//     record   payload length 4 · length sum 4 · payload · payload sum 4
//
// A record is a batch: all that one call did, as the canonical protobuf bytes of `PaperBatch`. It is there
// whole or not at all, so that no order is ever found accepted without the fill that came with it.
//
// Sums are CRC-32 (IEEE) and form a chain: the header sum is over the 28 bytes before it; a length sum goes
// on from the sum before it (of the header or of the last payload) over the four bytes of the length; a
// payload sum goes on from the length sum over the payload. So a record that was changed, removed, repeated
// or moved is found.
//
// Valid is: a whole header with the right log, then whole records with right sums, whose facts follow from
// each other. Two things at the end of the file are a torn write, of which nothing was ever reported, and are
// cut off on opening: fewer bytes than the record needs (its length, if it is there, having a right sum), and
// nothing but zeros. A file that ends inside the header is a journal that was never begun. Anything else is
// an error, never a repair.
//
// Written: everything but price moves at once, and with `fdatasync` before any report of it goes out. Price
// moves are gathered, the last of each instrument, and written before the next other fact, when the date
// changes, and when a price moves the stop of an order that follows it; alone they are not synced, because
// nothing was reported on them: a killed process finds the date it had, a machine that lost power perhaps an
// earlier one, and the stream is quoted again. Cost: a write a call, and a sync where it reports; about 90
// bytes an accepted order, 150 a fill, 45 a price.

public import BifrostKernel
internal import Glibc

/// The open journal of a paper venue, with the book that its facts make; a file can be open only once.
public struct PaperJournal: ~Copyable, Sendable {
    /// The format that this build writes.
    public static let formatVersion: UInt32 = 1
    /// The longest payload of a record.
    static let payloadBytesMax = 1 << 30
    static let headerBytes = 32
    static let prefixBytes = 8
    static let magic: [UInt8] = Array("BIFPAPER".utf8)

    /// Where the file is.
    public let path: String
    /// How many bytes of a torn write were cut off.
    public let tornBytes: Int64
    /// What the file said when it was opened; empty once taken, so that the venue owns the only copy.
    private var book: PaperBook
    private let file: any JournalStorage
    private var sum: UInt32
    private var buffer: [UInt8]

    /// Opens the journal of the paper venue that serves the event log `log`, and begins it when there is
    /// none.
    public init(path: String, log: Identifier) throws(PaperJournalError) {
        try self.init(in: try JournalFile(path: path), log: log)
    }

    /// The same in any storage, of which this is the only user.
    package init(in file: any JournalStorage, log: Identifier) throws(PaperJournalError) {
        let header = Self.header(of: log)
        var reader = JournalReader(file: file, size: try file.size())
        let end = try reader.begins(with: header, log: log) ? try reader.readRecords(after: header) : 0
        if end < reader.size { try file.cut(to: end) }
        if end == 0 {
            try file.append(header)
            try file.sync()
            try file.syncFolder()
        }
        self.init(
            file: file,
            book: reader.book,
            sum: reader.sum ?? Self.word(header, at: 28),
            tornBytes: reader.size - end
        )
    }

    /// Goes on behind a record whose sum is `sum`.
    init(file: any JournalStorage, book: PaperBook, sum: UInt32, tornBytes: Int64) {
        path = file.path
        self.tornBytes = tornBytes
        self.book = book
        self.file = file
        self.sum = sum
        buffer = []
    }

    /// Writes a batch as one record; if `synced`, returns when it and all before it will survive a power
    /// loss.
    mutating func append(_ batch: PaperBatch, synced: Bool) throws(PaperJournalError) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: repeatElement(0, count: Self.prefixBytes))
        buffer.append(contentsOf: WireEncoder.encode(batch))
        let count = buffer.count - Self.prefixBytes
        precondition(count > 0 && count <= Self.payloadBytesMax, "a record has 1 … 2³⁰ bytes")
        Self.put(UInt32(count), at: 0, in: &buffer)
        let lengthSum = Checksum.crc32(buffer[0..<4], after: sum)
        Self.put(lengthSum, at: 4, in: &buffer)
        sum = Checksum.crc32(buffer[Self.prefixBytes...], after: lengthSum)
        buffer.append(contentsOf: [0, 0, 0, 0])
        Self.put(sum, at: buffer.count - 4, in: &buffer)
        try file.append(buffer)
        if synced { try file.sync() }
    }

    /// Hands over what the file said, once.
    mutating func takeBook() -> PaperBook {
        defer { book = PaperBook() }
        return book
    }

    static func header(of log: Identifier) -> [UInt8] {
        var bytes = magic + [0, 0, 0, 0]
        put(formatVersion, at: 8, in: &bytes)
        for half in [log.high, log.low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> shift))
            }
        }
        let sum = Checksum.crc32(bytes)
        bytes += [0, 0, 0, 0]
        put(sum, at: 28, in: &bytes)
        return bytes
    }

    static func word(_ bytes: [UInt8], at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32($1 * 8) }
    }

    private static func put(_ value: UInt32, at index: Int, in bytes: inout [UInt8]) {
        for offset in 0..<4 { bytes[index + offset] = UInt8(truncatingIfNeeded: value >> UInt32(offset * 8)) }
    }
}

/// Reads a journal from its start, and folds it.
struct JournalReader {
    let file: any JournalStorage
    let size: Int64
    private(set) var book = PaperBook()
    /// The sum of the last whole record, `nil` before the first.
    private(set) var sum: UInt32?

    init(file: any JournalStorage, size: Int64) {
        self.file = file
        self.size = size
    }

    /// Whether the file has its header; `false` when it ends inside, as a journal that was never begun.
    func begins(with header: [UInt8], log: Identifier) throws(PaperJournalError) -> Bool {
        let found = try file.read(at: 0, count: Int(min(size, Int64(header.count))))
        if found == header { return true }
        if found.count < header.count, header.starts(with: found) { return false }
        let isWhole = found.count == header.count && found.starts(with: PaperJournal.magic)
        guard isWhole else { throw .notAJournal(path: file.path) }
        guard Checksum.crc32(found[0..<28]) == PaperJournal.word(found, at: 28) else {
            throw .corrupt(path: file.path, offset: 0, reason: "the checksum of the header is wrong")
        }
        let version = PaperJournal.word(found, at: 8)
        guard version == PaperJournal.formatVersion else {
            throw .unknownFormat(path: file.path, version: version)
        }
        func half(at start: Int) -> UInt64 { found[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        let actual = Identifier(high: half(at: 12), low: half(at: 20))
        throw .foreignLog(path: file.path, expected: log, actual: actual)
    }

    /// Folds every whole record and returns where they end.
    mutating func readRecords(after header: [UInt8]) throws(PaperJournalError) -> Int64 {
        var offset = Int64(PaperJournal.headerBytes)
        var last = PaperJournal.word(header, at: 28)
        while size - offset >= Int64(PaperJournal.prefixBytes) {
            let prefix = try file.read(at: offset, count: PaperJournal.prefixBytes)
            let lengthSum = Checksum.crc32(prefix[0..<4], after: last)
            guard lengthSum == PaperJournal.word(prefix, at: 4) else {
                if try isZero(from: offset) { break }
                throw corrupt(offset, "the checksum of a record's length is wrong")
            }
            let count = Int64(PaperJournal.word(prefix, at: 0))
            let end = offset + Int64(PaperJournal.prefixBytes) + count + 4
            guard end <= size else { break }
            let body = try file.read(at: offset + Int64(PaperJournal.prefixBytes), count: Int(count) + 4)
            last = Checksum.crc32(body[0..<Int(count)], after: lengthSum)
            guard last == PaperJournal.word(body, at: Int(count)) else {
                throw corrupt(offset, "the checksum of a record is wrong")
            }
            try fold(Array(body[0..<Int(count)]), at: offset)
            sum = last
            offset = end
        }
        return offset
    }

    private mutating func fold(_ payload: [UInt8], at offset: Int64) throws(PaperJournalError) {
        let batch: PaperBatch
        do throws(WireError) {
            batch = try WireDecoder.decode(PaperBatch.self, payload)
        } catch {
            throw corrupt(offset, "a record whose checksum is right does not decode (\(error))")
        }
        for fact in batch.facts {
            do throws(PaperBook.Contradiction) {
                try book.apply(fact)
            } catch {
                throw corrupt(offset, error.text)
            }
        }
    }

    private func isZero(from offset: Int64) throws(PaperJournalError) -> Bool {
        var next = offset
        while next < size {
            let bytes = try file.read(at: next, count: Int(min(size - next, 1 << 16)))
            guard bytes.allSatisfy({ $0 == 0 }) else { return false }
            next += Int64(bytes.count)
        }
        return true
    }

    private func corrupt(_ offset: Int64, _ reason: String) -> PaperJournalError {
        .corrupt(path: file.path, offset: offset, reason: reason)
    }
}
