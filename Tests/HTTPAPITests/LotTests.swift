import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Lots and returns through the door")
struct LotTests {
    /// Three lots of 10, 20 and 30 that one sale of 45 closes in part.
    private func trade(_ fixture: Fixture, _ caller: Caller) async throws {
        try await fixture.furnish(caller)
        let orders = "/v1/accounts/main/orders"
        for (side, quantity) in [("buy", 10), ("buy", 20), ("buy", 30), ("sell", 45)] {
            let body = #"{"symbol":"ACME","side":"\#(side)","type":"market","quantity":"\#(quantity)"}"#
            let order = try await caller.post(orders, body, 201).subject
            try await fixture.wait("\(orders)/\(order)", caller) { $0["status"] == "FILLED" }
        }
    }

    @Test("a page of lots begins where the one before ended, whatever closed together")
    func pages() async throws {
        try await Fixture.run { fixture, caller in
            try await trade(fixture, caller)
            let path = "/v1/accounts/main/lots"
            let open = try await caller.send(.get, path, key: nil).body
            #expect(open["lots"]?.array?.compactMap { $0["quantity"]?.string } == ["15"])
            #expect(open["lots"]?.array?.first?["cost"]?.string == "1500")
            let whole = try await caller.send(.get, "\(path)?state=closed", key: nil).body
            let parts = whole["lots"]?.array ?? []
            #expect(Set(parts.compactMap { $0["quantity"]?.string }) == ["10", "20", "15"])
            #expect(Set(parts.compactMap { $0["closedBy"]?.string }).count == 1)
            #expect(whole["next"] == .null)
            var seen: [JSON] = []
            var mark = ""
            repeat {
                let page = try await caller.send(.get, "\(path)?state=closed&limit=1\(mark)", key: nil).body
                seen += page["lots"]?.array ?? []
                mark = page["next"]?.string.map { "&before=\($0)" } ?? ""
            } while !mark.isEmpty
            #expect(seen == parts)
        }
    }

    @Test("what is asked in another form than lots and returns have is refused")
    func refusals() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            for (query, status, code) in [
                ("lots?state=any", 400, "FIELD_MALFORMED"), ("lots?before=7", 400, "FIELD_MALFORMED"),
                ("lots?before=2023-11-14_x", 400, "FIELD_MALFORMED"),
                ("lots?before=2023-11-14_00050000-0000-8000-8000-000040004000", 200, nil),
                ("lots?limit=501", 400, "FIELD_MALFORMED"), ("lots?symbol=", 400, "SYMBOL_MALFORMED"),
                ("lots?as_of=2023-02-30", 400, "DATE_MALFORMED"),
                ("returns?from=2023-11-15&to=2023-11-14", 422, "FIELDS_DISAGREE"),
                ("returns?format=csv", 400, "FIELD_UNKNOWN"), ("returns", 200, nil),
            ] as [(String, Int, String?)] {
                let answer = try await caller.send(.get, "/v1/accounts/main/\(query)", key: nil)
                #expect(answer.status == status && answer.code == code, "\(query): \(answer.body.text)")
            }
            let answer = try await caller.send(.get, "/v1/accounts/nobody/returns", key: nil)
            #expect(answer.status == 404)
        }
    }

    @Test("money that only came in has no return, and the answer says why")
    func undefined() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let returns = try await caller.send(.get, "/v1/accounts/main/returns", key: nil).body
            #expect(returns["timeWeighted"] == .null)
            #expect(returns["undefined"]?.string == "no day was closed")
            let result = try #require(returns["results"]?.array?.first)
            #expect(result["equity"]?.string == "1000000" && result["total"]?.string == "0")
        }
    }
}
