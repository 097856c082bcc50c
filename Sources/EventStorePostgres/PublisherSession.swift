public import BifrostKernel
public import EventStore
internal import PostgresClient

/// Why a checkpoint could not be read or moved.
public enum CheckpointError: Error, Equatable, Sendable {
    /// The database cannot be reached or does not answer: try again.
    case unavailable(String)
    /// Somebody else has moved it: what this session knows is out of date, so begin anew.
    case moved(String)
}

/// How far a shard was published.
public struct PublisherCheckpoint: Equatable, Sendable {
    /// The shard.
    public var shard: ShardNumber
    /// The log that was published.
    public var log: Identifier
    /// The last position that the broker has confirmed with all before it.
    public var position: Int64
    /// The hash of the event there.
    public var hash: EventHash
    /// Events confirmed, counted one by one.
    public var confirmed: Int64
    /// How often the broker had no queue for an event.
    public var unroutable: Int64
    /// When it moved last.
    public var movedAt: Timestamp
    /// What went wrong last, `nil` when nothing ever did.
    public var lastError: String?
    /// When that was.
    public var lastErrorAt: Timestamp?
}

/// The session of one shard's publisher with the database: its lock and its checkpoint, owned by one thread.
///
/// The lock lasts as long as the session. A publisher that has lost it without knowing cannot move the
/// checkpoint once its successor has: moving compares first.
public final class PublisherSession {
    private let shard: ShardNumber
    private let connection: PostgresConnection

    /// Connects as `bifrost_publisher`.
    init(_ conninfo: String, _ shard: ShardNumber) throws(CheckpointError) {
        self.shard = shard
        do throws(PostgresError) {
            connection = try PostgresConnection(conninfo)
            // A checkpoint that a crash takes back costs repeats, which consumers remove anyhow; a sync of
            // its own would cost the engine.
            try connection.execute("set synchronous_commit = off")
        } catch {
            throw CheckpointError(error)
        }
    }

    private var shardParameter: PostgresParameter { .int32(Int32(shard.value)) }

    /// Takes the lock of the shard's publisher; false while another has it.
    public func tryLock() throws(CheckpointError) -> Bool {
        try asking { connection throws(PostgresError) in
            try connection.query(
                "select pg_try_advisory_lock($1, $2)",
                [.int32(AdvisoryLock.publisher), shardParameter]
            ).bool(0, 0)
        }
    }

    /// Throws when the session, and the lock with it, is gone.
    public func checkAlive() throws(CheckpointError) {
        try asking { connection throws(PostgresError) in _ = try connection.query("select 1") }
    }

    /// The checkpoint, made behind `genesis` where there is none yet.
    public func checkpoint(orNewAt genesis: EventHash, of log: Identifier) throws(CheckpointError)
        -> PublisherCheckpoint
    {
        try asking { connection throws(PostgresError) in
            _ = try connection.query(
                "insert into publisher.checkpoint (shard, log, hash) values ($1, $2, $3) "
                    + "on conflict on constraint checkpoint_pkey do nothing",
                [shardParameter, .uuid(high: log.high, low: log.low), .bytes(genesis.bytes)]
            )
            let found = try CheckpointRow.all(connection).first { $0.shard == shard }
            guard let found else { throw .misuse("expected a checkpoint of shard \(shard.value)") }
            return found
        }
    }

    /// Moves the checkpoint from where it is to a later event; throws `moved` where it is elsewhere.
    public func advance(
        _ checkpoint: inout PublisherCheckpoint,
        to head: (position: Int64, hash: EventHash),
        confirmed: Int64,
        unroutable: Int64
    ) throws(CheckpointError) {
        let before = checkpoint
        try move(
            before,
            "position = $5, hash = $6, confirmed = confirmed + $7, unroutable = unroutable + $8, "
                + "moved_at = clock_timestamp()",
            [.int64(head.position), .bytes(head.hash.bytes), .int64(confirmed), .int64(unroutable)]
        )
        checkpoint.position = head.position
        checkpoint.hash = head.hash
        checkpoint.confirmed += confirmed
        checkpoint.unroutable += unroutable
    }

    /// Puts the checkpoint before the first event of `log`: everything is published again.
    public func reset(
        _ checkpoint: PublisherCheckpoint,
        to genesis: EventHash,
        of log: Identifier
    ) throws(CheckpointError) {
        try move(
            checkpoint,
            "position = 0, hash = $5, log = $6, confirmed = 0, unroutable = 0, moved_at = clock_timestamp(), "
                + "last_error = null, last_error_at = null",
            [.bytes(genesis.bytes), .uuid(high: log.high, low: log.low)]
        )
    }

    /// Records for people what went wrong.
    public func note(_ error: String) throws(CheckpointError) {
        try asking { connection throws(PostgresError) in
            _ = try connection.query(
                "update publisher.checkpoint set last_error = $2, last_error_at = clock_timestamp() "
                    + "where shard = $1",
                [shardParameter, .text(error)]
            )
        }
    }

    private func move(
        _ before: PublisherCheckpoint,
        _ changes: String,
        _ values: [PostgresParameter]
    ) throws(CheckpointError) {
        let count = try asking { connection throws(PostgresError) in
            try connection.query(
                "update publisher.checkpoint set \(changes) "
                    + "where shard = $1 and position = $2 and hash = $3 and log = $4",
                [
                    shardParameter, .int64(before.position), .bytes(before.hash.bytes),
                    .uuid(high: before.log.high, low: before.log.low),
                ] + values
            ).affectedRows
        }
        guard count == 1 else {
            throw .moved(
                "expected the checkpoint of shard \(shard.value) at \(before.position): another publisher has moved it"
            )
        }
    }

    private func asking<Answer>(
        _ body: (PostgresConnection) throws(PostgresError) -> Answer
    ) throws(CheckpointError) -> Answer {
        do throws(PostgresError) {
            return try body(connection)
        } catch {
            throw CheckpointError(error)
        }
    }
}

extension PostgresLog {
    /// A session for the publisher of `shard`.
    public func publisherSession(_ shard: ShardNumber) throws(CheckpointError) -> PublisherSession {
        try PublisherSession(access.publisher, shard)
    }

    /// Every shard's checkpoint, in order; read by anybody who may read the log.
    public func publisherCheckpoints() throws(CheckpointError) -> [PublisherCheckpoint] {
        do throws(PostgresError) {
            return try readers.withConnection { connection throws(PostgresError) in
                try CheckpointRow.all(connection)
            }
        } catch {
            throw CheckpointError(error)
        }
    }
}

/// A row of `publisher.checkpoint`.
private enum CheckpointRow {
    static func all(_ connection: PostgresConnection) throws(PostgresError) -> [PublisherCheckpoint] {
        let rows = try connection.query(
            "select shard, log, position, hash, confirmed, unroutable, "
                + "(extract(epoch from moved_at) * 1000000)::int8, last_error, "
                + "(extract(epoch from last_error_at) * 1000000)::int8 "
                + "from publisher.checkpoint order by shard"
        )
        var checkpoints: [PublisherCheckpoint] = []
        for row in 0..<rows.count {
            guard let number = UInt16(exactly: try rows.int32(row, 0)), number < 1 << 14,
                let hash = EventHash(bytes: try rows.bytes(row, 3))
            else { throw .misuse("expected a shard and a hash of 32 bytes in publisher.checkpoint") }
            let log = try rows.uuid(row, 1)
            checkpoints.append(
                PublisherCheckpoint(
                    shard: ShardNumber(number),
                    log: Identifier(high: log.high, low: log.low),
                    position: try rows.int64(row, 2),
                    hash: hash,
                    confirmed: try rows.int64(row, 4),
                    unroutable: try rows.int64(row, 5),
                    movedAt: Timestamp(nanos: try rows.int64(row, 6) * 1_000),
                    lastError: try rows.optionalText(row, 7),
                    lastErrorAt: try rows.optionalInt64(row, 8).map { Timestamp(nanos: $0 * 1_000) }
                )
            )
        }
        return checkpoints
    }
}

extension CheckpointError {
    init(_ error: PostgresError) { self = .unavailable(error.description) }
}
