import BifrostKernel
import EventStore
import EventStorePostgres
import Glibc
import Nodes
import PostgresClient
import Testing

@testable import Backups
@testable import EmbeddedPostgres

extension BackupTests {
    /// The database's clock.
    private static func now(_ fixture: BackupFixture) throws -> Timestamp {
        let cluster = try #require(try EmbeddedCluster.running(dataDirectory: fixture.path("data")))
        let connection = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
        let rows = try connection.query("select (extract(epoch from clock_timestamp()) * 1e6)::int8")
        return Timestamp(nanos: try rows.int64(0, 0) * 1_000)
    }

    /// Ends a segment and waits until all that was written is in the archive.
    private static func archive(_ fixture: BackupFixture) throws {
        let cluster = try #require(try EmbeddedCluster.running(dataDirectory: fixture.path("data")))
        let connection = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
        let name = try connection.query("select pg_walfile_name(pg_switch_wal())").text(0, 0)
        let isThere = poll(seconds: 30) { FileSystem.exists(fixture.path("archive/" + name)) }
        #expect(isThere)
    }

    @Test("with the archive a backup is brought to its end, to a moment, and to the batch of a position")
    func pointsInTime() throws {
        let fixture = try BackupFixture("points")
        let archive = fixture.path("archive")
        var moment = Timestamp(nanos: 0)
        let ends = try fixture.open(archive: .directory(archive)) { log in
            try fixture.fill(log, [10])
            _ = try fixture.backup()
            var ends: [Head] = []
            for sizes in [[5, 5], [20], [30]] {
                try fixture.fill(log, sizes)
                ends.append(try log.head(of: Node.tradingShard))
                if ends.count == 2 { moment = try Self.now(fixture) }
            }
            try Self.archive(fixture)
            return ends
        }
        #expect(ends.map(\.position) == [20, 40, 70])

        func restored(_ target: RestoreTarget, _ name: String) throws -> Restore.Outcome {
            var restore = fixture.restore(to: name)
            restore.archive = archive
            restore.target = target
            let outcome = try restore.run()
            #expect(try fixture.heads(of: name)[1].hash.text == outcome.heads[1].hash)
            return outcome
        }
        let all = try restored(.end, "all")
        #expect(all.heads[1].hash == ends[2].hash.text && all.batchEnd == nil)
        let then = try restored(.moment(moment), "then")
        #expect(then.heads[1].hash == ends[1].hash.text)
        // Position 33 is in the middle of the batch that ends at 40.
        let middle = try restored(.position(Node.tradingShard, 33), "middle")
        #expect(middle.heads[1].hash == ends[1].hash.text && middle.batchEnd == 40)
        let exact = try restored(.position(Node.tradingShard, 20), "exact")
        #expect(exact.heads[1].hash == ends[0].hash.text && exact.batchEnd == 20)
        let backupAlone = try fixture.restore(to: "alone").run()
        #expect(backupAlone.heads[1].position == 10)

        var restore = fixture.restore()
        restore.target = .position(Node.tradingShard, 20)
        #expect(try fixture.refusal(of: restore).description.contains("--wal-archive"))
        restore.archive = archive
        for (target, words) in [
            (RestoreTarget.position(Node.tradingShard, 71), "ends at position 70"),
            (.position(Node.tradingShard, 4), "Take an older backup"),
            (.position(Node.tradingShard, 10), "Take an older backup"),
            (.moment(Timestamp(nanos: 0)), "Take an older backup"),
            (.moment(Timestamp(nanos: moment.nanos + 3_600_000_000_000)), "end before it"),
        ] {
            restore.target = target
            let error = try fixture.refusal(of: restore).description
            #expect(error.contains(words), "\(target): \(error)")
        }
    }

    @Test("an archive that lacks a segment, or whose segment cannot be read, does not pass for a shorter log")
    func gaps() throws {
        let fixture = try BackupFixture("gaps")
        let archive = fixture.path("archive")
        try fixture.open(archive: .directory(archive)) { log in
            _ = try fixture.backup()
            for _ in 1...3 {
                try fixture.fill(log, [5])
                try Self.archive(fixture)
            }
        }
        let segments = FileSystem.entries(of: archive).filter { $0.utf8.count == 24 }
        var restore = fixture.restore()
        restore.archive = archive
        let lost = segments[segments.count - 3]
        rename(archive + "/" + lost, fixture.path("lost"))
        let error = try fixture.refusal(of: restore).description
        #expect(error.contains("segment \(lost.dropFirst(8)) is missing"), "\(error)")
        // What cannot be copied: a file that is there and shorter than a segment.
        try write([1], to: archive + "/" + lost)
        #expect(throws: BackupError.self) { try restore.run() }
        rename(fixture.path("lost"), archive + "/" + lost)
        #expect(try restore.run().heads[1].position == 15)
    }

    @Test("whatever starts the server goes on archiving, until it is told to end; a restored one does not")
    func note() throws {
        let fixture = try BackupFixture("note")
        let archive = fixture.path("it's an archive")
        func settings(_ fixture: BackupFixture) -> String {
            FileSystem.read(fixture.path("data/postgres/bifrost.conf")) ?? ""
        }
        try fixture.open { log in try fixture.fill(log, [1]) }
        #expect(!settings(fixture).contains("archive"))
        // A server that runs without, as a killed service leaves one, is started anew.
        _ = try EmbeddedCluster.start(dataDirectory: fixture.path("data"))
        try fixture.open(archive: .directory(archive)) { _ in #expect(settings(fixture).contains("archive")) }
        try fixture.open { log in try fixture.fill(log, [1]) }
        #expect(settings(fixture).contains("archive_mode = on"))
        // A server that stops archives what it has.
        #expect(FileSystem.entries(of: archive).contains("000000010000000000000001"))
        _ = try fixture.backup()
        _ = try fixture.restore().run()
        #expect(!FileSystem.exists(fixture.path("restored/wal-archive")))
        // An archive holds one history: neither the restored log nor one after a pause goes on with it.
        #expect(throws: EmbeddedPostgresError.self) {
            try WALArchive.set(archive, dataDirectory: fixture.path("restored"))
        }
        try fixture.open(archive: .directory(archive)) { _ in }
        rename(archive, fixture.path("moved"))
        try fixture.open(archive: .directory(fixture.path("moved"))) { _ in }
        try FileSystem.makeDirectories(archive, mode: 0o700)
        rename(fixture.path("moved"), fixture.path("away"))
        #expect(throws: LogAccessError.self) {
            try fixture.open(archive: .directory(fixture.path("moved"))) { _ in }
        }
        rename(fixture.path("away"), fixture.path("moved"))
        try fixture.open(archive: .off) { _ in #expect(!settings(fixture).contains("archive")) }
        #expect(throws: LogAccessError.self) {
            try fixture.open(archive: .directory(fixture.path("data/archive"))) { _ in }
        }
        #expect(throws: LogAccessError.self) {
            try fixture.open(archive: .directory(fixture.path("moved"))) { _ in }
        }
    }

    @Test("a segment is archived once, is not written over by another, and not half")
    func script() throws {
        let fixture = try BackupFixture("script")
        let directory = fixture.path("a b's")
        try FileSystem.makeDirectories(directory, mode: 0o700)
        try write([], to: directory + "/" + WALArchive.markName)
        let script = fixture.path("archive.sh")
        try FileSystem.replace(script, with: WALArchive.script(archivingIn: directory))
        let segment = fixture.path("segment")
        func run(_ script: String, _ segment: String, _ name: String) throws -> Int32 {
            try ChildProcess.run(["/bin/sh", script, segment, name]).code
        }
        try write([UInt8](repeating: 1, count: 100_000), to: segment)
        #expect(try run(script, segment, "1") == 0)
        #expect(try run(script, segment, "1") == 0)
        try write([UInt8](repeating: 2, count: 100_000), to: segment)
        #expect(try run(script, segment, "1") != 0)
        try write([9], to: directory + "/2.partial")
        #expect(try run(script, segment, "2") == 0)
        #expect(FileSystem.entries(of: directory) == ["1", "2", "bifrost-archive"])
        #expect(FileSystem.read(directory + "/1", bytesMax: 1 << 20)?.utf8.allSatisfy { $0 == 1 } == true)
        #expect(FileSystem.read(directory + "/2", bytesMax: 1 << 20)?.utf8.count == 100_000)
        unlink(directory + "/" + WALArchive.markName)
        #expect(try run(script, segment, "3") != 0)
    }
}
