import BifrostKernel
import EventStore
import EventStorePostgres
import HTTPTypes
import PostgresTesting
import Prices
import Testing

@testable import HTTPAPI

@Suite("Intraday prices through the door")
struct PriceRouteTests {
    private static let path = "/v1/prices"

    private func book(_ database: String) throws -> PriceBook {
        try PostgresSetup.prepare(SharedCluster.conninfo(database: database))
        return PriceBook(
            try PostgresLog.open(
                PostgresAccess { try SharedCluster.conninfo(database: database, user: $0) }
            )
        )
    }

    private static func body(_ prices: String...) -> String {
        #"{"source":"feed","prices":["# + prices.joined(separator: ",") + "]}"
    }

    private static func price(_ time: String, _ more: String) -> String {
        #"{"symbol":"ACME","at":"2023-11-14T\#(time)Z",\#(more)}"#
    }

    @Test("prices are recorded once under a key, and read by pages")
    func record() async throws {
        let book = try book("http_prices_record")
        try await Fixture.run(prices: book) { fixture, caller in
            try await fixture.furnish(caller)
            let quote = Self.price("15:30:00", #""bid":"99.5","ask":"100.5""#)
            let trade = Self.price("15:30:00.25", #""last":"100""#)
            let first = try await caller.post(Self.path, Self.body(trade, quote), 201, key: "a")
            #expect(first.body["segment"] == .count(1))
            #expect(first.body["prices"] == .count(2))
            let again = try await caller.post(Self.path, Self.body(trade, quote), 201, key: "a")
            #expect(again.body == first.body)
            #expect(again.headers[try #require(HTTPField.Name.idempotencyReplayed)] == "true")
            let other = try await caller.post(Self.path, Self.body(trade), 409, key: "a")
            #expect(other.code == "IDEMPOTENCY_KEY_REUSED")
            try await caller.post(Self.path, Self.body(trade), 201, key: "b")

            var seen: [String] = []
            var next = ""
            repeat {
                let answer = try await caller.send(.get, Self.path + "/ACME?limit=1" + next, key: nil)
                #expect(answer.status == 200)
                seen += (answer.body["prices"]?.array ?? []).map { ($0["last"]?.string ?? "-") }
                next = answer.body["next"]?.string.map { "&after=" + $0 } ?? ""
            } while !next.isEmpty
            #expect(seen == ["-", "100", "100"])
            let late = try await caller.send(
                .get,
                Self.path + "/ACME?from=2023-11-14T15:30:00.1Z&to=2023-11-14T15:30:01Z",
                key: nil
            )
            #expect(late.body["prices"]?.array?.count == 2)
        }
        #expect(try book.verify() == (2, 3))
    }

    static let refusals: [(String, Int, String)] = [
        (#"{"prices":[]}"#, 400, "FIELD_MALFORMED"),
        (#"{"prices":[{"at":"2023-11-14T15:30:00Z","last":"1"}]}"#, 400, "FIELD_MISSING"),
        (#"{"prices":[{"symbol":"ACME","last":"1"}]}"#, 400, "FIELD_MISSING"),
        (body(price("15:30:00", #""last":"1","volume":"5""#)), 400, "FIELD_UNKNOWN"),
        (body(price("25:30:00", #""last":"1""#)), 400, "DATE_MALFORMED"),
        (body(price("15:30:00", #""last":null"#)), 422, "FIELDS_DISAGREE"),
        (body(price("15:30:00", #""bid":"2","ask":"1""#)), 422, "FIELDS_DISAGREE"),
        (body(price("15:30:00", #""last":"-1""#)), 400, "PRICE_OUT_OF_RANGE"),
        (body(price("22:14:21", #""last":"1""#)), 422, "FIELDS_DISAGREE"),
        (
            body(#"{"symbol":"acme","at":"2023-11-14T15:30:00Z","last":"1"}"#), 404, "UNKNOWN_INSTRUMENT"
        ),
    ]

    @Test("what is wrong is refused whole, with its code")
    func refuse() async throws {
        let book = try book("http_prices_refuse")
        try await Fixture.run(prices: book) { fixture, caller in
            try await fixture.furnish(caller)
            for (body, status, code) in Self.refusals {
                let answer = try await caller.post(Self.path, body, status)
                #expect(answer.code == code, "\(body)")
            }
            for (query, code) in [
                ("/ACME?after=1", "FIELD_MALFORMED"), ("/ACME?after=1.0.0", "FIELD_MALFORMED"),
                ("/ACME?from=now", "DATE_MALFORMED"), ("/ACME?limit=501", "FIELD_MALFORMED"),
                ("/NOPE", "UNKNOWN_INSTRUMENT"),
            ] {
                let answer = try await caller.send(.get, Self.path + query, key: nil)
                #expect(answer.code == code, "\(query)")
            }
        }
        #expect(try book.verify() == (0, 0))
    }

    /// The one position of the account, which is all of the totals.
    private static func line(_ caller: Caller, _ query: String) async throws -> JSON {
        let answer = try await caller.send(.get, "/v1/accounts/main/valuation" + query, key: nil)
        #expect(answer.status == 200, "\(answer.body.text)")
        let position = try #require(answer.body["positions"]?.array?.first)
        #expect(answer.body["totals"]?.array?.first?["unrealised"] == position["unrealised"])
        return position
    }

    @Test("holdings follow the prices of the day: close, trade, quote, close before; what is old is stale")
    func valuation() async throws {
        let book = try book("http_prices_valuation")
        try await Fixture.run(prices: book) { fixture, caller in
            try await fixture.furnish(caller)
            let placed = try await caller.post(
                "/v1/accounts/main/orders",
                #"{"symbol":"ACME","side":"buy","type":"market","quantity":"100"}"#,
                201
            )
            let order = "/v1/accounts/main/orders/" + placed.subject
            try await fixture.wait(order, caller) { $0["status"] == "FILLED" }

            func line(_ query: String = "") async throws -> JSON { try await Self.line(caller, query) }
            // Bought at 100 on the day of the mark, which the close decides whatever was quoted.
            try await caller.post(Self.path, Self.body(Self.price("15:30:00", #""last":"103""#)), 201)
            var now = try await line()
            #expect(now["basis"] == "official_close" && now["price"] == "100" && now["stale"] == .bool(false))

            // The next day: what was quoted on the day before says nothing.
            let day = "?time=2023-11-15T"
            now = try await line(day + "09:00:00Z")
            #expect(now["basis"] == "previous_close" && now["markDate"] == "2023-11-14")
            #expect(now["stale"] == .bool(false))
            let symbol = try #require(Symbol("ACME"))
            let acme = try #require(
                try Directory(fixture.log, ShardNumber(1), FixedTime()).instrument(symbol)
            )
            func record(_ key: String, _ tick: PriceTick) throws {
                let name = try #require(ClientName(key))
                _ = try book.record(name, source: "feed", [tick], at: FixedTime().now())
            }
            let opening = try #require(Timestamp("2023-11-15T14:30:00Z"))
            let (bid, ask) = (try Price("98"), try Price("99.01"))
            try record("quote", PriceTick(acme, at: opening, bid: bid, ask: ask))
            now = try await line(day + "14:45:00Z")
            #expect(now["basis"] == "mid" && now["price"] == "98.505" && now["stale"] == .bool(false))
            #expect(now["value"] == "9850.5" && now["unrealised"] == "-149.5")
            now = try await line(day + "14:45:00.000000001Z")
            #expect(now["stale"] == .bool(true))
            let later = try #require(Timestamp("2023-11-15T15:00:00Z"))
            try record("trade", PriceTick(acme, at: later, last: try Price("101")))
            now = try await line(day + "15:00:00Z")
            #expect(now["basis"] == "last_trade" && now["unrealised"] == "100")
            #expect(now["quotedAt"] == "2023-11-15T15:00:00.000000000Z")
            // As it was known before the trade came.
            now = try await line(day + "15:00:00Z&segment=2")
            #expect(now["basis"] == "mid")

            for (query, status) in [("?time=soon", 400), ("?segment=0", 400), ("?at=0", 400)] {
                let path = "/v1/accounts/main/valuation" + query
                #expect(try await caller.send(.get, path, key: nil).status == status)
            }
            let nobody = try await caller.send(.get, "/v1/accounts/nobody/valuation", key: nil)
            #expect(nobody.code == "UNKNOWN_ACCOUNT")
        }
    }
}
