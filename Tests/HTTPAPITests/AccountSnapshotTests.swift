import BifrostKernel
import Engine
import EventStore
import EventStorePostgres
import HTTPTypes
import PostgresClient
import PostgresTesting
import Sagas
import SeededChoices
import Testing

@testable import HTTPAPI

@Suite("Snapshots of accounts", .serialized)
struct AccountSnapshotTests {
    private static let shard = ShardNumber(1)
    private static let build = "this one"

    /// Deposits, and orders that rest, trade and are cancelled.
    private func live(_ fixture: ReadModelFixture, _ account: AccountID, _ deposits: Int) async throws {
        let actor = try #require(ActorName("test"))
        let orders = "/v1/accounts/main/orders"
        for number in 1...deposits {
            var move = MoveCash()
            move.amount = Money(nanos: Int128(number) * 1_000_000_000)
            let request = CommandRequest(
                id: try #require(ClientName("deposit \(number) of \(deposits)")),
                .deposit(account, move),
                actor: actor,
                receivedAt: FixedTime().now()
            )
            guard case .decided = fixture.core.trading.perform(request) else {
                Issue.record("expected deposit \(number) to be decided")
                return
            }
            guard number % 9 == 0 else { continue }
            let kind = number % 2 == 0 ? #""market""# : #""limit","limitPrice":"80""#
            let body = #"{"symbol":"ACME","side":"buy","type":\#(kind),"quantity":"2"}"#
            let placed = try await fixture.caller.send(.post, orders, body, key: "\(number)/\(deposits)")
            guard number % 4 == 1, let order = placed.body["order"]?.string else { continue }
            _ = try await fixture.caller.send(.delete, "\(orders)/\(order)", key: "c\(number)/\(deposits)")
        }
    }

    private func main(_ fixture: ReadModelFixture) async throws -> AccountID {
        try await fixture.core.furnish(fixture.caller)
        let opened = try await fixture.caller.send(.get, "/v1/accounts/main", key: nil)
        return AccountID(try #require(opened.body["account"]?.string.flatMap { Identifier($0) }))
    }

    private func bytes(_ cache: SheetCache, _ account: AccountID, _ through: Int64) throws -> [UInt8] {
        WireEncoder.encode(try cache.sheet(of: account, through: through))
    }

    /// Asks for moments by chance, with and without snapshots; the most events that one question read.
    private func compare(
        _ fixture: ReadModelFixture,
        _ account: AccountID,
        _ snapshots: PostgresAccountSnapshots,
        _ dice: inout Generator
    ) throws -> Int {
        let (log, end) = (CountingLog(inner: fixture.log), fixture.core.trading.committed)
        let plain = SheetCache(fixture.log, Self.shard)
        var most = 0
        for _ in 0..<60 {
            let through = dice.int64(1...end)
            // One that remembers nothing: all that it spares is the snapshots' doing.
            let found = try bytes(SheetCache(log, Self.shard, snapshots), account, through)
            #expect(found == (try bytes(plain, account, through)), "\(through)")
            most = max(most, log.counter.take().events)
        }
        return most
    }

    @Test("spare a question about the past the reading of what stands before them, and change no answer")
    func spares() async throws {
        try await ReadModelFixture.run("account_snapshots") { fixture in
            let account = try await main(fixture)
            let snapshots = PostgresAccountSnapshots(fixture.log, Self.shard, build: Self.build)
            let maker = AccountSnapshotMaker(fixture.log, Self.shard, snapshots)
            var dice = Generator(seed: 3)
            try await live(fixture, account, 900)
            let first = try maker.advance()
            #expect(first.made >= 900 / AccountSnapshotMaker.everyEvents)
            #expect(first.through == fixture.core.trading.committed)
            // A page of each stream may reach beyond the moment, as many as it has taken.
            #expect(try compare(fixture, account, snapshots, &dice) <= 3 * AccountSnapshotMaker.everyEvents)
            #expect(try maker.advance().made == 0)

            // The next process goes on behind the last snapshot.
            try await live(fixture, account, 901)
            let next = AccountSnapshotMaker(fixture.log, Self.shard, snapshots)
            let second = try next.advance()
            #expect(second.made >= 901 / AccountSnapshotMaker.everyEvents - 1)
            #expect(try compare(fixture, account, snapshots, &dice) <= 6 * AccountSnapshotMaker.everyEvents)
            #expect(try snapshots.count() == Int64(first.made + second.made))
        }
    }

    @Test("are used by their own build alone, where the log has their event and they are what was kept")
    func proven() async throws {
        try await ReadModelFixture.run("account_snapshots_proven") { fixture in
            let account = try await main(fixture)
            let snapshots = PostgresAccountSnapshots(fixture.log, Self.shard, build: Self.build)
            try await live(fixture, account, 300)
            try AccountSnapshotMaker(fixture.log, Self.shard, snapshots).advance()
            let end = fixture.core.trading.committed
            let kept = try #require(try snapshots.latest(of: AccountOrdinal(account), through: end))
            let admin = try SharedCluster.connect(database: "account_snapshots_proven")
            let log = CountingLog(inner: fixture.log)
            let expected = try bytes(SheetCache(fixture.log, Self.shard), account, end)
            func expectUnused(_ why: String) throws {
                let found = try bytes(SheetCache(log, Self.shard, snapshots), account, end)
                #expect(found == expected, "\(why)")
                #expect(log.counter.take().events > Int(kept.position) / 3, "\(why)")
            }
            _ = try bytes(SheetCache(log, Self.shard, snapshots), account, end)
            #expect(log.counter.take().events < Int(kept.position) / 3)

            var forged = AccountMoment(account)
            forged.reach(kept.position)
            let content = WireEncoder.encode(forged)
            _ = try admin.query(
                "update bifrost.account_snapshot set content = $1 where position = $2",
                [.bytes(content), .int64(kept.position)]
            )
            try expectUnused("another content")
            let sum = EventHash(digesting: content).bytes
            _ = try admin.query(
                "update bifrost.account_snapshot set sha256 = $1, hash = $1 where position = $2",
                [.bytes(sum), .int64(kept.position)]
            )
            try expectUnused("of another log")
            let other = PostgresAccountSnapshots(fixture.log, Self.shard, build: "another one")
            #expect(try other.latest(of: AccountOrdinal(account), through: end) == nil)
            try AccountSnapshotMaker(fixture.log, Self.shard, other).advance()
            #expect(try snapshots.count() > 0, "the one that serves has its own while another gets ready")
            #expect(try other.drop(all: false) > 0)
            #expect(try snapshots.count() == 0)
            #expect(try other.count() > 0)
            #expect(try other.drop(all: true) > 0)
            #expect(try other.count() == 0)
        }
    }
}
