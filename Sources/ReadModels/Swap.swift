internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import PostgresClient
internal import Threads

/// The step from one build to another: catch up, compare, and update the row that readers read first.
struct Swap {
    let model: ReadModel
    let log: PostgresLog
    let limits: ProjectionLimits

    /// How often it catches up with a build that goes on moving.
    private static let attemptsMax = 100
    private static let lockMillisMax = 2_000
    private static let lockPauseMillis = 10

    /// Where the shards of a build are.
    static func positions(
        _ build: Build,
        _ connection: PostgresConnection
    ) throws(ProjectionError) -> [(shard: Int32, position: Int64)] {
        try translated { () throws(PostgresError) in
            let rows = try connection.query(
                "select shard, position from bifrost_read.checkpoint "
                    + "where name = $1 and version = $2 order by shard",
                [.text(build.name), .int32(build.version)]
            )
            var positions: [(shard: Int32, position: Int64)] = []
            for row in 0..<rows.count {
                positions.append((try rows.int32(row, 0), try rows.int64(row, 1)))
            }
            return positions
        }
    }

    /// A runner with a session of its own; refused while somebody else folds the shard.
    func runner(
        _ build: Build,
        _ shard: ShardNumber,
        inBackground: Bool = false
    ) throws(ProjectionError) -> any ProjectionTurns {
        let connection = try translated { () throws(PostgresError) in
            try PostgresConnection(log.access.projector)
        }
        if inBackground { connection.giveWay() }
        // A session that ended a moment ago may not have given its lock back yet.
        let deadline = MonotonicTime.now.advanced(millis: Self.lockMillisMax)
        while try !build.lock(shard, connection) {
            guard .now < deadline else {
                throw .refused("another process folds \(build.schema): wait for it, or end it")
            }
            pause(millis: Self.lockPauseMillis)
        }
        let seat = RunnerSeat(
            build: build,
            shard: shard,
            log: log,
            followed: inBackground ? ReadAhead(log, shard) : nil,
            connection: connection,
            limits: limits
        )
        return try model.makeRunner(seat)
    }

    /// The number of state hashes that two builds of the same code both have, all equal; below zero, the
    /// first position at which they differ.
    func compare(
        _ build: Build,
        with old: Build,
        _ connection: PostgresConnection
    ) throws(ProjectionError) -> Int64 {
        let sql = """
            with hash as (
                select version, shard, position, state_hash from bifrost_read.milestone where name = $1
                union select version, shard, position, state_hash from bifrost_read.checkpoint where name = $1
            )
            select count(*), min(o.position) filter (where o.state_hash <> n.state_hash)
            from hash o join hash n using (shard, position) where o.version = $2 and n.version = $3
            """
        return try translated { () throws(PostgresError) in
            let rows = try connection.query(
                sql,
                [.text(build.name), .int32(old.version), .int32(build.version)]
            )
            if let position = try rows.optionalInt64(0, 1) { return -max(position, 1) }
            return try rows.int64(0, 0)
        }
    }

    /// Lets `build` take over: no reader ever sees an earlier position than before.
    func perform(from old: Build, to build: Build, _ connection: PostgresConnection) throws(ProjectionError) {
        var runners: [any ProjectionTurns] = []
        for shard in model.shards { runners.append(try runner(build, shard)) }
        for _ in 0..<Self.attemptsMax {
            for runner in runners { while try runner.turn() > 0 {} }
            if try trySwap(from: old, to: build, connection) { return }
        }
        throw .unavailable(
            "\(old.schema) stayed ahead \(Self.attemptsMax) times: try again when less happens"
        )
    }

    /// Holds the checkpoints of the old build still, and swaps if the new one is not behind them.
    private func trySwap(
        from old: Build,
        to build: Build,
        _ connection: PostgresConnection
    ) throws(ProjectionError) -> Bool {
        try translated { () throws(PostgresError) in try connection.execute("begin") }
        do throws(ProjectionError) {
            let isSwapped = try swap(from: old, to: build, connection)
            try translated { () throws(PostgresError) in
                try connection.execute(isSwapped ? "commit" : "rollback")
            }
            return isSwapped
        } catch {
            if connection.isUsable {
                try translated { () throws(PostgresError) in try connection.execute("rollback") }
            }
            throw error
        }
    }

    private func swap(
        from old: Build,
        to build: Build,
        _ connection: PostgresConnection
    ) throws(ProjectionError) -> Bool {
        let held = try translated { () throws(PostgresError) in
            try connection.query(
                "select shard, position from bifrost_read.checkpoint "
                    + "where name = $1 and version = $2 order by shard for update",
                [.text(old.name), .int32(old.version)]
            )
        }
        let reached = try Self.positions(build, connection)
        for row in 0..<held.count {
            let (shard, position) = try translated { () throws(PostgresError) in
                (try held.int32(row, 0), try held.int64(row, 1))
            }
            guard let own = reached.first(where: { $0.shard == shard })?.position, own < position else {
                continue
            }
            // A log that was restored ends before the old build, which cannot be reached then.
            guard try log.end(of: shard) < position else { return false }
        }
        let swapped = try translated { () throws(PostgresError) in
            try connection.query(
                "update bifrost_read.read_model set active_version = $3, previous_version = $2, "
                    + "swapped_at = clock_timestamp() where name = $1 and active_version = $2",
                [.text(old.name), .int32(old.version), .int32(build.version)]
            )
        }
        guard swapped.affectedRows == 1 else {
            throw .superseded("expected \(old.schema) to be read: somebody else has swapped meanwhile")
        }
        return true
    }
}
