import BifrostKernel
import EmbeddedPostgres
import EventStore
import EventStorePostgres
import Glibc
import PostgresClient
import Testing

@testable import Backups

extension BackupTests {
    @Test("what is no whole backup is refused, says why, and leaves nothing")
    func refusals() throws {
        let fixture = try BackupFixture("refusals")
        try fixture.open { log in try fixture.fill(log, [3]) }
        try write([UInt8](repeating: 7, count: 100), to: fixture.path("data/paper-venue.journal"))
        _ = try fixture.backup()

        try FileSystem.makeDirectories(fixture.path("foreign"), mode: 0o755)
        #expect(
            try fixture.refusal(of: fixture.restore("foreign")) == .noBackup(path: fixture.path("foreign"))
        )
        #expect(try fixture.refusal(of: fixture.restore("none")) == .noBackup(path: fixture.path("none")))

        let manifestPath = fixture.path("backup/backup.json")
        let manifest = try #require(FileSystem.read(manifestPath))
        try FileSystem.replace(manifestPath, with: manifest.replacing("Major\" : ", with: "Major\" : 9"))
        guard case .wrongMajorVersion(let wanted, _) = try fixture.refusal(of: fixture.restore()) else {
            Issue.record("expected another major version to be refused")
            return
        }
        #expect(wanted > 900)
        try FileSystem.replace(manifestPath, with: manifest.replacing("Version\" : 1", with: "Version\" : 2"))
        let newer = try fixture.refusal(of: fixture.restore()).description
        #expect(newer.contains("expected format 1, was 2"))
        try FileSystem.replace(manifestPath, with: String(manifest.dropLast(20)))
        #expect(try fixture.refusal(of: fixture.restore()).description.contains("not a manifest"))
        try FileSystem.replace(manifestPath, with: manifest)

        try FileSystem.makeDirectories(fixture.path("full"), mode: 0o755)
        try write([1], to: fixture.path("full/mine"))
        #expect(
            try fixture.refusal(of: fixture.restore(to: "full")) == .inTheWay(path: fixture.path("full"))
        )
        try FileSystem.makeDirectories(fixture.path("next.partial"), mode: 0o755)
        try write([1], to: fixture.path("next.partial/mine"))
        #expect(throws: BackupError.notOurs(path: fixture.path("next.partial"))) {
            try fixture.backup("next")
        }
        #expect(throws: BackupError.inTheWay(path: fixture.path("backup"))) { try fixture.backup() }
        #expect(FileSystem.read(fixture.path("next.partial/mine")) != nil)
    }

    @Test("a file of the backup that is shorter or other than it was is named")
    func damage() throws {
        let fixture = try BackupFixture("damage")
        try fixture.open { log in try fixture.fill(log, [3]) }
        try write([UInt8](repeating: 7, count: 100), to: fixture.path("data/paper-venue.journal"))
        let manifest = try fixture.backup()
        let journal = fixture.path("backup/files/paper-venue.journal")
        truncate(journal, 99)
        guard case .damaged(journal, let reason) = try fixture.refusal(of: fixture.restore()) else {
            Issue.record("expected the journal to be refused")
            return
        }
        #expect(reason.contains("expected 100 bytes") && reason.contains("was 99"))
        try write([UInt8](repeating: 7, count: 100), to: journal)

        let control = fixture.path("backup/postgres/global/pg_control")
        truncate(control, 100)
        let error = try fixture.refusal(of: fixture.restore()).description
        #expect(error.contains("pg_control") && error.contains("pg_verifybackup"), "\(error)")
        #expect(manifest.heads[1].position == 3)
    }

    @Test("a head kept outside that is not in the restored log ends it as tampering, and nothing is there")
    func heads() throws {
        let fixture = try BackupFixture("heads")
        let noted = try fixture.open { log in
            try fixture.fill(log, [3])
            let noted = try log.head(of: BackupFixture.shards[1])
            try fixture.fill(log, [3])
            return noted
        }
        _ = try fixture.backup()
        var restore = fixture.restore()
        let good = try #require(KnownHead("1:3:\(noted.hash.text)"))
        for bad in [
            KnownHead(shard: good.shard, position: 2, hash: good.hash),
            KnownHead(shard: good.shard, position: 7, hash: good.hash),
            KnownHead(shard: ShardNumber(9), position: 3, hash: good.hash),
        ] {
            restore.heads = [good, bad]
            let error = try fixture.refusal(of: restore)
            #expect(error.isTampering, "\(error)")
            #expect(FileSystem.entries(of: fixture.directory) == ["backup", "data"])
        }
        restore.heads = [good]
        #expect(try restore.run().heads.map(\.position) == [0, 6])
    }

    @Test("a backup that is killed is refused, and the next one takes its place")
    func killed() throws {
        let fixture = try BackupFixture("killed")
        try fixture.open { log in
            try fixture.fill(log, [3])
            let partial = fixture.path("backup.partial")
            for _ in 1...3 {
                let program = try Program(
                    ["backup", fixture.path("backup"), "--data-dir", fixture.path("data")],
                    output: fixture.path("killed.log")
                )
                let isAtWork = poll(seconds: 30) {
                    FileSystem.entries(of: partial + "/postgres").contains("global")
                }
                program.end(SIGKILL)
                // Nothing of it goes on, which would keep the server from dropping its log.
                let cluster = try #require(try EmbeddedCluster.running(dataDirectory: fixture.path("data")))
                let session = try PostgresConnection(
                    cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres")
                )
                let isOver = try poll(seconds: 10) {
                    try session.query("select count(*) from pg_stat_replication").int64(0, 0) == 0
                        && session.query("select count(*) from pg_replication_slots").int64(0, 0) == 0
                }
                #expect(isOver)
                #expect(isAtWork, "\(FileSystem.read(fixture.path("killed.log")) ?? "")")
                #expect(!FileSystem.exists(fixture.path("backup")))
                for name in ["backup", "backup.partial"] {
                    #expect(try fixture.refusal(of: fixture.restore(name)) == .unfinished(path: partial))
                }
            }
            let program = try Program(
                ["backup", fixture.path("backup"), "--data-dir", fixture.path("data")],
                output: fixture.path("whole.log")
            )
            let output = try #require(program.waitForEnd())
            #expect(output.contains("is a backup of log \(log.id.text)"), "\(output)")
            #expect(!FileSystem.exists(partial))
        }
        #expect(try fixture.restore().run().heads.map(\.position) == [0, 3])
    }

    @Test(
        "a target is a moment, a position of the trading shard, or one of a shard",
        arguments: [
            ("2026-11-29T12:00:00Z", .moment(Timestamp(nanos: 1_795_953_600_000_000_000))),
            ("48", .position(ShardNumber(1), 48)), ("0:48", .position(.reference, 48)), ("0", nil),
            ("1:0", nil), ("-1", nil), ("1:2:3", nil), ("16384:1", nil), ("2026-11-29", nil), ("", nil),
        ] as [(String, RestoreTarget?)]
    )
    func target(text: String, target: RestoreTarget?) {
        #expect(RestoreTarget(text, shard: ShardNumber(1)) == target)
    }
}
