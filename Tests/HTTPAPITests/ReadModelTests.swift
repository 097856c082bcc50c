import BifrostKernel
import Engine
import EventStore
import EventStorePostgres
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PostgresClient
import PostgresTesting
import ReadModels
import Testing
import Venues

@testable import HTTPAPI

@Suite("Queries answered from read models", .serialized)
struct ReadModelTests {
    /// Orders of every fate, a pair, foreign cash, limits, a kill switch and a short position with a close.
    private func live(_ fixture: ReadModelFixture) async throws {
        let caller = fixture.caller
        try await fixture.core.furnish(caller)
        let orders = "/v1/accounts/main/orders"
        for (side, kind, quantity) in [
            ("buy", #""market""#, 100), ("buy", #""limit","limitPrice":"90""#, 10),
            ("sell", #""limit","limitPrice":"120""#, 30), ("buy", #""limit","limitPrice":"100000""#, 1),
            ("sell", #""market""#, 20), ("sell", #""market""#, 5_000),
        ] {
            let body = #"{"symbol":"ACME","side":"\#(side)","type":\#(kind),"quantity":"\#(quantity)"}"#
            _ = try await caller.send(.post, orders, body, key: "\(side) \(kind) \(quantity)")
        }
        let resting = try await caller.post(
            orders,
            #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"7","limitPrice":"80"}"#,
            201
        )
        _ = try await caller.send(.delete, "\(orders)/\(resting.subject)", key: "cancel")
        try await work(caller, orders)
        _ = try await caller.send(
            .post,
            "/v1/accounts/main/order-groups",
            #"{"orderClass":"oco","symbol":"ACME","side":"sell","quantity":"20","takeProfit":{"limitPrice":"130"},"#
                + #""stopLoss":{"stopPrice":"70"}}"#,
            key: "pair"
        )
        try await caller.post("/v1/accounts", #"{"alias":"edge","currency":"USD","kind":"margin"}"#, 201)
        try await caller.post("/v1/accounts/edge/deposits", #"{"currency":"USD","amount":"50000"}"#, 201)
        try await caller.post("/v1/accounts/main/deposits", #"{"currency":"EUR","amount":"77.5"}"#, 201)
        let limits = #"{"orderValueMax":"900000","priceCollarBasisPoints":"500","openOrdersMax":50}"#
        _ = try await caller.send(.post, "/v1/accounts/edge/limits", limits, key: "limits")
        try await caller.post("/v1/kill-switch", #"{"account":"edge"}"#, 200)
        _ = try await caller.send(
            .post,
            "/v1/accounts/edge/orders",
            #"{"symbol":"ACME","side":"buy","type":"market","quantity":"3"}"#,
            key: "killed"
        )
        _ = try await caller.send(.post, "/v1/calendars/XNYS/rolls", #"{"date":"2023-11-14"}"#, key: "roll")
        try await fixture.settle()
    }

    /// A worked order of which one slice traded, one rests and one was cancelled.
    private func work(_ caller: Caller, _ orders: String) async throws {
        func terms(_ quantity: Int, _ more: String) -> String {
            #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"\#(quantity)",\#(more)}"#
        }
        let whole = terms(60, #""limitPrice":"100","worked":true"#)
        let parent = try await caller.post(orders, whole, 201).subject
        for (quantity, price) in [(10, "100"), (20, "95"), (5, "94")] {
            let slice = terms(quantity, #""limitPrice":"\#(price)","parent":"\#(parent)""#)
            let placed = try await caller.post(orders, slice, 201)
            if quantity == 5 {
                _ = try await caller.send(.delete, "\(orders)/\(placed.subject)", key: "cancel slice")
            }
        }
    }

    @Test("are those that a fold of the log gives, now and in the past")
    func equality() async throws {
        try await ReadModelFixture.run("http_reads") { fixture in
            try await live(fixture)
            let main = "/v1/accounts/main"
            let list = try await fixture.folding.send(.get, "\(main)/orders", key: nil)
            let orders = list.body["orders"]?.array ?? []
            #expect(orders.count > 6)
            let end = fixture.core.trading.committed
            var paths = ["/v1/accounts", "/v1/accounts/nobody"]
            for account in [main, "/v1/accounts/edge"] {
                paths += [
                    "", "/orders", "/refusals", "/equity", "/executions", "/postings", "/positions",
                    "/exposure",
                ].map { account + $0 }
            }
            paths += [
                "status=open", "status=closed", "status=rejected", "side=buy", "symbol=ACME&side=sell",
                "symbol=NONE",
                "limit=2", "limit=3&before=\(end / 2)", "from=2023-11-14T00:00:00Z",
                "to=2023-11-14T00:00:00Z",
            ].map { "\(main)/orders?\($0)" }
            for order in orders.compactMap({ $0["order"]?.string }) {
                paths += [
                    "\(main)/orders/\(order)", "/v1/orders/\(order)", "/v1/accounts/edge/orders/\(order)",
                ]
            }
            paths += ["\(main)/executions?limit=1", "\(main)/positions?as_of=2023-11-13"]
            paths += [
                "/lots", "/lots?state=closed&limit=1", "/lots?symbol=ACME&as_of=2023-11-13",
                "/lots?symbol=NONE",
                "/returns", "/returns?from=2023-11-14", "/returns?to=2023-11-13",
            ].map { main + $0 }
            paths += ["\(main)/refusals?limit=1", "\(main)/refusals?limit=1&before=\(end - 3)"]
            for path in paths { try await fixture.compare(path) }
            for at in stride(from: Int64(1), through: end, by: max(1, Int(end) / 40)) {
                for part in [
                    "", "/orders?status=open", "/refusals", "/equity", "/executions", "/postings?limit=3",
                    "/lots?state=closed", "/returns", "/exposure",
                ] {
                    let mark = part.contains("?") ? "&" : "?"
                    try await fixture.compare("\(main)\(part)\(mark)at=\(at)")
                }
            }
        }
    }

    @Test("find the events of the log by whatever they are about, and show them whole")
    func audit() async throws {
        try await ReadModelFixture.run("http_audit") { fixture in
            try await live(fixture)
            let caller = fixture.caller
            let killed = try await caller.send(.get, "/v1/audit?rule=KILL_SWITCH_PULLED", key: nil)
            #expect(killed.body["events"]?.array?.isEmpty == false)
            let order = try await caller.send(.get, "/v1/accounts/main/orders?side=sell&limit=1", key: nil)
            let id = try #require(order.body["orders"]?.array?.first?["order"]?.string)
            let story = try await caller.send(.get, "/v1/audit?order=\(id)&account=main", key: nil)
            let facts = story.body["events"]?.array?.compactMap { $0["fact"]?.string } ?? []
            #expect(facts.last == "OrderPlaced" && facts.count > 1)
            #expect(story.body["events"]?.array?.last?["payload"]?["orderId"]?.string == id)
            var seen: [JSON] = []
            var next: JSON? = .count(.max)
            while case .number(let before)? = next {
                let page = try await caller.send(
                    .get,
                    "/v1/audit?limit=7&actor=local&before=\(before)",
                    key: nil
                )
                seen += page.body["events"]?.array ?? []
                next = page.body["next"]
            }
            #expect(seen.count > 14 && Set(seen.compactMap { $0["position"]?.text }).count == seen.count)
            for (query, status) in [
                ("symbol=ACME", 200), ("symbol=NONE", 200), ("rule=NO_SUCH", 200), ("limit=101", 400),
                ("order=1", 400), ("rule=", 400), ("rule=_A", 400),
                ("account=nobody", 404), ("from=2023-11-14", 400), ("symbol=%20", 400),
                ("from=2023-11-15T00:00:00Z&to=2023-11-14T00:00:00Z", 422),
                ("from=2023-11-14T00:00:00Z", 200),
            ] {
                let answer = try await caller.send(.get, "/v1/audit?\(query)", key: nil)
                #expect(answer.status == status, "\(query): \(answer.body.text)")
            }
            let folded = try await fixture.folding.send(.get, "/v1/audit", key: nil)
            #expect(folded.status == 503 && folded.code == "READ_MODEL_UNAVAILABLE")
        }
    }

    @Test("come as tables where they are asked for, with the next page in a header")
    func tables() async throws {
        try await ReadModelFixture.run("http_tables") { fixture in
            try await live(fixture)
            for (list, column) in [
                ("orders", "symbol"), ("executions", "price"), ("postings", "ledger"), ("positions", "cost"),
                ("equity", "equity"), ("lots", "cost"), ("exposure", "value"),
            ] {
                let path = "/v1/accounts/main/\(list)?format=csv"
                let lines = try await fixture.caller.client.execute(uri: path, method: .get) { response in
                    #expect(response.headers[.contentType]?.hasPrefix("text/csv") == true, "\(list)")
                    return String(buffer: response.body).split(separator: "\r\n").map(String.init)
                }
                #expect(lines.count > 1, "\(list)")
                #expect(lines.first?.split(separator: ",").contains(Substring(column)) == true, "\(list)")
            }
            let page = try await fixture.caller.client.execute(
                uri: "/v1/accounts/main/orders?limit=2",
                method: .get,
                headers: [.accept: "text/csv"]
            ) { $0 }
            #expect(HTTPField.Name.bifrostNext.flatMap { page.headers[$0] } != nil)
            let xml = try await fixture.caller.send(.get, "/v1/accounts/main/orders?format=xml", key: nil)
            #expect(xml.status == 400)
        }
    }

    @Test("no cell of a table is taken for a formula, or breaks it")
    func cells() {
        let row: JSON = [
            "a": .string("=1+1"), "b": .string("x,\"y\""), "c": .string("-5.25"), "d": .null,
            "e": .string("-a"),
        ]
        #expect(
            CSV.text([row], ["a", "b", "c", "d", "e"]) == "a,b,c,d,e\r\n'=1+1,\"x,\"\"y\"\"\",-5.25,,'-a\r\n"
        )
    }

    @Test("have what their token names, and tell why a token cannot be")
    func tokens() async throws {
        try await ReadModelFixture.run("http_tokens") { fixture in
            let caller = fixture.caller
            try await fixture.core.furnish(caller)
            let path = "/v1/accounts/main"
            for amount in 1...20 {
                let body = #"{"currency":"USD","amount":"\#(amount)"}"#
                let posted = try await caller.post("\(path)/deposits", body, 201, key: "d\(amount)")
                let token = try #require(posted.token)
                let read = try await caller.send(.get, "\(path)?min_position=\(token)", key: nil)
                #expect(read.status == 200)
                let cash = 1_000_000 + amount * (amount + 1) / 2
                #expect(read.body["cash"]?.string == "\(cash)")
                #expect(read.position ?? 0 >= posted.position ?? .max)
                let again = try await caller.post("\(path)/deposits", body, 201, key: "d\(amount)")
                #expect(again.token == token)
            }
            let committed = fixture.core.trading.committed
            func token(_ log: Identifier, _ shard: UInt16, _ position: Int64) -> String {
                PositionToken(log, ShardNumber(shard), position).text
            }
            let other = Identifier(.log, slot: 9, shard: 0, birth: 2)
            for (text, status, code) in [
                ("", 400, "POSITION_MALFORMED"), ("12", 400, "POSITION_MALFORMED"),
                (String(repeating: "0", count: 38), 400, "POSITION_MALFORMED"),
                (token(fixture.log.id, 1, .max).uppercased(), 400, "POSITION_MALFORMED"),
                // A shard, and a position, that no log has.
                ("01" + String(repeating: "f", count: 20) + "0000000000000001", 400, "POSITION_MALFORMED"),
                (token(fixture.log.id, 1, 1).prefix(22) + "ffffffffffffffff", 400, "POSITION_MALFORMED"),
                (token(other, 1, 1), 409, "POSITION_UNKNOWN"),
                (token(fixture.log.id, 2, 1), 409, "POSITION_UNKNOWN"),
                (token(fixture.log.id, 1, committed + 1), 409, "POSITION_UNKNOWN"),
                ("\(token(fixture.log.id, 1, 5))&at=4", 400, "FIELD_MALFORMED"),
            ] {
                let answer = try await caller.send(.get, "\(path)?min_position=\(text)", key: nil)
                #expect(answer.status == status && answer.code == code, "\(text): \(answer.body.text)")
            }
        }
    }

    @Test("wait no longer than they may for a read model that stands, and go on without it")
    func standing() async throws {
        try await ReadModelFixture.run("http_standing") { fixture in
            let caller = fixture.caller
            try await fixture.core.furnish(caller)
            try await fixture.settle()
            fixture.projector.stop()
            let path = "/v1/accounts/main/deposits"
            let posted = try await caller.post(path, #"{"currency":"USD","amount":"5"}"#, 201)
            let token = try #require(posted.token)
            let asked = try await caller.send(.get, "/v1/accounts/main?min_position=\(token)", key: nil)
            #expect(asked.status == 503 && asked.code == "POSITION_NOT_REACHED")
            #expect(asked.headers[.retryAfter] == "1")
            let present = try await caller.send(.get, "/v1/accounts/main", key: nil)
            #expect(present.body["cash"]?.string == "1000000")
            #expect(present.position ?? .max < posted.position ?? 0)
            // The past that the read model lacks is folded.
            let at = try await caller.send(
                .get,
                "/v1/accounts/main/refusals?at=\(posted.position ?? 0)",
                key: nil
            )
            #expect(at.status == 200 && at.position == posted.position)
            let admin = try SharedCluster.connect(database: "http_standing")
            try admin.execute(
                "update bifrost_read.checkpoint set failure = 'a test', way_out = 'none', failed_position = 1"
            )
            let folded = try await caller.send(.get, "/v1/accounts/main", key: nil)
            #expect(folded.body["cash"]?.string == "1000005")
            #expect(folded.position == posted.position)
        }
    }

    @Test("go on by themselves when the database has ended their sessions")
    func healing() async throws {
        try await ReadModelFixture.run("http_healing") { fixture in
            let caller = fixture.caller
            try await fixture.core.furnish(caller)
            let admin = try SharedCluster.connect(database: "http_healing")
            for _ in 0..<5 {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<40 {
                        group.addTask {
                            try await caller.send(.get, "/v1/accounts/main/orders", key: nil).status
                        }
                    }
                    for try await status in group { #expect(status == 200) }
                }
                _ = try admin.query(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'bifrost_reader' "
                        + "and datname = current_database() and state = 'idle'"
                )
            }
        }
    }
}

extension ReadModelFixture {
    /// Waits until read models are where the log is, and it grows no more.
    func settle() async throws {
        let pool = BlockingPool()
        let trading = core.trading
        try await pool.run { trading.waitUntilIdle() }
        try await pool.stop()
        let names = ["accounts", "audit", "orders", "portfolio"]
        let deadline = ContinuousClock.now + .seconds(20)
        try await core.core.models?.wait(names, for: trading.committed, until: deadline)
        let positions = try ReadSnapshot.positions(of: trading.shard, in: log)
        #expect(positions.count == names.count && positions.values.allSatisfy { $0 == trading.committed })
    }
}
