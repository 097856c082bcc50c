import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Rebalances")
struct RebalanceTests {
    private static let names = World.symbols

    /// Weights in percent at prices in cents.
    private static func wanted(_ weights: [(percent: Int64, cents: Int64)]) -> RebalanceAccount {
        var wanted = RebalanceAccount()
        wanted.buffer = BasisPoints(0)
        wanted.targets = zip(names, weights).map { symbol, weight in
            let seen = ReferencePrice(
                last: Price(cents: weight.cents),
                source: "test",
                at: Timestamp(nanos: 0)
            )
            return WantedWeight(symbol, BasisPoints(weight.percent * 100), seen: seen)
        }
        return wanted
    }

    @discardableResult
    private static func start(
        _ wanted: RebalanceAccount,
        _ account: AccountID,
        _ runner: inout ShardRunner
    ) throws -> RebalanceStarted {
        let answer = try runner.pose(.rebalance(account, wanted))
        guard case .rebalance(.started(let fact))? = answer.events.first else {
            throw ShardRunner.Missing(what: "a rebalance, was \(answer)")
        }
        return fact
    }

    /// Carries the first rebalance on; the orders that were approved.
    @discardableResult
    private static func carryOn(_ runner: inout ShardRunner) throws -> [OrderID] {
        let saga = try #require(runner.state.rebalances.first)
        #expect(saga.isDue)
        let command = Command.continueRebalance(saga.started.account, saga.started.rebalance, step: saga.step)
        return try runner.pose(command).events.compactMap { event in
            if case .order(.approved(let fact)) = event { fact.order } else { nil }
        }
    }

    private static func fill(_ orders: [OrderID], _ venue: inout HonestVenue, _ runner: inout ShardRunner)
        throws
    {
        for order in orders {
            let placed = try #require(try runner.order(order).placed)
            let cents = (placed.seen.last?.nanos ?? 0) / 10_000_000
            let units = placed.quantity.nanos / 1_000_000_000
            let report = try venue.fill(order, units, at: cents, fee: 0, runner)
            try runner.pose(.recordExecution(placed.account, report))
        }
    }

    private static func states(_ runner: ShardRunner) -> [RebalanceState] {
        runner.log.compactMap { fact in
            if case .rebalance(.advanced(let advanced)) = fact.event { advanced.state } else { nil }
        }
    }

    @Test("it sells first, then buys with the cash that is there")
    func sellsFirst() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let first = try Self.start(Self.wanted([(100, 1000)]), account, &runner)
        #expect(first.equity == Money(units: 1000) && first.legs.map(\.quantity) == [Quantity(units: 100)])
        try Self.fill(try Self.carryOn(&runner), &venue, &runner)
        try Self.carryOn(&runner)
        #expect(runner.state.rebalances.isEmpty)

        try Self.start(Self.wanted([(50, 1000), (30, 500), (20, 200)]), account, &runner)
        let sales = try Self.carryOn(&runner)
        #expect(try sales.map { try runner.order($0).placed?.side } == [.sell])
        #expect(try runner.order(sales[0]).placed?.quantity == Quantity(units: 50))
        #expect(runner.state.rebalances.first?.isDue == false)
        try Self.fill(sales, &venue, &runner)
        let purchases = try Self.carryOn(&runner)
        #expect(try purchases.map { try runner.order($0).placed?.quantity.text } == ["60", "100"])
        #expect(try purchases.allSatisfy { try runner.order($0).placed?.limitPrice != nil })
        try Self.fill(purchases, &venue, &runner)
        try Self.carryOn(&runner)
        #expect(runner.state.rebalances.isEmpty)
        #expect(Self.states(runner) == [.buying, .completed, .buying, .completed])
        #expect(try runner.account(account).portfolio.cash(.usd) == .zero)
        try Invariants.checkSolvent(runner.state)
    }

    @Test("what the cash does not reach for is cut by the same share, fees and buffer included")
    func cutsPurchases() throws {
        var runner = try World.trading(fee: 300)
        let account = try runner.open("alpha", cash: 1000)
        var wanted = Self.wanted([(50, 100), (50, 100)])
        wanted.buffer = BasisPoints(100)
        let started = try Self.start(wanted, account, &runner)
        #expect(started.legs.map(\.quantity.text) == ["495", "495"])
        let purchases = try Self.carryOn(&runner)
        // 1 % of 1,000 stays; what is wanted is 1,019.70 with its fee, and 495 × 990 ÷ 1,019.70 is 480.6.
        #expect(try purchases.map { try runner.order($0).placed?.quantity.text } == ["480", "480"])
        try Invariants.checkSolvent(runner.state)
    }

    @Test("drift within the band and small trades are left alone, and what is not named as well")
    func leavesAlone() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        try World.mark([1000, 1000, 1000], World.monday, &runner)
        try Self.start(Self.wanted([(48, 1000), (50, 1000)]), account, &runner)
        try Self.fill(try Self.carryOn(&runner), &venue, &runner)
        try Self.carryOn(&runner)
        var wanted = Self.wanted([(50, 1000)])
        wanted.band = BasisPoints(200)
        #expect(try Self.start(wanted, account, &runner).legs.isEmpty)
        try Self.carryOn(&runner)
        wanted.band = BasisPoints(199)
        wanted.minimumTrade = Money(cents: 2001)
        #expect(try Self.start(wanted, account, &runner).legs.isEmpty)
        try Self.carryOn(&runner)
        wanted.minimumTrade = Money(units: 20)
        #expect(try Self.start(wanted, account, &runner).legs.map(\.quantity) == [Quantity(units: 2)])
    }

    @Test(
        "a refused leg is reported, and the others go on or all of it stops",
        arguments: RefusalPolicy.allCases
    )
    func refuses(policy: RefusalPolicy) throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        try World.restrict(Sample.instrument(2), true, &runner)
        var wanted = Self.wanted([(30, 1000), (30, 1000), (30, 1000)])
        wanted.onRefusal = policy
        try Self.start(wanted, account, &runner)
        let approved = try Self.carryOn(&runner)
        #expect(runner.state.rebalances.first?.refusals == 1)
        switch policy {
        case .goOn:
            #expect(approved.count == 2 && runner.state.rebalances.first?.isDue == false)
        case .stop:
            #expect(approved.count == 1)
            try Self.carryOn(&runner)
            #expect(try runner.order(approved[0]).cancelPending)
            try runner.pose(.confirmCancel(account, approved[0]))
            try Self.carryOn(&runner)
            #expect(Self.states(runner) == [.buying, .stopping, .stopped])
            #expect(try runner.reservedCash(account) == .zero)
        }
    }

    @Test("a leg whose form is wrong is reported by its rule")
    func reportsForm() throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        try Self.start(Self.wanted([(50, 1000)]), account, &runner)
        var change = InstrumentTermsChanged()
        change.instrument = Sample.instrument(1)
        change.effectiveFrom = World.monday
        change.terms = World.instrument(Self.names[0], Sample.instrument(1))
        change.terms.lotSize = Quantity(units: 7)
        try World.copy([.termsChanged(change)], into: &runner)
        try Self.carryOn(&runner)
        let refused = runner.log.compactMap { fact in
            if case .rebalance(.legRefused(let refused)) = fact.event { refused.code } else { nil }
        }
        #expect(refused == [.quantityNotLotMultiple])
    }

    @Test("a person stops it, and so does its deadline; what is at the venue is cancelled")
    func stops() throws {
        for byPerson in [true, false] {
            var runner = try World.trading(fee: 0)
            let account = try runner.open("alpha", cash: 1000)
            var wanted = Self.wanted([(50, 1000)])
            wanted.secondsMax = 60
            let fact = try Self.start(wanted, account, &runner)
            #expect(fact.deadline.nanos == runner.effectiveAt.nanos + 60_000_000_000)
            let orders = try Self.carryOn(&runner)
            let stop: Command =
                byPerson
                ? .stopRebalance(account, fact.rebalance)
                : .reachDeadline(account, fact.rebalance, since: 0)
            try runner.pose(stop)
            #expect(try runner.order(orders[0]).cancelPending)
            #expect(try runner.pose(stop) == .noEffect)
            try runner.pose(.confirmCancel(account, orders[0]))
            try Self.carryOn(&runner)
            #expect(Self.states(runner) == [.buying, .stopping, .stopped])
            #expect(
                try runner.pose(.stopRebalance(account, fact.rebalance))
                    == .refused(Rejection(.unknownRebalance))
            )
        }
    }

    @Test("bad weights are refused with their numbers, and nothing begins")
    func refusesBadInput() throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        func code(_ wanted: RebalanceAccount) throws -> Rejection? {
            try runner.pose(.rebalance(account, wanted)).refusal
        }
        let unit: Int128 = 1_000_000_000
        #expect(
            try code(Self.wanted([(60, 1000), (41, 1000)]))
                == Rejection(.weightsAboveWhole, limit: 10_000 * unit, value: 10_100 * unit)
        )
        #expect(try code(RebalanceAccount()) == Rejection(.tooManyItems, limit: 100 * unit, value: 0))
        var wanted = Self.wanted([(50, 1000)])
        wanted.targets.append(wanted.targets[0])
        #expect(try code(wanted) == Rejection(.targetTwice))
        wanted.targets = [WantedWeight(.known("NOPE"), BasisPoints(1))]
        #expect(try code(wanted) == Rejection(.unknownSymbol))
        wanted.targets = [WantedWeight(Self.names[0], BasisPoints(1))]
        #expect(try code(wanted) == Rejection(.priceUnavailable))
        try Self.start(Self.wanted([(50, 1000)]), account, &runner)
        #expect(try code(Self.wanted([(50, 1000)])) == Rejection(.rebalanceUnderWay))
        var order = World.limit(.buy, 1, at: 1000)
        order.parent = OrderID(try #require(runner.state.rebalances.first).started.rebalance)
        #expect(try runner.pose(.placeOrder(account, order)) == .refused(Rejection(.unknownOrder)))
    }
}
