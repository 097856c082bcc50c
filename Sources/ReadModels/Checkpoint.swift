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

    /// Moves it to `next` and commits the transaction of the rows, in one round trip; `false`, with the
    /// transaction failed, if somebody else has moved it.
    func commit(
        _ next: Checkpoint,
        _ build: Build,
        _ shard: ShardNumber,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> Bool {
        let values = [
            try connection.escapeLiteral(build.name), "\(build.version)", "\(shard.value)",
            "\(position)", hexLiteral(logHash.bytes), hexLiteral(stateHash.bytes),
            "\(next.position)", hexLiteral(next.logHash.bytes), hexLiteral(next.stateHash.bytes),
            next.position % Self.milestonePositions == 0 ? "true" : "false",
        ]
        // A batch that changed no row has begun none.
        let beginning = connection.transactionStatus == .idle ? "begin; " : ""
        do throws(PostgresError) {
            let tags = try connection.execute(
                "\(beginning)select bifrost_read.move_checkpoint(\(values.joined(separator: ", "))); commit"
            )
            guard tags.last == "COMMIT" else { throw .misuse("expected a commit, was \(tags)") }
            return true
        } catch {
            guard case .server(let answer) = error, answer.sqlState == "BF005" else { throw error }
            return false
        }
    }
}
