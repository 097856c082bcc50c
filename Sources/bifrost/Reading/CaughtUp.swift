internal import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import Nodes
internal import PostgresClient
internal import ReadModels
internal import Threads

/// A read model at the end of the log, for as long as one command reads it.
///
/// Where `bifrost up` follows it, that is waited for; else this command folds what is missing itself.
enum CaughtUp {
    private static let waitMillisMax = 600_000
    private static let pauseMillis = 5

    /// Reads the read model of that name when it is where the log was at the call.
    static func read<Answer>(
        _ name: String,
        _ log: PostgresLog,
        _ body: (ReadSnapshot) throws(PostgresError) -> Answer
    ) throws -> Answer {
        do {
            try catchUp(try Catalogue.model(name), log)
            return try ReadSnapshot.read(name, of: log, body)
        } catch let error as ReadModelError {
            throw BifrostExit.failed.failure("The read model \(name) cannot be read: \(error)")
        } catch let error as ProjectionError {
            throw BifrostExit.failed.failure("\(error)")
        } catch let error as SetupError {
            throw BifrostExit.failed.failure("The read side cannot be made ready: \(error)")
        }
    }

    private static func catchUp(_ model: ReadModel, _ log: PostgresLog) throws {
        let projector = try Projector.start([model], on: log) { BifrostExit.complain("bifrost: \($0)") }
        defer { projector.stop() }
        let ends = try model.shards.map { (Int32($0.value), try log.head(of: $0).position) }
        let deadline = MonotonicTime.now.advanced(millis: waitMillisMax)
        while MonotonicTime.now < deadline {
            let shards = try Upkeep(log).status(model.name).filter { $0.isActive }
            let isThere = ends.allSatisfy { shard, end in
                shards.contains { $0.shard == shard && $0.position >= end }
            }
            if isThere { return }
            if let stopped = shards.first(where: { $0.failure != nil }), let failure = stopped.failure {
                throw BifrostExit.failed.failure(
                    "\(stopped.build.schema) is stopped: \(failure)"
                        + (stopped.wayOut.map { "; way out: \($0)" } ?? "")
                )
            }
            pause(millis: pauseMillis)
        }
        throw BifrostExit.failed.failure("\(model.name) did not reach the end of the log in ten minutes")
    }
}
