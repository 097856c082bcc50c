import BifrostKernel
import EmbeddedPostgres
import EventStore
import EventStorePostgres
import PostgresClient
import PostgresTesting

/// A fresh log whose writers reach the database through a cutter, and whose readers do not.
struct CutFixture {
    let cutter: ConnectionCutter
    let log: PostgresLog
    /// The same log by the straight way.
    let straight: PostgresLog
    private let database: String

    init(_ database: String, limits: PostgresLimits = PostgresLimits()) throws {
        self.database = database
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        let server = try SharedCluster.cluster().socketDirectory
        let cutter = try ConnectionCutter(
            directory: try SharedCluster.scratchDirectory(named: database),
            serverDirectory: server
        )
        self.cutter = cutter
        var access = try PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
        straight = try PostgresLog.open(access, limits: limits)
        access.writer = access.writer.replacing(server, with: cutter.directory)
        log = try PostgresLog.open(access, limits: limits)
    }

    func admin() throws -> PostgresConnection { try SharedCluster.connect(database: database) }

    func events(_ shard: ShardNumber) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        _ = try straight.read(shard, .all(after: 0), limit: .max) { events.append($0) }
        return events
    }

    func isIntact(_ shard: ShardNumber) throws -> Bool {
        let head = try straight.head(of: shard)
        return try ChainVerifier(straight, shard).verify(against: head) == .intact(head)
    }
}
