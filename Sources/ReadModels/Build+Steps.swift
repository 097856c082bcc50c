internal import EventStore
internal import PostgresClient

extension Build {
    /// Takes the lock of one shard for the session; `false` while another session has it.
    func lock(_ shard: ShardNumber, _ connection: PostgresConnection) throws(ProjectionError) -> Bool {
        try translated { () throws(PostgresError) in
            try connection.query(
                "select pg_try_advisory_lock(hashtextextended($1, 0))",
                [.text("bifrost projector of \(schema), shard \(shard.value)")]
            ).bool(0, 0)
        }
    }

    /// Notes that it has caught up once.
    func finish(_ connection: PostgresConnection) throws(ProjectionError) {
        try translated { () throws(PostgresError) in
            _ = try connection.query(
                "update bifrost_read.build set finished_at = coalesce(finished_at, clock_timestamp()) "
                    + "where name = $1 and version = $2",
                [.text(name), .int32(version)]
            )
        }
    }

    /// Writes into the status what stopped it and what to do, where time alone does not help.
    func record(_ error: ProjectionError, _ shard: ShardNumber, _ connection: PostgresConnection) {
        guard let wayOut = error.wayOut(of: name), connection.isUsable else { return }
        do throws(PostgresError) {
            _ = try connection.query(
                "update bifrost_read.checkpoint set failed_position = $4, failure = $5, way_out = $6 "
                    + "where name = $1 and version = $2 and shard = $3 and failure is distinct from $5",
                [
                    .text(name), .int32(version), .int32(Int32(shard.value)),
                    error.position.map { .int64($0) } ?? .null, .text(error.description), .text(wayOut),
                ]
            )
        } catch {
            // A database that cannot take the note is met again, and reported, by the next attempt.
            return
        }
    }
}
