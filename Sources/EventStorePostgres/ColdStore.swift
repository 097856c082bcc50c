public import BifrostKernel
public import EventStore
internal import PostgresClient

/// Why a leaf was not sealed, dropped or exported; the texts speak to the person.
public enum SegmentError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database cannot be reached, does not answer or is in use: try again.
    case unavailable(String)
    /// It may not be done: trying again will not help.
    case refused(String)
    /// Leaf, frames or index are not what they should be; names the first bad position.
    case damaged(ShardNumber, position: Int64, String)
    /// The person asked to stop.
    case stopped

    /// What happened, why, and what to do.
    public var description: String {
        switch self {
        case .unavailable(let text), .refused(let text): text
        case .damaged(let shard, let position, let reason):
            "Shard \(shard.value), position \(position): \(reason). Nothing was switched or dropped. Run `bifrost"
                + " verify`, and compare the database with a backup."
        case .stopped: "Stopped. What was done so far is kept; the same command goes on from there."
        }
    }
}

/// A leaf with how it is stored.
public struct StoredLeaf: Equatable, Sendable {
    /// The shard.
    public var shard: ShardNumber
    /// Its number in the shard, from 1.
    public var number: Int32
    /// Its first position.
    public var firstPosition: Int64
    /// Its last position, `nil` while it is open.
    public var lastPosition: Int64?
    /// Bytes of its table with the indexes: now, or when it was sealed where it was dropped.
    public var tableBytes: Int64
    /// How it was sealed, `nil` where it was not.
    public var seal: Seal?

    /// The frames of a sealed leaf.
    public struct Seal: Equatable, Sendable {
        /// Bytes of its frames and its index, compressed.
        public var bytes: Int64
        /// When it was sealed.
        public var at: Timestamp
        /// By whom.
        public var by: String
        /// When its table was dropped, `nil` while it is there.
        public var droppedAt: Timestamp?
    }
}

/// The cold segments of a log: sealing full leaves, dropping their tables, and what forbids that.
public struct ColdStore: Sendable {
    let log: PostgresLog

    /// The segments of `log`.
    public init(_ log: PostgresLog) { self.log = log }

    /// The leaves of a shard that have been opened, in order.
    public func leaves(_ shard: ShardNumber) throws(SegmentError) -> [StoredLeaf] {
        try asking { () throws(PostgresError) in
            try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    """
                    select leaf.number, leaf.first_position, leaf.last_position,
                        case when segment.dropped_at is null
                            then pg_total_relation_size(to_regclass('bifrost.' || leaf.table_name))
                            else segment.table_bytes end,
                        segment.frame_bytes + segment.index_bytes,
                        (extract(epoch from segment.sealed_at) * 1000000)::int8, segment.sealed_by,
                        (extract(epoch from segment.dropped_at) * 1000000)::int8
                    from bifrost.leaf left join bifrost.segment
                        on segment.shard = leaf.shard and segment.leaf = leaf.number
                    where leaf.shard = $1 and leaf.first_position is not null order by leaf.number
                    """,
                    [.int32(Int32(shard.value))]
                )
                return try (0..<rows.count).map { row throws(PostgresError) in
                    try Self.leaf(shard, rows, row)
                }
            }
        }
    }

    /// The last position of a shard.
    public func end(_ shard: ShardNumber) throws(SegmentError) -> Int64 {
        do throws(ReadError) {
            return try log.head(of: shard).position
        } catch {
            switch error {
            case .unavailable(let reason):
                throw .unavailable("The log cannot be read (\(reason)). Try again.")
            case .corrupt(let reason):
                throw .refused("The log cannot be read: \(reason). Run `bifrost verify`.")
            }
        }
    }

    private static func leaf(
        _ shard: ShardNumber,
        _ rows: PostgresRows,
        _ row: Int
    ) throws(PostgresError) -> StoredLeaf {
        var leaf = StoredLeaf(
            shard: shard,
            number: try rows.int32(row, 0),
            firstPosition: try rows.int64(row, 1),
            lastPosition: try rows.optionalInt64(row, 2),
            tableBytes: try rows.optionalInt64(row, 3) ?? 0
        )
        if let bytes = try rows.optionalInt64(row, 4) {
            leaf.seal = StoredLeaf.Seal(
                bytes: bytes,
                at: Timestamp(micros: try rows.int64(row, 5)),
                by: try rows.text(row, 6),
                droppedAt: try rows.optionalInt64(row, 7).map { Timestamp(micros: $0) }
            )
        }
        return leaf
    }

    func asking<Answer>(
        _ body: () throws(PostgresError) -> Answer
    ) throws(SegmentError) -> Answer {
        do throws(PostgresError) {
            return try body()
        } catch {
            switch error {
            case .misuse(let message): throw .refused("The log cannot be worked with: \(message).")
            default: throw .unavailable("PostgreSQL did not do what was asked (\(error)). Try again.")
            }
        }
    }
}

extension Timestamp {
    /// Takes microseconds since 1970.
    init(micros: Int64) { self.init(nanos: micros * 1_000) }
}
