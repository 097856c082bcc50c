import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Trades in the ledger")
struct TradeTests {
    @Test("a purchase turns cash into a position at cost, line by line")
    func books() throws {
        var state = Portfolio.initial
        let fact = try state.trade(
            Trade.report(
                1,
                quantity: Quantity(nanos: 333_000_000),
                price: Price(cents: 1001),
                commission: Money(cents: 2)
            )
        )
        #expect(fact.gross == Money(nanos: 3_333_330_000))
        #expect(fact.settlementAmount == Money(cents: 333))
        #expect(state.cash(.usd) == Money(cents: -335))
        #expect(state.money(.positionCost) == Money(nanos: 3_333_330_000))
        #expect(state.money(.expense) == Money(cents: 2))
        #expect(state.money(.rounding) == Money(nanos: -3_330_000))
        #expect(state.money(.realisedProfit) == .zero)
        #expect(state.position(Sample.instrument) == Quantity(nanos: 333_000_000))
        #expect(state.isSound)
    }

    @Test("what the venue rounds ends in the rounding account, and returns when the trade is undone")
    func rounds() throws {
        var state = Portfolio.initial
        let third = Quantity(nanos: 333_000_000)
        _ = try state.trade(Trade.report(1, quantity: third, price: Price(cents: 1001)))
        _ = try state.trade(Trade.report(2, quantity: -third, price: Price(cents: 1001)))
        #expect(state.ledger.lines.isEmpty)
        _ = try state.trade(
            Trade.report(3, quantity: third, price: Price(cents: 1001), settlement: Money(cents: 334))
        )
        #expect(state.money(.rounding) == Money(nanos: 6_670_000))
    }

    @Test("a rebate lowers expense")
    func takesRebates() throws {
        var state = Portfolio.initial
        _ = try state.trade(
            Trade.report(
                1,
                quantity: Quantity(units: 1),
                price: Price(cents: 100),
                commission: Money(cents: -3)
            )
        )
        #expect(state.cash(.usd) == Money(cents: -97))
        #expect(state.money(.expense) == Money(cents: -3))
    }

    @Test("a lot keeps the day and the execution that opened it")
    func remembersOrigin() throws {
        var state = Portfolio.initial
        _ = try state.trade(Trade.report(7, 10, at: 100))
        _ = try state.trade(Trade.report(8, -4, at: 110))
        #expect(state.lots().map(\.execution) == [Sample.execution(7)])
        #expect(state.lots().map(\.opened) == [Sample.day])
    }

    @Test("the costs of parts sum to the cost of the whole", arguments: Seeds.take(100))
    func sumsParts(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let sign: Int64 = generator.chance(50) ? 1 : -1
        let whole = Quantity(nanos: sign * generator.int64(1...Quantity.nanosMax / 1000))
        var state = Portfolio.initial
        let opened = try state.trade(
            Trade.report(0, quantity: whole, price: Price(nanos: generator.int64(1...1_000_000_000_000)))
        )
        var left = whole.nanos
        var closed = Int128(0)
        var number: Int64 = 1
        while left != 0 {
            let most = Int64(left.magnitude)
            let size = generator.chance(20) ? most : generator.int64(1...most)
            let part = Quantity(nanos: left > 0 ? -size : size)
            let fact = try state.trade(
                Trade.report(
                    number,
                    quantity: part,
                    price: Price(nanos: generator.int64(1...1_000_000_000_000))
                )
            )
            closed += fact.closedCost.nanos
            left += part.nanos
            number += 1
            try #require(state.isSound)
        }
        #expect(closed == opened.gross.nanos)
        #expect(state.lots().isEmpty)
        #expect(state.money(.positionCost) == .zero)
    }

    @Test("the ledger balances after every trade, whatever its size or sign", arguments: Seeds.take(60))
    func balances(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var state = Portfolio.initial
        var rounding = Int128(0)
        for number in 0..<60 {
            let magnitude = generator.int64(1...1_000_000_000_000)
            let report = Trade.report(
                Int64(number),
                quantity: Quantity(nanos: generator.chance(50) ? magnitude : -magnitude),
                price: Price(nanos: generator.int64(0...5_000_000_000_000)),
                commission: Money(cents: generator.int64(-100...1000)),
                instrument: Sample.instrument(generator.int64(1...3))
            )
            let fact = try state.trade(report)
            let settled = report.settlementAmount.nanos
            rounding += (report.quantity > .zero ? settled : -settled) - fact.gross.nanos
            try #require(Ledger.balances(fact.postings))
            try #require(state.isSound)
            try #require(state.money(.rounding).nanos == rounding)
        }
    }
}
