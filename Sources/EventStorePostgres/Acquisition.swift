// Taking a shard, in the order that makes it safe:
//
//  1. look who holds it; a living one is left alone unless it is to be taken over
//  2. end the recorded session, which frees even a writer stopped inside `copy`
//  3. take the shard's advisory lock: the predecessor's session, and so its transaction, is over then
//  4. raise the epoch, which waits for whoever still holds the lease row, and fences all that comes later
//  5. only then read the end of the log: it can no longer move

internal import EventStore
internal import PostgresClient
internal import Threads

/// One attempt to take a shard, on the connection that will append.
struct Acquisition {
    let log: PostgresLog
    let shard: ShardNumber
    let holder: String
    let takingOver: Bool

    /// What the lease says about the shard's last writer.
    private struct Standing {
        let holder: String
        let backend: Backend
        let isAlive: Bool
    }

    /// How long one look at the lock lasts before the lease is read again.
    private static let lockMillisMax = 500

    /// What the fence relies on.
    ///
    /// A plan is kept for the life of the session: one made while a leaf is small must not scan it for ever.
    /// Each statement needs a snapshot of its own, so that the fence sees what was committed before it got
    /// its lock.
    static let session =
        "set statement_timeout = 0; set default_transaction_isolation = 'read committed'; "
        + "set enable_seqscan = off; set enable_bitmapscan = off; "
        + "select set_config('synchronous_commit', 'on', false) "
        + "where current_setting('synchronous_commit') in ('off', 'local')"

    private var shardParameter: PostgresParameter { .int32(Int32(shard.value)) }

    func run() throws(AcquireError) -> any ShardWriter {
        let connection = try asking { () throws(PostgresError) in
            try PostgresConnection(log.access.writer)
        }
        try asking { () throws(PostgresError) in try begin(connection) }
        try waitForLock(connection)
        // What was kept of an earlier writer ends before what this one begins with.
        log.recent.forget(shard)
        let heartbeat = Heartbeat(log.access.writer, log.limits, shard, log.recent)
        let beating = try asking { () throws(PostgresError) in try heartbeat.connect() }
        let writer = try asking { () throws(PostgresError) in try reign(connection, heartbeat) }
        guard heartbeat.start(beating, writer.epoch, appender: writer.backend, openLeaf: writer.openLeaf)
        else {
            writer.release()
            throw .unavailable("the system gives no thread for the heartbeat")
        }
        return writer
    }

    /// The session's settings, and the shard if nobody has opened it before.
    private func begin(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.execute("set lock_timeout = '\(Self.lockMillisMax)ms'; \(Self.session)")
        _ = try connection.query(
            "select bifrost.open_shard($1, $2, $3)",
            [
                shardParameter,
                .int64(log.limits.leafEventsMax),
                .int64(min(Int64(log.limits.batchEventsMax), log.limits.leafEventsMax)),
            ]
        )
    }

    /// Returns with the shard's advisory lock held by this session.
    private func waitForLock(_ connection: PostgresConnection) throws(AcquireError) {
        let deadline = MonotonicTime.now.advanced(millis: log.limits.acquireMillisMax)
        while true {
            let standing = try asking { () throws(PostgresError) in try lastStanding(connection) }
            if let standing {
                guard takingOver || !standing.isAlive || standing.holder == holder else {
                    throw .held(by: standing.holder)
                }
                try asking { () throws(PostgresError) in try standing.backend.terminate(by: connection) }
            }
            let isLocked = try asking { () throws(PostgresError) in try tryLock(connection) }
            if isLocked { return }
            guard MonotonicTime.now < deadline else {
                throw .unavailable(
                    "shard \(shard.value) is still locked by the session of \(standing?.holder ?? "another writer")"
                        + " after \(log.limits.acquireMillisMax) ms"
                )
            }
        }
    }

    /// Nil when the shard was never held, or was released.
    ///
    /// A beat from the future was made before the clock stepped back: a writer that lives beats again at
    /// once, and one that stopped must not look alive until the clock is there again.
    private func lastStanding(_ connection: PostgresConnection) throws(PostgresError) -> Standing? {
        let rows = try connection.query(
            """
            select lease.holder, lease.backend_pid,
                (extract(epoch from lease.backend_start) * 1000000)::int8,
                heartbeat.epoch = lease.epoch
                and heartbeat.beaten_at between clock_timestamp() - $2 * interval '1 millisecond'
                    and clock_timestamp() + $2 * interval '1 millisecond'
                and exists (
                    select from pg_stat_activity
                    where pid = lease.backend_pid and backend_start = lease.backend_start)
            from bifrost.lease join bifrost.heartbeat using (shard)
            where shard = $1 and lease.holder is not null
            """,
            [shardParameter, .int32(Int32(log.limits.silenceMillisMax))]
        )
        guard rows.count == 1 else { return nil }
        return Standing(
            holder: try rows.text(0, 0),
            backend: Backend(pid: try rows.int32(0, 1), startedMicros: try rows.int64(0, 2)),
            isAlive: try rows.bool(0, 3)
        )
    }

    /// False when another session keeps it.
    private func tryLock(_ connection: PostgresConnection) throws(PostgresError) -> Bool {
        do throws(PostgresError) {
            _ = try connection.query(
                "select pg_advisory_lock($1, $2)",
                [.int32(AdvisoryLock.shard), shardParameter]
            )
            return true
        } catch {
            // lock_not_available: the time of this look is over.
            guard case .server(let answer) = error, answer.sqlState == "55P03" else { throw error }
            return false
        }
    }

    /// Begins the new epoch and finds the end of the log.
    private func reign(
        _ connection: PostgresConnection,
        _ heartbeat: Heartbeat
    ) throws(PostgresError) -> PostgresWriter {
        try connection.execute("set lock_timeout = '\(log.limits.acquireMillisMax)ms'")
        let lease = try connection.query(
            """
            select taken.epoch, taken.open_leaf, own.pid, (extract(epoch from own.backend_start) * 1000000)::int8
            from pg_stat_activity as own, bifrost.take_lease($1, $2, own.backend_start) as taken
            where own.pid = pg_backend_pid()
            """,
            [shardParameter, .text(holder)]
        )
        try connection.execute("set lock_timeout = 0")
        let sizes = try connection.query(
            "select leaf_length, batch_events_max from bifrost.shard where number = $1",
            [shardParameter]
        )
        let openLeaf = try lease.int32(0, 1)
        let end = try Leaf(shard: shard, number: openLeaf, lastPosition: nil).head(connection)
        guard let head = openLeaf == 1 ? end ?? log.genesis(of: shard) : end else {
            throw .misuse("expected events in leaf \(openLeaf) of shard \(shard.value), was none")
        }
        return PostgresWriter(
            connection,
            heartbeat,
            log.recent,
            PostgresWriter.Reign(
                log: log.id,
                shard: shard,
                epoch: Epoch(try lease.int64(0, 0)),
                head: head,
                backend: Backend(pid: try lease.int32(0, 2), startedMicros: try lease.int64(0, 3)),
                openLeaf: openLeaf,
                leafEventsMax: try sizes.int64(0, 0),
                batchEventsMax: Int(try sizes.int64(0, 1))
            )
        )
    }

    private func asking<Answer>(
        _ body: () throws(PostgresError) -> Answer
    ) throws(AcquireError) -> Answer {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw AcquireError(error)
        }
    }
}

extension AcquireError {
    init(_ error: PostgresError) {
        switch SetupError(error) {
        case .unavailable(let message): self = .unavailable(message)
        case .refused(let message): self = .refused(message)
        }
    }
}
