import Faults
import Glibc
import HTTPAPI
import Testing

@testable import EmbeddedPostgres

@Suite("bifrost snapshot", .serialized)
struct SnapshotProgramTests {
    private let fixture: BackupFixture

    init() throws { fixture = try BackupFixture("snapshots-\(UInt16.random(in: 0 ... .max))") }

    @Test("snapshots are made beside a running service, listed, used by the next start, and dropped")
    func story() throws {
        try fixture.done("account", "open", "first")
        try fixture.done("account", "deposit", "first", "100")
        let (program, _) = try fixture.up()
        let made = try fixture.done("snapshot", "make")
        #expect(made.contains("shard 1: made at position") && made.contains("from the first event"))
        program.end(SIGTERM)
        #expect(try fixture.done("snapshot", "list").contains("this one"))
        let cash = try fixture.done("account", "deposit", "first", "11")
        #expect(!cash.contains("is not used"))
        #expect(try fixture.done("portfolio", "show", "first").contains("111"))
        #expect(try fixture.done("snapshot", "make").contains("from the snapshot at"))
        #expect(try fixture.done("snapshot", "make").contains("nothing has come since"))
        let unknown = try fixture.bifrost(["snapshot", "drop", "--at", "987654"])
        #expect(unknown.code != 0 && unknown.output.contains("There is no snapshot at 987654"))
        #expect(try fixture.done("snapshot", "drop").contains("4 snapshots are dropped"))
    }
}
