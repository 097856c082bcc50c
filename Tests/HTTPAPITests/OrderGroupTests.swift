import BifrostKernel
import Engine
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Brackets and pairs through the door")
struct OrderGroupTests {
    private static let path = "/v1/accounts/main/order-groups"

    @Test("a bracket places its legs, and a cancel of the group takes them back")
    func bracket() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let wanted =
                #"{"orderClass":"bracket","symbol":"ACME","side":"buy","type":"market","quantity":"10","#
                + #""takeProfit":{"limitPrice":"120"},"stopLoss":{"stopPrice":"80","limitPrice":null}}"#
            let placed = try await caller.post(Self.path, wanted, 201)
            var list = try await fixture.wait(Self.path, caller) {
                $0["groups"]?.array?.first?["orders"]?.array?.count == 3
            }
            var group = list["groups"]?.array?.first
            #expect(group?["group"]?.string == placed.subject && group?["orderClass"] == .string("bracket"))
            #expect(group?["state"] == .string("WORKING") && group?["quantity"] == .string("10"))
            let stop = group?["orders"]?.array?.last?.string ?? ""
            let leg = try await caller.send(.get, "/v1/accounts/main/orders/" + stop, key: nil)
            #expect(leg.body["type"] == .string("stop") && leg.body["group"]?.string == placed.subject)
            let ended = try await caller.send(.delete, "\(Self.path)/\(placed.subject)", key: "end")
            #expect(ended.status == 200)
            list = try await fixture.wait(Self.path, caller) {
                $0["groups"]?.array?.first?["state"] == .string("ENDED")
            }
            group = list["groups"]?.array?.first
            #expect(group?["after"] == .string("ALL_CLOSED"))
            let retry = #"{"resolution":"retry"}"#
            let late = try await caller.post("\(Self.path)/\(placed.subject)/resolution", retry, 422)
            #expect(late.code == "UNKNOWN_GROUP")
        }
    }

    @Test("a pair that a judge refuses says why, and which of both")
    func refusal() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let wanted =
                #"{"orderClass":"oco","symbol":"ACME","side":"sell","quantity":"10","#
                + #""takeProfit":{"limitPrice":"120"},"stopLoss":{"stopPrice":"80"}}"#
            let refused = try await caller.post(Self.path, wanted, 422)
            #expect(refused.code == "POSITION_INSUFFICIENT" && refused.body["by"] == .string("RISK"))
            let list = try await caller.send(.get, Self.path, key: nil)
            let reasons = list.body["groups"]?.array?.first?["refused"]?.array ?? []
            #expect(reasons.map { $0["leg"]?.text } == ["1", "2"])
            #expect(reasons.first?["code"] == .string("POSITION_INSUFFICIENT"))
            let alone = #"{"orderClass":"oco","symbol":"ACME","side":"sell","quantity":"10"}"#
            #expect(try await caller.post(Self.path, alone, 422).code == "GROUP_LEG_COUNT_INVALID")
            let odd = #"{"orderClass":"mleg","symbol":"ACME","side":"sell","quantity":"10"}"#
            #expect(try await caller.post(Self.path, odd, 400).code == "FIELD_MALFORMED")
        }
    }
}
