internal import BifrostKernel
internal import EventStore
internal import PostgresClient

/// How far a build has folded a shard.
struct Checkpoint: Equatable {
    /// The last event that is in the rows.
    var position: Int64
    /// Its hash in the log.
    var logHash: EventHash
    /// The hash of all rows of the shard.
    var stateHash: StateHash

    /// Positions between the state hashes that are kept.
    static let milestonePositions: Int64 = 10_000

    /// Reads the checkpoint of a build.
    static func read(
        _ build: Build,
        _ shard: ShardNumber,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> Checkpoint {
        let rows = try connection.query(
            "select position, log_hash, state_hash from bifrost_read.checkpoint "
                + "where name = $1 and version = $2 and shard = $3",
            [.text(build.name), .int32(build.version), .int32(Int32(shard.value))]
        )
        guard rows.count == 1, let logHash = EventHash(bytes: try rows.bytes(0, 1)),
            let stateHash = StateHash(bytes: try rows.bytes(0, 2))
        else { throw .misuse("expected a checkpoint of \(build.schema) for shard \(shard.value)") }
        return Checkpoint(position: try rows.int64(0, 0), logHash: logHash, stateHash: stateHash)
    }

    /// Moves it to `next` within the transaction of the rows; `false` if somebody else has moved it.
    func move(
        to next: Checkpoint,
        _ build: Build,
        _ shard: ShardNumber,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> Bool {
        let moved = try connection.query(
            "update bifrost_read.checkpoint set position = $4, log_hash = $5, state_hash = $6, "
                + "moved_at = clock_timestamp(), failed_position = null, failure = null, way_out = null "
                + "where name = $1 and version = $2 and shard = $3 and position = $7 and log_hash = $8 "
                + "and state_hash = $9",
            [
                .text(build.name), .int32(build.version), .int32(Int32(shard.value)), .int64(next.position),
                .bytes(next.logHash.bytes), .bytes(next.stateHash.bytes), .int64(position),
                .bytes(logHash.bytes), .bytes(stateHash.bytes),
            ]
        )
        guard moved.affectedRows == 1 else { return false }
        guard next.position % Self.milestonePositions == 0 else { return true }
        _ = try connection.query(
            "insert into bifrost_read.milestone (name, version, shard, position, state_hash) "
                + "values ($1, $2, $3, $4, $5)",
            [
                .text(build.name), .int32(build.version), .int32(Int32(shard.value)), .int64(next.position),
                .bytes(next.stateHash.bytes),
            ]
        )
        return true
    }
}
