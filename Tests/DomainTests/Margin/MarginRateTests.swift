import BifrostKernel
import RiskLimits
import Testing

@Suite("Requirements of positions")
struct MarginRateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let units: Int64
        let cents: Int64
        var marginable = true
        /// In whole dollars.
        let initial: Int128
        let maintenance: Int128
    }

    /// The short rows are those of FINRA Regulatory Notice 11-16; initial is never below maintenance.
    static let table: [Row] = [
        Row(testDescription: "long", units: 1000, cents: 1000, initial: 5000, maintenance: 2500),
        Row(testDescription: "long, cheap", units: 1000, cents: 100, initial: 500, maintenance: 250),
        Row(
            testDescription: "long, not marginable",
            units: 1000,
            cents: 1000,
            marginable: false,
            initial: 10_000,
            maintenance: 10_000
        ),
        Row(testDescription: "short at 2", units: -1000, cents: 200, initial: 2500, maintenance: 2500),
        Row(testDescription: "short at 3", units: -1000, cents: 300, initial: 3000, maintenance: 3000),
        Row(testDescription: "short below 5", units: -1000, cents: 499, initial: 4990, maintenance: 4990),
        Row(testDescription: "short at 5", units: -1000, cents: 500, initial: 5000, maintenance: 5000),
        Row(testDescription: "short at 10", units: -1000, cents: 1000, initial: 5000, maintenance: 5000),
        Row(testDescription: "short at 20", units: -1000, cents: 2000, initial: 10_000, maintenance: 6000),
        Row(
            testDescription: "short, not marginable",
            units: -1000,
            cents: 2000,
            marginable: false,
            initial: 20_000,
            maintenance: 20_000
        ),
        Row(testDescription: "nothing", units: 0, cents: 2000, initial: 0, maintenance: 0),
        Row(testDescription: "short at nothing", units: -10, cents: 0, initial: 25, maintenance: 25),
    ]

    @Test("each position needs its share of its value, or its floor", arguments: table)
    func requires(row: Row) {
        let rates = MarginRegime.rates(on: Sample.day)
        func requirement(_ kind: MarginRequirement) -> Int128 {
            let (units, price) = (Quantity(units: row.units), Price(cents: row.cents))
            return rates.requirement(kind, units, at: price, marginable: row.marginable)
        }
        #expect(requirement(.initial) == Money(units: row.initial).nanos)
        #expect(requirement(.maintenance) == Money(units: row.maintenance).nanos)
    }

    @Test("the largest values fit, and parts of the smallest unit are rounded up")
    func bounds() {
        let rates = MarginRegime.rates(on: BusinessDate(days: .min))
        let (most, dear) = (Quantity(nanos: Quantity.nanosMax), Price(nanos: Price.nanosMax))
        #expect(rates.requirement(.initial, most, at: dear, marginable: true) == Money.nanosMax / 2)
        #expect(rates.requirement(.initial, -most, at: dear, marginable: false) == Money.nanosMax)
        let one = Quantity(nanos: 1)
        #expect(rates.requirement(.initial, one, at: Price(nanos: 1), marginable: true) == 1)
        #expect(rates.requirement(.maintenance, one, at: -dear, marginable: true) == 250_000_000)
    }

    @Test("a position without a mark needs what it cost")
    func unmarked() {
        let line = MarginLine(
            position: Quantity(units: -10),
            mark: nil,
            cost: Money(units: -700),
            marginable: true
        )
        let sheet = MarginSheet(
            rates: MarginRegime.rates(on: Sample.day),
            lines: [Sample.instrument: line],
            equity: nil
        )
        #expect(sheet.requirement(.initial) == Money(units: 700).nanos)
        #expect(sheet.requirement(.maintenance) == Money(units: 700).nanos)
    }
}

extension Price {
    fileprivate static prefix func - (price: Price) -> Price { Price(nanos: -price.nanos) }
}
