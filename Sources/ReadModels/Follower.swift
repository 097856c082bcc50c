internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import PostgresClient
internal import Threads

/// Keeps one shard of one read model at the end of the log: finds the build that readers read, takes its
/// lock, and folds what comes.
final class Follower {
    private let model: ReadModel
    private let shard: ShardNumber
    private let log: PostgresLog
    private let limits: ProjectionLimits
    private let onProblem: @Sendable (String) -> Void
    private var lastProblem: String?

    init(
        _ model: ReadModel,
        _ shard: ShardNumber,
        _ log: PostgresLog,
        _ limits: ProjectionLimits,
        _ onProblem: @escaping @Sendable (String) -> Void
    ) {
        self.model = model
        self.shard = shard
        self.log = log
        self.limits = limits
        self.onProblem = onProblem
    }

    /// Follows until told to stop; a problem is recorded, reported once, and tried again.
    func run(until stop: Monitor<Bool>) {
        while !stop.look({ $0 }) {
            do throws(ProjectionError) {
                try follow(until: stop)
            } catch {
                report(error)
                sleep(limits.retryMillis, unless: stop)
            }
        }
    }

    /// Follows one build with one session, for as long as readers read that build.
    private func follow(until stop: Monitor<Bool>) throws(ProjectionError) {
        let connection = try translated { () throws(PostgresError) in
            try PostgresConnection(log.access.projector)
        }
        let build = try translated { () throws(PostgresError) in
            try Build.active(model, of: log, connection)
        }
        do throws(ProjectionError) {
            guard build.isOf(model) else {
                throw .refused(
                    "\(build.schema) was made by version \(build.foldVersion) of the fold, and this build of"
                        + " Bifrost has version \(model.foldVersion) or other tables"
                )
            }
            // Who has the lock follows; this one waits for it to end.
            guard try build.lock(shard, connection) else {
                sleep(limits.retryMillis, unless: stop)
                return
            }
            let seat = RunnerSeat(
                build: build,
                shard: shard,
                log: log,
                followed: log.followed,
                connection: connection,
                limits: limits
            )
            try advance(try model.makeRunner(seat), build, connection, until: stop)
        } catch {
            build.record(error, shard, connection)
            throw error
        }
    }

    private func advance(
        _ runner: any ProjectionTurns,
        _ build: Build,
        _ connection: PostgresConnection,
        until stop: Monitor<Bool>
    ) throws(ProjectionError) {
        var isFinished = build.isFinished
        var quietSince = MonotonicTime.now
        var nextLook = quietSince
        while !stop.look({ $0 }) {
            if .now >= nextLook {
                let active = try translated { () throws(PostgresError) in
                    try connection.queryKept(
                        "select active_version from bifrost_read.read_model where name = $1",
                        [.text(model.name)]
                    ).int32(0, 0)
                }
                guard active == build.version else { return }
                nextLook = MonotonicTime.now.advanced(millis: limits.lookMillis)
            }
            let count = try runner.turn()
            if count > 0 {
                lastProblem = nil
                quietSince = .now
                // One that is behind goes on at once. One that keeps up lets a few milliseconds of events
                // come together: a turn costs the same for one event as for a hundred.
                if count < limits.batchEventsMax { sleep(limits.busyMillis, unless: stop) }
                continue
            }
            if !isFinished {
                try build.finish(connection)
                isFinished = true
            }
            let isBusy = .now < quietSince.advanced(millis: limits.busyMillisMax)
            sleep(isBusy ? limits.busyMillis : limits.idleMillis, unless: stop)
        }
    }

    private func report(_ error: ProjectionError) {
        let text = "projection \(model.name), shard \(shard.value): \(error)"
        guard text != lastProblem else { return }
        lastProblem = text
        onProblem(text)
    }

    private func sleep(_ millis: Int, unless stop: Monitor<Bool>) {
        stop.wait(until: { $0 }, orDeadline: .now.advanced(millis: millis))
    }
}
