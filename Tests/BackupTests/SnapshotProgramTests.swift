import Faults
import Glibc
import HTTPAPI
import Testing

@testable import EmbeddedPostgres

@Suite("bifrost snapshot", .serialized)
struct SnapshotProgramTests {
    private let fixture: BackupFixture

    init() throws { fixture = try BackupFixture("snapshots-\(UInt16.random(in: 0 ... .max))") }

    private func bifrost(_ arguments: String...) throws -> ChildProcess.Ending {
        try ChildProcess.run(
            [ServiceProcess.sibling("bifrost")] + arguments + ["--data-dir", fixture.path("data")]
        )
    }

    private func done(_ ending: ChildProcess.Ending) throws -> String {
        try #require(ending.code == 0, "\(ending.output)")
        return ending.output
    }

    @Test("snapshots are made beside a running service, listed, used by the next start, and dropped")
    func story() throws {
        _ = try done(try bifrost("account", "open", "first"))
        _ = try done(try bifrost("account", "deposit", "first", "100"))
        let log = fixture.path("up.log")
        let program = try Program(["up", "--data-dir", fixture.path("data")], output: log)
        let directory = try #require(FileSystem.resolved(fixture.path("data")))
        let door = DoorClient(dataDirectory: directory)
        try #require(poll(seconds: 60) { door.isOpen() }, "\(FileSystem.read(log) ?? "")")
        let made = try done(try bifrost("snapshot", "make"))
        #expect(made.contains("shard 1: made at position") && made.contains("from the first event"))
        program.end(SIGTERM)
        #expect(try done(try bifrost("snapshot", "list")).contains("this one"))
        let cash = try done(try bifrost("account", "deposit", "first", "11"))
        #expect(!cash.contains("is not used"))
        #expect(try done(try bifrost("portfolio", "show", "first")).contains("111"))
        #expect(try done(try bifrost("snapshot", "make")).contains("from the snapshot at"))
        #expect(try done(try bifrost("snapshot", "make")).contains("nothing has come since"))
        let unknown = try bifrost("snapshot", "drop", "--at", "987654")
        #expect(unknown.code != 0 && unknown.output.contains("There is no snapshot at 987654"))
        #expect(try done(try bifrost("snapshot", "drop")).contains("4 snapshots are dropped"))
    }
}
