import BifrostKernel
import Orders
import RiskLimits
import Sagas
import Testing

@Suite("Pairs of which one order cancels the other")
struct OneCancelsOtherTests {
    @Test("both go to the venue in one append, and reserve the shares once")
    func reservesOnce() throws {
        var fixture = try GroupFixture(units: 100)
        let before = fixture.runner.position
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        #expect(try fixture.state(group) == .working)
        #expect(group.started.group == group.legs[0].order)
        #expect(group.started.group.id.birth == before + 2)
        #expect(fixture.runner.state.openOrders == Set(group.legs.map(\.order)))
        #expect(try fixture.reservedShares() == Quantity(units: 100))
        let placed = try #require(try fixture.leg(group, 1).placed)
        #expect(placed.group == group.started.group && placed.special.contingency == .oneCancelsOther)
        #expect(placed.routedTerms.terms.group == .none && placed.routedTerms.terms.stopPrice != nil)
        let third = try fixture.runner.pose(.placeOrder(fixture.account, World.market(.sell, 1, seen: 1000)))
        #expect(third.events.contains { if case .order(.rejected) = $0 { true } else { false } })
    }

    @Test("two purchases hold the dearer one's cash, whichever comes first", arguments: [false, true])
    func holdsTheLarger(isDearerFirst: Bool) throws {
        var fixture = try GroupFixture(cash: 1000, fee: 0)
        var legs = [World.limit(.buy, 100, at: 900, seen: 950), World.limit(.buy, 100, at: 1000, seen: 950)]
        if isDearerFirst { legs.reverse() }
        let group = try fixture.place(GroupFixture.group(.oneCancelsOther, legs))
        #expect(try fixture.state(group) == .working)
        #expect(try fixture.runner.reservedCash(fixture.account) == Money(units: 1000))
        let dearer = isDearerFirst ? 0 : 1
        try fixture.pose(.cancelOrder(fixture.account, group.legs[dearer].order))
        try fixture.confirmCancel(group, dearer)
        #expect(try fixture.runner.reservedCash(fixture.account) == Money(units: 900))
        try fixture.confirmCancel(group, 1 - dearer)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
        #expect(try fixture.state(group) == .ended)
    }

    @Test("it is refused whole, and says which order and why")
    func refusesWhole() throws {
        var fixture = try GroupFixture(cash: 1000)
        let legs = [World.limit(.buy, 100, at: 900, seen: 950), World.limit(.buy, 100, at: 1001, seen: 950)]
        let group = try fixture.place(GroupFixture.group(.oneCancelsOther, legs))
        #expect(try fixture.state(group) == .ended)
        let refusals = fixture.runner.log.compactMap { fact in
            if case .order(.rejected(let rejected)) = fact.event { rejected } else { nil }
        }
        #expect(refusals.map(\.code) == [.buyingPowerExceeded, .groupLegRefused])
        #expect(refusals.first?.limit == Money(units: 1000).nanos)
        #expect(!fixture.runner.log.contains { if case .order(.approved) = $0.event { true } else { false } })
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
    }

    @Test("an order whose form is not right refuses the group, by its number")
    func refusesForm() throws {
        var fixture = try GroupFixture(units: 100)
        var wanted = GroupFixture.oneCancelsOther(100)
        wanted.legs[1].special.stopPrice = Price(nanos: 1)
        let group = try fixture.place(wanted)
        #expect(try fixture.state(group) == .ended)
        #expect(fixture.refusedLegs.map(\.leg) == [2])
        #expect(fixture.refusedLegs.map(\.code) == [.priceNotTickMultiple])
        #expect(try fixture.reservedShares() == .zero)
    }

    @Test("orders that do not belong together are no group")
    func refusesStrangers() throws {
        let fixture = try GroupFixture(units: 100)
        let legs = GroupFixture.exits(10)
        let name = ClientName.known("same")
        let rows: [(RejectionCode, Contingency, [PlaceOrder])] = [
            (.groupLegCountInvalid, .oneCancelsOther, [legs[0]]),
            (.groupLegCountInvalid, .bracket, legs),
            (.groupLegsDiffer, .oneCancelsOther, [legs[0], GroupFixture.stop(.buy, 10, at: 900)]),
            (.groupLegsDiffer, .oneCancelsOther, [legs[0], GroupFixture.stop(.sell, 9, at: 900)]),
            (.groupLegsDiffer, .oneTriggersOther, [legs[0], legs[1]]),
            (
                .groupLegsDiffer, .oneCancelsOther,
                [legs[0], World.limit(.sell, 10, at: 1100, symbol: World.symbols[1])]
            ),
            (.unknownSymbol, .oneCancelsOther, legs.map { changed($0) { $0.symbol = .known("NOPE") } }),
            (.clientOrderIDTaken, .oneCancelsOther, legs.map { changed($0) { $0.clientOrderID = name } }),
        ]
        for (code, contingency, legs) in rows {
            var runner = fixture.runner
            let answer = try runner.pose(
                .placeGroup(fixture.account, GroupFixture.group(contingency, legs))
            )
            #expect(answer.refusal?.code == code)
        }
    }

    private func changed(_ order: PlaceOrder, _ change: (inout PlaceOrder) -> Void) -> PlaceOrder {
        var order = order
        change(&order)
        return order
    }

    @Test("what one trades is taken from the other, and a full fill cancels it")
    func reducesAndCancels() throws {
        var fixture = try GroupFixture(units: 100)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        try fixture.fill(group, 0, 60, at: 1100)
        #expect(try fixture.leg(group, 1).pendingReplaces.last?.terms.quantity == Quantity(units: 40))
        // Until the venue has answered, it may still sell the hundred.
        #expect(try fixture.reservedShares() == Quantity(units: 100))
        try fixture.answerReplace(group, 1)
        #expect(try fixture.reservedShares() == Quantity(units: 40))
        try fixture.fill(group, 0, 40, at: 1100)
        #expect(try fixture.leg(group, 1).cancelPending)
        let reasons = fixture.runner.log.compactMap { fact in
            if case .order(.cancelRequested(let asked)) = fact.event { asked.reason } else { nil }
        }
        #expect(reasons == [.contingency])
        #expect(try fixture.state(group) == .closing)
        try fixture.confirmCancel(group, 1)
        #expect(try fixture.state(group) == .completed)
        #expect(fixture.steps == [.legsPlaced, .legFilled, .allFilled])
        #expect(try fixture.reservedShares() == .zero)
        #expect(fixture.flags.isEmpty)
    }

    @Test("both filling in a race is booked, and the excess is flagged")
    func flagsOverfill() throws {
        var fixture = try GroupFixture(units: 150)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        try fixture.fill(group, 0, 100, at: 1100)
        try fixture.fill(group, 1, 30, at: 900)
        #expect(fixture.flags.map(\.flag) == [.overfilled])
        #expect(fixture.flags.map(\.quantity) == [Quantity(units: 30)])
        try fixture.fill(group, 1, 70, at: 900)
        #expect(fixture.flags.map(\.quantity) == [Quantity(units: 30), Quantity(units: 100)])
        #expect(try fixture.position() == Quantity(units: -50))
        #expect(try fixture.state(group) == .completed)
    }

    @Test("a leg that is cancelled, expired or swept ends the other one")
    func endsTogether() throws {
        for way in 0..<3 {
            var fixture = try GroupFixture(units: 100)
            let group = try fixture.place(GroupFixture.oneCancelsOther(100))
            switch way {
            case 0:
                try fixture.pose(.cancelOrder(fixture.account, group.legs[1].order))
                #expect(try !fixture.leg(group, 0).cancelPending)
                try fixture.confirmCancel(group, 1)
                #expect(try fixture.leg(group, 0).cancelPending)
                try fixture.confirmCancel(group, 0)
            case 1: try fixture.pose(.rollDay(calendar: World.calendar, World.monday))
            default:
                try fixture.pose(.pullKillSwitch(fixture.account))
                let sweep = try #require(fixture.runner.state.sweeps.first)
                try fixture.pose(.continueSweep(sweep.position, done: 0))
                try fixture.confirmCancel(group, 0)
                try fixture.confirmCancel(group, 1)
            }
            #expect(try fixture.state(group) == .ended)
            #expect(fixture.runner.state.openOrders.isEmpty)
        }
    }

    @Test("a venue that will not make a leg smaller, or cancel it, leaves the group to a person")
    func parks() throws {
        var fixture = try GroupFixture(units: 100)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        let id = group.started.group
        try fixture.fill(group, 0, 60, at: 1100)
        try fixture.answerReplace(group, 1, accepts: false)
        #expect(try fixture.state(group) == .parked)
        var resolution = ResolveOrder()
        resolution.order = id
        resolution.retry = true
        try fixture.pose(.resolveGroup(fixture.account, resolution))
        #expect(try fixture.leg(group, 1).pendingReplaces.count == 1)
        try fixture.answerReplace(group, 1)
        try fixture.fill(group, 0, 40, at: 1100)
        try fixture.pose(.refuseCancel(fixture.account, group.legs[1].order))
        #expect(try fixture.state(group) == .parked)
        resolution.retry = false
        try fixture.pose(.resolveGroup(fixture.account, resolution))
        #expect(try fixture.state(group) == .closing)
        #expect(try fixture.leg(group, 1).cancelPending)
        // The venue cancels it after all.
        try fixture.confirmCancel(group, 1)
        #expect(try fixture.state(group) == .completed)
        #expect(try fixture.runner.pose(.cancelGroup(fixture.account, id)).refusal?.code == .unknownGroup)
    }

    @Test("a cancel that the venue refuses for one leg is asked of the other, and a retry cancels again")
    func cancelsAgain() throws {
        var fixture = try GroupFixture(units: 100)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        let (first, second) = (group.legs[0].order, group.legs[1].order)
        // What the venue refused before the group was cancelled does not count.
        try fixture.pose(.cancelOrder(fixture.account, first))
        try fixture.pose(.refuseCancel(fixture.account, first))
        #expect(try fixture.state(group) == .working)
        try fixture.pose(.cancelGroup(fixture.account, group.started.group))
        #expect(try fixture.leg(group, 0).cancelPending && fixture.leg(group, 1).cancelPending)
        try fixture.pose(.refuseCancel(fixture.account, first))
        #expect(try fixture.state(group) == .parked)
        try fixture.pose(.refuseCancel(fixture.account, second))
        var resolution = ResolveOrder()
        resolution.order = group.started.group
        resolution.retry = true
        try fixture.pose(.resolveGroup(fixture.account, resolution))
        #expect(try fixture.state(group) == .closing)
        #expect(try fixture.leg(group, 0).cancelPending && fixture.leg(group, 1).cancelPending)
        try fixture.confirmCancel(group, 0)
        try fixture.confirmCancel(group, 1)
        #expect(try fixture.state(group) == .ended)
    }

    @Test("one leg that cannot be cancelled does not keep the other one open")
    func cancelsTheOther() throws {
        var fixture = try GroupFixture(units: 300)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        try fixture.pose(.cancelGroup(fixture.account, group.started.group))
        try fixture.pose(.refuseCancel(fixture.account, group.legs[0].order))
        try fixture.pose(.refuseCancel(fixture.account, group.legs[1].order))
        #expect(try fixture.state(group) == .parked)
        try fixture.pose(.cancelOrder(fixture.account, group.legs[1].order))
        try fixture.fill(group, 0, 60, at: 1100)
        try fixture.fill(group, 1, 40, at: 900)
        #expect(try fixture.state(group) == .parked)
        try fixture.confirmCancel(group, 1)
        try fixture.fill(group, 0, 40, at: 1100)
        #expect(try fixture.state(group) == .completed)
        #expect(fixture.flags.map(\.flag) == [.overfilled])
    }

    @Test("a bust after the other leg was cancelled changes the position, and is flagged")
    func flagsBusts() throws {
        var fixture = try GroupFixture(units: 100)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        try fixture.fill(group, 0, 100, at: 1100)
        try fixture.confirmCancel(group, 1)
        #expect(try fixture.state(group) == .completed)
        let report = try #require(try fixture.leg(group, 0).executions.values.first)
        var bust = ExecutionBusted()
        bust.revision.order = report.order
        bust.revision.venue = report.venue
        bust.revision.tradeDate = report.tradeDate
        bust.revision.revisedTradeDate = report.tradeDate
        bust.revision.revisedVenueExecutionID = report.venueExecutionID
        bust.revision.venueExecutionID = "B1"
        bust.revision.side = .sell
        try fixture.pose(.recordVenueFact(fixture.account, .busted(bust)))
        #expect(fixture.flags.map(\.flag) == [.revised])
        #expect(try fixture.position() == Quantity(units: 100))
        #expect(try fixture.state(group) == .completed)
    }

    @Test("a leg that a person makes larger than the rest is brought back")
    func bringsBack() throws {
        var fixture = try GroupFixture(units: 200)
        let group = try fixture.place(GroupFixture.oneCancelsOther(100))
        var wanted = ReplaceOrder()
        wanted.order = group.legs[0].order
        wanted.quantity = Quantity(units: 150)
        try fixture.pose(.replaceOrder(fixture.account, wanted))
        #expect(try fixture.leg(group, 0).pendingReplaces.map(\.terms.quantity.text) == ["150", "100"])
        wanted.quantity = nil
        wanted.limitPrice = Price(cents: 1200)
        try fixture.pose(.replaceOrder(fixture.account, wanted))
        #expect(try fixture.leg(group, 0).pendingReplaces.last?.terms.quantity == Quantity(units: 100))
    }
}
