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

    @Test("the list says what became of each announcement")
    func lists() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let days = #"{"calendar":"XNYS","days":["2023-11-16","2023-11-17"]}"#
            try await caller.post("/v1/calendars", days, 201)
            let first = try await caller.post(Self.path, Self.dividend("1", ex: "2023-11-16"), 201).subject
            let change = #"{"amountPerUnit":"0.5"}"#
            let second = try await caller.send(.patch, Self.path + "/" + first, change, key: "c").subject
            let third = try await caller.post(Self.path, Self.dividend("3", ex: "2023-11-17"), 201).subject
            #expect(try await caller.send(.delete, Self.path + "/" + third, key: "w").status == 200)
            let list = try await caller.send(.get, Self.path, key: nil).body["actions"]?.array ?? []
            #expect(list.map { $0["action"]?.string } == [third, second, first])
            #expect(list.map { $0["state"]?.string } == ["withdrawn", "announced", "corrected"])
            #expect(list.map { $0["amountPerUnit"]?.string } == ["3", "0.5", "1"])
            #expect(list[1]["replaces"]?.string == first && list[2]["replacedBy"]?.string == second)
            #expect(list.allSatisfy { $0["missed"] == .null && $0["symbol"]?.string == "ACME" })
        }
    }

    @Test("a withdrawal that came after the roll is told, with who was treated by the action")
    func tellsWhatWasMissed() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let days = #"{"calendar":"XNYS","days":["2023-11-16","2023-11-17"]}"#
            try await caller.post("/v1/calendars", days, 201)
            let order = #"{"symbol":"ACME","side":"buy","type":"market","quantity":"10"}"#
            let placed = try await caller.post("/v1/accounts/main/orders", order, 201)
            try await fixture.wait("/v1/accounts/main/orders/" + placed.subject, caller) {
                $0["status"] == .string("FILLED")
            }
            let action = try await caller.post(Self.path, Self.dividend("2", ex: "2023-11-16"), 201).subject
            // Without official prices the facts do not tell that the day is over.
            for day in ["14", "15"] {
                try await caller.post("/v1/calendars/XNYS/rolls", "{\"date\":\"2023-11-\(day)\"}", 200)
            }
            #expect(try await caller.send(.delete, Self.path + "/" + action, key: "late").status == 200)
            try await fixture.wait(Self.path, caller) { $0["actions"]?.array?.first?["missed"] != .null }
            let list = try await caller.send(.get, Self.path, key: nil).body["actions"]?.array ?? []
            let missed = try #require(list.first?["missed"])
            #expect(list.first?["state"]?.string == "announced")
            #expect(missed["revision"]?.string == "withdrawal" && missed["replacement"] == .null)
            let account = try #require(missed["accounts"]?.array?.first)
            #expect(account["account"]?.string == "main" && account["quantity"]?.string == "10")
            #expect(account["amount"]?.string == "20")
        }
    }

    @Test("what was missed of two instruments is told alike from the audit trail and from the log")
    func tellsWhatWasMissedOfEach() async throws {
        try await ReadModelFixture.run("http_late_actions") { fixture in
            let caller = fixture.caller
            try await fixture.core.furnish(caller)
            let days = #"{"calendar":"XNYS","days":["2023-11-16","2023-11-17"]}"#
            try await caller.post("/v1/calendars", days, 201)
            try await caller.post(
                "/v1/instruments",
                #"{"symbol":"BETA","currency":"USD","tickSize":"0.01","lotSize":"1","tradingCalendar":"XNYS"}"#,
                201
            )
            let order = #"{"symbol":"ACME","side":"buy","type":"market","quantity":"10"}"#
            let placed = try await caller.post("/v1/accounts/main/orders", order, 201)
            try await fixture.core.wait("/v1/accounts/main/orders/" + placed.subject, caller) {
                $0["status"] == .string("FILLED")
            }
            let acme = Self.dividend("2", ex: "2023-11-16")
            let beta = acme.replacing("ACME", with: "BETA")
            let actions = try await [caller.post(Self.path, acme, 201), caller.post(Self.path, beta, 201)]
            for day in ["14", "15"] {
                try await caller.post("/v1/calendars/XNYS/rolls", "{\"date\":\"2023-11-\(day)\"}", 200)
            }
            for action in actions {
                let path = Self.path + "/" + action.subject
                #expect(try await caller.send(.delete, path, key: action.subject).status == 200)
            }
            try await fixture.settle()
            try await fixture.compare(Self.path)
            let list = try await caller.send(.get, Self.path, key: nil).body["actions"]?.array ?? []
            #expect(list.map { $0["missed"]?["accounts"]?.array?.count } == [0, 1])
        }
    }
}
