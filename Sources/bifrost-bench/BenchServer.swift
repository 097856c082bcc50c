import EmbeddedPostgres
import EventStorePostgres
import PostgresClient

/// The benchmark's own PostgreSQL with a fresh database for one run.
///
/// A run that fails stops it as well: the next one would go on with its settings.
final class BenchServer {
    /// A measurement that may not be made.
    struct Refusal: Error, CustomStringConvertible { let description: String }

    private static let database = "bifrost_bench"

    let cluster: EmbeddedCluster
    /// A connection string for the superuser, who alone may make tables to compare with.
    let admin: String
    private let access: PostgresAccess
    private var isStopped = false

    init(_ options: BenchOptions) throws {
        cluster = try EmbeddedCluster.start(dataDirectory: options.data)
        let cluster = cluster
        let root = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres")
        )
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value = try root.query("show \(setting)").text(0, 0)
            guard value == "on" else {
                throw Refusal(description: "expected \(setting) on, was \(value): such figures mislead")
            }
        }
        try Surroundings.report(root, asJSON: options.json)
        try root.execute("drop database if exists \(Self.database) with (force)")
        try root.execute("create database \(Self.database)")
        admin = cluster.conninfo(user: EmbeddedCluster.superuser, database: Self.database)
        try PostgresSetup.prepare(admin)
        access = PostgresAccess { cluster.conninfo(user: $0, database: Self.database) }
    }

    func openLog(batchEventsMax: Int = 0, leafEventsMax: Int64? = nil) throws -> PostgresLog {
        var limits = PostgresLimits()
        if let leafEventsMax { limits.leafEventsMax = leafEventsMax }
        limits.batchEventsMax = max(batchEventsMax, limits.batchEventsMax)
        return try PostgresLog.open(access, limits: limits)
    }

    func connect() throws -> PostgresConnection { try PostgresConnection(admin) }

    deinit { try? stop() }

    func stop() throws {
        guard cluster.startedHere, !isStopped else { return }
        isStopped = true
        try cluster.stop(.fast)
    }
}
