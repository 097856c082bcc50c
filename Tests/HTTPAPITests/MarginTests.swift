import BifrostKernel
import EventStore
import HTTPTypes
import Testing
import Venues

@testable import HTTPAPI

@Suite("Margin accounts through the door")
struct MarginTests {
    private static let orders = "/v1/accounts/desk/orders"

    private static func furnish(_ fixture: Fixture, _ caller: Caller) async throws {
        try await caller.post(
            "/v1/calendars",
            #"{"calendar":"XNYS","days":["2023-11-14","2023-11-15"]}"#,
            201
        )
        let terms =
            #"{"symbol":"ACME","currency":"USD","tickSize":"0.01","lotSize":"1","tradingCalendar":"XNYS","#
            + #""marginable":true,"shortable":true}"#
        try await caller.post("/v1/instruments", terms, 201)
        let marks = #"{"date":"2023-11-14","marks":[{"symbol":"ACME","price":"100"}]}"#
        try await caller.post("/v1/marks", marks, 201)
        try await caller.post("/v1/accounts", #"{"alias":"desk","currency":"USD","kind":"margin"}"#, 201)
        try await caller.post("/v1/accounts/desk/deposits", #"{"currency":"USD","amount":"10000"}"#, 201)
        let symbol = try #require(Symbol("ACME"))
        let acme = try #require(try Directory(fixture.log, ShardNumber(1), FixedTime()).instrument(symbol))
        let now = FixedTime().now()
        #expect(fixture.venue.advance(to: now, date: now.date, prices: [(acme, try Price("100"))]))
    }

    @Test("sell short with a locate, cover, and show what they need")
    func sellsShort() async throws {
        try await Fixture.run { fixture, caller in
            try await Self.furnish(fixture, caller)
            let body =
                #"{"symbol":"ACME","side":"sell_short","type":"market","quantity":"100","locateId":"DESK-7"}"#
            let placed = try await caller.post(Self.orders, body, 201)
            let path = Self.orders + "/" + placed.subject
            let order = try await fixture.wait(path, caller) { $0["status"] == "FILLED" }
            #expect(order["side"] == "sell_short" && order["locateId"] == "DESK-7")
            var account = try await caller.send(.get, "/v1/accounts/desk", key: nil).body
            #expect(account["kind"] == "margin" && account["cash"] == "20000")
            #expect(account["margin"]?["regime"] == "us-reg-t-1")
            #expect(account["positions"]?.array?.first?["quantity"] == "-100")
            try await caller.post("/v1/calendars/XNYS/rolls", #"{"date":"2023-11-14"}"#, 200)
            account = try await caller.send(.get, "/v1/accounts/desk", key: nil).body
            #expect(account["margin"]?["initialRequirement"] == "5000")
            #expect(account["margin"]?["maintenanceRequirement"] == "3000")
            #expect(account["margin"]?["excess"] == "5000")
            let cover = #"{"symbol":"ACME","side":"buy","type":"market","quantity":"100"}"#
            let bought = Self.orders + "/" + (try await caller.post(Self.orders, cover, 201)).subject
            try await fixture.wait(bought, caller) { $0["status"] == "FILLED" }
            account = try await caller.send(.get, "/v1/accounts/desk", key: nil).body
            #expect(account["positions"]?.array?.isEmpty == true)
        }
    }

    @Test("are refused with the rule and its numbers")
    func refuses() async throws {
        try await Fixture.run { fixture, caller in
            try await Self.furnish(fixture, caller)
            func refusal(_ body: String) async throws -> JSON {
                try await caller.send(.post, Self.orders, body, key: body).body
            }
            let long = #"{"symbol":"ACME","side":"sell","type":"market","quantity":"1"}"#
            #expect(try await refusal(long)["code"] == "SALE_NOT_LONG")
            let located = #"{"symbol":"ACME","side":"sell_short","type":"market","quantity":"1"}"#
            #expect(try await refusal(located)["code"] == "LOCATE_MISSING")
            let large =
                #"{"symbol":"ACME","side":"sell_short","type":"market","quantity":"195","locateId":"L"}"#
            let answer = try await refusal(large)
            #expect(answer["code"] == "INITIAL_MARGIN_EXCEEDED")
            #expect(answer["limit"] == "10000" && answer["value"] == "10042.5")
            let malformed =
                #"{"symbol":"ACME","side":"sell_short","type":"market","quantity":"1","locateId":" L"}"#
            #expect(try await refusal(malformed)["code"] == "FIELD_MALFORMED")
            let kind = #"{"alias":"odd","currency":"USD","kind":"portfolio"}"#
            #expect(try await caller.send(.post, "/v1/accounts", kind, key: "odd").status == 400)
        }
    }
}
