internal import BifrostKernel
public import EventStore
internal import LZ4Codec
internal import PostgresClient
internal import Threads

/// Snapshots, compressed by LZ4, in the database of the log: replication, backup and failover cover them.
public struct PostgresSnapshots: SnapshotStore {
    /// A frame is closed when it has this many bytes of content.
    private static let frameBytesMin = 1 << 20
    /// Frames that are read at once, and those that are read and not taken in yet.
    private static let framesAtOnce = 3
    private static let framesMax = 12
    /// Bytes in front of each part that say how long it is.
    private static let lengthBytes = 4

    private let log: PostgresLog

    /// The snapshots beside `log`.
    public init(_ log: PostgresLog) { self.log = log }

    /// What is kept of `shard`, newest first.
    public func list(_ shard: ShardNumber) throws(SnapshotError) -> [KeptSnapshot] {
        try asking { () throws(PostgresError) in
            try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    """
                    select position, build, hash, content_bytes, stored_bytes,
                        (extract(epoch from made_at) * 1000000)::int8
                    from bifrost.snapshot where shard = $1 order by position desc, build desc
                    """,
                    [.int32(Int32(shard.value))]
                )
                return try (0..<rows.count).map { row throws(PostgresError) in
                    guard let hash = EventHash(bytes: try rows.bytes(row, 2)) else {
                        throw PostgresError.misuse("a hash of a snapshot is not one")
                    }
                    let label = SnapshotLabel(
                        shard: shard,
                        position: try rows.int64(row, 0),
                        hash: hash,
                        build: try rows.text(row, 1)
                    )
                    return KeptSnapshot(
                        label,
                        madeAt: Timestamp(micros: try rows.int64(row, 5)),
                        contentBytes: try rows.int64(row, 3),
                        storedBytes: try rows.int64(row, 4)
                    )
                }
            }
        }
    }

    /// Keeps what `parts` puts in one transaction, as `bifrost_writer`.
    public func keep(
        _ label: SnapshotLabel,
        _ parts: (_ put: ([UInt8]) -> Void) -> Void
    ) throws(SnapshotError) -> KeptSnapshot {
        try asking { () throws(PostgresError) in
            let connection = try PostgresConnection(log.access.writer)
            // One that is lost was only a cache: the next job makes it again.
            try connection.execute("set synchronous_commit = off")
            try connection.execute("begin")
            _ = try connection.query("delete from bifrost.snapshot \(Self.isLabel)", label.key)
            var frames = Frames(connection: connection, label: label)
            parts { frames.put($0) }
            let madeAt = try frames.finish()
            try connection.execute("commit")
            return KeptSnapshot(
                label,
                madeAt: madeAt,
                contentBytes: frames.contentBytes,
                storedBytes: frames.storedBytes
            )
        }
    }

    private static let isLabel = "where shard = $1 and position = $2 and build = $3"

    /// Frames on their way into the database.
    private struct Frames {
        let connection: PostgresConnection
        let label: SnapshotLabel
        private var content: [UInt8] = []
        private var digests: [UInt8] = []
        private var count: Int32 = 0
        private var failure: PostgresError?
        private(set) var contentBytes: Int64 = 0
        private(set) var storedBytes: Int64 = 0

        init(connection: PostgresConnection, label: SnapshotLabel) {
            self.connection = connection
            self.label = label
        }

        mutating func put(_ part: [UInt8]) {
            guard failure == nil else { return }
            let length = UInt32(part.count)
            for shift in [24, 16, 8, 0] { content.append(UInt8(truncatingIfNeeded: length >> UInt32(shift))) }
            content += part
            if content.count >= PostgresSnapshots.frameBytesMin { write() }
        }

        private mutating func write() {
            let frame = LZ4Block.compress(content)
            let digest = EventHash(digesting: frame).bytes
            count += 1
            do throws(PostgresError) {
                _ = try connection.query(
                    "insert into bifrost.snapshot_part"
                        + " (shard, position, build, part, content_bytes, frame, sha256) values ($1, $2, $3, $4, $5, $6, $7)",
                    label.key + [.int32(count), .int32(Int32(content.count)), .bytes(frame), .bytes(digest)]
                )
            } catch {
                failure = error
            }
            digests += digest
            contentBytes += Int64(content.count)
            storedBytes += Int64(frame.count)
            content.removeAll(keepingCapacity: true)
        }

        mutating func finish() throws(PostgresError) -> Timestamp {
            if !content.isEmpty { write() }
            if let failure { throw failure }
            let rows = try connection.query(
                """
                insert into bifrost.snapshot
                    (shard, position, build, hash, parts, content_bytes, stored_bytes, sha256)
                values ($1, $2, $3, $4, $5, $6, $7, $8)
                returning (extract(epoch from made_at) * 1000000)::int8
                """,
                label.key + [
                    .bytes(label.hash.bytes), .int32(count), .int64(contentBytes), .int64(storedBytes),
                    .bytes(EventHash(digesting: digests).bytes),
                ]
            )
            return Timestamp(micros: try rows.int64(0, 0))
        }
    }

    /// Hands what `decode` makes of the parts to `take`; each frame is held against its digest before it is
    /// opened, and some threads do all of that beside each other.
    public func read<Part: Sendable>(
        _ label: SnapshotLabel,
        decode: @escaping @Sendable ([UInt8]) -> Part,
        take: (Part) -> Void
    ) throws(SnapshotError) {
        let (count, sum) = try asking { () throws(PostgresError) -> (Int32, [UInt8]) in
            try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    "select parts, sha256 from bifrost.snapshot \(Self.isLabel)",
                    label.key
                )
                return rows.count == 1 ? (try rows.int32(0, 0), try rows.bytes(0, 1)) : (0, [])
            }
        }
        guard count > 0 else { throw .damaged("it is not there") }
        var digests: [UInt8] = []
        var failure: SnapshotError?
        Pipeline.run(Int(count), makers: Self.framesAtOnce, valuesMax: Self.framesMax) { number in
            Result { () throws(SnapshotError) in try frame(Int32(number) + 1, of: label, decode) }
        } take: { frame in
            do throws(SnapshotError) {
                let (parts, digest) = try frame.get()
                digests += digest
                for part in parts { take(part) }
            } catch {
                failure = error
            }
            return failure == nil
        }
        if let failure { throw failure }
        guard EventHash(digesting: digests).bytes == sum else {
            throw .damaged("its parts are not those that were kept")
        }
    }

    /// What the parts of a frame say, and the digest of all of it.
    private func frame<Part>(
        _ number: Int32,
        of label: SnapshotLabel,
        _ decode: ([UInt8]) -> Part
    ) throws(SnapshotError) -> (parts: [Part], digest: [UInt8]) {
        let stored = try asking { () throws(PostgresError) -> (Int32, [UInt8], [UInt8])? in
            try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    "select content_bytes, frame, sha256 from bifrost.snapshot_part \(Self.isLabel)"
                        + " and part = $4",
                    label.key + [.int32(number)]
                )
                guard rows.count == 1 else { return nil }
                return (try rows.int32(0, 0), try rows.bytes(0, 1), try rows.bytes(0, 2))
            }
        }
        guard let (bytes, frame, digest) = stored, EventHash(digesting: frame).bytes == digest else {
            throw .damaged("part \(number) is not what was kept")
        }
        guard let content = LZ4Block.decompress(frame, contentBytes: Int(bytes)) else {
            throw .damaged("part \(number) cannot be opened: it is not \(bytes) bytes that LZ4 compressed")
        }
        var parts: [Part] = []
        try Self.split(content, number) { parts.append(decode($0)) }
        return (parts, digest)
    }

    private static func split(
        _ content: [UInt8],
        _ number: Int32,
        _ body: ([UInt8]) -> Void
    ) throws(SnapshotError) {
        var index = 0
        while index < content.count {
            guard content.count - index >= lengthBytes else { throw .damaged("part \(number) ends too soon") }
            let length = content[index..<index + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
            index += lengthBytes
            guard length <= content.count - index else { throw .damaged("part \(number) ends too soon") }
            body(Array(content[index..<index + length]))
            index += length
        }
    }

    /// Drops one, as `bifrost_writer`.
    public func drop(_ label: SnapshotLabel) throws(SnapshotError) -> Bool {
        try asking { () throws(PostgresError) in
            let connection = try PostgresConnection(log.access.writer)
            return try connection.query(
                "delete from bifrost.snapshot \(Self.isLabel) returning 1",
                label.key
            ).count > 0
        }
    }

    private func asking<Answer>(
        _ body: () throws(PostgresError) -> Answer
    ) throws(SnapshotError) -> Answer {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw SnapshotError(error)
        }
    }
}

extension SnapshotLabel {
    fileprivate var key: [PostgresParameter] { [.int32(Int32(shard.value)), .int64(position), .text(build)] }
}
