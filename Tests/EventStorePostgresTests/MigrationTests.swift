import BifrostKernel
import Dispatch
import EventStoreTesting
import Foundation
import PostgresClient
import PostgresTesting
import Testing

@testable import EventStorePostgres

@Suite("migrations")
struct MigrationTests {
    private func prepared(_ database: String) throws -> String {
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        return try SharedCluster.conninfo(database: database, user: "bifrost_owner")
    }

    @Test("running them twice changes nothing")
    func twice() throws {
        let owner = try prepared("migrate_twice")
        try PostgresSetup.migrate(owner)
        let connection = try PostgresConnection(owner)
        let count =
            "select count(*), max(applied_at)::text, (select id from bifrost.log)::text from bifrost.migration"
        let before = try connection.query(count)
        try PostgresSetup.prepare(SharedCluster.conninfo(database: "migrate_twice"))
        try PostgresSetup.migrate(owner)
        let after = try connection.query(count)
        #expect(try before.int64(0, 0) == Int64(SQLFiles.embedded.migrations.count))
        for column in 1...2 { #expect(try before.text(0, column) == after.text(0, column)) }
    }

    @Test("running them from eight threads at once applies each once")
    func concurrently() throws {
        let owner = try prepared("migrate_concurrently")
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            failures.run { try PostgresSetup.migrate(owner) }
        }
        #expect(failures.all.isEmpty)
        let rows = try PostgresConnection(owner).query("select count(*) from bifrost.log")
        #expect(try rows.int64(0, 0) == 1)
    }

    @Test("a database with a newer migration is refused")
    func newer() throws {
        let owner = try prepared("migrate_newer")
        try PostgresSetup.migrate(owner)
        let known = SQLFiles.embedded.migrations.count
        try PostgresConnection(owner).execute(
            "insert into bifrost.migration values (\(known + 1), 'later.sql', sha256('later'))"
        )
        #expect(
            throws: SetupError.refused(
                "expected at most migration \(known), was \(known + 1):"
                    + " a newer build has been here, use that one"
            )
        ) { try PostgresSetup.migrate(owner) }
    }

    @Test("a database with an altered migration is refused")
    func altered() throws {
        let owner = try prepared("migrate_altered")
        try PostgresSetup.migrate(owner)
        var migrations = SQLFiles.embedded.migrations
        migrations[2] = Migration(number: 3, name: migrations[2].name, sql: migrations[2].sql + [10])
        #expect(
            throws: SetupError.refused(
                "expected migration 3 lease.sql as this build has it, was lease.sql with other content"
            )
        ) { try PostgresSetup.migrate(owner, migrations) }
    }

    @Test("a migration that fails leaves nothing and is not recorded")
    func failing() throws {
        let owner = try prepared("migrate_failing")
        let broken =
            SQLFiles.embedded.migrations + [
                Migration(
                    number: Int32(SQLFiles.embedded.migrations.count + 1),
                    name: "broken.sql",
                    sql: Array("create table bifrost.half (x int4); select 1 / 0;".utf8)
                )
            ]
        #expect(throws: SetupError.self) { try PostgresSetup.migrate(owner, broken) }
        let rows = try PostgresConnection(owner).query(
            "select to_regclass('bifrost.half') is null, count(*) from bifrost.migration"
        )
        #expect(try rows.bool(0, 0))
        #expect(try rows.int64(0, 1) == Int64(SQLFiles.embedded.migrations.count))
        try PostgresSetup.migrate(owner)
    }

    @Test("leaves are vacuumed at a pace of their own, those of an older build too")
    func pace() throws {
        let owner = try prepared("migrate_pace")
        let all = SQLFiles.embedded.migrations
        let pace = try #require(all.firstIndex { $0.name == "pace_vacuum.sql" })
        try PostgresSetup.migrate(owner, Array(all[..<pace]))
        let connection = try PostgresConnection(owner)
        _ = try connection.query("select bifrost.open_shard(0, 100, 30)")
        try PostgresSetup.migrate(owner)
        _ = try connection.query("select bifrost.add_leaf(0, 2)")
        let rows = try connection.query(
            "select relname from pg_class where 'autovacuum_vacuum_cost_limit=40' = any (reloptions) order by relname"
        )
        #expect(try (0..<rows.count).map { try rows.text($0, 0) } == ["event_s0_l1", "event_s0_l2"])
    }

    @Test("order.txt names every file of the folder once")
    func order() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/EventStorePostgres/SQL")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let order = try String(contentsOf: folder.appending(path: "order.txt"), encoding: .utf8)
        let named = order.split(separator: "\n").map { String($0.split(separator: " ")[1]) }
        #expect(named.sorted() == files.filter { $0 != "order.txt" }.sorted())
    }

    @Test("every table and index of the log has a comment")
    func comments() throws {
        let fixture = try StoreFixture("comments")
        var maker = EventMaker()
        try fixture.fill([1], &maker)
        let rows = try fixture.admin().query(
            """
            select coalesce(string_agg(relname, ', '), '') from pg_class
            where relnamespace in ('bifrost'::regnamespace, 'publisher'::regnamespace, 'prices'::regnamespace)
                and relkind in ('r', 'i', 'v', 'p', 'I')
                and obj_description(oid, 'pg_class') is null
            """
        )
        #expect(try rows.text(0, 0) == "")
    }
}
