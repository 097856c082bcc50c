import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Other currencies in margin accounts")
struct MarginCurrencyTests {
    private static let euro = CurrencyWorld.euro

    /// 10,000 USD, and a euro is worth 1.25 of them.
    private static func desk() throws -> MarginDesk {
        var desk = try MarginDesk()
        let rate = OfficialRate(euro, .usd, CurrencyWorld.price("1.25"))
        try CurrencyWorld.record([rate], World.monday, &desk.runner)
        return desk
    }

    @Test("what is taken out in another currency leaves what positions require")
    func judgesWithdrawals() throws {
        var desk = try Self.desk()
        try desk.runner.pose(.deposit(desk.account, ShardRunner.move(Money(units: 1000), Self.euro)))
        try desk.trade(MarginDesk.order(.buy, 220, at: 10_000))
        // Equity of 11,250 for a requirement of 11,000.
        let more = ShardRunner.move(Money(units: 201), Self.euro)
        #expect(
            try desk.runner.pose(.withdraw(desk.account, more)).refusal
                == Rejection(
                    .marginWithdrawalExceeded,
                    limit: Money(units: 250).nanos,
                    value: Money(cents: 25_125).nanos
                )
        )
        let all = ShardRunner.move(Money(units: 200), Self.euro)
        #expect(try desk.runner.pose(.withdraw(desk.account, all)).refusal == nil)
    }

    @Test("another currency is not lent")
    func lendsNothing() throws {
        var desk = try Self.desk()
        try desk.runner.pose(.deposit(desk.account, ShardRunner.move(Money(units: 100), Self.euro)))
        let more = ShardRunner.move(Money(units: 101), Self.euro)
        #expect(try desk.runner.pose(.withdraw(desk.account, more)).refusal?.code == .cashInsufficient)
    }

    @Test("a position in another currency requires what it is worth in that of the account")
    func translates() throws {
        var desk = try Self.desk()
        var line = HoldingLine()
        line.symbol = .known("DAX")
        line.quantity = Quantity(units: 10)
        line.cost = Money(units: 900)
        line.acquired = World.monday
        var wanted = ImportHoldings()
        wanted.lots = [line]
        try desk.runner.pose(.importHoldings(desk.account, wanted))
        var marks = OfficialMarksRecorded()
        marks.date = World.monday
        marks.version = 1
        marks.marks = [OfficialMark(Sample.instrument(9), Price(cents: 10_000))]
        try World.copy([.marksRecorded(marks)], into: &desk.runner)
        // 10 × 100 × 1.25, and half of it.
        #expect(try desk.move(10_626, out: true).refusal?.limit == Money(units: 10_625).nanos)
        let events = try desk.close(at: [10_000, 10_000, 10_000])
        let closes = events.compactMap { if case .portfolio(.dayClosed(let fact)) = $0 { fact } else { nil } }
        let closed = try #require(closes.first)
        #expect(closed.equity == Money(units: 11_250) && closed.initialRequirement == Money(units: 625))
        #expect(closed.marginExcess == Money(units: 10_625))
    }
}
