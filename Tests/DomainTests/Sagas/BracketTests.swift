import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import Testing

@Suite("Orders that wait for an entry")
struct BracketTests {
    @Test("a bracket places both legs when its entry is filled, and one of them ends the other")
    func placesLegs() throws {
        var fixture = try GroupFixture(cash: 2000)
        let group = try fixture.place(GroupFixture.bracket(100))
        #expect(try fixture.state(group) == .entering)
        #expect(fixture.runner.state.openOrders == [group.started.group])
        #expect(try fixture.runner.reservedCash(fixture.account) == Money(units: 1000))
        try fixture.fill(group, 0, 60)
        #expect(fixture.runner.state.openOrders == [group.started.group])
        try fixture.fill(group, 0, 40)
        #expect(try fixture.state(group) == .working)
        #expect(try fixture.leg(group, 1).placed?.quantity == Quantity(units: 100))
        #expect(try fixture.leg(group, 2).placed?.special.stopPrice == Price(cents: 900))
        #expect(try fixture.reservedShares() == Quantity(units: 100))
        try fixture.fill(group, 2, 100, at: 900)
        try fixture.confirmCancel(group, 1)
        #expect(try fixture.state(group) == .completed)
        #expect(fixture.steps == [.entryFilled, .legFilled, .allFilled])
        try Invariants.checkSolvent(fixture.runner.state)
    }

    @Test(
        "an entry that is cancelled in part leaves legs for what it traded; before a fill it ends the group"
    )
    func cancelsEntry() throws {
        var fixture = try GroupFixture(cash: 2000)
        let first = try fixture.place(GroupFixture.bracket(100))
        try fixture.pose(.cancelOrder(fixture.account, first.started.group))
        try fixture.confirmCancel(first, 0)
        #expect(try fixture.state(first) == .ended)
        #expect(fixture.steps == [.entryClosed])
        let second = try fixture.place(GroupFixture.bracket(100))
        try fixture.fill(second, 0, 30)
        try fixture.pose(.cancelOrder(fixture.account, second.started.group))
        #expect(try fixture.state(second) == .entering)
        try fixture.confirmCancel(second, 0)
        #expect(try fixture.state(second) == .working)
        #expect(try fixture.leg(second, 1).placed?.quantity == Quantity(units: 30))
        #expect(try fixture.reservedShares() == Quantity(units: 30))
        // The venue filled more of the entry before it took it off its book.
        try fixture.fill(second, 0, 20)
        #expect(fixture.flags.map(\.flag) == [.tradedLate])
        #expect(fixture.flags.map(\.quantity) == [Quantity(units: 20)])
    }

    @Test("a cancel of the group takes everything back and places nothing more")
    func cancelsGroup() throws {
        var fixture = try GroupFixture(cash: 2000)
        let group = try fixture.place(GroupFixture.bracket(100))
        try fixture.fill(group, 0, 30)
        try fixture.pose(.cancelGroup(fixture.account, group.started.group))
        #expect(try fixture.leg(group, 0).cancelPending)
        try fixture.confirmCancel(group, 0)
        #expect(try fixture.state(group) == .ended)
        #expect(fixture.runner.state.openOrders.isEmpty)
        #expect(try fixture.saga(group.started.group).legs[1].order == .none)
    }

    @Test("a leg that is refused when it is placed is told to a person, who may have it tried again")
    func parksRefusedLegs() throws {
        var fixture = try GroupFixture(cash: 2000)
        let group = try fixture.place(GroupFixture.bracket(100))
        try World.restrict(Sample.instrument(1), true, &fixture.runner)
        try fixture.fill(group, 0, 100)
        #expect(try fixture.state(group) == .parked)
        #expect(fixture.runner.state.openOrders.isEmpty)
        #expect(try fixture.reservedShares() == .zero)
        try World.restrict(Sample.instrument(1), false, &fixture.runner)
        var resolution = ResolveOrder()
        resolution.order = group.started.group
        resolution.retry = true
        try fixture.pose(.resolveGroup(fixture.account, resolution))
        #expect(try fixture.state(group) == .working)
        #expect(try fixture.reservedShares() == Quantity(units: 100))
        #expect(fixture.steps == [.entryFilled, .legRefused, .retryRequested])
    }

    @Test("a leg that the venue refuses leaves the other one working, and a retry places it again")
    func replacesRefusedLeg() throws {
        var fixture = try GroupFixture(cash: 2000)
        let group = try fixture.place(GroupFixture.bracket(100))
        try fixture.fill(group, 0, 100)
        let stop = try fixture.saga(group.started.group).legs[2].order
        try fixture.pose(.rejectAtVenue(fixture.account, stop, .venueRejected))
        #expect(try fixture.state(group) == .parked)
        #expect(fixture.runner.state.openOrders.count == 1)
        var resolution = ResolveOrder()
        resolution.order = group.started.group
        resolution.retry = true
        try fixture.pose(.resolveGroup(fixture.account, resolution))
        #expect(try fixture.state(group) == .working)
        #expect(fixture.runner.state.openOrders.count == 2)
        #expect(try fixture.reservedShares() == Quantity(units: 100))
    }

    @Test("an order that triggers another one has one leg")
    func triggersOne() throws {
        var fixture = try GroupFixture(cash: 2000)
        let legs = [World.limit(.buy, 100, at: 1000), GroupFixture.stop(.sell, 100, at: 900)]
        let group = try fixture.place(GroupFixture.group(.oneTriggersOther, legs))
        try fixture.fill(group, 0, 100)
        try fixture.fill(group, 1, 100, at: 900)
        #expect(try fixture.state(group) == .completed)
        #expect(fixture.runner.state.openOrders.isEmpty)
    }

    @Test("the form of what waits is judged at once, the entry like any order")
    func judgesAtOnce() throws {
        var fixture = try GroupFixture(cash: 999)
        let poor = try fixture.place(GroupFixture.bracket(100))
        #expect(try fixture.state(poor) == .ended)
        var odd = GroupFixture.bracket(10)
        odd.legs[2].special.stopPrice = nil
        let group = try fixture.place(odd)
        #expect(try fixture.state(group) == .ended)
        #expect(fixture.refusedLegs.map(\.leg) == [3])
        #expect(fixture.refusedLegs.map(\.code) == [.stopPriceMissing])
        #expect(fixture.runner.state.openOrders.isEmpty)
    }

    @Test("an entry that a split cancels in part does not place legs at the old unit's prices")
    func parksAfterSplit() throws {
        var fixture = try GroupFixture(cash: 2000)
        var wanted = GroupFixture.bracket(100)
        for index in wanted.legs.indices { wanted.legs[index].timeInForce = .goodTillCancelled }
        let group = try fixture.place(wanted)
        try fixture.fill(group, 0, 30)
        var split = CorporateActionAnnounced()
        split.action = Sample.order.id
        split.instrument = Sample.instrument(1)
        split.kind = .split
        split.exDate = World.day(1)
        split.numerator = 2
        split.denominator = 1
        try World.copy([.corporateActionAnnounced(split)], into: &fixture.runner)
        try fixture.pose(.rollDay(calendar: World.calendar, World.monday))
        let sweep = try #require(fixture.runner.state.sweeps.first)
        try fixture.pose(.continueSweep(sweep.position, done: 0))
        try fixture.confirmCancel(group, 0)
        #expect(try fixture.state(group) == .parked)
        #expect(fixture.steps == [.termsOutdated])
    }

    @Test("pairs and brackets are no duplicates of their own orders, and count as the orders that they are")
    func countsOrders() throws {
        var fixture = try GroupFixture(cash: 100_000)
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1_000_000)
        limits.priceCollar = BasisPoints(1000)
        limits.duplicateWindowMillis = 1000
        limits.openOrdersMax = 2
        try fixture.pose(.setLimits(fixture.account, limits))
        var legs = [World.limit(.buy, 10, at: 1000), World.limit(.buy, 10, at: 1000)]
        legs[1].special.postOnly = true
        let group = try fixture.place(GroupFixture.group(.oneCancelsOther, legs))
        #expect(try fixture.state(group) == .working)
        let twin = try fixture.place(GroupFixture.group(.oneCancelsOther, legs))
        #expect(try fixture.state(twin) == .ended)
        let failed = fixture.runner.log.compactMap { fact -> [RejectionCode]? in
            guard case .risk(.assessed(let verdict)) = fact.event, verdict.verdict == .refused else {
                return nil
            }
            return verdict.checks.filter { !$0.passed }.compactMap(\.rule)
        }
        #expect(
            failed == [[.openOrdersAboveLimit, .duplicateOrder], [.openOrdersAboveLimit, .duplicateOrder]]
        )
    }
}
