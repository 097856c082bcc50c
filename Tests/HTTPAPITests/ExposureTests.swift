import Engine
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("The exposure of an account through the door")
struct ExposureTests {
    private static let path = "/v1/accounts/main/exposure"

    private func use(_ answer: Caller.Answer, _ rule: String) -> JSON? {
        answer.body["limits"]?.array?.first { $0["rule"]?.string == rule }
    }

    @Test("says before an order what the check of the order adds its own part to")
    func beforeOrder() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let limits =
                #"{"orderValueMax":"900000","priceCollarBasisPoints":"1000","grossExposureMax":"20000","#
                + #""concentrationMaxBasisPoints":"500","openOrdersMax":9}"#
            _ = try await caller.send(.post, "/v1/accounts/main/limits", limits, key: "limits")
            let start = fixture.trading.committed
            let orders = "/v1/accounts/main/orders"
            func buy(_ quantity: Int, _ more: String, _ status: Int) async throws -> Caller.Answer {
                let body = #"{"symbol":"ACME","side":"buy","quantity":"\#(quantity)",\#(more)}"#
                return try await caller.post(orders, body, status)
            }
            let bought = try await buy(100, #""type":"market""#, 201)
            try await fixture.wait("\(orders)/\(bought.subject)", caller) { $0["status"] == "FILLED" }
            let rests = try await buy(50, #""type":"limit","limitPrice":"90""#, 201)
            // What the venue says of an order comes behind the answer to it.
            try await fixture.wait("\(orders)/\(rests.subject)", caller) { $0["status"] == "NEW" }
            let seen = try await caller.send(.get, Self.path, key: nil)
            #expect(seen.status == 200 && seen.position == fixture.trading.committed)
            #expect(seen.body["gross"]?.string == "10000" && seen.body["leverage"]?.string == "0.01")
            #expect(seen.body["reserved"]?["cash"]?.array?.first?["amount"]?.string == "4500")
            let gross = use(seen, "GROSS_EXPOSURE_ABOVE_LIMIT")
            #expect(gross?["used"]?.string == "14500" && gross?["fraction"]?.string == "0.725")
            #expect(use(seen, "OPEN_ORDERS_ABOVE_LIMIT")?["used"]?.string == "1")
            #expect(use(seen, "CONCENTRATION_ABOVE_LIMIT")?["used"]?.string == "150")
            // 60 more at 95 are 5,700: refused with the sum of both.
            let refused = try await buy(60, #""type":"limit","limitPrice":"95""#, 422)
            #expect(refused.code == "GROSS_EXPOSURE_ABOVE_LIMIT")
            #expect(refused.body["value"]?.string == "20200")
            let before = try await caller.send(.get, "\(Self.path)?at=\(seen.position ?? 0)", key: nil)
            #expect(before.body == seen.body)
            let first = try await caller.send(.get, "\(Self.path)?at=\(start)", key: nil)
            #expect(first.body["gross"]?.string == "0" && first.position == start)
            #expect(first.body["reserved"]?["openOrders"]?.text == "0")
        }
    }

    @Test("is of no account that is not there, or was not there yet")
    func unknown() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            for (path, status) in [
                ("/v1/accounts/nobody/exposure", 404), ("\(Self.path)?at=1", 404),
                ("\(Self.path)?as_of=2023-11-14", 400), (Self.path, 200),
            ] {
                let answer = try await caller.send(.get, path, key: nil)
                #expect(answer.status == status, "\(path): \(answer.body.text)")
            }
        }
    }
}
