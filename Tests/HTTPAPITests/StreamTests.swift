import BifrostKernel
import Engine
import EventStore
import HTTPTypes
import Hummingbird
import NIOCore
import Orders
import Sagas
import Testing

@testable import HTTPAPI

@Suite("Streams of facts")
struct StreamTests {
    /// What came of a stream: the ids and kinds of its events, in their order.
    private static func events(_ buffer: ByteBuffer?) -> [(id: Int64, kind: String)] {
        String(buffer: buffer ?? ByteBuffer()).split(separator: "\n\n").compactMap { block in
            var (id, kind): (Int64?, String?) = (nil, nil)
            for line in block.split(separator: "\n") {
                if line.hasPrefix("id: ") { id = Int64(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { kind = String(line.dropFirst(7)) }
            }
            guard let id, let kind else { return nil }
            return (id, kind)
        }
    }

    private static func account(_ caller: Caller) async throws -> AccountID {
        let found = try await caller.send(.get, "/v1/accounts/main", key: nil).body
        let text = try #require(found["account"]?.string)
        let id = try #require(Identifier(text))
        return AccountID(id)
    }

    private static func order(_ number: Int) -> String {
        #"{"symbol":"ACME","side":"buy","type":"market","quantity":"\#(number % 7 + 1)"}"#
    }

    @Test("a client that reconnects a thousand times while orders trade sees each fill once, in order")
    func neitherLosesNorRepeats() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let account = try await Self.account(caller)
            let orders = 300
            let placing = Task {
                for number in 0..<orders {
                    try await caller.post(
                        "/v1/accounts/main/orders",
                        Self.order(number),
                        201,
                        key: "o\(number)"
                    )
                }
            }
            let pool = BlockingPool()
            var last: Int64 = 0
            var fills: [Int64] = []
            var connections = 0
            var limits = FactStream.Limits()
            limits.batchEventsMax = 2
            while fills.count < orders {
                connections += 1
                var stream = FactStream(fixture.core, pool, account, after: last, limits).makeAsyncIterator()
                _ = try await stream.next()
                for (id, kind) in Self.events(try await stream.next()) {
                    #expect(id > last)
                    last = id
                    if kind == "execution" { fills.append(id) }
                }
            }
            try await placing.value
            try await pool.stop()
            var stored: [Int64] = []
            try EventPages.read(fixture.log, ShardNumber(1), .account(AccountOrdinal(account), after: 0)) {
                read in
                if case .order(.executed(_)) = read.event { stored.append(read.header.position) }
            }
            #expect(fills == stored)
            #expect(connections > 1_000)
        }
    }

    @Test("one connection is told all that many batches hold")
    func goesOnBehindABatch() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let account = try await Self.account(caller)
            for number in 0..<10 {
                let path = "/v1/accounts/main/orders"
                try await caller.post(path, Self.order(number), 201, key: "o\(number)")
            }
            var stored: [Int64] = []
            let selection = LogSelection.account(AccountOrdinal(account), after: 0)
            try EventPages.read(fixture.log, ShardNumber(1), selection) { stored.append($0.header.position) }
            var limits = FactStream.Limits()
            limits.batchEventsMax = 2
            let pool = BlockingPool()
            var stream = FactStream(fixture.core, pool, account, after: 0, limits).makeAsyncIterator()
            _ = try await stream.next()
            var told: [Int64] = []
            while told.count < stored.count {
                let events = Self.events(try await stream.next())
                told += events.map(\.0)
                if told.last ?? 0 >= stored.last ?? 0 { break }
            }
            try await pool.stop()
            #expect(told.prefix(stored.count) == stored[...])
        }
    }

    @Test("a stream begins with what comes next, or behind the id that came last")
    func beginsWhereItIsTold() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let account = try await Self.account(caller)
            let pool = BlockingPool()
            var whole = FactStream(fixture.core, pool, account, after: 0).makeAsyncIterator()
            _ = try await whole.next()
            let past = Self.events(try await whole.next())
            #expect(past.map(\.kind).contains("portfolio"))
            let middle = try #require(past.dropFirst().first?.id)
            var rest = FactStream(fixture.core, pool, account, after: middle).makeAsyncIterator()
            _ = try await rest.next()
            let later = Self.events(try await rest.next())
            #expect(later.map(\.id) == past.map(\.id).filter { $0 > middle })
            try await pool.stop()
        }
    }

    @Test("a reader that falls behind is told so, and its stream ends")
    func dropsSlowReaders() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let account = try await Self.account(caller)
            let pool = BlockingPool()
            var limits = FactStream.Limits()
            limits.lagEventsMax = 0
            let (core, start) = (fixture.core, fixture.trading.committed)
            let reading = Task {
                var stream = FactStream(core, pool, account, after: start, limits).makeAsyncIterator()
                var answers: [String] = []
                while let buffer = try await stream.next() { answers.append(String(buffer: buffer)) }
                return answers
            }
            // The first ones may come before the reader has been at the end.
            let placing = Task {
                var number = 0
                while !Task.isCancelled {
                    number += 1
                    try await caller.post(
                        "/v1/accounts/main/orders",
                        Self.order(number),
                        201,
                        key: "d\(number)"
                    )
                }
            }
            let answers = try await reading.value
            placing.cancel()
            _ = await placing.result
            #expect(answers.last?.hasPrefix("event: dropped\ndata: {\"reason\":") == true)
            #expect(answers.count { $0.hasPrefix("event: dropped") } == 1)
            try await pool.stop()
        }
    }

    @Test("an id that the log does not have is refused, and so is one that is none")
    func refusesForeignIds() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/stream"
            let far = try await caller.send(.get, path + "?after=9000000", key: nil)
            #expect(far.status == 409 && far.code == "POSITION_UNKNOWN")
            let word = try await caller.send(.get, path + "?after=x", key: nil)
            #expect(word.status == 400 && word.code == "FIELD_MALFORMED")
            let other = try await caller.send(.get, path + "?since=1", key: nil)
            #expect(other.status == 400 && other.code == "FIELD_UNKNOWN")
        }
    }
}

@Suite("Queries about any moment")
struct QueryTests {
    @Test("an account and its orders are shown as they were known at a position")
    func showsThePast() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main"
            let before = fixture.trading.committed
            let order = #"{"symbol":"ACME","side":"buy","type":"market","quantity":"10"}"#
            let placed = try await caller.post(path + "/orders", order, 201)
            try await fixture.wait("\(path)/orders/\(placed.subject)", caller) {
                $0["status"]?.string == "FILLED"
            }
            let now = try await caller.send(.get, path, key: nil).body
            let past = try await caller.send(.get, path + "?at=\(before)", key: nil).body
            #expect(now["cash"]?.string == "999000" && now["positions"]?.array?.count == 1)
            #expect(past["cash"]?.string == "1000000" && past["positions"]?.array == [])
            let earlier = try await caller.send(.get, path + "/orders?at=\(before)", key: nil).body
            #expect(earlier["orders"]?.array == [])
            let single = try await caller.send(
                .get,
                "\(path)/orders/\(placed.subject)?at=\(before)",
                key: nil
            )
            #expect(single.status == 404)
            let unopened = try await caller.send(.get, path + "?at=1", key: nil)
            #expect(unopened.status == 404)
        }
    }

    @Test("pages of orders join without a gap or a repeat, whatever is placed meanwhile")
    func pagesAreStable() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main/orders"
            var placed: [String] = []
            for number in 0..<7 {
                let body = #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"1","limitPrice":"95"}"#
                placed.append(try await caller.post(path, body, 201, key: "p\(number)").subject)
            }
            var seen: [String] = []
            var next = ""
            repeat {
                let page = try await caller.send(.get, path + "?limit=3\(next)", key: nil).body
                seen += (page["orders"]?.array ?? []).compactMap { $0["order"]?.string }
                let body = #"{"symbol":"ACME","side":"buy","type":"limit","quantity":"1","limitPrice":"94"}"#
                try await caller.post(path, body, 201, key: "m\(seen.count)")
                guard case .number(let cursor)? = page["next"] else { break }
                next = "&before=\(cursor)"
            } while seen.count < 20
            #expect(seen == placed.reversed())
            for query in ["limit=0", "limit=501", "before=0", "limit=1&limit=2", "at=-1", "at=9e9", "page=2"]
            {
                let answer = try await caller.send(.get, "\(path)?\(query)", key: nil)
                #expect(answer.status == 400, "\(query)")
            }
        }
    }

    @Test("refusals are listed with the rule, its limit and the number that broke it")
    func listsRefusals() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            let path = "/v1/accounts/main"
            try await caller.post(path + "/withdrawals", #"{"currency":"USD","amount":"1000001"}"#, 422)
            let order = #"{"symbol":"ACME","side":"sell","type":"market","quantity":"5"}"#
            try await caller.post(path + "/orders", order, 422)
            let rows = try await caller.send(.get, path + "/refusals", key: nil).body["refusals"]?.array ?? []
            #expect(rows.map { $0["code"]?.string } == ["POSITION_INSUFFICIENT", "CASH_INSUFFICIENT"])
            #expect(rows.first?["symbol"]?.string == "ACME" && rows.first?["value"]?.string == "5")
            #expect(rows.last?["limit"]?.string == "1000000" && rows.last?["value"]?.string == "1000001")
        }
    }

    @Test("the equity of each closed day is listed, with the place of its close in the log")
    func listsEquity() async throws {
        try await Fixture.run { fixture, caller in
            try await fixture.furnish(caller)
            try await caller.post("/v1/calendars/XNYS/rolls", #"{"date":"2023-11-14"}"#, 200)
            let path = "/v1/accounts/main/equity"
            let days = try await caller.send(.get, path, key: nil).body["days"]?.array ?? []
            #expect(days.count == 1)
            #expect(days.first?["date"]?.string == "2023-11-14" && days.first?["equity"]?.string == "1000000")
            let none = try await caller.send(.get, path + "?from=2023-11-15", key: nil).body["days"]?.array
            #expect(none == [])
            guard case .number(let position)? = days.first?["position"], let close = Int64(position) else {
                Issue.record("a close has a position")
                return
            }
            let before = try await caller.send(.get, path + "?at=\(close - 1)", key: nil).body["days"]?.array
            #expect(before == [])
        }
    }
}
