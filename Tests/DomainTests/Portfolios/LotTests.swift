import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Lots")
struct LotTests {
    typealias Units = (units: Int64, cents: Int64)

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let trades: [Units]
        let lots: [Units]
        let realised: Int64

        init(_ name: String, _ trades: [Units], lots: [Units], realised: Int64) {
            testDescription = name
            self.trades = trades
            self.lots = lots
            self.realised = realised
        }
    }

    /// Lots by units and price in cents; profit in cents.
    static let stories: [Row] = [
        Row("one lot", [(10, 100)], lots: [(10, 100)], realised: 0),
        Row("part of a lot", [(10, 100), (-4, 110)], lots: [(6, 100)], realised: 40),
        Row("a whole lot", [(10, 100), (-10, 90)], lots: [], realised: -100),
        Row("the oldest lot first", [(10, 100), (10, 120), (-10, 130)], lots: [(10, 120)], realised: 300),
        Row(
            "several lots and part of the last",
            [(10, 100), (10, 120), (10, 140), (-25, 130)],
            lots: [(5, 140)],
            realised: 350
        ),
        Row("through zero to short", [(10, 100), (-15, 110)], lots: [(-5, 110)], realised: 100),
        Row("through zero to long", [(-10, 100), (15, 90)], lots: [(5, 90)], realised: 100),
        Row("a short covered in parts", [(-10, 100), (4, 90), (6, 120)], lots: [], realised: -80),
        Row("shorts, the oldest first", [(-5, 100), (-5, 80), (7, 90)], lots: [(-3, 80)], realised: 30),
        Row("several shorts through zero", [(-5, 100), (-5, 80), (12, 90)], lots: [(2, 90)], realised: 0),
        Row("back to where it began", [(10, 100), (-10, 100), (10, 50)], lots: [(10, 50)], realised: 0),
    ]

    @Test("lots close first in, first out", arguments: stories)
    func closes(row: Row) throws {
        var state = Portfolio.initial
        for (number, trade) in row.trades.enumerated() {
            _ = try state.trade(Trade.report(Int64(number), trade.units, at: trade.cents))
            #expect(state.isSound)
        }
        #expect(state.lots().map(\.quantity) == row.lots.map { Quantity(units: $0.units) })
        #expect(state.lots().map(\.cost) == row.lots.map { Money(cents: $0.units * $0.cents) })
        #expect(state.realised[.usd] == Money(cents: row.realised))
        #expect(state.money(.realisedProfit) == Money(cents: -row.realised))
        let spent = row.trades.reduce(Int64(0)) { $0 + $1.units * $1.cents }
        #expect(state.cash(.usd) == Money(cents: -spent))
    }

    /// A model that knows single units alone: the price in cents of each that is owned, or owed.
    private struct UnitModel {
        var open: [Int64] = []
        var isShort = false
        var realised: Int64 = 0
        var cash: Int64 = 0

        mutating func trade(_ units: Int64, _ cents: Int64) {
            cash -= units * cents
            let sells = units < 0
            for _ in 0..<units.magnitude {
                if let first = open.first, isShort != sells {
                    realised += isShort ? first - cents : cents - first
                    open.removeFirst()
                } else {
                    isShort = sells
                    open.append(cents)
                }
            }
        }
    }

    @Test(
        "any trades give the profit, the lots and the cash of a model of single units",
        arguments: Seeds.take(60)
    )
    func agreesWithModel(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var models: [InstrumentID: UnitModel] = [:]
        var state = Portfolio.initial
        for number in 0..<60 {
            let instrument = Sample.instrument(generator.int64(1...3))
            let units = generator.int64(1...12) * (generator.chance(50) ? 1 : -1)
            let cents = generator.int64(1...20_000)
            models[instrument, default: UnitModel()].trade(units, cents)
            _ = try state.trade(
                Trade.report(
                    Int64(number),
                    quantity: Quantity(units: units),
                    price: Price(cents: cents),
                    instrument: instrument
                )
            )
            try #require(state.isSound)
        }
        for (instrument, model) in models {
            let sign: Int64 = model.isShort ? -1 : 1
            #expect(state.position(instrument) == Quantity(units: Int64(model.open.count) * sign))
            #expect(state.cost(instrument) == Money(cents: model.open.reduce(0, +) * sign))
        }
        #expect(state.realised[.usd] == Money(cents: models.values.reduce(0) { $0 + $1.realised }))
        #expect(state.cash(.usd) == Money(cents: models.values.reduce(0) { $0 + $1.cash }))
    }
}
