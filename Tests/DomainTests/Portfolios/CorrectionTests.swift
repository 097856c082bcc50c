import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Late busts and corrections")
struct CorrectionTests {
    private static func correction(
        of execution: Int64,
        as number: Int64,
        _ units: Int64,
        at cents: Int64,
        commission: Int64 = 0
    ) -> TradeCorrection {
        var correction = TradeCorrection()
        correction.account = Sample.account
        correction.order = Sample.order
        correction.instrument = Sample.instrument
        correction.execution = Sample.execution(execution)
        correction.newExecution = Sample.execution(number)
        correction.quantity = Quantity(units: units)
        correction.price = Price(cents: cents)
        correction.settlementAmount = Money(cents: abs(units * cents))
        correction.commission = Money(cents: commission)
        correction.tradeDate = Sample.day
        correction.venue = "paper"
        correction.venueExecutionID = "C\(number)"
        return correction
    }

    private static func agreed(
        _ correction: TradeCorrection,
        _ events: [PortfolioEvent],
        _ state: PortfolioState
    )
        -> TradeCorrection
    {
        var correction = correction
        for case .reconciliationBroke(let broken) in events {
            guard let ours = broken.ours else { continue }
            if broken.kind == .position { correction.venuePosition = Quantity(nanos: Int64(ours)) }
            if broken.kind == .cash { correction.venueCash = Money(nanos: ours) }
        }
        return correction
    }

    /// Books a correction that the venue agrees on.
    private static func correct(_ correction: TradeCorrection, _ state: inout PortfolioState) throws
        -> TradeCorrected
    {
        let first = try decided(Portfolio.self, .correct(correction), state)
        let events = try state.take(.correct(agreed(correction, first, state)))
        guard events.count == 1, case .tradeCorrected(let fact) = events[0] else {
            preconditionFailure("an agreed correction is booked and nothing else: \(events)")
        }
        #expect(Ledger.balances(fact.postings))
        #expect(state.isSound)
        return fact
    }

    private static func state(settling days: Int32 = 0) throws -> PortfolioState {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        for (number, units, cents) in [(1, 10, 1000), (2, 10, 1200), (3, -10, 1300)]
            as [(Int64, Int64, Int64)]
        {
            var report = Trade.report(number, units, at: cents)
            report.commission = Money(cents: 10)
            report.settlementDate = BusinessDate(days: Sample.day.days + days)
            _ = try state.trade(report)
        }
        return state
    }

    @Test(
        "a busted purchase gives its lot back, and later sales close the next one",
        arguments: [0, 2] as [Int32]
    )
    func busts(days: Int32) throws {
        var state = try Self.state(settling: days)
        let fact = try Self.correct(Self.correction(of: 1, as: 9, 0, at: 0), &state)
        #expect(fact.realised == Money(cents: 1000 - 3000))
        #expect(state.realised[.usd] == Money(cents: 1000))
        #expect(state.lots().isEmpty && state.position(Sample.instrument) == .zero)
        #expect(state.tradedCash[.usd] == Money(cents: -12_000 + 13_000 - 20))
        #expect(state.money(.expense) == Money(cents: 20))
        let settled = state.cash(.usd).nanos + state.receivable(.usd).nanos - state.payable(.usd).nanos
        #expect(settled == Money(cents: 100_000 + 980).nanos)
    }

    @Test("a corrected price and quantity are as if they had always been so", arguments: [0, 2] as [Int32])
    func corrects(days: Int32) throws {
        var state = try Self.state(settling: days)
        let first = try Self.correct(Self.correction(of: 1, as: 8, 6, at: 900, commission: 5), &state)
        #expect(first.postings.contains { $0.account == (days == 0 ? .cashSettled : .cashPayable) })
        // Six at 9.00 and four at 12.00 are sold at 13.00.
        #expect(state.realised[.usd] == Money(cents: 6 * 400 + 4 * 100))
        #expect(state.lots().map(\.quantity) == [Quantity(units: 6)])
        #expect(state.lots().map(\.execution) == [Sample.execution(2)])
        // The correction is corrected in turn, by the name of the last word.
        _ = try Self.correct(Self.correction(of: 8, as: 9, 10, at: 1000, commission: 10), &state)
        let untouched = try Self.state(settling: days)
        #expect(state.lots() == untouched.lots() && state.realised == untouched.realised)
        #expect(state.ledger.lines.map(\.balance) == untouched.ledger.lines.map(\.balance))
    }

    @Test("a bust can be taken back, by the name of the bust", arguments: [0, 2] as [Int32])
    func takesBackABust(days: Int32) throws {
        var state = try Self.state(settling: days)
        let before = (lots: state.lots(), realised: state.realised, traded: state.tradedCash)
        _ = try Self.correct(Self.correction(of: 2, as: 8, 0, at: 0), &state)
        #expect(state.lots().isEmpty)
        _ = try Self.correct(Self.correction(of: 8, as: 9, 10, at: 1200, commission: 10), &state)
        #expect(state.lots() == before.lots && state.realised == before.realised)
        #expect(state.tradedCash == before.traded)
    }

    @Test("a bust from before a split takes back new units", arguments: [0, 2] as [Int32])
    func bustsThroughASplit(days: Int32) throws {
        var state = try Self.state(settling: days)
        let terms = SplitTerms(
            action: Sample.execution(50),
            instrument: Sample.instrument,
            currency: .usd,
            exDate: Sample.day,
            ratio: (2, 1),
            cashInLieuPrice: nil,
            step: Quantity(units: 1)
        )
        _ = try state.take(.split(Sample.account, terms))
        #expect(state.position(Sample.instrument) == Quantity(units: 20) && state.isSound)
        _ = try state.trade(Trade.report(4, -5, at: 700))
        let fact = try Self.correct(Self.correction(of: 2, as: 9, 0, at: 0), &state)
        // The second purchase is gone: the first one was sold, and five new units are owed.
        #expect(fact.postings.first { $0.instrument != .none }?.amount == Money(units: -20))
        #expect(state.position(Sample.instrument) == Quantity(units: -5))
        #expect(state.lots().map(\.cost) == [Money(cents: -3500)])
        #expect(state.realised[.usd] == Money(cents: 3000))
        // The venue bought ten and sold five; what it says of the next trade is so, too.
        #expect(state.untradedByID[Sample.instrument] == 0)
        var next = Trade.report(5, 5, at: 700)
        next.venuePosition = .zero
        let broken = try state.take(.book(next)).compactMap { event in
            if case .reconciliationBroke(let broken) = event { broken.kind } else { nil }
        }
        #expect(!broken.contains(.position))
    }

    @Test("what was corrected before it settled settles at its new figures")
    func settlesAsCorrected() throws {
        var state = try Self.state(settling: 2)
        _ = try Self.correct(Self.correction(of: 3, as: 9, -4, at: 1300), &state)
        _ = try Self.correct(Self.correction(of: 2, as: 10, 0, at: 0), &state)
        let due = BusinessDate(days: Sample.day.days + 2)
        let events = try state.take(.settle(Sample.account, by: due, atMost: 9))
        #expect(events.count == 2)
        #expect(state.isSound && state.settlements.isEmpty)
        #expect(state.cash(.usd) == Money(cents: 100_000 - 10_010 + 5200))
    }

    @Test("what has settled is put right in cash")
    func correctsSettled() throws {
        var state = try Self.state(settling: 2)
        let due = BusinessDate(days: Sample.day.days + 2)
        _ = try state.take(.settle(Sample.account, by: due, atMost: 9))
        let fact = try Self.correct(Self.correction(of: 2, as: 9, 0, at: 0), &state)
        #expect(
            Set(fact.postings.map(\.account)).isDisjoint(with: [
                .cashReceivable, .cashPayable, .positionUnsettled,
            ])
        )
        #expect(state.cash(.usd) == Money(cents: 100_000 - 10_010 + 12_990))
    }

    struct Flagged: Sendable {
        let kind: BreakKind
        let change: @Sendable (inout TradeCorrection) -> Void
    }
    static let flagged = [
        Flagged(kind: .beyondBounds) { $0.execution = Sample.execution(77) },
        Flagged(kind: .beyondBounds) { $0.instrument = Sample.instrument(2) },
        Flagged(kind: .terms) { $0.currency = .known("EUR") },
        Flagged(kind: .beyondBounds) { $0.quantity = Quantity(nanos: -Quantity.nanosMax) },
        Flagged(kind: .beyondBounds) { $0.settlementAmount = Money(nanos: Money.nanosMax) },
    ]

    @Test("what cannot be booked is flagged and changes nothing", arguments: flagged)
    func flags(row: Flagged) throws {
        var state = try Self.state()
        let before = state.ledger.lines.map(\.balance)
        var correction = Self.correction(of: 1, as: 9, 1, at: 100)
        row.change(&correction)
        let events = try state.take(.correct(correction))
        guard events.count == 1, case .reconciliationBroke(let broken) = events[0] else {
            Issue.record("expected one break, was \(events)")
            return
        }
        #expect(broken.kind == row.kind && broken.venueExecutionID == "C9")
        #expect(state.ledger.lines.map(\.balance) == before)
    }

    @Test("any corrections come to what the trades as corrected come to", arguments: Seeds.take(40))
    func equalsTheCorrected(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var terms: [(last: Int64, units: Int64, cents: Int64)] = []
        var state = Portfolio.initial
        var number: Int64 = 0
        for _ in 0..<50 {
            number += 1
            let units = generator.int64(1...12) * (generator.chance(50) ? 1 : -1)
            let cents = generator.int64(1...20_000)
            if terms.isEmpty || generator.chance(60) {
                var report = Trade.report(number, units, at: cents)
                report.settlementDate = BusinessDate(days: Sample.day.days + Int32(generator.int(0...2)))
                _ = try state.trade(report)
                terms.append((number, units, cents))
            } else {
                let index = generator.int(0...terms.count - 1)
                let isBust = generator.chance(30)
                let correction = Self.correction(
                    of: terms[index].last,
                    as: number,
                    isBust ? 0 : units,
                    at: isBust ? 0 : cents
                )
                _ = try Self.correct(correction, &state)
                if isBust { terms.remove(at: index) } else { terms[index] = (number, units, cents) }
            }
            if generator.chance(10) {
                let due = BusinessDate(days: Sample.day.days + Int32(generator.int(0...2)))
                _ = try state.take(.settle(Sample.account, by: due, atMost: 3))
            }
            try #require(state.isSound)
        }
        var plain = Portfolio.initial
        for (number, trade) in terms.enumerated() {
            _ = try plain.trade(Trade.report(Int64(number), trade.units, at: trade.cents))
        }
        #expect(state.lots().map(\.quantity) == plain.lots().map(\.quantity))
        #expect(state.lots().map(\.cost) == plain.lots().map(\.cost))
        #expect(state.realised[.usd] ?? .zero == plain.realised[.usd] ?? .zero)
        #expect(state.tradedCash[.usd] ?? .zero == plain.tradedCash[.usd] ?? .zero)
    }
}
