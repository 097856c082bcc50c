import BifrostKernel
import Testing

@testable import HTTPAPI

@Suite("Ex-dates through the door, the engine and the paper venue")
struct ExDateTests {
    @Test("an open order gets the terms of a split, and the venue has them too")
    func adjusts() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let placed = try await caller.post(
                "/v1/accounts/main/orders",
                #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"10","limitPrice":"95.01","timeInForce":"good_till_cancelled"}"#,
                201
            )
            let path = "/v1/accounts/main/orders/" + placed.subject
            try await fixture.wait(path, caller) { $0["status"] == .string("NEW") }
            try await caller.post(
                "/v1/corporate-actions",
                #"{"kind":"split","symbol":"ACME","exDate":"2023-11-15","numerator":"2","denominator":"1"}"#,
                201
            )
            try await caller.post("/v1/calendars/XNYS/rolls", #"{"date":"2023-11-14"}"#, 200)
            let order = try await fixture.wait(path, caller) {
                $0["quantity"] == .string("20") && $0["status"] == .string("NEW")
            }
            #expect(order["limitPrice"] == .string("47.5"))
            #expect(order["pendingReplaces"]?.array?.isEmpty == true)
            #expect(order["route"] == .string("ANSWERED"))
            #expect(order["amendments"]?.array?.count == 2)
            // The stream is on the day before still: its price of 100 trades nothing.
            #expect(order["cumulative"] == .string("0"))
        }
    }
}
