internal import EventStore
internal import PostgresClient
internal import Threads

/// A session of the server, told apart from a later one with the same process number.
struct Backend: Equatable {
    let pid: Int32
    /// Microseconds since 1970, by the server's clock.
    let startedMicros: Int64

    /// Ends the session if it is still this one; a process number that was given away again is left alone.
    func terminate(by connection: PostgresConnection) throws(PostgresError) {
        _ = try connection.query(
            "select pg_terminate_backend(pid) from pg_stat_activity "
                + "where pid = $1 and (extract(epoch from backend_start) * 1000000)::int8 = $2 "
                + "and pid <> pg_backend_pid()",
            [.int32(pid), .int64(startedMicros)]
        )
    }
}

/// A thread beside a writer, with a connection of its own: it says each second that the writer lives, cuts
/// the writer's session when an append hangs, and makes the next leaf ahead of time.
final class Heartbeat: Sendable {
    /// What writer and thread share.
    private struct State {
        var appendSince: MonotonicTime?
        var isStopping = false
        var hasEnded = false
        /// The leaf to be made ahead, nil when it is there.
        var leafWanted: Int32?
    }

    /// What the thread keeps to itself.
    private struct Course {
        var connection: PostgresConnection?
        var nextBeat: MonotonicTime
        /// The append that was cut, so that it is cut once.
        var cut: MonotonicTime?
        var viewIsStale = true
        var nextView: MonotonicTime
    }

    private let conninfo: String
    private let limits: PostgresLimits
    private let shard: ShardNumber
    private let recent: RecentRows
    private let state = Monitor(State())

    /// How often an append that hangs is looked for.
    private static let lookMillis = 200
    private static let stopMillisMax = 2_000
    /// How often replacing the view is tried again when somebody is reading it.
    private static let viewMillis = 30_000

    init(_ conninfo: String, _ limits: PostgresLimits, _ shard: ShardNumber, _ recent: RecentRows) {
        self.conninfo = conninfo
        self.limits = limits
        self.shard = shard
        self.recent = recent
    }

    /// Connects, so that a writer that could not beat does not begin.
    func connect() throws(PostgresError) -> LentConnection {
        let connection = try PostgresConnection(conninfo)
        try connection.execute("set lock_timeout = '\(limits.beatMillis)ms'")
        return LentConnection(connection: connection)
    }

    /// Starts the thread; false when the system gives none.
    func start(_ lent: LentConnection, _ epoch: Epoch, appender: Backend, openLeaf: Int32) -> Bool {
        state.look { $0.leafWanted = openLeaf + 1 }
        let thread = SystemThread { [self] in
            let now = MonotonicTime.now
            var course = Course(
                connection: lent.connection,
                nextBeat: now.advanced(millis: limits.beatMillis),
                nextView: now
            )
            while wait() {
                do throws(PostgresError) {
                    guard try step(&course, epoch, appender) else {
                        recent.forget(shard)
                        break
                    }
                } catch {
                    // The server did not take it. The next step connects anew; until one succeeds the writer
                    // is silent, and a standby draws its conclusion. Nobody vouches for what it wrote.
                    recent.forget(shard)
                    course.connection = nil
                }
            }
            course.connection?.close()
            state.change { $0.hasEnded = true }
        }
        thread?.detach()
        return thread != nil
    }

    /// Ends the thread; waits for it, but not for a server that does not answer.
    func stop() {
        state.change { $0.isStopping = true }
        let deadline = MonotonicTime.now.advanced(millis: Self.stopMillisMax)
        _ = state.await(until: deadline) { $0.hasEnded ? true : nil }
    }

    /// Asks the thread to end without waiting for it.
    func abandon() { state.change { $0.isStopping = true } }

    /// Watches the append that begins now.
    func appendBegins() { state.look { $0.appendSince = MonotonicTime.now } }

    /// The append is over.
    func appendEnds() { state.look { $0.appendSince = nil } }

    /// A leaf was opened: the one behind it should be made soon.
    func leafOpened(_ number: Int32) { state.change { $0.leafWanted = number + 1 } }

    /// True for a step, false for the end.
    private func wait() -> Bool {
        let deadline = MonotonicTime.now.advanced(millis: Self.lookMillis)
        return state.await(until: deadline) { $0.isStopping ? true : nil } == nil
    }

    /// False when the reign is over.
    private func step(
        _ course: inout Course,
        _ epoch: Epoch,
        _ appender: Backend
    ) throws(PostgresError) -> Bool {
        let connection: PostgresConnection
        if let open = course.connection {
            connection = open
        } else {
            connection = try connect().connection
            course.connection = connection
        }
        let now = MonotonicTime.now
        let (appendSince, leafWanted) = state.look { ($0.appendSince, $0.leafWanted) }
        if let appendSince, now > appendSince.advanced(millis: limits.appendMillisMax),
            course.cut != appendSince
        {
            try appender.terminate(by: connection)
            course.cut = appendSince
        }
        if now >= course.nextBeat {
            let rows = try connection.query(
                "select bifrost.beat($1, $2)",
                [.int32(Int32(shard.value)), .int64(epoch.value)]
            )
            guard try rows.bool(0, 0) else { return false }
            course.nextBeat = now.advanced(millis: limits.beatMillis)
        }
        if let leafWanted { try makeLeaf(leafWanted, connection, &course) }
        if course.viewIsStale, now >= course.nextView { try refreshView(connection, &course) }
        return true
    }

    private func makeLeaf(
        _ number: Int32,
        _ connection: PostgresConnection,
        _ course: inout Course
    ) throws(PostgresError) {
        _ = try connection.query(
            "select bifrost.add_leaf($1, $2)",
            [.int32(Int32(shard.value)), .int32(number)]
        )
        state.look { state in
            if state.leafWanted == number { state.leafWanted = nil }
        }
        course.viewIsStale = true
        course.nextView = MonotonicTime.now
    }

    /// Somebody who reads the view for long keeps it as it is for now; that costs people a leaf and nobody
    /// else.
    private func refreshView(_ connection: PostgresConnection, _ course: inout Course) throws(PostgresError) {
        course.nextView = MonotonicTime.now.advanced(millis: Self.viewMillis)
        do throws(PostgresError) {
            _ = try connection.query("select bifrost.refresh_event_view()")
            course.viewIsStale = false
        } catch {
            guard case .server(let answer) = error, answer.sqlState == "55P03" else { throw error }
        }
    }
}
