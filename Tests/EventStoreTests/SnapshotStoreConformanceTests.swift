import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresTesting
import Synchronization
import Testing

@Suite("every store of snapshots keeps the same promises")
struct SnapshotStoreConformanceTests {
    private static let shards = Atomic<UInt16>(0)
    private static let database = Result {
        try PostgresSetup.prepare(SharedCluster.conninfo(database: "snapshot_conformance"))
        let access = try PostgresAccess {
            try SharedCluster.conninfo(database: "snapshot_conformance", user: $0)
        }
        return try PostgresLog.open(access)
    }

    @Test("in memory", arguments: SnapshotStoreConformance.checks)
    func memory(check: SnapshotStoreCheck) throws { try check.run(MemorySnapshots(), ShardNumber(1)) }

    @Test("in PostgreSQL", arguments: SnapshotStoreConformance.checks)
    func postgres(check: SnapshotStoreCheck) throws {
        let log = try Self.database.get()
        let shard = ShardNumber(Self.shards.add(1, ordering: .relaxed).newValue)
        try log.acquire(shard, holder: "test", takingOver: false).release()
        try check.run(PostgresSnapshots(log), shard)
    }
}
