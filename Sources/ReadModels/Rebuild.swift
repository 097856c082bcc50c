internal import BifrostKernel
internal import EventStore
public import EventStorePostgres
internal import PostgresClient
internal import Threads

/// Builds a read model anew beside the one that is read, and lets it take over by the update of one row.
public struct Rebuild: Sendable {
    /// What became of it.
    public struct Outcome: Sendable {
        /// The build that readers read now.
        public let build: Build
        /// The one before it, which is kept.
        public let previous: Build
        /// The events that were folded in this run.
        public let events: Int64
        /// Whether an earlier run had begun it.
        public let isResumed: Bool
        /// How many state hashes of the same positions both builds have, all equal; 0 where the code differs.
        public let comparisons: Int64
    }

    private let model: ReadModel
    private let log: PostgresLog
    private let limits: ProjectionLimits

    /// Of a model that has been built before.
    public init(_ model: ReadModel, _ log: PostgresLog, limits: ProjectionLimits = ProjectionLimits()) {
        self.model = model
        self.log = log
        self.limits = limits
    }

    /// Builds, compares and swaps; told how many events of how many are folded.
    ///
    /// A run that was killed is taken up where it was. Builds of the same code that differ are not swapped
    /// unless `acceptingDifference`.
    public func run(
        acceptingDifference: Bool = false,
        _ progress: @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) throws(ProjectionError) -> Outcome {
        let connection = try translated { () throws(PostgresError) in
            try PostgresConnection(log.access.projector)
        }
        let known = try translated { () throws(PostgresError) in try Build.all(model.name, connection) }
        guard let old = known.active else {
            throw .refused(
                "\(model.name) has no build yet: run `bifrost projector \(model.name)`, or `bifrost up`"
            )
        }
        let begun = known.builds.last { $0.isOf(model) && !$0.isFinished && $0.version > old.version }
        let build = try translated { () throws(PostgresError) in
            if let begun { return begun }
            return try Build.create(model, of: log, connection)
        }
        let before = try Swap.positions(build, connection)
        try buildShards(build, progress)
        try makeIndexes(of: build)
        let swap = Swap(model: model, log: log, limits: limits)
        let comparisons = old.isOf(model) ? try swap.compare(build, with: old, connection) : 0
        if comparisons < 0, !acceptingDifference {
            throw .refused(
                "\(build.schema) and \(old.schema) differ by position \(-comparisons): run"
                    + " `bifrost projections verify \(model.name)`; if the old one is wrong, rebuild with"
                    + " --accept-difference, else drop the new one"
            )
        }
        try swap.perform(from: old, to: build, connection)
        // Until here a run that ends is taken up by the next one.
        try build.finish(connection)
        let after = try Swap.positions(build, connection)
        return Outcome(
            build: build,
            previous: old,
            events: after.reduce(0) { $0 + $1.position } - before.reduce(0) { $0 + $1.position },
            isResumed: begun != nil,
            comparisons: max(comparisons, 0)
        )
    }

    /// Makes the indexes in a session that gives way.
    ///
    /// The one that swaps must not: followers wait for it.
    private func makeIndexes(of build: Build) throws(ProjectionError) {
        let connection = try translated { () throws(PostgresError) in
            try PostgresConnection(log.access.projector)
        }
        connection.giveWay()
        try build.makeIndexes(connection)
    }

    /// All shards side by side, each to the end that the log has when it gets there.
    private func buildShards(
        _ build: Build,
        _ progress: @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) throws(ProjectionError) {
        let state = Monitor(Progress())
        let shards = model.shards
        let threads = shards.map { shard in
            SystemThread.needed { [self] in
                // Readers and the trading that goes on come first.
                SystemThread.giveWay()
                do throws(ProjectionError) {
                    try follow(build, shard, state)
                    state.change { $0.ended += 1 }
                } catch {
                    state.change { progress in
                        progress.failure = progress.failure ?? error
                        progress.ended += 1
                    }
                }
            }
        }
        while state.look({ $0.ended }) < shards.count {
            state.wait(
                until: { $0.ended == shards.count },
                orDeadline: .now.advanced(millis: Self.progressMillis)
            )
            let (done, total) = state.look { ($0.done.values.reduce(0, +), $0.total.values.reduce(0, +)) }
            progress(done, total)
        }
        for thread in threads { thread.join() }
        if let failure = state.look({ $0.failure }) { throw failure }
    }

    private static let progressMillis = 100

    private struct Progress {
        var done: [ShardNumber: Int64] = [:]
        var total: [ShardNumber: Int64] = [:]
        var ended = 0
        var failure: ProjectionError?
    }

    private func follow(
        _ build: Build,
        _ shard: ShardNumber,
        _ state: Monitor<Progress>
    ) throws(ProjectionError) {
        let log = log.withReaders(atMost: 1, givingWay: true)
        let runner = try Swap(model: model, log: log, limits: limits).runner(build, shard, inBackground: true)
        var end: Int64 = 0
        repeat {
            do throws(ReadError) {
                end = try log.head(of: shard).position
            } catch {
                throw ProjectionError(error, after: runner.position)
            }
            while runner.position < end {
                guard state.look({ $0.failure == nil }) else { return }
                _ = try runner.turn()
                state.change { progress in
                    progress.done[shard] = runner.position
                    progress.total[shard] = max(end, runner.position)
                }
            }
        } while try runner.turn() > 0
    }
}
