import BifrostKernel
import Engine
import EventStore
import HTTPTypes
import SeededChoices
import Testing

@testable import HTTPAPI
@testable import Venues

@Suite("A venue where things go wrong")
struct FaultyVenueTests {
    private static let startsMax = 10
    private static let movesMax = 20

    @Test(
        "and the core agree on every position and every cent once the core has started again",
        .timeLimit(.minutes(2)),
        arguments: [1, 2, 3] as [UInt64]
    )
    func agreement(seed: UInt64) async throws {
        // The least and the most of an order, across parts, busts and corrections; and fees of sales.
        let fees = seed == 1 ? FeeSchedule(BasisPoints(0)) : FeeTests.schedule
        try await Fixture.run(.faults(seed: seed), fees: fees) { fixture, caller in
            try await fixture.furnish(caller)
            if seed > 1 { _ = try await caller.post("/v1/fees", FeeTests.body, 201) }
            var choices = Generator(seed: seed)
            var orders: [String] = []
            for round in 0..<40 {
                for index in 0..<4 {
                    let isBuy = choices.chance(70)
                    let limit = 100 + choices.int(-2...4)
                    let body =
                        #"{"symbol":"ACME","side":"\#(isBuy ? "buy" : "sell")","type":"limit","#
                        + #""quantity":"\#(choices.int(1...20))","limitPrice":"\#(limit)"}"#
                    let answer = try await caller.send(
                        .post,
                        "/v1/accounts/main/orders",
                        body,
                        key: "order \(round) \(index)"
                    )
                    if answer.status == 201 { orders.append(answer.subject) }
                }
                if choices.chance(50), !orders.isEmpty {
                    let path = "/v1/accounts/main/orders/" + choices.one(of: orders)
                    _ = try await caller.send(.delete, path, key: "cancel \(round)")
                }
                try fixture.move(to: 100 + choices.int64(-3...3), volume: choices.int64(0...400))
            }
            let pool = BlockingPool()
            var agrees = false
            // A start tells the venue what it may not have heard of; the connection may be broken just
            // then, and on this clock the core never asks again.
            for _ in 0..<Self.startsMax where !agrees {
                let again = try fixture.restartTrading()
                defer { again.stop() }
                // What the venue keeps back is said when the price moves.
                for _ in 0..<Self.movesMax where !agrees {
                    try await pool.run { again.waitUntilIdle() }
                    let account = try await caller.send(.get, "/v1/accounts/main", key: nil)
                    agrees = fixture.agrees(account.body, orders: orders.count)
                    if !agrees { try fixture.move(to: 100, volume: 0) }
                }
            }
            try await pool.stop()
            #expect(agrees)
            let book = fixture.venue.presentBook
            #expect(book.trades.count > 20 && book.revisedCount > 0)
        }
    }
}

extension Fixture {
    /// Whether the venue has had every order, and the core the position and the cash of the venue's book.
    fileprivate func agrees(_ account: JSON, orders: Int) -> Bool {
        let book = venue.presentBook
        let cash = Money(nanos: 1_000_000_000_000_000 + (book.cashByID.values.first?.nanos ?? 0))
        let position = book.positionByID.values.first ?? .zero
        return book.entryByID.count + book.refusalByID.count == orders
            && account["cash"]?.string == cash.text
            && account["positions"]?.array?.first?["quantity"]?.string ?? "0" == position.text
    }

    /// Moves the stream.
    fileprivate func move(to units: Int64, volume: Int64) throws {
        let symbol = try #require(Symbol("ACME"))
        let acme = try #require(try Directory(log, ShardNumber(1), FixedTime()).instrument(symbol))
        let now = FixedTime().now()
        let price = Price(nanos: units * 1_000_000_000)
        let tick = PaperTick(acme, price, volume: Quantity(units: volume))
        #expect(venue.advance(to: now, date: now.date, ticks: [tick]))
    }
}
