import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Corporate actions through the door")
struct CorporateActionTests {
    private static let path = "/v1/corporate-actions"

    private static func dividend(_ amount: String, ex: String) -> String {
        #"{"kind":"cash-dividend","symbol":"ACME","exDate":"\#(ex)","payDate":"2023-11-20","amountPerUnit":"\#(amount)"}"#
    }

    @Test("an announcement is corrected and withdrawn by its id, until the day before has official prices")
    func revises() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let days = #"{"calendar":"XNYS","days":["2023-11-16","2023-11-17"]}"#
            try await caller.post("/v1/calendars", days, 201)
            let first = try await caller.post(Self.path, Self.dividend("1", ex: "2023-11-16"), 201).subject
            let change = #"{"amountPerUnit":"0.5","exDate":"2023-11-17"}"#
            let answer = try await caller.send(.patch, Self.path + "/" + first, change, key: "correct")
            #expect(answer.status == 200 && answer.subject != first)
            let again = try await caller.send(.patch, Self.path + "/" + first, change, key: "again")
            #expect(again.status == 422 && again.code == "CORPORATE_ACTION_OVER")
            let second = Self.path + "/" + answer.subject
            let same = try await caller.send(.patch, second, change, key: "same")
            #expect(same.code == "CORPORATE_ACTION_TAKEN")
            let odd = try await caller.send(.patch, second, #"{"symbol":"ACME"}"#, key: "odd")
            #expect(odd.status == 400)
            #expect(try await caller.send(.delete, second, key: "withdraw").status == 200)
            #expect(try await caller.send(.delete, second, key: "twice").code == "CORPORATE_ACTION_OVER")
            #expect(try await caller.send(.delete, Self.path + "/one", key: "form").code == "FIELD_MALFORMED")
            let late = try await caller.post(Self.path, Self.dividend("1", ex: "2023-11-15"), 201).subject
            let refused = try await caller.send(.delete, Self.path + "/" + late, key: "late")
            #expect(refused.status == 422 && refused.code == "CORPORATE_ACTION_BEGUN")
        }
    }
}
