import Faults
import Glibc
import HTTPAPI
import PostgresClient
import Testing

@testable import EmbeddedPostgres

@Suite("bifrost verify", .serialized)
struct VerifyProgramTests {
    private let fixture: BackupFixture

    init() throws { fixture = try BackupFixture("verify-\(UInt16.random(in: 0 ... .max))") }

    private func bifrost(_ arguments: String...) throws -> ChildProcess.Ending {
        try ChildProcess.run(
            [ServiceProcess.sibling("bifrost")] + arguments + ["--data-dir", fixture.path("data")]
        )
    }

    private func done(_ ending: ChildProcess.Ending) throws -> String {
        try #require(ending.code == 0, "\(ending.output)")
        return ending.output
    }

    @Test("proves the read models with the log, and names the one whose rows were changed")
    func readModels() throws {
        _ = try done(try bifrost("account", "open", "first"))
        #expect(!(try done(try bifrost("verify")).contains("READ MODEL")), "none was made yet")
        let log = fixture.path("up.log")
        let program = try Program(["up", "--data-dir", fixture.path("data")], output: log)
        defer { program.end(SIGTERM) }
        let directory = try #require(FileSystem.resolved(fixture.path("data")))
        let door = DoorClient(dataDirectory: directory)
        try #require(poll(seconds: 60) { door.isOpen() }, "\(FileSystem.read(log) ?? "")")
        _ = try done(try bifrost("account", "deposit", "first", "100"))
        let whole = try done(try bifrost("verify"))
        #expect(whole.contains("The read models accounts, audit, orders and portfolio hold what"))
        #expect(!(try done(try bifrost("verify", "--log-only")).contains("read model")))

        let cluster = try #require(try EmbeddedCluster.running(dataDirectory: fixture.path("data")))
        let admin = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
        try admin.execute("update accounts_v1.accounts set alias = 'second'")
        let changed = try bifrost("verify")
        #expect(changed.code == 1)
        #expect(changed.output.contains("the read model accounts of shard 1 is not what its events lead to"))
        #expect(changed.output.contains("bifrost projections rebuild accounts"))
        #expect(!changed.output.contains("sums to zero"), "no sentence to quote while something is wrong")
        #expect(try bifrost("verify", "--json").output.contains("rows differ from the log"))
        _ = try done(try bifrost("projections", "rebuild", "accounts"))
        #expect(try done(try bifrost("verify")).contains("sums to zero"))
    }
}
