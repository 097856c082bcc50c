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

    @Test("proves the read models with the log, and names the one whose rows were changed")
    func readModels() throws {
        try fixture.done("account", "open", "first")
        #expect(!(try fixture.done("verify").contains("READ MODEL")), "none was made yet")
        let (program, _) = try fixture.up()
        defer { program.end(SIGTERM) }
        try fixture.done("account", "deposit", "first", "100")
        let whole = try fixture.done("verify")
        #expect(whole.contains("The read models accounts, audit, orders and portfolio hold what"))
        #expect(!(try fixture.done("verify", "--log-only").contains("read model")))

        let admin = try fixture.database()
        try admin.execute("update accounts_v1.accounts set alias = 'second'")
        let changed = try fixture.bifrost(["verify"])
        #expect(changed.code == 1)
        #expect(changed.output.contains("the read model accounts of shard 1 is not what its events lead to"))
        #expect(changed.output.contains("bifrost projections rebuild accounts"))
        #expect(!changed.output.contains("sums to zero"), "no sentence to quote while something is wrong")
        #expect(try fixture.bifrost(["verify", "--json"]).output.contains("rows differ from the log"))
        try fixture.done("projections", "rebuild", "accounts")
        #expect(try fixture.done("verify").contains("sums to zero"))
    }
}
