import BifrostKernel
import EventStore
import HTTPTypes
import Testing
import Venues

@testable import HTTPAPI

@Suite("Orders of every kind through the door")
struct OrderKindTests {
    /// What each order sells one unit by, and the price that it trades at when the stream goes to 95.
    static let kinds = [
        (#""type":"limit","timeInForce":"immediate_or_cancel","limitPrice":"100""#, "100"),
        (#""type":"market","timeInForce":"fill_or_kill""#, "100"),
        (#""type":"stop","stopPrice":"96""#, "95"),
        (#""type":"stop_limit","stopPrice":"96","limitPrice":"94""#, "95"),
        (#""type":"trailing_stop","trailingAmount":"4""#, "95"),
        (#""type":"trailing_stop","trailingBasisPoints":"300","timeInForce":"good_till_cancelled""#, "95"),
        (#""type":"trailing_stop_limit","trailingAmount":"4","limitOffset":"2""#, "95"),
        (#""type":"market_on_open""#, "95"), (#""type":"limit_on_open","limitPrice":"90""#, "95"),
        (#""type":"market_on_close""#, "95"), (#""type":"limit_on_close","limitPrice":"90""#, "95"),
    ]

    @Test("trade at the paper venue, and the account holds what they leave")
    func trade() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/orders"
            let buy = #"{"symbol":"ACME","side":"buy","type":"market","quantity":"20"}"#
            let bought = try await caller.post(path, buy, 201)
            try await fixture.wait(path + "/" + bought.subject, caller) { $0["status"] == "FILLED" }
            var placed: [(path: String, price: String)] = []
            for (terms, price) in Self.kinds {
                let body = #"{"symbol":"ACME","side":"sell","quantity":"1","# + terms + "}"
                let order = try await caller.post(path, body, 201)
                placed.append((path + "/" + order.subject, price))
            }
            let rest = #"{"symbol":"ACME","side":"sell","type":"limit","quantity":"1","limitPrice":"120"}"#
            let resting = path + "/" + (try await caller.post(path, rest, 201).subject)
            try await fixture.wait(resting, caller) { $0["status"] == "NEW" }
            let other = #"{"quantity":"3","limitPrice":"90"}"#
            let replaced = try await caller.send(.patch, resting, other, key: "other terms")
            #expect(replaced.status == 200 || replaced.status == 201, "\(replaced.body.text)")
            try await fixture.wait(resting, caller) { $0["status"] == "FILLED" }
            for (path, _) in placed {
                try await fixture.wait(path, caller) { $0["status"] != "PENDING_NEW" }
            }
            try fixture.moveToClose("95")
            for (path, price) in placed {
                let order = try await fixture.wait(path, caller) { $0["status"] == "FILLED" }
                #expect(order["averagePrice"] == .string(price))
            }
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil)
            #expect(account.body["positions"]?.array?.first?["quantity"] == "6")
        }
    }

    @Test("that may only rest are refused by the venue where they would trade")
    func postOnly() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/orders"
            let body =
                #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"1","limitPrice":"101","postOnly":true}"#
            let placed = path + "/" + (try await caller.post(path, body, 201)).subject
            let order = try await fixture.wait(placed, caller) { $0["status"] == "REJECTED" }
            #expect(order["rejection"]?["code"] == "VENUE_WOULD_TRADE")
        }
    }
}

extension Fixture {
    /// Moves the stream to the closing price of its date.
    fileprivate func moveToClose(_ price: String) throws {
        let symbol = try #require(Symbol("ACME"))
        let acme = try #require(try Directory(log, ShardNumber(1), FixedTime()).instrument(symbol))
        let now = FixedTime().now()
        let tick = PaperTick(acme, try Price(price), isClosing: true)
        #expect(venue.advance(to: now, date: now.date, ticks: [tick]))
    }
}
