import BifrostKernel
import EventStore
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("snapshots in PostgreSQL")
struct KeptSnapshotTests {
    private let fixture: StoreFixture
    private let snapshots: PostgresSnapshots
    private let label: SnapshotLabel

    init() throws {
        fixture = try StoreFixture("kept_snapshots_\(UInt32.random(in: 0 ... .max))")
        snapshots = PostgresSnapshots(fixture.log)
        try fixture.writer().release()
        label = SnapshotLabel(shard: .reference, position: 7, hash: EventHash(1, 2, 3, 4), build: "b")
    }

    /// Two frames, the second of which ends with a short part.
    private func keep() throws -> KeptSnapshot {
        try snapshots.keep(label) { put in
            put([UInt8](repeating: 1, count: 1_100_000))
            put([UInt8](repeating: 2, count: 1_000_000))
            put([3, 4, 5])
        }
    }

    private func expectDamaged(_ text: String) {
        let error = #expect(throws: SnapshotError.self) {
            try snapshots.read(label) {
                $0
            } take: { _ in
            }
        }
        guard case .damaged(let reason) = error else {
            Issue.record("was \(String(describing: error))")
            return
        }
        #expect(reason.contains(text))
    }

    @Test("frames are compressed, and their sizes told")
    func sizes() throws {
        let kept = try keep()
        #expect(kept.contentBytes == 2_100_003 + 3 * 4)
        #expect(kept.storedBytes > 0 && kept.storedBytes < 100_000)
        #expect(try snapshots.list(.reference) == [kept])
    }

    @Test(
        "what somebody changed in the database is not read",
        arguments: [
            ("update bifrost.snapshot_part set frame = set_byte(frame, 40, 7) where part = 2", "part 2"),
            ("delete from bifrost.snapshot_part where part = 1", "part 1"),
            (
                "update bifrost.snapshot_part set frame = substr(frame, 1, 50), "
                    + "sha256 = sha256(substr(frame, 1, 50)) where part = 2",
                "part 2 cannot be opened"
            ),
            (
                "update bifrost.snapshot_part set part = 13 - part; "
                    + "update bifrost.snapshot_part set part = part - 10",
                "not those"
            ),
            ("delete from bifrost.snapshot", "not there"),
        ]
    )
    func tampered(sql: String, reason: String) throws {
        _ = try keep()
        let admin = try fixture.admin()
        try admin.execute("alter table bifrost.snapshot_part drop constraint snapshot_part_snapshot_fkey")
        try admin.execute(sql)
        expectDamaged(reason)
    }

    @Test("one that fails on its way leaves the one before it as it was")
    func failsHalfway() throws {
        let kept = try keep()
        let admin = try fixture.admin()
        try admin.execute("alter table bifrost.snapshot_part add constraint small check (part < 2) not valid")
        #expect(throws: SnapshotError.self) { try keep() }
        #expect(try snapshots.list(.reference) == [kept])
        var parts = 0
        try snapshots.read(label) {
            $0
        } take: { _ in
            parts += 1
        }
        #expect(parts == 3)
    }

    @Test("a reader may look at snapshots and not change them")
    func readerOnlyReads() throws {
        _ = try keep()
        let reader = try fixture.connect(as: "bifrost_reader")
        #expect(try reader.query("select count(*) from bifrost.snapshot_part").int64(0, 0) == 2)
        for sql in ["delete from bifrost.snapshot", "update bifrost.snapshot_part set part = 9"] {
            #expect(throws: PostgresError.self) { try reader.execute(sql) }
        }
    }
}
