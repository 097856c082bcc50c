import BifrostKernel
import Engine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPAPI

@Suite("What the door turns away")
struct BadInputTests {
    /// What is sent, and the code that it gets.
    struct Row: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String
        let code: GatewayCode
        var testDescription: String { "\(code.rawValue) \(body.prefix(60))" }
    }

    static func order(_ change: String, _ value: String, _ code: GatewayCode) -> Row {
        var fields = [
            "symbol": "\"ACME\"", "side": "\"buy\"", "type": "\"limit\"", "quantity": "\"1\"",
            "limitPrice": "\"100\"",
        ]
        fields[change] = value
        let members = fields.keys.sorted().map { "\"\($0)\":\(fields[$0] ?? "")" }
        return Row(
            path: "/v1/accounts/main/orders",
            body: "{" + members.joined(separator: ",") + "}",
            code: code
        )
    }

    static func deposit(_ body: String, _ code: GatewayCode) -> Row {
        Row(path: "/v1/accounts/main/deposits", body: body, code: code)
    }

    static func amount(_ text: String, _ code: GatewayCode) -> Row {
        deposit("{\"currency\":\"USD\",\"amount\":\(text)}", code)
    }

    static let numbers: [Row] = [
        order("quantity", "\"0.1234567891\"", .quantityTooPrecise),
        order("quantity", "\"1" + String(repeating: "0", count: 30) + "\"", .quantityOutOfRange),
        order("quantity", "1" + String(repeating: "0", count: 30), .quantityOutOfRange),
        order("quantity", "\"1" + String(repeating: "0", count: 300) + "\"", .quantityMalformed),
        order("quantity", "\"NaN\"", .quantityMalformed),
        order("quantity", "\"\"", .quantityMalformed),
        order("quantity", "\"1e3\"", .quantityMalformed),
        order("quantity", "1e3", .quantityMalformed),
        order("quantity", "1.5", .quantityMalformed),
        order("quantity", "true", .quantityMalformed),
        order("quantity", "[]", .quantityMalformed),
        order("quantity", "null", .fieldMissing),
        order("limitPrice", "\"1,000\"", .priceMalformed),
        order("limitPrice", "\"0.0000000001\"", .priceTooPrecise),
        order("limitPrice", "\"1000000001\"", .priceOutOfRange),
        amount("\"٣\"", .amountMalformed), amount("\"+1\"", .amountMalformed),
        amount("\" 1\"", .amountMalformed),
        amount("\"0x10\"", .amountMalformed), amount("1.5", .amountMalformed), amount("{}", .amountMalformed),
        amount("\"0.0000000001\"", .amountTooPrecise),
        amount("\"1" + String(repeating: "0", count: 19) + "\"", .amountOutOfRange),
    ]

    static let names: [Row] = [
        order("symbol", "\"AC ME\"", .symbolMalformed), order("symbol", "\"\"", .symbolMalformed),
        order("symbol", "\"" + String(repeating: "A", count: 33) + "\"", .symbolMalformed),
        order("symbol", "7", .fieldMalformed), order("side", "\"BUY\"", .fieldMalformed),
        order("type", "\"pegged\"", .fieldMalformed), order("timeInForce", "\"gtc\"", .fieldMalformed),
        order("clientOrderId", "\"\"", .clientOrderIDMalformed),
        order("clientOrderId", "\"é\"", .clientOrderIDMalformed),
        order("clientOrderId", "\"" + String(repeating: "x", count: 129) + "\"", .clientOrderIDMalformed),
        order("clientOrderId", "\"a\\u0000b\"", .clientOrderIDMalformed),
        order("book", "\"" + String(repeating: "x", count: 65) + "\"", .fieldMalformed),
        order("strategy", "\"\"", .fieldMalformed), order("account", "\"main\"", .fieldUnknown),
        order("limitprice", "\"1\"", .fieldUnknown),
        Row(path: "/v1/accounts", body: #"{"alias":"Main","currency":"USD"}"#, code: .aliasMalformed),
        Row(path: "/v1/accounts", body: #"{"alias":"a","currency":"usd"}"#, code: .currencyUnknown),
        Row(path: "/v1/accounts", body: #"{"currency":"USD"}"#, code: .fieldMissing),
        Row(path: "/v1/marks", body: #"{"date":"2023-02-30","marks":[]}"#, code: .dateMalformed),
        Row(path: "/v1/marks", body: #"{"date":"2023-02-01","marks":[]}"#, code: .fieldMalformed),
        Row(path: "/v1/marks", body: #"{"date":"2023-02-01","marks":[1]}"#, code: .bodyMalformed),
        Row(path: "/v1/calendars", body: #"{"calendar":"X","days":[1]}"#, code: .dateMalformed),
        Row(
            path: "/v1/accounts/nobody/deposits",
            body: #"{"currency":"USD","amount":"1"}"#,
            code: .unknownAccount
        ),
        Row(
            path: "/v1/accounts/M%00/deposits",
            body: #"{"currency":"USD","amount":"1"}"#,
            code: .unknownAccount
        ),
        Row(path: "/v1/nowhere", body: "{}", code: .routeUnknown),
    ]

    /// What instruments, days, limits, corporate actions, imports and reviews turn away.
    static let rarer: [Row] = [
        Row(path: "/v1/instruments/ACME/status", body: #"{"status":"closed"}"#, code: .fieldMalformed),
        Row(path: "/v1/instruments/A%20B/status", body: #"{"status":"halted"}"#, code: .symbolMalformed),
        Row(path: "/v1/instruments/ACME/terms", body: #"{"lotSize":"1"}"#, code: .fieldMissing),
        Row(
            path: "/v1/instruments/ACME/terms",
            body: #"{"effectiveFrom":"2024-01-01","tickSize":"1","lotSize":"1","shortable":"yes"}"#,
            code: .fieldMalformed
        ),
        Row(path: "/v1/calendars/XNYS/sessions", body: #"{"date":"2024-01-02"}"#, code: .fieldMissing),
        Row(path: "/v1/calendars/XNYS/rolls", body: #"{"through":"soon"}"#, code: .dateMalformed),
        Row(
            path: "/v1/calendars",
            body: #"{"calendar":"X","days":["2024-01-02"],"hours":[[1]]}"#,
            code: .fieldMalformed
        ),
        Row(
            path: "/v1/accounts/main/limits",
            body: #"{"orderValueMax":"1","concentrationMaxBasisPoints":"1000001"}"#,
            code: .fieldMalformed
        ),
        Row(
            path: "/v1/accounts/main/limits",
            body: #"{"orderValueMax":"1","openOrdersMax":-1}"#,
            code: .fieldMalformed
        ),
        Row(
            path: "/v1/accounts/main/limits",
            body: #"{"orderValueMax":"1","approvers":["é"]}"#,
            code: .fieldMalformed
        ),
        Row(
            path: "/v1/corporate-actions",
            body: #"{"symbol":"ACME","kind":"merger"}"#,
            code: .fieldMalformed
        ),
        Row(
            path: "/v1/corporate-actions",
            body: #"{"symbol":"ACME","kind":"split","exDate":"2024-01-02","numerator":"2"}"#,
            code: .fieldMissing
        ),
        Row(
            path: "/v1/accounts/main/imports",
            body: #"{"cash":[{"currency":"USD"}],"lots":[]}"#,
            code: .fieldMissing
        ),
        Row(
            path: "/v1/accounts/main/orders/x/review",
            body: #"{"decision":"approve"}"#,
            code: .orderIDMalformed
        ),
    ]

    static let bodies: [Row] = [
        deposit("", .bodyMalformed), deposit("{", .bodyMalformed), deposit("nul", .bodyMalformed),
        deposit("[]", .bodyMalformed), deposit("\"x\"", .bodyMalformed), deposit("{}x", .bodyMalformed),
        deposit("{'a':1}", .bodyMalformed), deposit("{\"a\":01}", .bodyMalformed),
        deposit("{\"a\":\"\\ud800\"}", .bodyMalformed), deposit("{\"a\":\"\\ud800\\u0041\"}", .bodyMalformed),
        deposit("{\"a\":\"\\x\"}", .bodyMalformed), deposit("{\"a\":\"\n\"}", .bodyMalformed),
        deposit(#"{"amount":"1","amount":"2","currency":"USD"}"#, .bodyMalformed),
        deposit(#"{"amount":"1","\u0061mount":"2","currency":"USD"}"#, .bodyMalformed),
        deposit(String(repeating: "[", count: 60_000), .bodyMalformed),
        deposit(String(repeating: "{\"a\":", count: 10_000), .bodyMalformed),
        deposit(#"{"currency":"USD","amount":"1","note":"hello"}"#, .fieldUnknown),
        deposit("{\"x\":\"" + String(repeating: "x", count: 1 << 20) + "\"}", .bodyTooLarge),
    ]

    @Test("each bad body gets its code and reaches no engine")
    func rows() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let before = fixture.trading.committed
            for row in Self.numbers + Self.names + Self.bodies + Self.rarer {
                let answer = try await caller.send(.post, row.path, row.body, key: "bad")
                #expect(answer.code == row.code.rawValue, "\(row.testDescription): \(answer.body.text)")
                #expect(answer.status == row.code.status)
                #expect(answer.headers[.contentType] == "application/problem+json")
                #expect(answer.body["detail"]?.string?.isEmpty == false)
            }
            #expect(fixture.trading.committed == before)
        }
    }

    @Test("a command needs a key of its own, well formed")
    func keys() async throws {
        try await Fixture.run { _, caller in
            let body = #"{"alias":"a","currency":"USD"}"#
            let rows: [(String?, GatewayCode)] = [
                (nil, .idempotencyKeyMissing), ("", .idempotencyKeyMalformed),
                ("bifrost:ack:1", .commandIDReserved),
                (String(repeating: "k", count: 129), .idempotencyKeyMalformed),
            ]
            for (key, code) in rows {
                let answer = try await caller.send(.post, "/v1/accounts", body, key: key)
                #expect(answer.code == code.rawValue)
                #expect(answer.status == 400)
            }
            let path = "/v1/accounts/a/orders/" + Identifier(.order, slot: 1, shard: 1, birth: 9).text
            #expect(try await caller.send(.delete, path, key: nil).code == "IDEMPOTENCY_KEY_MISSING")
            #expect(
                try await caller.send(.delete, "/v1/kill-switch", key: nil).code == "IDEMPOTENCY_KEY_MISSING"
            )
            // Whatever else is wrong: without a key nothing is looked at.
            for (method, path, body) in [
                (HTTPRequest.Method.delete, "/v1/accounts/main/orders/none", nil),
                (.delete, "/v1/accounts/main/rebalances/none", nil), (.post, "/v1/kill-switch", "{"),
            ] {
                let answer = try await caller.send(method, path, body, key: nil)
                #expect(answer.code == "IDEMPOTENCY_KEY_MISSING", "\(path)")
            }
        }
    }

    @Test("ids of other kinds and other accounts name nothing")
    func foreignIDs() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let ids = [
                Identifier(high: .max, low: .max), Identifier(.order, slot: 1, shard: 1, birth: 5),
                Identifier(.account, slot: 9, shard: 1, birth: 5),
                Identifier(.account, slot: 1, shard: 7, birth: 5),
                Identifier(.account, slot: 1, shard: 1, birth: 1 << 55),
            ]
            for id in ids {
                let path = "/v1/accounts/" + id.text
                #expect(try await caller.send(.get, path, key: nil).status == 404)
                let moved = try await caller.post(
                    path + "/deposits",
                    #"{"currency":"USD","amount":"1"}"#,
                    404
                )
                #expect(moved.code == "UNKNOWN_ACCOUNT")
            }
            let odd = try await caller.send(.get, "/v1/accounts/main/orders/17", key: nil)
            #expect(odd.code == "ORDER_ID_MALFORMED")
        }
    }

    @Test("a page of another site may ask for nothing, and a name that was made to lead here neither")
    func foreignOrigins() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let before = fixture.trading.committed
            let body = #"{"commands":[{"idempotencyKey":"x","command":"releaseKillSwitch","body":{}}]}"#
            for origin in ["https://evil.example", "null", "http://localhost:1", "http://"] {
                let answer = try await caller.client.execute(
                    uri: "/v1/batches",
                    method: .post,
                    headers: [.origin: origin + (origin == "http://" ? "evil.example" : "")],
                    body: ByteBuffer(string: body)
                ) { ($0.status.code, String(buffer: $0.body)) }
                #expect(answer.0 == 403 && answer.1.contains("ORIGIN_FOREIGN"), "\(origin): \(answer)")
            }
            #expect(fixture.trading.committed == before)
        }
        typealias Rule = OriginMiddleware<BasicRequestContext>
        for host in ["", "localhost", "localhost:80", "127.0.0.1:8080", "[::1]:8080", "bifrost"] {
            #expect(Rule.isOfThisMachine(host), "\(host)")
        }
        for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::2]:8080", "10.0.0.1"]
        {
            #expect(!Rule.isOfThisMachine(host), "\(host)")
        }
    }

    @Test("a query of more names than any route knows is turned away at once")
    func manyNames() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let names = (0..<20_000).map { "a\($0)" }.joined(separator: "&")
            let answer = try await caller.send(.get, "/v1/accounts?" + names, key: nil)
            #expect(
                answer.code == "FIELD_UNKNOWN" && answer.body["detail"]?.string?.contains("20000") == true
            )
        }
    }

    @Test("an id that no account has is unknown to every list of an account")
    func unknownAccounts() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let nobody = Identifier(.account, slot: 9, shard: 1, birth: 2).text
            for list in [
                "", "/orders", "/executions", "/postings", "/positions", "/lots", "/equity", "/returns",
                "/refusals", "/breaks", "/order-groups", "/rebalances", "/exposure", "/stream",
            ] {
                let answer = try await caller.send(.get, "/v1/accounts/" + nobody + list, key: nil)
                #expect(answer.status == 404 && answer.code == "UNKNOWN_ACCOUNT", "\(list): \(answer.status)")
            }
        }
    }

    @Test("the reader ends on every prefix and every changed byte")
    func noTrap() {
        let text = Array(#"{"a":[1,-2.5e+3,"\u00e9\ud83d\ude00",true,false,null,{"b":""}]}"#.utf8)
        for end in 0...text.count { _ = try? JSONReader.read(Array(text[..<end])) }
        for index in text.indices {
            for byte: UInt8 in [0, 0x22, 0x5c, 0x7b, 0x5b, 0x2c, 0x2d, 0x2e, 0x65, 0x80, 0xff] {
                var changed = text
                changed[index] = byte
                _ = try? JSONReader.read(changed)
            }
        }
        #expect((try? JSONReader.read(text))?.text == #"{"a":[1,-2.5e+3,"é😀",true,false,null,{"b":""}]}"#)
    }
}
