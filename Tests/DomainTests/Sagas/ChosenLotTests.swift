import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

@Suite("Lots that an order names")
struct ChosenLotTests {
    /// An account with two lots, 10 at 10.00 and 10 at 20.00, and what opened them.
    private static func holder(_ method: LotMethod? = nil) throws -> (ShardRunner, AccountID, [Identifier]) {
        var runner = try World.trading(fee: 0)
        var wanted = OpenAccount()
        wanted.alias = "alpha"
        wanted.lotMethod = method
        try runner.pose(.openAccount(wanted))
        let account = try #require(runner.state.accountByID.keys.first)
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 10_000))))
        var venue = HonestVenue()
        var lots: [Identifier] = []
        for cents in [1000, 2000] as [Int64] {
            let order = try runner.place(account, World.limit(.buy, 10, at: cents))
            let events = try runner.pose(
                .recordExecution(account, try venue.fill(order, 10, at: cents, fee: 0, runner))
            ).events
            guard case .order(.executed(let fact)) = events.first else { continue }
            lots.append(fact.execution)
            runner.effectiveAt = Timestamp(nanos: runner.effectiveAt.nanos + 1)
        }
        return (runner, account, lots)
    }

    private static func sale(_ units: Int64, _ lots: [ChosenLot], _ method: LotMethod? = nil) -> PlaceOrder {
        var wanted = World.limit(.sell, units, at: 2000)
        wanted.special.lots = lots
        wanted.special.lotMethod = method
        return wanted
    }

    private static func lots(_ runner: ShardRunner, _ account: AccountID) throws -> [Quantity] {
        try runner.account(account).portfolio.lotsByID[Sample.instrument]?.lots.map(\.quantity) ?? []
    }

    @Test("a sale closes the lots that it names, over all its fills, and then the oldest")
    func closesNamed() throws {
        var (runner, account, lots) = try Self.holder()
        var venue = HonestVenue()
        let wanted = Self.sale(12, [ChosenLot(lots[1], Quantity(units: 8))])
        let order = try runner.place(account, wanted)
        #expect(try runner.order(order).placed?.special.lots.count == 1)
        for units in [5, 7] as [Int64] {
            var report = try venue.fill(order, units, at: 2000, fee: 0, runner)
            report.venueExecutionID = "S\(units)"
            try runner.pose(.recordExecution(account, report))
        }
        #expect(try Self.lots(runner, account) == [6, 2].map { Quantity(units: $0) })
        // 8 of the second lot at its cost, 4 of the first at 10.00 profit each.
        #expect(try runner.account(account).portfolio.realised[.usd] == Money(units: 40))
        try Invariants.check(runner.state)
        #expect(Invariants.summary(Invariants.fold(runner.log)) == Invariants.summary(runner.state))
    }

    @Test("a bust gives a named lot back, and a correction takes another part of it")
    func followsRevisions() throws {
        var (runner, account, lots) = try Self.holder()
        var venue = HonestVenue()
        let order = try runner.place(account, Self.sale(10, [ChosenLot(lots[1], Quantity(units: 10))]))
        let report = try venue.fill(order, 10, at: 2000, fee: 0, runner)
        try runner.pose(.recordExecution(account, report))
        #expect(try Self.lots(runner, account) == [Quantity(units: 10)])
        let correction = Stranger.correction(report, to: 4, at: 2000)
        try runner.pose(.recordVenueFact(account, .corrected(correction)))
        #expect(try Self.lots(runner, account) == [10, 6].map { Quantity(units: $0) })
        var bust = Stranger.bust(report, number: 2)
        bust.revision.revisedVenueExecutionID = correction.revision.venueExecutionID
        try runner.pose(.recordVenueFact(account, .busted(bust)))
        #expect(try Self.lots(runner, account) == [10, 10].map { Quantity(units: $0) })
    }

    @Test("a method of the order's own comes before the account's", arguments: [LotMethod?.none, .average])
    func prefersOwn(method: LotMethod?) throws {
        var (runner, account, _) = try Self.holder(.average)
        var venue = HonestVenue()
        let order = try runner.place(account, Self.sale(10, [], method ?? .fifo))
        let events = try runner.pose(
            .recordExecution(account, try venue.fill(order, 10, at: 2000, fee: 0, runner))
        ).events
        guard case .portfolio(.tradeBooked(let fact)) = events.dropFirst().first else { return }
        // The account pooled its lots when it bought the second.
        #expect(fact.lotMethod == method)
        #expect(fact.realised == Money(units: 50))
    }

    static let wrong: [(String, @Sendable (inout PlaceOrder, [Identifier]) -> Void, RejectionCode)] = [
        (
            "a lot of nobody's", { $0.special.lots = [ChosenLot($1[0].other, Quantity(units: 1))] },
            .unknownLot
        ),
        (
            "more than is left of it", { $0.special.lots = [ChosenLot($1[0], Quantity(units: 11))] },
            .lotQuantityInvalid
        ),
        ("none of it", { $0.special.lots = [ChosenLot($1[0], .zero)] }, .lotQuantityInvalid),
        (
            "more than the order sells",
            {
                $0.quantity = Quantity(units: 3)
                $0.special.lots = $1.map { ChosenLot($0, Quantity(units: 2)) }
            }, .lotQuantityInvalid
        ),
        (
            "a lot that a purchase does not close",
            {
                $0.side = .buy
                $0.special.lots = [ChosenLot($1[0], Quantity(units: 1))]
            }, .lotOnOtherSide
        ),
        (
            "a lot twice", { $0.special.lots = [$1[0], $1[0]].map { ChosenLot($0, Quantity(units: 1)) } },
            .termsConflict
        ),
        (
            "lots and the average of all",
            {
                $0.special.lots = [ChosenLot($1[0], Quantity(units: 1))]
                $0.special.lotMethod = .average
            }, .termsConflict
        ),
        (
            "more lots than one order may",
            { $0.special.lots = Array(repeating: ChosenLot($1[0], Quantity(units: 1)), count: 101) },
            .tooManyItems
        ),
    ]

    @Test("what the account does not have is refused", arguments: wrong)
    func refuses(
        name: String,
        change: @Sendable (inout PlaceOrder, [Identifier]) -> Void,
        code: RejectionCode
    ) throws {
        var (runner, account, lots) = try Self.holder()
        var wanted = Self.sale(10, [])
        change(&wanted, lots)
        #expect(try runner.pose(.placeOrder(account, wanted)).refusal?.code == code)
    }

    @Test("the sales of a rebalance choose as it says")
    func rebalances() throws {
        var (runner, account, _) = try Self.holder()
        try World.mark([2000, 2000, 2000], World.monday, &runner)
        var wanted = RebalanceAccount()
        var seen = ReferencePrice()
        seen.last = Price(cents: 2000)
        wanted.targets = [WantedWeight(World.symbols[0], BasisPoints(0), seen: seen)]
        wanted.lotMethod = .average
        let started = try runner.pose(.rebalance(account, wanted)).events
        guard case .rebalance(.started(let fact)) = started.first else {
            Issue.record("was \(started)")
            return
        }
        #expect(fact.lotMethod == .average)
        let events = try runner.pose(.continueRebalance(account, fact.rebalance, step: 1)).events
        let placed = events.compactMap { event -> OrderPlaced? in
            if case .order(.placed(let placed)) = event { placed } else { nil }
        }
        #expect(placed.map(\.special.lotMethod) == [.average])
    }

    @Test("no venue hears of lots")
    func keepsLotsPrivate() {
        var special = SpecialTerms()
        special.lotMethod = .fifo
        #expect(Rarely.kept(special).forVenue.isNever)
        special.lots = [ChosenLot(Sample.execution(1), Quantity(units: 1))]
        special.expireDate = World.monday
        #expect(Rarely.kept(special).forVenue.value?.lots.isEmpty == true)
        #expect(Rarely.kept(special).forVenue.value?.expireDate == World.monday)
    }
}

extension Identifier {
    fileprivate var other: Identifier { Identifier(high: ~high, low: low) }
}
