import BifrostKernel
import Engine
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Orders that are worked by slices, through the door")
struct WorkedOrderTests {
    private static let path = "/v1/accounts/main/orders"

    private static func order(_ quantity: Int, _ more: String) -> String {
        #"{"symbol":"ACME","side":"buy","type":"market","quantity":"\#(quantity)",\#(more)}"#
    }

    @Test("a slice trades, its order shows it, and all of it completes the order")
    func works() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let worked = try await caller.post(Self.path, Self.order(10, #""worked":true"#), 201)
            let parent = #""parent":"\#(worked.subject)""#
            let slice = try await caller.post(Self.path, Self.order(4, parent), 201)
            let path = Self.path + "/" + worked.subject
            let shown = try await fixture.wait(path, caller) { $0["cumulative"] == .string("4") }
            #expect(shown["worked"] == .bool(true) && shown["venue"] == .null)
            #expect(shown["status"] == .string("PARTIALLY_FILLED") && shown["leaves"] == .string("6"))
            let slices = shown["slices"]?.array ?? []
            #expect(slices.count == 1 && slices.first?["order"]?.string == slice.subject)
            #expect(slices.first?["status"] == .string("FILLED"))
            let above = try await caller.post(Self.path, Self.order(7, parent), 422)
            #expect(above.code == "PARENT_QUANTITY_EXCEEDED")
            #expect(above.body["limit"]?.string == "6" && above.body["value"]?.string == "7")
            _ = try await caller.post(Self.path, Self.order(6, parent), 201)
            let done = try await fixture.wait(path, caller) { $0["status"] == .string("FILLED") }
            #expect(done["slices"]?.array?.count == 2 && done["leaves"] == .string("0"))
            let late = try await caller.post(Self.path, Self.order(1, parent), 422)
            #expect(late.code == "PARENT_NOT_OPEN")
            let odd = Self.order(1, #""parent":"main""#)
            #expect(try await caller.post(Self.path, odd, 400).code == "FIELD_MALFORMED")
        }
    }

    @Test("a cancel of an order without slices is answered at once, and nothing is held")
    func cancels() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let worked = try await caller.post(Self.path, Self.order(10, #""worked":true"#), 201)
            let path = Self.path + "/" + worked.subject
            #expect(try await caller.send(.delete, path, key: "end").status == 200)
            let ended = try await fixture.wait(path, caller) { $0["status"] == .string("CANCELLED") }
            #expect(ended["cumulative"] == .string("0"))
        }
    }
}
