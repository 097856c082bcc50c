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

    private func deposit(_ name: String, _ amounts: Int...) throws {
        for amount in amounts { try fixture.done(on: name, "account", "deposit", "first", "\(amount)") }
    }

    /// Where a client, the read model `accounts` and a publisher were when the log was lost.
    private struct Follower {
        let token: String
        let position: Int64
        let hash: [UInt8]
        let log: (high: UInt64, low: UInt64)
    }

    private func follower() throws -> Follower {
        let (program, door) = try fixture.up(on: "data")
        defer { program.end(SIGTERM) }
        let token = try #require(try door.send("GET", "/v1/accounts").header("bifrost-position"))
        let rows = try fixture.database("data").query(
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
        let connection = try fixture.database("restored")
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
        try fixture.bifrost(on: "restored", ["projections", "status", "accounts"]).output
    }

    @Test(
        "each is refused with the way out, where the log ends before it and where it went another way, and the way out is one",
        arguments: [false, true]
    )
    func refused(goesOn: Bool) throws {
        try fixture.done(on: "data", "account", "open", "first")
        let (first, _) = try fixture.up(on: "data")
        let isFollowed = try poll(seconds: 60) {
            try fixture.bifrost(on: "data", ["projections", "status", "accounts"]).output.contains(
                "accounts_v"
            )
        }
        #expect(isFollowed)
        first.end(SIGTERM)
        _ = try fixture.backup()
        try deposit("data", 5, 6, 7)
        let ahead = try follower()
        try fixture.done(on: "restored", "restore", fixture.path("backup"))
        // Longer than before, by other events.
        if goesOn { try deposit("restored", 1, 2, 3, 4) }
        let (program, door) = try fixture.up(on: "restored")
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
        let (other, _) = try fixture.up(on: "restored")
        defer { other.end(SIGTERM) }
        try plant(ahead)
        other.end(SIGTERM)
        let (again, _) = try fixture.up(on: "restored")
        defer { again.end(SIGTERM) }

        try checkReadModel(goesOn)
        try checkPublisher(goesOn)
    }

    private func checkReadModel(_ goesOn: Bool) throws {
        let words = goesOn ? "was " : "the log ends before it"
        let isRefused = try poll(seconds: 30) { try status().contains(words) }
        let said = try status()
        #expect(isRefused && said.contains("run `bifrost projections rebuild accounts`"), "\(said)")
        try fixture.done(on: "restored", "projections", "rebuild", "accounts")
        let isWell = try poll(seconds: 30) {
            try fixture.bifrost(on: "restored", ["projections", "status", "accounts"]).code == 0
        }
        #expect(isWell)
        try fixture.done(on: "restored", "projections", "verify", "accounts")
    }

    private func checkPublisher(_ goesOn: Bool) throws {
        let audit = try fixture.bifrost(on: "restored", ["publisher", "audit"])
        #expect(audit.code == 1)
        #expect(
            audit.output.contains(goesOn ? "restored and went another way" : "restored from an older state")
        )
        #expect(audit.output.contains("bifrost publisher reset --shard 1"))
        try fixture.done(on: "restored", "publisher", "reset", "--shard", "1")
        try fixture.done(on: "restored", "publisher", "audit")
    }
}
