import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import Glibc
import PostgresClient
import PostgresTesting
import Proofs
import Testing

/// A database of one test with a log, and a directory for its key and its checkpoints.
final class ProofFixture {
    static let shard = ShardNumber(1)

    let database: String
    let log: PostgresLog
    let directory: String
    private var maker = EventMaker()

    init(_ database: String, events: Int) throws {
        self.database = database
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        log = try PostgresLog.open(
            PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        )
        directory = try SharedCluster.scratchDirectory(named: database)
        try grow(by: events)
    }

    func grow(by count: Int) throws {
        let writer = try log.acquire(Self.shard, holder: "test", takingOver: false)
        _ = try writer.append(
            maker.batch(after: writer.headAtStart, count: count),
            after: writer.headAtStart,
            epoch: writer.epoch
        )
        writer.release()
    }

    /// What a superuser can do who puts every guard aside.
    func forge(_ statement: String) throws {
        let admin = try SharedCluster.connect(database: database)
        try admin.execute("alter table bifrost.event_s1_l1 disable trigger append_only; \(statement)")
    }

    var folder: CheckpointFolder { CheckpointFolder(directory + "/checkpoints") }
    var checkpointer: Checkpointer { Checkpointer(log, dataDirectory: directory, folder) }

    func sign() throws -> Checkpoint { try #require(try checkpointer.sign(Self.shard)) }

    var events: [RecordedEvent] {
        get throws {
            var events: [RecordedEvent] = []
            _ = try log.read(Self.shard, .all(after: 0), limit: .max) { events.append($0) }
            return events
        }
    }

    /// The tree of the log, made anew from its events.
    var head: TreeHead {
        get throws {
            var frontier = MerkleFrontier()
            let chain = Chain(log: log.id, shard: Self.shard)
            for event in try events { frontier.append(chain.leaf(event)) }
            return frontier.head
        }
    }

    static func move(_ path: String, to other: String) -> Bool { rename(path, other) == 0 }

    /// Writes a file of this test.
    func write(_ text: String, to name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try ProofFile.write(text, to: path)
        return path
    }
}
