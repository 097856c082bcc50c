internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
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

    /// The statements that move it to `next` and commit the transaction of the rows; BF005 is the error where
    /// somebody else has moved it.
    func move(to next: Checkpoint, _ build: Build, _ shard: ShardNumber) -> String {
        // The name of a read model is lower-case letters alone.
        let values = [
            "'\(build.name)'", "\(build.version)", "\(shard.value)",
            "\(position)", hexLiteral(logHash.bytes), hexLiteral(stateHash.bytes),
            "\(next.position)", hexLiteral(next.logHash.bytes), hexLiteral(next.stateHash.bytes),
            next.position % Self.milestonePositions == 0 ? "true" : "false",
        ]
        return "select bifrost_read.move_checkpoint(\(values.joined(separator: ", "))); commit"
    }
}
