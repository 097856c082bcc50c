import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Holdings and corporate actions through the door")
struct HoldingTests {
    @Test("holdings are imported whole, once, or refused whole")
    func imports() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/imports"
            let lot = #"{"symbol":"ACME","quantity":"10","cost":"500","acquired":"2001-02-03"}"#
            let good = #"{"cash":[{"currency":"USD","amount":"5"}],"lots":["# + lot + "]}"
            try await caller.post(path, good, 201)
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil)
            #expect(account.body["cash"] == .string("1000005"))
            #expect(account.body["positions"]?.array?.first?["quantity"] == .string("10"))
            #expect(account.body["positions"]?.array?.first?["cost"] == .string("500"))
            let bad = good.replacing("2001-02-03", with: "2999-02-03")
            #expect(try await caller.post(path, bad, 422).code == "ACQUIRED_IN_FUTURE")
            #expect(
                try await caller.post(path, good.replacing("ACME", with: "NOPE"), 422).code
                    == "UNKNOWN_SYMBOL"
            )
        }
    }

    @Test("a corporate action on an unknown instrument, or with impossible terms, is refused with its code")
    func refusals() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/corporate-actions"
            let terms = #""exDate":"2999-01-01","payDate":"2999-01-02","amountPerUnit":"1"}"#
            let unknown = #"{"symbol":"NOPE","kind":"cash-dividend","# + terms
            #expect(try await caller.post(path, unknown, 422).code == "UNKNOWN_SYMBOL")
            let noDay = unknown.replacing("NOPE", with: "ACME")
            #expect(try await caller.post(path, noDay, 422).code == "NOT_A_TRADING_DAY")
            let kind = unknown.replacing("cash-dividend", with: "gift")
            #expect(try await caller.post(path, kind, 400).code == "FIELD_MALFORMED")
        }
    }
}
