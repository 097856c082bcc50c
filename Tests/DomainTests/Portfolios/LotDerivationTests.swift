import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Lots derived from trades")
struct LotDerivationTests {
    typealias Units = (units: Int64, cents: Int64)

    /// A trade that takes effect at `time`, else in the order of its number.
    static func trade(_ number: Int64, _ units: Int64, _ cents: Int64, at time: Int64? = nil) -> LotTrade {
        var trade = LotTrade()
        trade.effectiveAt = Timestamp(nanos: time ?? number)
        trade.execution = Sample.execution(number)
        trade.quantity = Quantity(units: units)
        trade.gross = Money(cents: units * cents)
        trade.tradeDate = Sample.day
        return trade
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: LotMethod
        let trades: [Units]
        /// What the last trade names, by the number of the trade that opened it.
        var chosen: [(trade: Int64, units: Int64)] = []
        /// Units and cost in cents of each lot.
        let lots: [Units]
        let realised: Int64
    }

    static let stories: [Row] = [
        Row(
            testDescription: "fifo",
            method: .fifo,
            trades: [(10, 100), (10, 120), (-15, 130)],
            lots: [(5, 600)],
            realised: 350
        ),
        Row(
            testDescription: "average",
            method: .average,
            trades: [(10, 100), (10, 120), (-15, 130)],
            lots: [(5, 550)],
            realised: 300
        ),
        Row(
            testDescription: "average of a short",
            method: .average,
            trades: [(-10, 100), (-10, 80), (5, 70)],
            lots: [(-15, -1350)],
            realised: 100
        ),
        Row(
            testDescription: "average through zero",
            method: .average,
            trades: [(10, 100), (10, 120), (-30, 130), (-10, 150)],
            lots: [(-20, -2800)],
            realised: 400
        ),
        Row(
            testDescription: "chosen",
            method: .chosen,
            trades: [(10, 100), (10, 120), (10, 140), (-10, 150)],
            chosen: [(2, 4), (3, 6)],
            lots: [(10, 1000), (6, 720), (4, 560)],
            realised: 180
        ),
        Row(
            testDescription: "chosen, the rest by age",
            method: .chosen,
            trades: [(10, 100), (10, 120), (-10, 150)],
            chosen: [(2, 4)],
            lots: [(4, 400), (6, 720)],
            realised: 120 + 300
        ),
        Row(
            testDescription: "chosen that is not there",
            method: .chosen,
            trades: [(10, 100), (-10, 150)],
            chosen: [(7, 4), (2, 9)],
            lots: [],
            realised: 500
        ),
        Row(
            testDescription: "chosen through zero",
            method: .chosen,
            trades: [(10, 100), (-15, 150)],
            chosen: [(1, 99)],
            lots: [(-5, -750)],
            realised: 500
        ),
    ]

    @Test("each method closes its own lots", arguments: stories)
    func closes(row: Row) {
        var trades = row.trades.enumerated().map {
            Self.trade(Int64($0.offset) + 1, $0.element.units, $0.element.cents)
        }
        for index in trades.indices { trades[index].method = row.method }
        trades[trades.count - 1].chosen = row.chosen.map {
            ChosenLot(Sample.execution($0.trade), Quantity(units: $0.units))
        }
        let derived = Lots.derive(trades)
        #expect(derived.lots.map(\.quantity) == row.lots.map { Quantity(units: $0.units) })
        #expect(derived.lots.map(\.cost) == row.lots.map { Money(cents: $0.cents) })
        #expect(derived.realised == Money(cents: row.realised).nanos)
    }

    private static func random(_ count: Int, _ generator: inout Generator) -> [TradeReport] {
        (1...Int64(count)).map { number in
            let units = generator.int64(1...12) * (generator.chance(50) ? 1 : -1)
            var report = Trade.report(number, units, at: generator.int64(1...20_000))
            // Some trades share a moment: of those the one that is known first comes first.
            report.effectiveAt = Timestamp(nanos: number)
            report.method = generator.one(of: LotMethod.allCases)
            if report.method == .chosen {
                report.chosen = [ChosenLot(Sample.execution(generator.int64(1...number)), Quantity(units: 3))]
            }
            report.settlementDate = BusinessDate(days: Sample.day.days + Int32(generator.int(0...2)))
            return report
        }
    }

    private static func booked(_ reports: [TradeReport]) throws -> PortfolioState {
        var state = Portfolio.initial
        for report in reports {
            for event in try decided(Portfolio.self, .book(Trade.agreed(report, state)), state) {
                Portfolio.evolve(&state, by: event, at: report.effectiveAt)
            }
            try #require(state.isSound)
        }
        return state
    }

    @Test("any order of arrival gives the same lots and the same profit", arguments: Seeds.take(40))
    func ignoresArrival(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let reports = Self.random(40, &generator)
        let inOrder = try Self.booked(reports)
        var shuffled = reports
        for index in shuffled.indices { shuffled.swapAt(index, generator.int(index...shuffled.count - 1)) }
        let late = try Self.booked(shuffled)
        #expect(late.lots() == inOrder.lots())
        #expect(late.realised == inOrder.realised)
        #expect(late.money(.positionCost) == inOrder.money(.positionCost))
        #expect(late.tradedCash == inOrder.tradedCash)
        #expect(!inOrder.lots().isEmpty || inOrder.position(Sample.instrument) == .zero)
    }

    /// Trades of a few orders, each with a method and lots of its own, some of which are not there yet.
    private static func ordered(_ count: Int, _ generator: inout Generator) -> [TradeReport] {
        let orders = (1...6).map { number in
            let lots = (0..<generator.int(0...3)).map { _ in
                ChosenLot(
                    Sample.execution(generator.int64(1...Int64(count))),
                    Quantity(units: generator.int64(1...9))
                )
            }
            let method = lots.isEmpty ? generator.one(of: LotMethod.allCases) : .chosen
            return (order: Sample.order(Int64(number)), lots: lots, method: method)
        }
        return (1...Int64(count)).map { number in
            let units = generator.int64(1...12) * (generator.chance(50) ? 1 : -1)
            var report = Trade.report(number, units, at: generator.int64(1...20_000))
            let order = generator.one(of: orders)
            report.effectiveAt = Timestamp(nanos: number)
            (report.order, report.chosen, report.method) = (order.order, order.lots, order.method)
            return report
        }
    }

    @Test(
        "orders that share lots among their trades leave the same ones whatever comes first",
        arguments: Seeds.take(40)
    )
    func sharesLots(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let reports = Self.ordered(40, &generator)
        let inOrder = try Self.booked(reports)
        var shuffled = reports
        for index in shuffled.indices { shuffled.swapAt(index, generator.int(index...shuffled.count - 1)) }
        let late = try Self.booked(shuffled)
        #expect(late.lots() == inOrder.lots())
        #expect(late.realised == inOrder.realised)
        #expect(late.money(.positionCost) == inOrder.money(.positionCost))
    }

    @Test("the trades of an order close no more of a lot than it names, together")
    func sharesOneLot() throws {
        let trades: [(number: Int64, units: Int64, cents: Int64)] = [
            (1, 10, 100), (2, 10, 120), (3, 10, 140), (4, -4, 150), (5, -6, 150),
        ]
        var reports = trades.map { trade in
            var report = Trade.report(trade.number, trade.units, at: trade.cents)
            report.effectiveAt = Timestamp(nanos: trade.number)
            return report
        }
        for index in 3...4 {
            reports[index].order = Sample.order(77)
            reports[index].method = .chosen
            reports[index].chosen = [ChosenLot(Sample.execution(2), Quantity(units: 7))]
        }
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [0, 4, 1, 3, 2]] {
            let lots = try Self.booked(order.map { reports[$0] }).lots()
            #expect(lots.map(\.quantity) == [7, 3, 10].map { Quantity(units: $0) })
        }
    }

    @Test("a history of many blocks is derived as one", arguments: Seeds.take(3))
    func spansBlocks(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var state = Portfolio.initial
        for number in 1...1300 as ClosedRange<Int64> {
            let units = generator.int64(1...9) * (generator.chance(55) ? 1 : -1)
            var report = Trade.report(number, units, at: generator.int64(100...200))
            let late = generator.chance(2)
            report.effectiveAt = Timestamp(nanos: late ? generator.int64(1...number) : number)
            for event in try decided(Portfolio.self, .book(Trade.agreed(report, state)), state) {
                Portfolio.evolve(&state, by: event, at: report.effectiveAt)
            }
        }
        #expect(state.isSound)
    }
}
