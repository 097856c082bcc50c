import BifrostKernel
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("the database keeps the log append-only")
struct AppendOnlyTests {
    private static let roles = [
        "bifrost_owner", "bifrost_writer", "bifrost_projector", "bifrost_reader", "bifrost_admin",
        "bifrost_publisher",
    ]

    /// Three leaves with events, one made ahead.
    private func fixture(_ name: String) throws -> StoreFixture {
        var limits = PostgresLimits()
        limits.leafEventsMax = 20
        let fixture = try StoreFixture(name, limits: limits)
        var maker = EventMaker()
        try fixture.fill([20, 20, 10], &maker)
        return fixture
    }

    /// Every table of the schema that looks like a leaf: from the server's catalogue, not from ours.
    private func leaves(_ connection: PostgresConnection) throws -> [String] {
        let rows = try connection.query(
            """
            select relname::text from pg_class where relnamespace = 'bifrost'::regnamespace and relkind = 'r'
                and relname ~ '^event_s[0-9]+_l[0-9]+$' order by 1
            """
        )
        return try (0..<rows.count).map { try rows.text($0, 0) }
    }

    @Test("update, delete and truncate of each leaf by each role", arguments: roles)
    func refused(role: String) throws {
        let fixture = try fixture("append_only_\(role)")
        let before = try fixture.events()
        let names = try leaves(fixture.admin())
        #expect(names.count >= 3)
        let connection = try fixture.connect(as: role)
        for name in names {
            for statement in [
                "update bifrost.\(name) set payload = payload",
                "update bifrost.\(name) set payload = payload where false",
                "delete from bifrost.\(name)",
                "truncate bifrost.\(name)",
                "truncate bifrost.\(name) cascade",
                "insert into bifrost.\(name) select * from bifrost.\(name) "
                    + "on conflict (position) do update set payload = ''",
                "merge into bifrost.\(name) as a using bifrost.\(name) as b on a.position = b.position "
                    + "when matched then delete",
            ] {
                let state = try sqlState { () throws(PostgresError) in try connection.execute(statement) }
                #expect(state == "42501" || state == "BF002", "\(role): \(statement)")
            }
        }
        #expect(try fixture.events() == before)
    }

    @Test(
        "the owner may give itself rights, and the triggers still refuse; replication does not switch them off"
    )
    func triggers() throws {
        let fixture = try fixture("append_only_triggers")
        let owner = try fixture.connect(as: "bifrost_owner")
        let admin = try fixture.admin()
        try admin.execute("set session_replication_role = replica")
        for name in try leaves(admin) {
            try owner.execute("grant all on bifrost.\(name) to bifrost_owner")
            for session in [owner, admin] {
                for statement in [
                    "update bifrost.\(name) set version = 1", "delete from bifrost.\(name)",
                    "truncate bifrost.\(name)",
                ] {
                    let state = try sqlState { () throws(PostgresError) in try session.execute(statement) }
                    #expect(state == "BF002", "\(statement)")
                }
            }
        }
    }

    /// Seals the first leaf and records every kind of keeping.
    private func seal(_ fixture: StoreFixture) throws {
        let store = ColdStore(fixture.log)
        try store.seal(.reference, 1, by: "test")
        let hold = try store.hold(.reference, 1...2, reason: "test", by: "test")
        try store.release(hold, reason: "test", by: "test")
        try store.retain(.reference, days: 1, reason: "test", by: "test")
    }

    @Test(
        "frames, indexes, holds and retention are only added to, by whichever role and with every right",
        arguments: ["cold_frame", "cold_index", "hold", "hold_release", "retention"]
    )
    func cold(table: String) throws {
        let fixture = try fixture("append_only_cold_\(table)")
        try seal(fixture)
        let admin = try fixture.admin()
        try admin.execute("set session_replication_role = replica")
        try fixture.connect(as: "bifrost_owner").execute("grant all on bifrost.\(table) to bifrost_owner")
        let column = ["cold_frame": "frame", "cold_index": "page"][table] ?? "reason"
        for role in Self.roles {
            let session = role == "bifrost_admin" ? admin : try fixture.connect(as: role)
            for statement in [
                "update bifrost.\(table) set \(column) = \(column)", "delete from bifrost.\(table)",
                "truncate bifrost.\(table)",
            ] {
                let state = try sqlState { () throws(PostgresError) in try session.execute(statement) }
                #expect(state == "42501" || state == "BF002", "\(role): \(statement)")
            }
        }
        #expect(try admin.query("select count(*) from bifrost.\(table)").int64(0, 0) > 0)
    }

    @Test("each role may do its work and no more")
    func privileges() throws {
        let fixture = try fixture("append_only_privileges")
        let refused: [(role: String, statement: String)] = [
            ("bifrost_writer", "update bifrost.lease set epoch = 9"),
            ("bifrost_writer", "update bifrost.heartbeat set epoch = 9"),
            ("bifrost_writer", "select from bifrost.lease for share"),
            ("bifrost_writer", "delete from bifrost.leaf"),
            ("bifrost_writer", "insert into bifrost.log default values"),
            ("bifrost_writer", "create table bifrost.mine ()"),
            ("bifrost_writer", "create table public.mine ()"),
            ("bifrost_writer", "create temporary table mine ()"),
            ("bifrost_writer", "select bifrost.add_fence(0, 1, 'x')"),
            ("bifrost_writer", "create table bifrost_read.mine ()"),
            ("bifrost_reader", "insert into bifrost.event_s0_l1 select * from bifrost.event_s0_l1"),
            ("bifrost_reader", "select bifrost.beat(0, 1)"),
            ("bifrost_reader", "select bifrost.fence_s0_l1(1, 0, '')"),
            ("bifrost_reader", "create table bifrost_read.mine ()"),
            ("bifrost_projector", "insert into bifrost.event_s0_l1 select * from bifrost.event_s0_l1"),
            ("bifrost_projector", "select bifrost.take_lease(0, 'me', now())"),
            ("bifrost_projector", "update bifrost.migration set name = ''"),
            ("bifrost_publisher", "select from bifrost.event_s0_l1"),
            ("bifrost_publisher", "delete from publisher.checkpoint"),
            ("bifrost_publisher", "create table publisher.mine ()"),
            ("bifrost_reader", "update publisher.checkpoint set position = 1"),
            ("bifrost_writer", "select from publisher.checkpoint"),
            ("bifrost_writer", "update prices.segment set source = ''"),
            ("bifrost_writer", "delete from prices.price"),
            ("bifrost_writer", "create table prices.mine ()"),
            ("bifrost_reader", "insert into prices.segment select * from prices.segment"),
            ("bifrost_reader", "select prices.add_month(0)"),
            ("bifrost_projector", "select from prices.price"),
            ("bifrost_writer", "insert into bifrost.segment select * from bifrost.segment"),
            ("bifrost_writer", "update bifrost.segment set sealed_by = ''"),
            ("bifrost_writer", "drop table bifrost.event_s0_l1"),
            ("bifrost_reader", "insert into bifrost.cold_frame select * from bifrost.cold_frame"),
            ("bifrost_reader", "insert into bifrost.hold (shard, reason) values (0, 'mine')"),
            ("bifrost_reader", "select bifrost.seal_leaf(0, 1, 10, '')"),
            ("bifrost_projector", "select bifrost.drop_leaf(0, 1, '')"),
        ]
        for (role, statement) in refused {
            let connection = try fixture.connect(as: role)
            let state = try sqlState { () throws(PostgresError) in try connection.execute(statement) }
            #expect(state == "42501", "\(role): \(statement)")
        }
        let projector = try fixture.connect(as: "bifrost_projector")
        try projector.execute(
            "create table bifrost_read.orders (id int8); insert into bifrost_read.orders values (1)"
        )
        let reader = try fixture.connect(as: "bifrost_reader")
        #expect(try reader.query("select id from bifrost_read.orders").int64(0, 0) == 1)
        let writer = try fixture.writer()
        let isWhole = try poll(seconds: 10) {
            try reader.query("select count(*) from bifrost.event").int64(0, 0) == 50
        }
        #expect(isWhole)
        writer.release()
    }

    @Test("the lease is not to be had without the shard's advisory lock")
    func leaseNeedsLock() throws {
        let fixture = try fixture("append_only_lease")
        let connection = try fixture.connect(as: "bifrost_writer")
        let state = try sqlState { () throws(PostgresError) in
            _ = try connection.query("select bifrost.take_lease(0, 'me', now())")
        }
        #expect(state == "BF003")
    }
}
