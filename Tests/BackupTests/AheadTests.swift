import Faults
import Glibc
import HTTPAPI
import PostgresClient
import Testing

@testable import EmbeddedPostgres

/// What followed a log outside a backup knows more than a log that was restored from it.
@Suite("What is ahead of a restored log", .serialized)
struct AheadTests {
    private let fixture: BackupFixture

    init() throws { fixture = try BackupFixture("ahead-\(UInt16.random(in: 0 ... .max))") }

    /// Runs `bifrost` to its end on a data directory.
    private func bifrost(_ name: String, _ arguments: String...) throws -> ChildProcess.Ending {
        try ChildProcess.run(
            [ServiceProcess.sibling("bifrost")] + arguments + ["--data-dir", fixture.path(name)]
        )
    }

    /// The same where it must succeed.
    private func done(_ ending: ChildProcess.Ending) throws {
        try #require(ending.code == 0, "\(ending.output)")
    }

    private func deposit(_ name: String, _ amounts: Int...) throws {
        for amount in amounts { try done(try bifrost(name, "account", "deposit", "first", "\(amount)")) }
    }

    private func database(_ name: String) throws -> PostgresConnection {
        let cluster = try #require(try EmbeddedCluster.running(dataDirectory: fixture.path(name)))
        return try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
    }

    private func up(_ name: String) throws -> (program: Program, door: DoorClient) {
        let program = try Program(
            ["up", "--data-dir", fixture.path(name)],
            output: fixture.path(name + ".log")
        )
        let door = DoorClient(dataDirectory: try #require(FileSystem.resolved(fixture.path(name))))
        try #require(
            poll(seconds: 60) { door.isOpen() },
            "\(FileSystem.read(fixture.path(name + ".log")) ?? "")"
        )
        return (program, door)
    }

    /// Where a client, the read model `accounts` and a publisher were when the log was lost.
    private struct Follower {
        let token: String
        let position: Int64
        let hash: [UInt8]
        let log: (high: UInt64, low: UInt64)
    }

    private func follower() throws -> Follower {
        let (program, door) = try up("data")
        defer { program.end(SIGTERM) }
        let token = try #require(try door.send("GET", "/v1/accounts").header("bifrost-position"))
        let rows = try database("data").query(
            "select e.position, e.hash, l.id from bifrost.event_s1_l1 e, bifrost.log l order by e.position desc limit 1"
        )
        return Follower(
            token: token,
            position: try rows.int64(0, 0),
            hash: try rows.bytes(0, 1),
            log: try rows.uuid(0, 2)
        )
    }

    /// Puts checkpoints of later into the restored database, as if read models and publisher had lived apart.
    private func plant(_ follower: Follower) throws {
        let connection = try database("restored")
        _ = try connection.query(
            "update bifrost_read.checkpoint set position = $1, log_hash = $2 where name = 'accounts' and shard = 1",
            [.int64(follower.position), .bytes(follower.hash)]
        )
        _ = try connection.query(
            "insert into publisher.checkpoint (shard, log, position, hash, confirmed) values (1, $1, $2, $3, $2)"
                + " on conflict (shard) do update set position = $2, hash = $3, confirmed = $2",
            [
                .uuid(high: follower.log.high, low: follower.log.low), .int64(follower.position),
                .bytes(follower.hash),
            ]
        )
    }

    private func status() throws -> String {
        try bifrost("restored", "projections", "status", "accounts").output
    }

    @Test(
        "each is refused with the way out, where the log ends before it and where it went another way, and the way out is one",
        arguments: [false, true]
    )
    func refused(goesOn: Bool) throws {
        try done(try bifrost("data", "account", "open", "first"))
        let (first, _) = try up("data")
        let isFollowed = try poll(seconds: 60) {
            try bifrost("data", "projections", "status", "accounts").output.contains("accounts_v")
        }
        #expect(isFollowed)
        first.end(SIGTERM)
        _ = try fixture.backup()
        try deposit("data", 5, 6, 7)
        let ahead = try follower()
        try done(
            try ChildProcess.run([
                ServiceProcess.sibling("bifrost"), "restore", fixture.path("backup"), "--data-dir",
                fixture.path("restored"),
            ])
        )
        // Longer than before, by other events.
        if goesOn { try deposit("restored", 1, 2, 3, 4) }
        let (program, door) = try up("restored")
        defer { program.end(SIGTERM) }

        // A client that goes on with what the lost log told it.
        if !goesOn {
            let answer = try door.send("GET", "/v1/accounts?min_position=" + ahead.token)
            #expect(answer.status == 409 && answer.body["code"]?.string == "POSITION_UNKNOWN")
            #expect(answer.body["detail"]?.string?.contains("Ask without `min_position`") == true)
        }
        let fresh = try #require(try door.send("GET", "/v1/accounts").header("bifrost-position"))
        #expect(try door.send("GET", "/v1/accounts?min_position=" + fresh).status == 200)

        program.end(SIGTERM)
        let (other, _) = try up("restored")
        defer { other.end(SIGTERM) }
        try plant(ahead)
        other.end(SIGTERM)
        let (again, _) = try up("restored")
        defer { again.end(SIGTERM) }

        try checkReadModel(goesOn)
        try checkPublisher(goesOn)
    }

    private func checkReadModel(_ goesOn: Bool) throws {
        let words = goesOn ? "was " : "the log ends before it"
        let isRefused = try poll(seconds: 30) { try status().contains(words) }
        let said = try status()
        #expect(isRefused && said.contains("run `bifrost projections rebuild accounts`"), "\(said)")
        try done(try bifrost("restored", "projections", "rebuild", "accounts"))
        let isWell = try poll(seconds: 30) {
            try bifrost("restored", "projections", "status", "accounts").code == 0
        }
        #expect(isWell)
        try done(try bifrost("restored", "projections", "verify", "accounts"))
    }

    private func checkPublisher(_ goesOn: Bool) throws {
        let audit = try bifrost("restored", "publisher", "audit")
        #expect(audit.code == 1)
        #expect(
            audit.output.contains(goesOn ? "restored and went another way" : "restored from an older state")
        )
        #expect(audit.output.contains("bifrost publisher reset --shard 1"))
        try done(try bifrost("restored", "publisher", "reset", "--shard", "1"))
        try done(try bifrost("restored", "publisher", "audit"))
    }
}
