import BifrostKernel
import EmbeddedPostgres
import EventStore
import EventStorePostgres
import Nodes
import Testing

@testable import Backups

/// Clusters are started and stopped again and again: one test after another.
@Suite("Backup and restore", .serialized)
struct BackupTests {
    @Test("a backup of a log at rest is restored to an equal log, with what lay beside it")
    func equal() throws {
        let fixture = try BackupFixture("equal")
        try fixture.open { log in try fixture.fill(log, [3, 5, 1, 200]) }
        let journal = [UInt8]("a book of the venue's".utf8)
        try write(journal, to: fixture.path("data/paper-venue.journal"))
        try write([1, 2, 3], to: fixture.path("data/refused-batch-1.bin"))
        let manifest = try fixture.backup()
        #expect(manifest.heads.map(\.position) == [0, 209])
        #expect(manifest.files.map(\.name) == ["paper-venue.journal", "refused-batch-1.bin"])
        #expect(FileSystem.entries(of: fixture.path("backup")) == ["backup.json", "files", "postgres"])

        let outcome = try fixture.restore().run()
        #expect(outcome.heads.map(\.position) == [0, 209] && !outcome.isJournalOlder)
        #expect(try fixture.heads() == fixture.heads(of: "data"))
        #expect(FileSystem.read(fixture.path("restored/paper-venue.journal")) == "a book of the venue's")
        #expect(!FileSystem.entries(of: fixture.path("restored")).contains("UNFINISHED"))
        #expect(FileSystem.entries(of: fixture.path("restored/postgres")).contains("backup_label.old"))
        let settings = FileSystem.read(fixture.path("restored/postgres/bifrost.conf")) ?? ""
        #expect(!settings.contains("recovery_target") && !settings.contains("archive_"))
        // It writes, on a timeline of its own.
        let access = try LogAccess.openAlone(
            LogPlace(dataDirectory: fixture.path("restored"), databaseURL: nil)
        )
        defer { #expect(throws: Never.self) { try access.close() } }
        try fixture.fill(access.log, [4])
        #expect(try access.log.head(of: Node.tradingShard).position == 213)
        let segments = FileSystem.entries(of: fixture.path("restored/postgres/pg_wal"))
        #expect(segments.contains("00000002.history"))
    }

    @Test("a backup under load is a whole prefix of the log, and its heads are in it")
    func underLoad() throws {
        let fixture = try BackupFixture("load")
        try fixture.open { log in
            try fixture.fill(log, [100])
            let manifest = try fixture.underLoad(of: log, [7, 11, 2]) { try fixture.backup() }
            let outcome = try fixture.restore().run()
            let end = try #require(outcome.heads.last)
            let source = try log.head(of: Node.tradingShard)
            #expect(end.position >= manifest.heads[1].position && end.position <= source.position)
            #expect(source.position > 100)
            var hash: EventHash?
            _ = try log.read(Node.tradingShard, .all(after: end.position - 1), limit: 1) { hash = $0.hash }
            #expect(hash?.text == end.hash)
            // Batches of 7, 11 and 2 behind the first 100.
            #expect([0, 7, 18].contains((end.position - 100) % 20))
        }
    }
}
