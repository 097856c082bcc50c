import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Fees of an order, from its reservation to its books")
struct FeeOrderTests {
    private static func world(_ schedule: FeeSchedule = Tariff.full) throws -> (ShardRunner, AccountID) {
        var runner = try World.trading(fee: 0)
        var set = Tariff.set(schedule, from: World.monday)
        set.version = 2
        try World.copy([.feesSet(set)], into: &runner)
        let account = try runner.open("alpha", cash: 10_000)
        return (runner, account)
    }

    /// A report of an order that charges `commission` and `fees`, in cents.
    private static func report(
        _ order: OrderID,
        _ name: String,
        _ units: Int64,
        at cents: Int64,
        commission: Int64,
        _ runner: ShardRunner,
        _ fees: [Fee] = []
    ) throws -> OrderExecuted {
        var venue = HonestVenue()
        var report = try venue.fill(order, units, at: cents, fee: 0, runner)
        report.venueExecutionID = name
        report.commission = Money(cents: commission)
        report.fees = fees
        let less = Money(nanos: report.commission.nanos + fees.nanos)
        report.venueCash = report.venueCash - less
        return report
    }

    private static func bust(_ report: OrderExecuted, keeping cents: Int64) -> ExecutionBusted {
        var fact = ExecutionBusted()
        fact.revision.order = report.order
        fact.revision.venue = report.venue
        fact.revision.tradeDate = report.tradeDate
        fact.revision.venueExecutionID = "B-" + report.venueExecutionID
        fact.revision.revisedTradeDate = report.tradeDate
        fact.revision.revisedVenueExecutionID = report.venueExecutionID
        fact.commission = cents == 0 ? nil : Money(cents: cents)
        return fact
    }

    private static func assessed(_ runner: ShardRunner) -> RiskAssessed? {
        runner.log.lazy.compactMap { if case .risk(.assessed(let fact)) = $0.event { fact } else { nil } }
            .first
    }

    @Test("a trade while other terms are asked for leaves enough held back for the terms before")
    func reservesForBoth() throws {
        let schedule = FeeSchedule(BasisPoints(100), .terms(Tariff.terms(minimum: "1")))
        var (runner, account) = try Self.world(schedule)
        let order = try runner.place(account, World.limit(.buy, 990, at: 1000))
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.quantity = Quantity(units: 985)
        wanted.limitPrice = Price(cents: 1005)
        wanted.seen.last = Price(cents: 1000)
        try runner.pose(.replaceOrder(account, wanted))
        let report = try Self.report(order, "E1", 500, at: 1000, commission: 5000, runner)
        try runner.pose(.recordExecution(account, report))
        #expect(try runner.reservedCash(account) >= Money(cents: 490_000 + 4900))
        var refused = OrderReplaceRejected()
        (refused.order, refused.request) = (order, 1)
        try runner.pose(.recordVenueFact(account, .replaceRejected(refused)))
        #expect(try runner.reservedCash(account) == Money(cents: 490_000 + 4900))
        try Invariants.check(runner.state)
    }

    @Test("the verdict names what it included, and fills free what the least of the order has paid")
    func reserves() throws {
        var (runner, account) = try Self.world()
        let order = try runner.place(account, World.limit(.buy, 100, at: 2000))
        let fact = try #require(Self.assessed(runner))
        #expect(fact.extraFees == Tariff.full.extra && fact.feeVersion == 2)
        #expect(fact.reservedCash == Money(cents: 200_100))
        for (name, units, commission) in [("E1", 40, 100), ("E2", 60, 0)] as [(String, Int64, Int64)] {
            let said = try Self.report(order, name, units, at: 2000, commission: commission, runner)
            let events = try runner.pose(.recordExecution(account, said)).events
            #expect(
                !events.contains { if case .portfolio(.reconciliationBroke) = $0 { true } else { false } }
            )
            let held = try runner.reservedCash(account)
            #expect(held == (name == "E1" ? Money(cents: 120_000) : .zero))
            try Invariants.check(runner.state)
        }
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(cents: 1_000_000 - 200_100))
    }

    @Test("a sale's fees reduce its proceeds, and a later purchase may spend no more")
    func sells() throws {
        var (runner, account) = try Self.world()
        let bought = try runner.place(account, World.limit(.buy, 100, at: 2000))
        let first = try Self.report(bought, "E1", 100, at: 2000, commission: 100, runner)
        try runner.pose(.recordExecution(account, first))
        let sold = try runner.place(account, World.limit(.sell, 100, at: 2000))
        #expect(try runner.reservedCash(account) == .zero)
        let fees = [Fee(.sec, Money(cents: 6), .usd), Fee(.taf, Money(cents: 2), .usd)]
        let said = try Self.report(sold, "E2", 100, at: 2000, commission: 100, runner, fees)
        let events = try runner.pose(.recordExecution(account, said)).events
        #expect(!events.contains { if case .portfolio(.reconciliationBroke) = $0 { true } else { false } })
        let books = try runner.account(account).portfolio
        #expect(books.cash(.usd) == Money(cents: 1_000_000 - 208))
        #expect(books.fees(.usd) == [Fee(.commission, Money(cents: 200), .usd)] + fees)
        try Invariants.check(runner.state)
    }

    @Test("the same trade with other fees contradicts it; fees of another currency are for a person")
    func reports() throws {
        var (runner, account) = try Self.world()
        let order = try runner.place(account, World.limit(.buy, 100, at: 2000))
        let tax = [Fee(.tax, Money(cents: 5), .usd)]
        let said = try Self.report(order, "E1", 40, at: 2000, commission: 100, runner, tax)
        try runner.pose(.recordExecution(account, said))
        #expect(try runner.pose(.recordExecution(account, said)) == .noEffect)
        var other = said
        other.fees = []
        let events = try runner.pose(.recordExecution(account, other)).events
        #expect(events.contains { if case .order(.executionConflicted) = $0 { true } else { false } })
        let absurd = Array(repeating: tax[0], count: Fee.countMax + 1)
        for fees in [[Fee(.tax, Money(cents: 5), .known("EUR"))], absurd] {
            var wrong = try Self.report(order, "E9", 10, at: 2000, commission: 0, runner)
            wrong.fees = fees
            let flagged = try runner.pose(.recordExecution(account, wrong)).events
            guard flagged.count == 1, case .portfolio(.reconciliationBroke(let broken)) = flagged[0] else {
                Issue.record("expected a break, was \(flagged)")
                return
            }
            #expect(broken.kind == .terms)
            #expect(try WireDecoder.decode(OrderExecuted.self, broken.report).fees == fees)
        }
        #expect(try runner.order(order).cumulative == Quantity(units: 40))
    }

    /// Two fills under a least of 1.00: the first bears it, and its bust leaves it with the order.
    @Test("a bust leaves its part of the least with the order, whether it comes after its trade or before")
    func bustsKeep() throws {
        var ends: [(Money, [Fee])] = []
        for isEarly in [false, true] {
            var (runner, account) = try Self.world()
            let order = try runner.place(account, World.limit(.buy, 100, at: 2000))
            let first = try Self.report(order, "E1", 40, at: 2000, commission: 100, runner)
            let said = Command.recordVenueFact(account, .busted(Self.bust(first, keeping: 100)))
            let second = try Self.report(order, "E2", 60, at: 2000, commission: 0, runner)
            let commands = [Command.recordExecution(account, first), .recordExecution(account, second)]
            for command in isEarly ? [said] + commands : commands + [said] { try runner.pose(command) }
            // What was said once is not said again, and to keep another part contradicts it.
            #expect(try runner.pose(said) == .noEffect)
            let other = Command.recordVenueFact(account, .busted(Self.bust(first, keeping: 90)))
            #expect(try runner.pose(other).events.count == 2)
            let books = try runner.account(account).portfolio
            #expect(books.position(Sample.instrument) == Quantity(units: 60))
            ends.append((books.cash(.usd), books.fees(.usd)))
            try Invariants.check(runner.state)
        }
        #expect(ends[0].0 == Money(cents: 1_000_000 - 120_000 - 100))
        #expect(ends[0].1 == [Fee(.commission, Money(cents: 100), .usd)])
        #expect(ends[1] == ends[0])
    }

    @Test("purchases of a rebalance are cut so that the least of each order is paid")
    func rebalances() throws {
        let dear = FeeSchedule(BasisPoints(0), .terms(Tariff.terms(minimum: "50")))
        var (runner, account) = try Self.world(dear)
        try World.mark([1000, 1000], World.monday, &runner)
        var wanted = RebalanceAccount()
        wanted.targets = [
            WantedWeight(World.symbols[0], BasisPoints(5000)),
            WantedWeight(World.symbols[1], BasisPoints(5000)),
        ]
        wanted.buffer = BasisPoints(0)
        let events = try runner.pose(.rebalance(account, wanted)).events
        guard case .rebalance(.started(let fact)) = events.first else {
            Issue.record("expected a start, was \(events)")
            return
        }
        let plan = try Shard.rebalancePlan(wanted, account, on: World.monday, runner.state)
        #expect(
            plan.legs == fact.legs
                && plan.legs.map(\.quantity) == [Quantity(units: 500), Quantity(units: 500)]
        )
        let cost = plan.legs.compactMap {
            Shard.estimatedFees(of: $0, account, on: World.monday, runner.state)?.commission
        }
        #expect(cost == [Money(units: 50), Money(units: 50)])
        let saga = try #require(runner.state.rebalances.first)
        try runner.pose(.continueRebalance(account, fact.rebalance, step: saga.step))
        let placed = runner.log.compactMap { entry -> Quantity? in
            if case .order(.placed(let placed)) = entry.event { placed.quantity } else { nil }
        }
        #expect(placed == [Quantity(units: 495), Quantity(units: 495)])
        #expect(try runner.reservedCash(account) == Money(units: 10_000))
        try Invariants.check(runner.state)
    }
}
