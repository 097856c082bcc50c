import BifrostKernel
import EventStore
import EventStorePostgres
import OrdersViewProjection
import PostgresClient
import PostgresTesting
import Testing
import Threads

@testable import ReadModels

/// A database of one test with a log of orders and a read side.
final class ReadFixture {
    static let shard = OrderLog.shard
    let database: String
    let log: PostgresLog
    var orders: OrderLog
    private(set) var head: Head
    private let writer: any ShardWriter

    init(_ database: String, seed: UInt64 = 1) throws {
        self.database = database
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        log = try PostgresLog.open(
            PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        )
        writer = try log.acquire(Self.shard, holder: "test", takingOver: false)
        head = writer.headAtStart
        orders = OrderLog(seed: seed)
        try ReadModelSetup.migrate(log.access.projector)
    }

    func append(_ count: Int) throws { try append(orders.batch(after: head, count: count)) }

    func append(_ batch: EventBatch) throws {
        head = try writer.append(batch, after: head, epoch: writer.epoch)
    }

    func admin() throws -> PostgresConnection { try SharedCluster.connect(database: database) }

    static let ordersModel = ReadModel(OrdersView.self, reference: .reference, trading: [shard])
    static let counterModel = ReadModel(OrderCounter.self, reference: .reference, trading: [shard])

    /// A new build of a model, which readers read when it is the first.
    func build(_ model: ReadModel = ordersModel) throws -> Build {
        try Build.create(model, of: log, PostgresConnection(log.access.projector))
    }

    func seat(_ build: Build, batchEventsMax: Int = 10_000, cachedRowsMax: Int = 100_000) throws -> RunnerSeat
    {
        var limits = ProjectionLimits()
        limits.batchEventsMax = batchEventsMax
        limits.cachedRowsMax = cachedRowsMax
        return RunnerSeat(
            build: build,
            shard: Self.shard,
            log: log,
            connection: try PostgresConnection(log.access.projector),
            limits: limits
        )
    }

    /// Folds what there is.
    func catchUp(_ runner: any ProjectionTurns) throws { while try runner.turn() > 0 {} }

    /// Tables, checkpoint and a fresh fold agree, at the end of the log.
    func expectProven(_ model: ReadModel = ordersModel, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let verdicts = try ReadModelVerification(model, log).run { _, _ in }
        #expect(verdicts.allSatisfy { $0.isProven }, "\(verdicts)", sourceLocation: sourceLocation)
        #expect(verdicts.map(\.position) == [head.position], sourceLocation: sourceLocation)
    }

    func checkpoint(_ build: Build) throws -> Checkpoint {
        try Checkpoint.read(build, Self.shard, admin())
    }
}

/// Asks again and again until the answer is yes; false when the time is over.
func poll(seconds: Int = 20, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = MonotonicTime.now.advanced(millis: seconds * 1_000)
    while MonotonicTime.now < deadline {
        if try condition() { return true }
        pause(millis: 5)
    }
    return false
}

/// The error that `body` throws, nil when it throws none.
func projectionError(_ body: () throws(ProjectionError) -> Void) -> ProjectionError? {
    do throws(ProjectionError) {
        try body()
        return nil
    } catch {
        return error
    }
}
