import BifrostKernel
import Portfolios
import SeededChoices
import Testing

@Suite("Settlement")
struct SettlementTests {
    private static func report(_ number: Int64, _ units: Int64, at cents: Int64, in days: Int32)
        -> TradeReport
    {
        var report = Trade.report(number, units, at: cents)
        report.commission = Money(cents: 100)
        report.settlementDate = BusinessDate(days: Sample.day.days + days)
        return report
    }

    private static func day(_ offset: Int32) -> BusinessDate { BusinessDate(days: Sample.day.days + offset) }

    private static func settle(_ state: inout PortfolioState, by offset: Int32, atMost: Int = 100) throws
        -> [Identifier]
    {
        try state.take(.settle(Sample.account, by: day(offset), atMost: atMost)).compactMap { event in
            guard case .tradeSettled(let fact) = event else { return nil }
            #expect(Ledger.balances(fact.postings))
            return fact.execution
        }
    }

    @Test("what is bought is owed and unsettled until its day, then it is paid and there")
    func settlesAPurchase() throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        let fact = try state.trade(Self.report(1, 10, at: 1000, in: 2))
        #expect(fact.settlementDate == Self.day(2))
        #expect(fact.postings.first { $0.account == .cashPayable }?.settlementDate == Self.day(2))
        #expect(state.cash(.usd) == Money(units: 1000))
        #expect(state.payable(.usd) == Money(units: 101))
        #expect(state.position(Sample.instrument) == Quantity(units: 10))
        #expect(state.ledger.balance(.positionSettled, .instrument(Sample.instrument)) == 0)
        #expect(state.isSound)
        #expect(try Self.settle(&state, by: 1) == [])
        #expect(try Self.settle(&state, by: 2) == [Sample.execution(1)])
        #expect(state.cash(.usd) == Money(units: 899))
        #expect(state.payable(.usd) == .zero)
        #expect(state.isSound && state.settlements.isEmpty)
        #expect(try Self.settle(&state, by: 9) == [], "a trade settles once")
    }

    @Test("by date, and of one date sales before purchases, each in the order of booking, in batches")
    func ordersSettlement() throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        for (number, units, days) in [(1, 5, 3), (2, 5, 1), (3, -1, 3), (4, 2, 3), (5, -2, 3)]
            as [(Int64, Int64, Int32)]
        {
            _ = try state.trade(Self.report(number, units, at: 1000, in: days))
            #expect(state.isSound)
        }
        var settled: [Identifier] = []
        while !state.settlements.isEmpty {
            let batch = try Self.settle(&state, by: 3, atMost: 2)
            #expect((1...2).contains(batch.count))
            #expect(state.isSound)
            settled += batch
        }
        #expect(settled == [2, 3, 5, 1, 4].map { Sample.execution($0) })
    }

    struct Spend: Sendable {
        let due: Int32
        let cents: Int64
    }
    static let spends = [
        Spend(due: 0, cents: 79_800), Spend(due: 1, cents: 79_800), Spend(due: 2, cents: 84_700),
        Spend(due: 9, cents: 84_700),
    ]

    @Test(
        "a purchase may spend settled cash, less all that is owed, and what comes in no later",
        arguments: spends
    )
    func spendable(row: Spend) throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        _ = try state.trade(Self.report(1, 10, at: 1000, in: 0))
        _ = try state.trade(Self.report(2, -5, at: 1000, in: 2))
        _ = try state.trade(Self.report(3, 10, at: 1000, in: 3))
        let spendable = state.spendable(.usd, settling: Self.day(row.due))
        #expect(spendable == Money(cents: row.cents))
    }

    @Test("nobody takes out what is still to come or already owed")
    func withdraws() throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        _ = try state.trade(Self.report(1, 10, at: 1000, in: 0))
        _ = try state.trade(Self.report(2, -5, at: 1000, in: 2))
        _ = try state.trade(Self.report(3, 10, at: 1000, in: 3))
        let free: Int128 = 899 - 101
        #expect(
            throws: Rejection(
                .cashInsufficient,
                limit: free * 1_000_000_000,
                value: (free + 1) * 1_000_000_000
            )
        ) {
            try state.take(.withdraw(Sample.account, .usd, Money(units: free + 1), held: .zero))
        }
        _ = try state.take(.withdraw(Sample.account, .usd, Money(units: free), held: .zero))
        _ = try Self.settle(&state, by: 3)
        #expect(state.cash(.usd) == Money(units: 49))
    }

    @Test("equity counts what is to come and to go")
    func closes() throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 1000)))
        _ = try state.trade(Self.report(1, 10, at: 1000, in: 0))
        _ = try state.trade(Self.report(2, -5, at: 1200, in: 2))
        _ = try state.trade(Self.report(3, 1, at: 1000, in: 2))
        let marks = [MarkSeen(Sample.instrument, Price(cents: 1100), stale: false)]
        let events = try state.take(
            .closeDay(Sample.account, Sample.day, .usd, marks: marks, marksVersion: 1)
        )
        guard case .dayClosed(let fact) = events.first else {
            Issue.record("no close")
            return
        }
        #expect(fact.settledCash == Money(units: 899))
        #expect(fact.receivable == Money(units: 59))
        #expect(fact.payable == Money(units: 11))
        #expect(fact.equity == Money(units: 899 + 59 - 11 + 66))
    }

    @Test("without a later date a trade has the bytes that it always had")
    func staysAsItWas() throws {
        var state = Portfolio.initial
        let fact = try state.trade(Trade.report(1, 10, at: 1000))
        #expect(fact.settlementDate == fact.tradeDate && fact.lotMethod == nil && fact.chosenLots.isEmpty)
        #expect(fact.postings.map(\.account) == [.cashSettled, .positionCost, .positionSettled, .depository])
        #expect(fact.postings.allSatisfy { $0.settlementDate == nil })
        #expect(state.settlements.isEmpty)
    }
}
