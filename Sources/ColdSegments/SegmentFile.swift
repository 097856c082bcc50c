// A cold segment as a file, which is proven without a database. Every number is big-endian:
//
//     "BFSEGMT1" 8 · log id 16 · shard 4 · leaf 4 · first position 8 · last position 8 ·
//     hash of the event before the first 32 (the genesis where that is none)
//     then for each frame, in order of position:
//     its last position 8 · bytes of its content 4 · bytes of its LZ4 frame 4 · the frame (ColdFrame.swift)
//     then SHA-256 of all bytes before it 32
//
// It is whole when the frames are dense from the first position to the last, each event's hash follows
// from the one before, the SHA-256 is right, and nothing stands behind it. The layout is frozen.

public import BifrostKernel
internal import Crypto
public import EventStore
internal import Glibc

/// Why a file was not written, or is not a whole segment; the texts speak to the person.
public enum SegmentFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It cannot be read or written, or is none of ours.
    case refused(String)
    /// It is a segment, and an event of it is not what it was: the first bad position.
    case broken(position: Int64, String)

    /// What happened, why, and what to do.
    public var description: String {
        switch self {
        case .refused(let text): text
        case .broken(let position, let reason):
            "The segment was tampered with or damaged. The first bad event is position \(position): \(reason)."
                + " Everything before it follows from the hash that the file begins with. Take another copy."
        }
    }
}

/// Writes and proves segments in files.
public enum SegmentFile {
    /// What a file says about itself first.
    public struct Head: Equatable, Sendable {
        /// The log.
        public var log: Identifier
        /// The shard.
        public var shard: ShardNumber
        /// The leaf that was sealed.
        public var leaf: Int32
        /// Its first position.
        public var firstPosition: Int64
        /// Its last position.
        public var lastPosition: Int64
        /// The hash of the event before the first, or the genesis.
        public var before: EventHash

        /// Puts the parts together.
        public init(
            log: Identifier,
            shard: ShardNumber,
            leaf: Int32,
            firstPosition: Int64,
            lastPosition: Int64,
            before: EventHash
        ) {
            self.log = log
            self.shard = shard
            self.leaf = leaf
            self.firstPosition = firstPosition
            self.lastPosition = lastPosition
            self.before = before
        }
    }

    /// What a proof came to: everything in the file follows from its first hash and ends in its last one.
    public struct Verdict: Equatable, Sendable {
        /// What the file says about itself, which holds.
        public var head: Head
        /// The hash of its last event: equal to the log's own at that position, or the file is not of it.
        public var last: EventHash
    }

    static let tag = Array("BFSEGMT1".utf8)

    /// Reads the whole file and proves every event of it.
    public static func verify(_ path: String) throws(SegmentFileError) -> Verdict {
        var file = try SegmentReader(path)
        let head = try file.head()
        guard head.firstPosition > 0, head.firstPosition <= head.lastPosition else {
            throw .refused("\(path) does not say which positions it holds. Take another copy.")
        }
        let chain = Chain(log: head.log, shard: head.shard)
        if head.firstPosition == 1, head.before != chain.genesis {
            throw .broken(position: 1, "the file does not begin with the genesis of its log")
        }
        var hash = head.before
        var position = head.firstPosition - 1
        while position < head.lastPosition {
            let frame: ColdFrame
            do throws(SegmentFileError) {
                frame = try file.frame(behind: position)
            } catch {
                throw .broken(position: position + 1, error.description)
            }
            guard frame.lastPosition <= head.lastPosition else {
                throw .broken(position: position + 1, "its frame goes on behind the end of the segment")
            }
            try prove(frame, chain, &position, &hash)
        }
        do throws(SegmentFileError) {
            try file.finish()
        } catch {
            throw .broken(position: head.lastPosition, error.description)
        }
        return Verdict(head: head, last: hash)
    }

    private static func prove(
        _ frame: ColdFrame,
        _ chain: Chain,
        _ position: inout Int64,
        _ hash: inout EventHash
    ) throws(SegmentFileError) {
        var fault: (position: Int64, reason: String)?
        var (last, reached) = (hash, position)
        do throws(ColdFault) {
            try frame.forms { position, canonical, stored throws(ColdFault) in
                guard fault == nil else { return }
                let expected = Chain.hash(after: last, canonical: canonical)
                guard stored == expected else {
                    let reason =
                        "its hash is \(stored.text), but its columns, its payload and the hash before it"
                        + " give \(expected.text)"
                    fault = (position, reason)
                    return
                }
                (last, reached) = (stored, position)
            }
            if fault == nil { try frame.events(chain) { _ in } }
        } catch {
            fault = fault ?? (position + 1, error.description)
        }
        if let fault { throw .broken(position: fault.position, fault.reason) }
        (hash, position) = (last, reached)
    }
}

extension SegmentFile {
    /// Writes a segment under another name and gives it its own when it is whole.
    public struct Writer: ~Copyable {
        private let path: String
        private let staged: String
        private let descriptor: Int32
        private var digest = SHA256()
        private var waiting: [UInt8]

        /// Begins a file that is not there yet.
        public init(_ path: String, _ head: Head) throws(SegmentFileError) {
            guard access(path, F_OK) != 0 else {
                throw .refused("\(path) is there already: name another file, or remove it first.")
            }
            let staged = "\(path).\(getpid()).new"
            let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw .refused("\(staged) cannot be written: \(systemReason()).") }
            self.path = path
            self.staged = staged
            self.descriptor = descriptor
            waiting = SegmentFile.tag
            waiting.append(bigEndian: head.log.high)
            waiting.append(bigEndian: head.log.low)
            waiting.append(bigEndian: UInt32(head.shard.value))
            waiting.append(bigEndian: head.leaf)
            waiting.append(bigEndian: head.firstPosition)
            waiting.append(bigEndian: head.lastPosition)
            waiting += head.before.bytes
        }

        deinit { close(descriptor) }

        /// Adds the next frame.
        public mutating func append(_ frame: ColdFrame) throws(SegmentFileError) {
            waiting.append(bigEndian: frame.lastPosition)
            waiting.append(bigEndian: UInt32(frame.contentBytes))
            waiting.append(bigEndian: UInt32(frame.bytes.count))
            waiting += frame.bytes
            try put()
        }

        /// Ends the file, which is durable and has its name then.
        public mutating func finish() throws(SegmentFileError) {
            try put()
            waiting = Array(digest.finalize())
            try put()
            // A name that came up meanwhile is not taken over.
            guard fsync(descriptor) == 0, link(staged, path) == 0 else {
                let reason = systemReason()
                abandon()
                throw .refused("\(path) cannot be written: \(reason).")
            }
            unlink(staged)
        }

        /// Removes what was written.
        public func abandon() { unlink(staged) }

        /// Writes what waits.
        private mutating func put() throws(SegmentFileError) {
            digest.update(data: waiting)
            var rest = waiting[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { throw .refused("\(staged) cannot be written: \(systemReason()).") }
                rest = rest.dropFirst(count)
            }
            waiting.removeAll(keepingCapacity: true)
        }
    }
}

/// Reads a file from its beginning to its end.
private struct SegmentReader: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var digest = SHA256()

    init(_ path: String) throws(SegmentFileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused("\(path) cannot be read: \(systemReason()).") }
    }

    deinit { close(descriptor) }

    mutating func head() throws(SegmentFileError) -> SegmentFile.Head {
        let bytes = try take(80)
        guard bytes.starts(with: SegmentFile.tag) else {
            throw .refused("\(path) is no segment of a log: `bifrost log export` writes them.")
        }
        let number = bytes.withUnsafeBytes { $0.bigEndian(at: 24, as: UInt32.self) }
        guard let shard = UInt16(exactly: number), shard < 1 << 14 else {
            throw .refused("\(path) does not say which shard it is of. Take another copy.")
        }
        return bytes.withUnsafeBytes { bytes in
            SegmentFile.Head(
                log: Identifier(
                    high: bytes.bigEndian(at: 8, as: UInt64.self),
                    low: bytes.bigEndian(at: 16, as: UInt64.self)
                ),
                shard: ShardNumber(shard),
                leaf: bytes.bigEndian(at: 28, as: Int32.self),
                firstPosition: bytes.bigEndian(at: 32, as: Int64.self),
                lastPosition: bytes.bigEndian(at: 40, as: Int64.self),
                before: bytes.hash(at: 48)
            )
        }
    }

    mutating func frame(behind position: Int64) throws(SegmentFileError) -> ColdFrame {
        let sizes = try take(16).withUnsafeBytes { bytes in
            (
                last: bytes.bigEndian(at: 0, as: Int64.self),
                content: Int(bytes.bigEndian(at: 8, as: UInt32.self)),
                count: Int(bytes.bigEndian(at: 12, as: UInt32.self))
            )
        }
        guard sizes.last > position, sizes.content <= ColdFrame.contentBytesMax,
            sizes.count <= ColdFrame.contentBytesMax
        else { throw .refused("its frame says impossible sizes") }
        let bytes = try take(sizes.count)
        return ColdFrame(
            firstPosition: position + 1,
            lastPosition: sizes.last,
            contentBytes: sizes.content,
            bytes: bytes,
            digest: EventHash(digesting: bytes)
        )
    }

    mutating func finish() throws(SegmentFileError) {
        let expected = Array(digest.finalize())
        guard try take(expected.count) == expected else {
            throw .refused("the file does not end with the SHA-256 of its bytes")
        }
        var more: UInt8 = 0
        guard read(descriptor, &more, 1) == 0 else { throw .refused("other bytes follow its end") }
    }

    /// The next bytes; never makes room for more than there are.
    private mutating func take(_ count: Int) throws(SegmentFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var piece = [UInt8](repeating: 0, count: min(count - bytes.count, 1 << 20))
            let got = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard got >= 0 else { throw .refused("\(path) cannot be read: \(systemReason()).") }
            guard got > 0 else { throw .refused("the file is cut off") }
            bytes += piece[..<got]
        }
        digest.update(data: bytes)
        return bytes
    }
}

private func systemReason() -> String { String(cString: strerror(errno)) }
