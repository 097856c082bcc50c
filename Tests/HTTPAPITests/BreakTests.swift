import BifrostKernel
import Engine
import HTTPTypes
import Orders
import Sagas
import Testing

@testable import HTTPAPI

@Suite("Differences from the books of venues")
struct BreakTests {
    /// What a venue says of a trade of no order of ours.
    private static func report(_ number: Int) -> ExternalReport {
        var trade = OrderExecuted()
        trade.venue = PaperProfile.venue
        trade.tradeDate = BusinessDate(days: 19_675)
        trade.venueExecutionID = "S\(number)"
        trade.quantity = Quantity(nanos: Int64(number) * 1_000_000_000)
        trade.price = Price(nanos: 100_000_000_000)
        trade.settlementAmount = Money(nanos: Int128(number) * 100_000_000_000)
        trade.venuePosition = trade.quantity
        trade.venueCash = -trade.settlementAmount
        trade.venueCumulative = trade.quantity
        var said = ExternalReport()
        said.venue = PaperProfile.venue
        said.venueOrderID = "elsewhere \(number)"
        said.symbol = Symbol("ACME") ?? .none
        said.execution = trade
        return said
    }

    private func say(_ number: Int, of account: AccountID, _ trading: ShardEngine) throws -> Int64 {
        let request = CommandRequest(
            id: try #require(ClientName("report \(number)")),
            .recordExternal(account, Self.report(number)),
            actor: try #require(ActorName("venue:paper")),
            receivedAt: FixedTime().now()
        )
        guard case .decided(let receipt, _) = trading.perform(request) else {
            Issue.record("the report was not taken")
            return 0
        }
        return receipt.firstPosition
    }

    @Test("are listed alike from the audit trail and from the log, latest first, with what became of them")
    func lists() async throws {
        try await ReadModelFixture.run("http_breaks") { fixture in
            let (caller, trading) = (fixture.caller, fixture.core.trading)
            try await fixture.core.furnish(caller)
            let nobody = AccountID(Identifier(high: 7, low: 7))
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil).body["account"]
            let main = try #require(Identifier(account?.string ?? ""))
            // More events than are read at once.
            for number in 1...120 { _ = try say(number, of: nobody, trading) }
            for number in 201...215 { _ = try say(number, of: AccountID(main), trading) }
            try await fixture.settle()
            let stray = try await caller.send(.get, "/v1/breaks", key: nil)
            let rows = stray.body["breaks"]?.array ?? []
            #expect(rows.count == 120)
            #expect(rows.allSatisfy { $0["trade"]?["inSuspense"] == .bool(true) })
            let positions = rows.compactMap { $0["position"].flatMap { Int64($0.text) } }
            #expect(positions == positions.sorted(by: >) && Set(positions).count == 120)
            let first = try #require(positions.first)
            let second = try #require(positions.dropFirst().first)
            let resolution = #"{"resolution":"venue_error"}"#
            try await caller.post("/v1/breaks/\(first)/resolution", resolution, 200)
            try await caller.post("/v1/breaks/\(second)/assignment", #"{"account":"main"}"#, 200)
            try await fixture.settle()
            for path in ["/v1/breaks", "/v1/accounts/main/breaks"] {
                for query in ["", "?at=\(first)", "?at=\(first / 2)", "?at=1", "?at=0", "?limit=3"] {
                    try await fixture.compare(path + query)
                }
            }
            let past = try await caller.send(.get, "/v1/breaks?at=\(second)", key: nil).body["breaks"]?.array
            #expect(past?.count == 119 && past?.allSatisfy { $0["resolution"] == .null } == true)
            let later = try await caller.send(.get, "/v1/breaks", key: nil).body["breaks"]?.array ?? []
            #expect(later.first?["resolution"]?.string == "VENUE_ERROR")
            #expect(later.dropFirst().first?["trade"]?["inSuspense"] == .bool(false))
        }
    }
}
