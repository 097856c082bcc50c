import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresTesting
import Synchronization
import Testing

@Suite("every log keeps the port's promises")
struct EventLogConformanceTests {
    @Test("in memory", arguments: EventLogConformance.checks)
    func memory(check: EventLogCheck) throws {
        let log = MemoryLog(id: Identifier(high: 7, low: 9))
        try check.run(EventLogSubject(log, ShardNumber(3)))
    }

    @Test("in PostgreSQL", arguments: EventLogConformance.checks)
    func postgres(check: EventLogCheck) throws {
        try check.run(EventLogSubject(Self.shared.get(), Self.nextShard()))
    }

    @Test("in PostgreSQL with leaves of a few events", arguments: EventLogConformance.checks)
    func smallLeaves(check: EventLogCheck) throws {
        try check.run(EventLogSubject(Self.small.get(), Self.nextShard()))
    }

    @Test(
        "in PostgreSQL with every full leaf sealed and its table dropped",
        arguments: EventLogConformance.checks
    )
    func sealed(check: EventLogCheck) throws {
        let log = SealingLog(inner: try Self.sealing.get())
        try check.run(EventLogSubject(log, Self.nextShard()))
    }

    @Test("in memory, read ahead", arguments: EventLogConformance.checks)
    func memoryAhead(check: EventLogCheck) throws {
        let (log, shard) = (MemoryLog(id: Identifier(high: 7, low: 9)), ShardNumber(3))
        try check.run(EventLogSubject(ReadAhead(log, shard, pageEventsMin: 1), shard))
    }

    @Test("in PostgreSQL, read ahead", arguments: EventLogConformance.checks)
    func postgresAhead(check: EventLogCheck) throws {
        let shard = Self.nextShard()
        try check.run(EventLogSubject(ReadAhead(Self.shared.get(), shard, pageEventsMin: 1), shard))
    }

    private static let shards = Mutex<UInt16>(0)

    private static func nextShard() -> ShardNumber {
        ShardNumber(
            shards.withLock { number in
                number += 1
                return number
            }
        )
    }

    private static let shared = Result { try open("conformance", leafEventsMax: 10_000_000) }
    /// No batch of the suite is larger, and nearly every one of the larger meets the end of a leaf.
    private static let small = Result { try open("conformance_small", leafEventsMax: 210) }

    private static let sealing = Result { try open("conformance_sealed", leafEventsMax: 210) }

    private static func open(_ database: String, leafEventsMax: Int64) throws -> PostgresLog {
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        let access = try PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        var limits = PostgresLimits()
        limits.leafEventsMax = leafEventsMax
        limits.frameEventsMax = 16
        return try PostgresLog.open(access, limits: limits)
    }
}
