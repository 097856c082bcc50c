import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Reconciliation")
struct BreakTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kinds: [BreakKind]
        let numbers: [Int128]
        let change: @Sendable (inout TradeReport) -> Void

        init(
            _ name: String,
            _ kinds: [BreakKind],
            _ numbers: [Int128],
            _ change: @escaping @Sendable (inout TradeReport) -> Void
        ) {
            testDescription = name
            self.kinds = kinds
            self.numbers = numbers
            self.change = change
        }
    }

    /// Each break with ours and theirs.
    static let table: [Row] = [
        Row("agreement", [], []) { _ in },
        Row("the filled quantity", [.orderQuantity], [10_000_000_000, 9_000_000_000]) {
            $0.ourCumulative = Quantity(units: 10)
            $0.venueCumulative = Quantity(units: 9)
        },
        Row("the position", [.position], [15_000_000_000, 14_000_000_000]) {
            $0.venuePosition = Quantity(units: 14)
        },
        Row("the cash", [.cash], [-15_000_000_000, -15_010_000_000]) { $0.venueCash = Money(cents: -1501) },
        Row(
            "all of them",
            [.orderQuantity, .position, .cash],
            [0, 1_000_000_000, 15_000_000_000, 0, -15_000_000_000, 0]
        ) {
            $0.venueCumulative = Quantity(units: 1)
            $0.venuePosition = .zero
            $0.venueCash = .zero
        },
    ]

    private static func breaks(_ events: [PortfolioEvent]) -> [ReconciliationBroke] {
        events.compactMap { event in
            if case .reconciliationBroke(let broken) = event { broken } else { nil }
        }
    }

    @Test(
        "a trade is booked, and each figure that the venue has otherwise stands as a break",
        arguments: table
    )
    func reconciles(row: Row) throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        _ = try state.trade(Trade.report(1, 5, at: 100))
        var report = Trade.agreed(Trade.report(2, 10, at: 100), state)
        row.change(&report)
        let events = try state.take(.book(report))
        let breaks = Self.breaks(events)
        #expect(events.count == breaks.count + 1)
        #expect(state.position(Sample.instrument) == Quantity(units: 15))
        #expect(breaks.map(\.kind) == row.kinds)
        #expect(breaks.flatMap { [$0.ours ?? .max, $0.theirs ?? .max] } == row.numbers)
        #expect(breaks.allSatisfy { $0.account == Sample.account && $0.venue == "paper" })
        #expect(breaks.allSatisfy { $0.venueExecutionID == "E2" })
        #expect(state.isSound)
    }

    static let largest = Quantity(nanos: Quantity.nanosMax)
    static let dearest = Price(nanos: Price.nanosMax)
    static let unit = Quantity(units: 1)

    /// Reports that no balance can hold, on an account with a position of one.
    static let absurd: [TradeReport] = [
        Trade.report(1, quantity: largest, price: dearest),
        Trade.report(2, quantity: largest, price: Price(nanos: 1)),
        Trade.report(3, quantity: -largest, price: dearest),
        Trade.report(4, quantity: unit, price: Price(cents: 1), settlement: Money(nanos: Money.nanosMax)),
        Trade.report(5, quantity: unit, price: Price(cents: 1), commission: Money(nanos: Money.nanosMax)),
        Trade.report(6, quantity: unit, price: Price(cents: 1), commission: Money(nanos: -Money.nanosMax)),
        Trade.report(
            7,
            quantity: -unit,
            price: dearest,
            settlement: Money(nanos: Money.nanosMax),
            commission: Money(nanos: Money.nanosMax)
        ),
        Trade.report(8, quantity: largest, price: Price(nanos: -Price.nanosMax)),
    ]

    @Test("what would leave the bounds is a break and books nothing", arguments: absurd)
    func staysInBounds(report: TradeReport) throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        _ = try state.trade(Trade.report(0, 1, at: 100))
        let before = state.ledger.lines.map(\.balance)
        let events = try state.take(.book(report))
        #expect(events.count == 1)
        #expect(Self.breaks(events).map(\.kind) == [.beyondBounds])
        #expect(Self.breaks(events).map(\.venueExecutionID) == [report.venueExecutionID])
        #expect(state.ledger.lines.map(\.balance) == before)
    }

    @Test("the largest position that fits is booked, the next unit is not")
    func fillsUp() throws {
        var state = Portfolio.initial
        _ = try state.trade(Trade.report(1, quantity: Self.largest, price: Price(nanos: 1)))
        #expect(state.position(Sample.instrument) == Self.largest)
        let more = try state.take(
            .book(Trade.report(2, quantity: Quantity(nanos: 1), price: Price(nanos: 1)))
        )
        #expect(Self.breaks(more).map(\.kind) == [.beyondBounds])
        _ = try state.trade(Trade.report(3, quantity: -Self.largest, price: Price(nanos: 1)))
        #expect(state.position(Sample.instrument) == .zero)
    }

    private static func report(_ number: Int64, _ generator: inout Generator) -> TradeReport {
        let sizes: [Int64] = [
            1, 999, 1_000_000_000, Quantity.nanosMax / 3, Quantity.nanosMax - 1, Quantity.nanosMax,
        ]
        let amounts: [Int128] = [0, 1, 10_000_000, Money.nanosMax / 3, Money.nanosMax - 1, Money.nanosMax]
        let sign: Int64 = generator.chance(50) ? 1 : -1
        var report = Trade.report(
            number,
            quantity: Quantity(nanos: sign * generator.one(of: sizes)),
            price: Price(nanos: generator.one(of: sizes) * (generator.chance(20) ? -1 : 1)),
            settlement: Money(nanos: generator.one(of: amounts)),
            commission: Money(nanos: generator.one(of: amounts) * (generator.chance(50) ? -1 : 1)),
            instrument: Sample.instrument(generator.int64(1...2))
        )
        report.venueCash = Money(nanos: generator.one(of: amounts) * (generator.chance(50) ? -1 : 1))
        report.venuePosition = Quantity(nanos: generator.one(of: sizes))
        report.tradeDate = BusinessDate(days: generator.one(of: [.min, 0, .max]))
        return report
    }

    @Test("absurd reports, deposits and withdrawals never stop the ledger", arguments: Seeds.take(100))
    func survives(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var state = Portfolio.initial
        for number in 0..<80 {
            let share = Int128(generator.int64(1...1_000_000_000))
            let amount = Money(nanos: share * (Money.nanosMax / 1_000_000_000))
            switch generator.int(0...5) {
            case 0: _ = try? state.take(Trade.deposit(amount))
            case 1: _ = try? state.take(.withdraw(Sample.account, .usd, amount, held: amount))
            default: _ = try state.take(.book(Self.report(Int64(number), &generator)))
            }
            try #require(state.isSound)
            let marks = state.instruments.map { MarkSeen($0, Self.dearest, stale: false) }
            _ = try state.take(.closeDay(Sample.account, Sample.day, .usd, marks: marks, marksVersion: 1))
        }
    }
}
