import BifrostKernel
import Engine
import EventStore
import HTTPTypes
import Portfolios
import Sagas
import Testing

@testable import HTTPAPI

@Suite("Accounts of the past")
struct SheetCacheTests {
    /// Enough that a reader keeps moments on the way.
    private static let deposits = 5_000

    @Test("are what was booked until then, from whatever moment they are folded on")
    func kept() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let opened = try await caller.send(.get, "/v1/accounts/main", key: nil)
            let id = try #require(opened.body["account"]?.string.flatMap { Identifier($0) })
            let account = AccountID(id)
            let actor = try #require(ActorName("test"))
            for number in 1...Self.deposits {
                var move = MoveCash()
                move.amount = Money(nanos: Int128(number) * 1_000_000_000)
                let name = try #require(ClientName("deposit \(number)"))
                let request = CommandRequest(
                    id: name,
                    .deposit(account, move),
                    actor: actor,
                    receivedAt: FixedTime().now()
                )
                guard case .decided = fixture.trading.perform(request) else {
                    Issue.record("expected deposit \(number) to be decided")
                    return
                }
            }
            var booked: [(position: Int64, amount: Int128)] = []
            let stream = LogSelection.stream(
                AccountOrdinal(account),
                StreamOrdinal(.portfolio, of: id),
                afterVersion: 0
            )
            try EventPages.read(fixture.log, ShardNumber(1), stream) { read in
                guard case .portfolio(.deposited(let fact)) = read.event else { return }
                booked.append((read.header.position, fact.amount.nanos))
            }
            let end = fixture.trading.committed
            let cache = SheetCache(fixture.log, ShardNumber(1))
            for through in [end, 4_100, 2_048, 2_049, 3_000, 1, end - 1, 4_096, end] {
                let sheet = try cache.sheet(of: account, through: through)
                let expected = booked.reduce(Int128(0)) { $1.position <= through ? $0 + $1.amount : $0 }
                #expect(sheet.cash(.usd).settled == expected, "\(through)")
            }
        }
    }
}
