import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import Testing

@Suite("The exposure of an account")
struct ExposureTests {
    private static let unit: Int128 = 1_000_000_000

    /// Wide limits of every kind that stands between orders, dated behind narrow ones that hold no more.
    private func limit(_ account: AccountID, _ runner: inout ShardRunner) throws {
        var wanted = SetLimits()
        wanted.orderValueMax = Money(units: 1_000_000)
        wanted.priceCollar = BasisPoints(5000)
        wanted.grossExposureMax = Money(units: 1)
        try runner.pose(.setLimits(account, wanted))
        wanted.effectiveFrom = World.monday
        wanted.grossExposureMax = Money(units: 1_000_000)
        wanted.netExposureMax = Money(units: 1_000_000)
        wanted.positionValueMax = Money(units: 1_000_000)
        wanted.concentrationMax = BasisPoints(100_000)
        wanted.dayLossMax = Money(units: 1_000_000)
        wanted.drawdownMax = BasisPoints(10_000)
        wanted.openOrdersMax = 50
        try runner.pose(.setLimits(account, wanted))
    }

    private func exposure(_ account: AccountID, _ runner: ShardRunner) throws -> AccountExposure {
        try #require(Shard.exposure(of: account, in: runner.state, at: runner.effectiveAt))
    }

    /// The checks of an order that is judged by official marks, and what it would hold back.
    private func verdict(_ account: AccountID, _ order: PlaceOrder, _ runner: ShardRunner) throws
        -> RiskAssessed
    {
        var order = order
        order.seen = ReferencePrice()
        let drafts = try runner.drafts(.placeOrder(account, order))
        let found = drafts.compactMap { draft -> RiskAssessed? in
            if case .risk(.assessed(let fact)) = draft.event { fact } else { nil }
        }
        let fact = try #require(found.first)
        #expect(fact.verdict == .approved, "\(fact.checks.filter { !$0.passed })")
        return fact
    }

    /// Each limit is used by what the check of `order` compares, less what the order itself adds.
    private func expectJudged(
        _ account: AccountID,
        _ order: PlaceOrder,
        mark: Price,
        equity: Int128,
        _ runner: ShardRunner
    ) throws {
        let seen = try exposure(account, runner)
        let fact = try verdict(account, order, runner)
        #expect(seen.limitsVersion == fact.limitsVersion)
        let value = Money.notional(mark, order.quantity, .halfAwayFromZero).nanos
        var compared = 0
        for use in seen.uses {
            guard let check = fact.checks.first(where: { $0.rule == use.rule }) else {
                Issue.record("no order is judged by \(String(describing: use.rule))")
                continue
            }
            let (used, judged) = (try #require(use.value), try #require(check.value))
            switch use.rule {
            case .openOrdersAboveLimit: #expect(judged - used == Self.unit)
            case .grossExposureAboveLimit, .netExposureAboveLimit:
                #expect(judged - used == fact.reservedCash.nanos)
            case .positionValueAboveLimit: #expect(judged - used == value)
            case .concentrationAboveLimit:
                #expect(abs(judged - used - value * 10_000_000_000_000 / equity) <= 1)
            case .dayLossAboveLimit, .drawdownAboveLimit: #expect(judged == used)
            case .initialMarginExceeded:
                // What is left above the requirement is what the order may add to it.
                #expect((use.limit ?? 0) - used == check.limit)
                compared += 1
                continue
            default: Issue.record("expected a limit that stands, was \(String(describing: use.rule))")
            }
            #expect(use.limit == check.limit)
            compared += 1
        }
        #expect(compared >= 7)
    }

    @Test("uses limits as far as the check of an order of a cash account says right then")
    func cash() throws {
        var runner = try World.trading()
        try World.mark([10_000, 10_000, 10_000], World.monday, &runner)
        let account = try runner.open("alpha", cash: 100_000)
        try limit(account, &runner)
        var venue = HonestVenue()
        for (units, symbol) in [(300, 0), (20, 1)] as [(Int64, Int)] {
            let wanted = World.market(.buy, units, seen: 10_000, symbol: World.symbols[symbol])
            let order = try runner.place(account, wanted)
            let report = try venue.fill(order, units, at: 10_000, runner)
            try runner.pose(.recordExecution(account, report))
        }
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        while runner.state.rollIsUnfinished {
            try runner.pose(.continueRoll(World.monday, step: UInt64(runner.position)))
        }
        runner.effectiveAt = World.day(1).at(seconds: 36_000)
        // The close is the peak; 300 units then lose 10 dollars each.
        try World.mark([9_000, 10_000, 10_000], World.day(1), &runner)
        _ = try runner.place(account, World.limit(.buy, 40, at: 8_500, seen: 9_000))
        _ = try runner.place(account, World.limit(.sell, 7, at: 11_000, seen: 9_000))
        let buys = World.market(.buy, 1, seen: 9_000)
        let equity = try exposure(account, runner).valuation?.equity ?? 0
        try expectJudged(account, buys, mark: Price(cents: 9_000), equity: equity, runner)
        let seen = try exposure(account, runner)
        let loss = seen.uses.first { $0.rule == .dayLossAboveLimit }
        #expect(loss?.value == 3000 * Self.unit)
        #expect(seen.uses.first { $0.rule == .drawdownAboveLimit }?.value ?? 0 > 300 * Self.unit)
        #expect(seen.byCurrency.map(\.gross) == [29_000 * Self.unit])
        #expect(seen.lines.map(\.isStale) == [false, false])
    }

    @Test("the drawdown of an account that first closed with nothing in it is measured too")
    func fallsFromNothing() throws {
        var runner = try World.trading(fee: 0)
        try World.mark([10_000, 10_000, 10_000], World.monday, &runner)
        let account = try runner.open("alpha")
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        while runner.state.rollIsUnfinished {
            try runner.pose(.continueRoll(World.monday, step: UInt64(runner.position)))
        }
        runner.effectiveAt = World.day(1).at(seconds: 36_000)
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 1000))))
        var venue = HonestVenue()
        let order = try runner.place(account, World.market(.buy, 5, seen: 10_000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 5, at: 10_000, fee: 0, runner)))
        try World.mark([2000, 10_000, 10_000], World.day(1), &runner)
        try limit(account, &runner)
        let seen = try exposure(account, runner)
        let fall = seen.uses.first { $0.rule == .drawdownAboveLimit }?.value
        // 400 of 1000, in basis points.
        #expect(fall == 4000 * Self.unit)
    }

    @Test("uses limits as far as the check of an order of a margin account says right then")
    func margin() throws {
        var desk = try MarginDesk(cash: 20_000)
        try limit(desk.account, &desk.runner)
        try desk.trade(MarginDesk.order(.buy, 40))
        try desk.trade(MarginDesk.order(.sellShort, 10, World.symbols[1]))
        _ = try desk.place(MarginDesk.order(.buy, 5, at: 9_000))
        _ = try desk.place(MarginDesk.order(.sellShort, 5, at: 11_000, World.symbols[2]))
        let seen = try exposure(desk.account, desk.runner)
        #expect(seen.openOrders == 2)
        #expect(seen.byCurrency.map(\.net) == [3000 * Self.unit])
        let equity = seen.valuation?.equity ?? 0
        #expect(equity == 20_000 * Self.unit)
        let order = MarginDesk.order(.buy, 1)
        try expectJudged(desk.account, order, mark: Price(cents: 10_000), equity: equity, desk.runner)
    }

    @Test("says that it cannot tell where a position has no mark, as the check of an order does")
    func unmarked() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 100_000)
        try limit(account, &runner)
        var holdings = ImportHoldings()
        var line = HoldingLine()
        (line.symbol, line.quantity, line.acquired) = (World.symbols[0], Quantity(units: 5), World.monday)
        holdings.lots = [line]
        try runner.pose(.importHoldings(account, holdings))
        let seen = try exposure(account, runner)
        #expect(seen.valuation == nil)
        let unknown = seen.uses.filter { $0.value == nil }
        #expect(unknown.count == seen.uses.count - 1)
        #expect(unknown.allSatisfy { !$0.passed })
        #expect(seen.lines.map(\.value) == [.zero] && seen.lines.map(\.isStale) == [true])
    }

    @Test("an account without limits uses none")
    func unlimited() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 100)
        let seen = try exposure(account, runner)
        #expect(seen.uses.isEmpty && seen.lines.isEmpty && seen.valuation?.equity == 100 * Self.unit)
        #expect(Shard.exposure(of: .none, in: runner.state, at: runner.effectiveAt) == nil)
    }
}
