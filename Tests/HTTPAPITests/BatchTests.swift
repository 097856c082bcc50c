import BifrostKernel
import Engine
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Batches")
struct BatchTests {
    /// A command of a batch; `more` are further members.
    static func command(_ key: String, _ name: String, _ more: String) -> String {
        "{\"idempotencyKey\":\"\(key)\",\"command\":\"\(name)\",\(more)}"
    }

    static func order(_ key: String, _ quantity: String, limit: String = "99") -> String {
        command(
            key,
            "placeOrder",
            #""account":"main","body":{"symbol":"ACME","side":"buy","type":"limit","quantity":""#
                + "\(quantity)\",\"limitPrice\":\"\(limit)\"}"
        )
    }

    static func deposit(_ key: String, to account: String = "main") -> String {
        command(key, "deposit", "\"account\":\"\(account)\",\"body\":{\"currency\":\"USD\",\"amount\":\"5\"}")
    }

    static func batch(_ commands: [String]) -> String {
        "{\"commands\":[\(commands.joined(separator: ","))]}"
    }

    static func send(_ commands: [String], _ caller: Caller) async throws -> Caller.Answer {
        try await caller.send(.post, "/v1/batches", batch(commands), key: nil)
    }

    static func statuses(_ answer: Caller.Answer) -> [String] {
        (answer.body["answers"]?.array ?? []).map { $0["status"]?.text ?? "" }
    }

    @Test("commands are recorded in the order given, one refused in between stops none")
    func order() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let commands = (1...40).map { $0 == 20 ? Self.order("k20", "900000") : Self.order("k\($0)", "1") }
            let answer = try await Self.send(commands, caller)
            #expect(answer.status == 200)
            #expect(Self.statuses(answer) == (1...40).map { $0 == 20 ? "422" : "201" })
            let answers = answer.body["answers"]?.array ?? []
            #expect(answers.map { $0["idempotencyKey"]?.string } == (1...40).map { "k\($0)" })
            #expect(answers[19]["body"]?["code"] == .string("ORDER_VALUE_ABOVE_LIMIT"))
            #expect(answers.allSatisfy { $0["replayed"] == .bool(false) })
            let positions = answers.compactMap { Int64($0["body"]?["position"]?.text ?? "") }
            #expect(positions.count == 40 && positions == positions.sorted() && Set(positions).count == 40)
            let token = try #require(PositionToken(answer.headers[.init("Bifrost-Position")!] ?? ""))
            #expect(token.position == positions.last)
        }
    }

    @Test("a repeat answers the same, and so does the route of one command; nothing is recorded")
    func repeats() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let commands = [
                Self.deposit("d"), Self.order("o", "1"), Self.order("r", "900000"),
                Self.deposit("n", to: "x"),
            ]
            let first = try await Self.send(commands, caller)
            #expect(Self.statuses(first) == ["201", "201", "422", "404"])
            let before = fixture.trading.committed
            let second = try await Self.send(commands, caller)
            let pairs = zip(first.body["answers"]?.array ?? [], second.body["answers"]?.array ?? [])
            for (index, (one, other)) in pairs.enumerated() {
                #expect(one["body"] == other["body"] && one["status"] == other["status"])
                #expect(other["replayed"] == .bool(index < 3))
            }
            let alone = try await caller.post(
                "/v1/accounts/main/deposits",
                #"{"currency":"USD","amount":"5"}"#,
                201,
                key: "d"
            )
            #expect(alone.body == second.body["answers"]?.array?.first?["body"])
            #expect(fixture.trading.committed == before)
            let other = try await Self.send([Self.order("o", "2"), Self.deposit("d2")], caller)
            #expect(Self.statuses(other) == ["409", "201"])
        }
    }

    @Test("a command may need what one in front of it does")
    func leansOnEarlier() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let placed = try await Self.send([Self.order("a", "1"), Self.order("b", "2")], caller)
            let ids = (placed.body["answers"]?.array ?? []).compactMap { $0["body"]?["subject"]?.string }
            #expect(ids.count == 2)
            let order = "\"account\":\"main\",\"order\":\""
            let answer = try await Self.send(
                [
                    Self.command("1", "openAccount", #""body":{"alias":"fresh","currency":"USD"}"#),
                    Self.deposit("2", to: "fresh"),
                    Self.command(
                        "3",
                        "withdraw",
                        #""account":"fresh","body":{"currency":"USD","amount":"1"}"#
                    ),
                    Self.command(
                        "4",
                        "transfer",
                        #""account":"main","body":{"to":"fresh","currency":"USD","amount":"1"}"#
                    ),
                    Self.command("5", "replaceOrder", order + ids[0] + #"","body":{"quantity":"3"}"#),
                    Self.command("6", "cancelOrder", order + ids[1] + "\""),
                    Self.command("7", "setLimits", #""account":"fresh","body":{"orderValueMax":"100"}"#),
                    Self.command("8", "pullKillSwitch", #""body":{"account":"fresh"}"#),
                    Self.deposit("9", to: "fresh"),
                    Self.command("10", "releaseKillSwitch", #""body":{"account":"fresh"}"#),
                    Self.command(
                        "11",
                        "startRebalance",
                        #""account":"fresh","body":{"targets":[{"symbol":"ACME","weightBasisPoints":1}]}"#
                    ),
                ],
                caller
            )
            let expected = ["201", "201", "201", "201", "200", "200", "200", "200", "201", "200"]
            #expect(Array(Self.statuses(answer).prefix(10)) == expected, "\(answer.body.text)")
            let positions = (answer.body["answers"]?.array ?? [])
                .compactMap { Int64($0["body"]?["position"]?.text ?? "") }
            #expect(positions.count == 11 && positions == positions.sorted(), "\(positions)")
        }
    }

    @Test("what is taken before all else waits for what stands in front of it, however much that is")
    func waitsForEarlier() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            // More than the engine decides while they are posed.
            let orders = (1...400).map { Self.order("k\($0)", "1") }
            let kill = Self.command("kill", "pullKillSwitch", #""body":{"account":"main"}"#)
            let answer = try await Self.send(orders + [kill, Self.order("late", "1")], caller)
            let statuses = Self.statuses(answer)
            #expect(statuses.prefix(400).allSatisfy { $0 == "201" })
            #expect(statuses.suffix(2) == ["200", "422"])
        }
    }

    @Test("a batch that cannot be read changes nothing and names the command")
    func badInput() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let good = Self.deposit("good")
            let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
            let rows: [([String], GatewayCode, String)] = [
                ([good, Self.order("k", "x")], .quantityMalformed, "`commands[1]`: `quantity`"),
                ([good, Self.deposit("k"), Self.deposit("good")], .fieldsDisagree, "`commands[2]`: `idemp"),
                (
                    [good, Self.command("k", "sell", #""account":"main""#)], .fieldMalformed,
                    "`commands[1]`: `c"
                ),
                ([good, Self.command("k", "deposit", #""account":"main""#)], .fieldMissing, "`currency`"),
                ([good, Self.command("k", "deposit", #""body":{}"#)], .fieldMissing, "`account`"),
                ([good, Self.command("", "openAccount", #""body":{}"#)], .idempotencyKeyMalformed, "[1]"),
                ([good, Self.command("bifrost:1", "openAccount", #""body":{}"#)], .commandIDReserved, "[1]"),
                ([good, #"{"command":"deposit"}"#], .fieldMissing, "`idempotencyKey`"),
                ([good, "7"], .bodyMalformed, "`commands[1]`"),
                (
                    [good, Self.order("k", "1").replacing("}}", with: "},\"note\":1}")], .fieldUnknown,
                    "`note`"
                ),
                ([good, Self.order("k", "1").replacing("}}", with: ",\"x\":1}}")], .fieldUnknown, "`x`"),
                (
                    [good, Self.command("k", "cancelOrder", #""account":"main","order":"7""#)],
                    .orderIDMalformed, "`commands[1]`"
                ),
                ([good, #"{"idempotencyKey":"k","idempotencyKey":"l"}"#], .bodyMalformed, "stands twice"),
                ([good, deep], .bodyMalformed, "nesting"),
                (
                    [good, Self.command("k", "pullKillSwitch", #""body":{"account":""}"#)],
                    .unknownAccount, "`commands[1]`"
                ),
                ([], .fieldMalformed, "1–500"),
                ((0...500).map { Self.deposit("k\($0)") }, .fieldMalformed, "was 501"),
                (["\"" + String(repeating: "x", count: 256 << 10) + "\""], .bodyTooLarge, "262144"),
            ]
            let before = fixture.trading.committed
            for (commands, code, words) in rows {
                let answer = try await Self.send(commands, caller)
                #expect(answer.code == code.rawValue, "\(words): \(answer.body.text.prefix(300))")
                #expect(answer.status == code.status)
                #expect(answer.body["detail"]?.string?.contains(words) == true, "\(answer.body.text)")
            }
            #expect(fixture.trading.committed == before)
        }
    }

    @Test("as many as are allowed fit, with ids for names")
    func fullBatch() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let account = try await caller.send(.get, "/v1/accounts/main", key: nil).body["account"]?.string
            let id = try #require(account)
            let orders = (1...500).map { index in
                Self.order("a rather long key of \(index)", "1").replacing("\"main\"", with: "\"\(id)\"")
            }
            let answer = try await Self.send(orders, caller)
            #expect(answer.status == 200)
            #expect(Self.statuses(answer) == Array(repeating: "201", count: 500))
        }
    }

    @Test("short of space, orders are turned away one by one and cancels are taken")
    func storageLow() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let placed = try await Self.send([Self.order("a", "1")], caller)
            let id = placed.body["answers"]?.array?.first?["body"]?["subject"]?.string ?? ""
            fixture.trading.hold(for: "3 MB are free")
            let cancel = Self.command("c", "cancelOrder", "\"account\":\"main\",\"order\":\"\(id)\"")
            let held = try await Self.send([Self.order("b", "1"), cancel], caller)
            #expect(Self.statuses(held) == ["503", "200"])
            #expect(held.body["answers"]?.array?.first?["body"]?["code"] == .string("STORAGE_LOW"))
        }
    }
}
