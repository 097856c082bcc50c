import BifrostKernel
import Engine
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Commands through the door")
struct CommandTests {
    @Test("an account is opened, furnished, and trades")
    func session() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let placed = try await caller.post(
                "/v1/accounts/main/orders",
                #"{"symbol":"ACME","side":"buy","type":"market","quantity":"10"}"#,
                201
            )
            #expect(placed.body["result"] == .string("accepted"))
            #expect(placed.body["shard"] == .number("1"))
            let path = "/v1/accounts/main/orders/" + placed.subject
            var order = try await caller.send(.get, path, key: nil)
            for await _ in fixture.commits {
                order = try await caller.send(.get, path, key: nil)
                if order.body["status"] == .string("FILLED") { break }
            }
            #expect(order.body["fixStatus"] == .string("2"))
            #expect(order.body["cumulative"] == .string("10"))
            #expect(order.body["averagePrice"] == .string("100"))
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil)
            #expect(account.body["cash"] == .string("999000"))
            #expect(account.body["positions"]?.array?.first?["symbol"] == .string("ACME"))
            let list = try await caller.send(.get, "/v1/accounts/main/orders", key: nil)
            #expect(list.body["orders"]?.array?.count == 1)
        }
    }

    @Test("a rule's refusal tells the rule, the limit, the number and the judge")
    func refusal() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let body = #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"20000","limitPrice":"100"}"#
            let refused = try await caller.post("/v1/accounts/main/orders", body, 422)
            #expect(refused.code == "BUYING_POWER_EXCEEDED")
            #expect(refused.headers[.contentType] == "application/problem+json")
            #expect(refused.body["by"] == .string("RISK"))
            #expect(refused.body["limit"] == .string("1000000"))
            #expect(refused.body["value"] == .string("2000000"))
            #expect(refused.body["type"] == .string("urn:bifrost:problem:BUYING_POWER_EXCEEDED"))
            let order = try await caller.send(.get, "/v1/accounts/main/orders/" + refused.subject, key: nil)
            #expect(order.body["status"] == .string("REJECTED"))
            #expect(order.body["rejection"]?["code"] == .string("BUYING_POWER_EXCEEDED"))
        }
    }

    @Test("an account is rebalanced, and what became of it is told")
    func rebalances() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/rebalances"
            let wanted =
                #"{"targets":[{"symbol":"ACME","weightBasisPoints":"5000"}],"bufferBasisPoints":"0","#
                + #""secondsMax":null,"minimumTrade":null}"#
            let begun = try await caller.post(path, wanted, 201)
            var list = try await caller.send(.get, path, key: nil)
            for await _ in fixture.commits {
                list = try await caller.send(.get, path, key: nil)
                if list.body["rebalances"]?.array?.first?["state"] == .string("COMPLETED") { break }
            }
            let last = list.body["rebalances"]?.array?.first
            #expect(last?["rebalance"]?.string == begun.subject)
            #expect(last?["equity"] == .string("1000000"))
            #expect(last?["purchases"]?.array?.first?["quantity"] == .string("5000"))
            let orders = try await caller.send(.get, "/v1/accounts/main/orders", key: nil)
            let order = orders.body["orders"]?.array?.first
            #expect(order?["parent"]?.string == begun.subject && order?["route"] == .string("ANSWERED"))
            let ended = try await caller.send(.delete, "\(path)/\(begun.subject)", key: "stop")
            #expect(ended.status == 422 && ended.code == "UNKNOWN_REBALANCE")
            let twice =
                #"{"targets":[{"symbol":"ACME","weightBasisPoints":1},{"symbol":"ACME","weightBasisPoints":1}]}"#
            #expect(try await caller.post(path, twice, 422).code == "TARGET_TWICE")
            let bare = #"{"targets":[{"symbol":"ACME"}]}"#
            #expect(try await caller.post(path, bare, 400).code == "FIELD_MISSING")
            let id = order?["order"]?.string ?? ""
            let resolution = "/v1/accounts/main/orders/\(id)/resolution"
            let retry = #"{"resolution":"retry"}"#
            #expect(try await caller.post(resolution, retry, 422).code == "ORDER_NOT_OPEN")
        }
    }

    @Test("short of space, it turns commands away and nothing is done; cancels are taken")
    func storageLow() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let order = #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"1","limitPrice":"99"}"#
            let placed = try await caller.post("/v1/accounts/main/orders", order, 201)
            fixture.trading.hold(for: "3 MB are free")
            let deposit = #"{"currency":"USD","amount":"1"}"#
            let path = "/v1/accounts/main/deposits"
            let held = try await caller.post(path, deposit, 503, key: "one")
            #expect(held.code == "STORAGE_LOW")
            #expect(held.headers[.retryAfter] == "5")
            #expect(held.body["detail"]?.string?.contains("3 MB are free") == true)
            let health = try await caller.send(.get, "/health", key: nil)
            #expect(health.status == 503 && health.body["status"] == "storage-low")
            let order1 = "/v1/accounts/main/orders/" + placed.subject
            #expect(try await caller.send(.delete, order1, key: "two").status == 200)
            fixture.trading.hold(for: nil)
            let taken = try await caller.post(path, deposit, 201, key: "one")
            #expect(taken.headers[.init("Idempotency-Replayed")!] == nil, "nothing had been done")
        }
    }

    @Test("a repeated key gets the first answer, byte for byte, refusals too")
    func replayed() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let bodies = [
                (#"{"symbol":"ACME","side":"buy","type":"market","quantity":"1"}"#, 201),
                (#"{"symbol":"ACME","side":"sell","type":"market","quantity":"900"}"#, 422),
            ]
            for (body, status) in bodies {
                let key = "order \(status)"
                let first = try await caller.post("/v1/accounts/main/orders", body, status, key: key)
                let second = try await caller.post("/v1/accounts/main/orders", body, status, key: key)
                #expect(first.body == second.body)
                let name = try #require(HTTPField.Name.idempotencyReplayed)
                #expect(first.headers[name] == nil)
                #expect(second.headers[name] == "true")
            }
        }
    }

    @Test("one content has one meaning: 1.0 is 1.00, and other content under the key is refused")
    func reused() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/deposits"
            let first = try await caller.post(path, #"{"currency":"USD","amount":"1.0"}"#, 201, key: "one")
            let same = try await caller.post(path, #"{"amount":"1.00","currency":"USD"}"#, 201, key: "one")
            #expect(first.body == same.body)
            let other = try await caller.post(path, #"{"amount":"2","currency":"USD"}"#, 409, key: "one")
            #expect(other.code == "IDEMPOTENCY_KEY_REUSED")
            // The key of one account is free in another, and where there is no account.
            try await caller.post("/v1/accounts", #"{"alias":"other","currency":"USD"}"#, 201, key: "one")
            let elsewhere = #"{"currency":"USD","amount":"3"}"#
            try await caller.post("/v1/accounts/other/deposits", elsewhere, 201, key: "one")
        }
    }

    @Test("a resting order is cancelled once")
    func cancel() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let body = #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"5","limitPrice":"95"}"#
            let placed = try await caller.post("/v1/accounts/main/orders", body, 201)
            let path = "/v1/accounts/main/orders/" + placed.subject
            let asked = try await caller.send(.delete, path, key: "cancel")
            #expect(asked.status == 200)
            #expect(asked.body["result"] == .string("accepted"))
            for await _ in fixture.commits {
                let order = try await caller.send(.get, path, key: nil)
                if order.body["status"] == .string("CANCELLED") { break }
            }
            let again = try await caller.send(.delete, path, key: "cancel again")
            #expect(again.body["result"] == .string("no-effect"))
            let unknown =
                "/v1/accounts/main/orders/" + Identifier(.order, slot: 1, shard: 1, birth: 9_999).text
            #expect(try await caller.send(.delete, unknown, key: "x").code == "UNKNOWN_ORDER")
            #expect(try await caller.send(.get, unknown, key: nil).status == 404)
        }
    }

    @Test("a rolled day expires what rests and closes the account, once and in order")
    func roll() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let body = #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"5","limitPrice":"95"}"#
            let placed = try await caller.post("/v1/accounts/main/orders", body, 201)
            let rolls = "/v1/calendars/XNYS/rolls"
            let done = try await caller.send(.post, rolls, #"{"date":"2023-11-14"}"#, key: "r1")
            #expect(done.body["result"] == .string("accepted"))
            let order = try await caller.send(.get, "/v1/accounts/main/orders/" + placed.subject, key: nil)
            #expect(order.body["status"] == .string("EXPIRED"))
            let again = try await caller.send(.post, rolls, #"{"date":"2023-11-14"}"#, key: "r2")
            #expect(again.body["result"] == .string("no-effect"))
            let never = try await caller.send(.post, rolls, #"{"date":"2023-11-19"}"#, key: "r3")
            #expect(never.code == "NOT_A_TRADING_DAY")
            let unknown = "/v1/calendars/XLON/rolls"
            let other = try await caller.send(.post, unknown, #"{"date":"2023-11-15"}"#, key: "r4")
            #expect(other.code == "UNKNOWN_CALENDAR")
            let bad = try await caller.send(.post, rolls, #"{"date":"2023-13-01"}"#, key: "r5")
            #expect(bad.code == "DATE_MALFORMED")
        }
    }

    @Test("the kill switch stops an account, or everybody, and never by mistake")
    func killSwitch() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let order = #"{"symbol":"ACME","side":"buy","type":"market","quantity":"1"}"#
            try await caller.post("/v1/kill-switch", #"{"account":"main"}"#, 200)
            let refused = try await caller.post("/v1/accounts/main/orders", order, 422, key: "a")
            #expect(refused.code == "KILL_SWITCH_PULLED")
            let misspelt = try await caller.send(.delete, "/v1/kill-switch?acount=main", key: "b")
            #expect(misspelt.code == "FIELD_UNKNOWN")
            #expect(try await caller.send(.delete, "/v1/kill-switch?account=main", key: "c").status == 200)
            try await caller.post("/v1/accounts/main/orders", order, 201, key: "d")
            try await caller.post("/v1/kill-switch", "", 200, key: "e")
            try await caller.post("/v1/accounts/main/orders", order, 422, key: "f")
            #expect(try await caller.send(.delete, "/v1/kill-switch", key: "g").status == 200)
            try await caller.post("/v1/accounts/main/orders", order, 201, key: "h")
        }
    }

    @Test("a stopped engine is said to be stopped, and health says so")
    func stopped() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            #expect(try await caller.send(.get, "/v1/health", key: nil).status == 200)
            fixture.trading.stop()
            let answer = try await caller.post(
                "/v1/accounts/main/deposits",
                #"{"currency":"USD","amount":"1"}"#,
                503
            )
            #expect(answer.code == "STOPPED")
            #expect(answer.headers[.retryAfter] != nil)
            #expect(try await caller.send(.get, "/health", key: nil).status == 503)
        }
    }
}
