import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Fees in the books")
struct FeeBookingTests {
    private static func fees(sec: Int64, taf: Int64) -> [Fee] {
        [Fee(.sec, Money(cents: sec), .usd), Fee(.taf, Money(cents: taf), .usd)].filter { $0.amount != .zero }
    }

    /// Ten bought at 10.00, then ten sold at 12.00 with fees.
    private static func sold(settling days: Int32) throws -> (PortfolioState, TradeBooked) {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        var bought = Trade.report(1, 10, at: 1000)
        bought.commission = Money(cents: 100)
        bought.settlementDate = BusinessDate(days: Sample.day.days + days)
        _ = try state.trade(bought)
        var report = Trade.report(2, -10, at: 1200)
        report.commission = Money(cents: 100)
        report.fees = fees(sec: 28, taf: 2)
        report.settlementDate = BusinessDate(days: Sample.day.days + days)
        let fact = try state.trade(report)
        return (state, fact)
    }

    private func expense(_ state: PortfolioState, _ kind: FeeKind?) -> Money {
        Money(nanos: state.ledger.balance(.expense, .money(.usd), kind))
    }

    @Test("each kind has a line of its own, and reduces what comes in", arguments: [0, 2] as [Int32])
    func books(days: Int32) throws {
        let (state, fact) = try Self.sold(settling: days)
        #expect(Ledger.balances(fact.postings) && state.isSound)
        let owed: LedgerAccount = days == 0 ? .cashSettled : .cashReceivable
        let cash = fact.postings.first { $0.account == owed }
        #expect(cash?.amount == Money(cents: 12_000 - 130))
        let lines = fact.postings.filter { $0.account == .expense }
        #expect(lines.map(\.feeKind) == [nil, .sec, .taf])
        #expect(lines.map(\.amount) == [Money(cents: 100), Money(cents: 28), Money(cents: 2)])
        #expect(expense(state, nil) == Money(cents: 200) && expense(state, .sec) == Money(cents: 28))
        #expect(state.ledger.expense(.usd) == Money(cents: 230).nanos)
        #expect(
            state.fees(.usd) == [Fee(.commission, Money(cents: 200), .usd)] + Self.fees(sec: 28, taf: 2)
        )
        #expect(state.tradedCash[.usd] == Money(cents: -10_000 + 12_000 - 230))
        // Profit is before fees.
        #expect(state.realised[.usd] == Money(cents: 2000))
    }

    @Test("a settled amount includes them")
    func settles() throws {
        var (state, fact) = try Self.sold(settling: 2)
        let events = try state.take(.settle(Sample.account, by: fact.settlementDate, atMost: 9))
        let amounts = events.compactMap { if case .tradeSettled(let fact) = $0 { fact.amount } else { nil } }
        #expect(amounts == [Money(cents: 12_000 - 130), Money(cents: -10_000 - 100)])
        #expect(state.cash(.usd) == Money(cents: 100_000 + 2000 - 230) && state.settlements.isEmpty)
        #expect(state.isSound)
    }

    private static func correction(
        of execution: Int64,
        as number: Int64,
        _ units: Int64,
        commission: Int64 = 0,
        _ fees: [Fee] = []
    ) -> TradeCorrection {
        var correction = TradeCorrection()
        correction.account = Sample.account
        correction.order = Sample.order
        correction.instrument = Sample.instrument
        correction.execution = Sample.execution(execution)
        correction.newExecution = Sample.execution(number)
        correction.quantity = Quantity(units: units)
        correction.price = units == 0 ? .zero : Price(cents: 1100)
        correction.settlementAmount = Money(cents: abs(units * 1100))
        correction.commission = Money(cents: commission)
        correction.fees = fees
        correction.tradeDate = Sample.day
        return correction
    }

    private static func corrected(_ events: [PortfolioEvent]) -> TradeCorrected? {
        events.lazy.compactMap { if case .tradeCorrected(let fact) = $0 { fact } else { nil } }.first
    }

    @Test("a correction posts the difference of each kind", arguments: [0, 2] as [Int32])
    func corrects(days: Int32) throws {
        var (state, _) = try Self.sold(settling: days)
        let wanted = Self.correction(of: 2, as: 9, -10, commission: 90, Self.fees(sec: 26, taf: 0))
        let fact = try #require(Self.corrected(try state.take(.correct(wanted))))
        #expect(Ledger.balances(fact.postings) && state.isSound)
        let lines = fact.postings.filter { $0.account == .expense }
        #expect(lines.map(\.feeKind) == [nil, .sec, .taf])
        #expect(lines.map(\.amount) == [Money(cents: -10), Money(cents: -2), Money(cents: -2)])
        #expect(fact.fees == Self.fees(sec: 26, taf: 0))
        #expect(state.tradedCash[.usd] == Money(cents: -10_100 + 11_000 - 90 - 26))
        #expect(expense(state, .taf) == .zero)
    }

    @Test(
        "a bust gives the fees back, and the commission but for what it still bears",
        arguments: [0, 2] as [Int32]
    )
    func busts(days: Int32) throws {
        for kept in [0, 60] as [Int64] {
            var (state, _) = try Self.sold(settling: days)
            let wanted = Self.correction(of: 2, as: 9, 0, commission: kept, Self.fees(sec: 1, taf: 1))
            let fact = try #require(Self.corrected(try state.take(.correct(wanted))))
            #expect(fact.commission == Money(cents: kept) && fact.fees.isEmpty)
            #expect(Ledger.balances(fact.postings) && state.isSound)
            #expect(expense(state, .sec) == .zero && expense(state, .taf) == .zero)
            #expect(expense(state, nil) == Money(cents: 100 + kept))
            let due = BusinessDate(days: Sample.day.days + days)
            _ = try state.take(.settle(Sample.account, by: due, atMost: 9))
            #expect(state.settlements.isEmpty && state.isSound)
            #expect(state.cash(.usd) == Money(cents: 100_000 - 10_100 - kept))
        }
    }

    @Test("fees that no ledger could hold make a break and no booking")
    func bounds() throws {
        var state = Portfolio.initial
        var report = Trade.report(1, 10, at: 1000)
        report.fees = [Fee(.tax, Money(nanos: Money.nanosMax), .usd)]
        let events = try state.take(.book(report))
        guard events.count == 1, case .reconciliationBroke(let broken) = events[0] else {
            Issue.record("expected a break, was \(events)")
            return
        }
        #expect(broken.kind == .beyondBounds && state.ledger.lines.isEmpty)
    }

    /// Trades with fees of any kind and sign, each revised at most once; whatever the order of the revisions,
    /// the books end the same.
    @Test("any permutation of busts and corrections ends in the same books", arguments: Seeds.take(60))
    func permutes(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        let days = choices.one(of: [0, 2] as [Int32])
        let count = choices.int64(2...6)
        func fees() -> [Fee] {
            (0..<choices.int(0...3)).map { _ in
                Fee(choices.one(of: FeeKind.allCases), Money(cents: choices.int64(-50...500)), .usd)
            }
        }
        var state = Portfolio.initial
        var revisions: [TradeCorrection] = []
        for number in 1...count {
            var report = Trade.report(number, choices.chance(60) ? 10 : -10, at: choices.int64(900...1100))
            report.commission = Money(cents: choices.int64(0...300))
            report.fees = fees()
            report.settlementDate = BusinessDate(days: Sample.day.days + days)
            _ = try state.trade(report)
            guard choices.chance(70) else { continue }
            let units = choices.chance(50) ? 0 : report.quantity.nanos / 1_000_000_000
            let commission = choices.int64(-100...300)
            revisions.append(
                Self.correction(of: number, as: 100 + number, units, commission: commission, fees())
            )
        }
        var ends: [PortfolioState] = []
        for _ in 0..<3 {
            var end = state
            for revision in revisions.shuffled(using: &choices) { _ = try end.take(.correct(revision)) }
            #expect(end.isSound)
            for kind in FeeKind.allCases where kind != .commission {
                let shown = end.fees(.usd).first { $0.kind == kind }?.amount ?? .zero
                #expect(expense(end, kind) == shown)
            }
            ends.append(end)
        }
        for end in ends.dropFirst() {
            #expect(end.ledger.lines.map(\.key) == ends[0].ledger.lines.map(\.key))
            #expect(end.ledger.lines.map(\.balance) == ends[0].ledger.lines.map(\.balance))
            #expect(end.lots() == ends[0].lots() && end.fees(.usd) == ends[0].fees(.usd))
            #expect(end.tradedCash == ends[0].tradedCash && end.realised == ends[0].realised)
        }
    }
}
