public import EventStorePostgres
internal import Threads

/// Keeps read models at the end of the log, each shard of each on a thread and a session of its own.
///
/// Where another process follows a read model already, this one stands by.
public final class Projector: Sendable {
    private let stopping: Monitor<Bool>
    private let threads: [SystemThread]

    private init(_ stopping: Monitor<Bool>, _ threads: [SystemThread]) {
        self.stopping = stopping
        self.threads = threads
    }

    /// Makes the read side ready and starts to follow; `onProblem` is told once of each problem that stops or
    /// delays a read model.
    ///
    /// It reads with sessions of its own, as `bifrost_projector`, so that nobody waits for them.
    public static func start(
        _ models: [ReadModel],
        on log: PostgresLog,
        limits: ProjectionLimits = ProjectionLimits(),
        onProblem: @escaping @Sendable (String) -> Void
    ) throws(SetupError) -> Projector {
        try ReadModelSetup.migrate(log.access.projector)
        let readersMax = max(models.reduce(0) { $0 + $1.shards.count }, 1)
        let log = log.withReaders(atMost: readersMax, as: log.access.projector)
        let stopping = Monitor(false)
        var threads: [SystemThread] = []
        for model in models {
            for shard in model.shards {
                threads.append(
                    .needed { Follower(model, shard, log, limits, onProblem).run(until: stopping) }
                )
            }
        }
        return Projector(stopping, threads)
    }

    /// Ends after the batches under way.
    public func stop() {
        stopping.change { $0 = true }
        for thread in threads { thread.join() }
    }
}
