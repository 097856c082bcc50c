import BifrostKernel
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Symbols that change, through the door")
struct SymbolTests {
    private static func order(_ symbol: String) -> String {
        #"{"symbol":"\#(symbol)","side":"buy","type":"market","quantity":"10"}"#
    }

    @Test(
        "the old name is refused with its last day; the new one, and one that was taken again, see their own price"
    )
    func renames() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let terms = #""tickSize":"0.01","lotSize":"1""#
            let placed = try await caller.post("/v1/accounts/main/orders", Self.order("ACME"), 201)
            try await fixture.wait("/v1/accounts/main/orders/" + placed.subject, caller) {
                $0["status"] == .string("FILLED")
            }
            try await caller.post(
                "/v1/instruments/ACME/terms",
                "{\"effectiveFrom\":\"2023-11-15\",\"symbol\":\"NOVA\",\(terms)}",
                200
            )
            let held = try await caller.send(.get, "/v1/accounts/main", key: nil).body
            #expect(held["positions"]?.array?.first?["symbol"] == .string("ACME"))
            try await caller.post("/v1/calendars/XNYS/rolls", #"{"date":"2023-11-14"}"#, 200)
            let refused = try await caller.post(
                "/v1/accounts/main/orders",
                Self.order("ACME"),
                422,
                key: "old"
            )
            #expect(refused.code == "SYMBOL_GIVEN_UP")
            try await caller.post("/v1/accounts/main/orders", Self.order("NOVA"), 201)
            try await caller.post(
                "/v1/instruments",
                "{\"symbol\":\"ACME\",\"currency\":\"USD\",\"tradingCalendar\":\"XNYS\",\"validFrom\":\"2023-11-15\",\(terms)}",
                201
            )
            // The price of what had the name before would let it pass.
            let unpriced = try await caller.post(
                "/v1/accounts/main/orders",
                Self.order("ACME"),
                422,
                key: "new"
            )
            #expect(unpriced.code == "PRICE_UNAVAILABLE")
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil).body
            #expect(account["positions"]?.array?.first?["symbol"] == .string("NOVA"))
        }
    }

    @Test("a pause ends by catching up with every calendar")
    func catchesUp() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            try await caller.post("/v1/rolls", #"{"through":"2023-11-14"}"#, 200)
            try await caller.post("/v1/rolls", #"{"through":"2023-11-20"}"#, 200)
            let late = try await caller.post("/v1/calendars/XNYS/rolls", #"{"date":"2023-11-15"}"#, 200)
            #expect(late.body["result"] == .string("no-effect"))
        }
    }

    @Test("a change is corrected and withdrawn by the symbol of the day before, before its day and after it")
    func revises() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let terms = #""tickSize":"0.01","lotSize":"1""#
            let change = "{\"effectiveFrom\":\"2023-11-15\",\"symbol\":\"NVOA\",\(terms)}"
            let path = "/v1/instruments/ACME/terms"
            try await caller.post(path, change, 200)
            let day = path + "/2023-11-15"
            let name = #"{"symbol":"NOVA"}"#
            #expect(try await caller.send(.patch, day, name, key: "name").status == 200)
            let odd = try await caller.send(.patch, day, #"{"tickSize":"0.05"}"#, key: "odd")
            #expect(odd.status == 400)
            let none = try await caller.send(.delete, path + "/2023-11-14", key: "none")
            #expect(none.status == 422 && none.code == "UNKNOWN_INSTRUMENT_CHANGE")
            #expect(try await caller.send(.delete, path + "/tomorrow", key: "form").code == "DATE_MALFORMED")
            try await caller.post("/v1/calendars/XNYS/rolls", #"{"date":"2023-11-14"}"#, 200)
            let wrong = try await caller.post("/v1/accounts/main/orders", Self.order("NVOA"), 422, key: "w")
            #expect(wrong.code == "UNKNOWN_SYMBOL")
            try await caller.post("/v1/accounts/main/orders", Self.order("NOVA"), 201)
            #expect(try await caller.send(.delete, day, key: "late").status == 200)
            try await caller.post("/v1/accounts/main/orders", Self.order("ACME"), 201)
            let positions = try await caller.send(.get, "/v1/accounts/main/positions", key: nil).body
            #expect(positions["positions"]?.array?.first?["symbol"] != .string("NOVA"))
        }
    }
}
