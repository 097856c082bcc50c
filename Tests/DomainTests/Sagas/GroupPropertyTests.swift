import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import SeededChoices
import Testing

/// Groups, and a venue that trades, refuses and keeps silent in an order that one seed decides.
@Suite("Any story of groups")
struct GroupPropertyTests {
    private struct Story {
        var fixture: GroupFixture
        var choices: Generator
        /// Whether the venue trades nothing of a leg that the other has traded away.
        let isHonest: Bool

        init(seed: UInt64, isHonest: Bool) throws {
            fixture = try GroupFixture(cash: 50_000, units: 500)
            choices = Generator(seed: seed)
            self.isHonest = isHonest
        }

        func open() -> [OrderID] { fixture.runner.state.openOrders.sorted() }

        mutating func place() throws {
            let units = choices.int64(1...40)
            var wanted: PlaceGroup
            switch choices.int(0...3) {
            case 0: wanted = GroupFixture.oneCancelsOther(units)
            case 1: wanted = GroupFixture.bracket(units)
            case 2:
                let legs = [World.limit(.buy, units, at: 990, seen: 1000), World.limit(.buy, units, at: 980)]
                wanted = GroupFixture.group(.oneCancelsOther, legs)
            default:
                let legs = [World.limit(.buy, units, at: 1000), GroupFixture.stop(.sell, units, at: 900)]
                wanted = GroupFixture.group(.oneTriggersOther, legs)
            }
            for index in wanted.legs.indices where choices.chance(30) {
                wanted.legs[index].timeInForce = .goodTillCancelled
            }
            _ = try fixture.runner.pose(.placeGroup(fixture.account, wanted))
        }

        /// What an honest venue may still trade of a leg: what its group has left.
        private func bound(_ order: OrderID) throws -> Int64 {
            let state = try fixture.runner.order(order)
            let leaves = state.leaves.nanos / 1_000_000_000
            guard isHonest, let group = state.placed?.group, group != .none else { return leaves }
            let saga = try fixture.saga(group)
            guard saga.legIndices.contains(where: { saga.legs[$0].order == order }) else { return leaves }
            let traded = saga.legIndices.reduce(Int64(0)) { $0 + saga.legs[$1].traded.nanos }
            return min(leaves, (saga.quantity.nanos - traded) / 1_000_000_000)
        }

        mutating func fill() throws {
            guard !open().isEmpty else { return }
            let order = choices.one(of: open())
            let most = try bound(order)
            guard most > 0, let placed = try fixture.runner.order(order).placed else { return }
            let cents = placed.side == .buy ? (placed.limitPrice?.nanos ?? 0) / 10_000_000 : 1000
            let units = choices.chance(50) ? most : choices.int64(1...most)
            let report = try fixture.venue.fill(order, units, at: cents, fee: 0, fixture.runner)
            try fixture.runner.pose(.recordExecution(fixture.account, report))
        }

        mutating func answer() throws {
            let account = fixture.account
            let waiting = open().filter {
                fixture.runner.state.orderByID[$0]?.state.cancelPending ?? false
                    || !(fixture.runner.state.orderByID[$0]?.state.pendingReplaces.isEmpty ?? true)
            }
            guard !waiting.isEmpty else { return }
            let order = choices.one(of: waiting)
            let state = try fixture.runner.order(order)
            if state.cancelPending {
                let confirms = choices.chance(85)
                try fixture.runner.pose(
                    confirms ? .confirmCancel(account, order) : .refuseCancel(account, order)
                )
            } else if let request = state.pendingReplaces.last {
                if choices.chance(85) {
                    var fact = OrderReplaced()
                    fact.order = order
                    fact.request = request.request
                    fact.terms = request.terms
                    try fixture.runner.pose(.recordVenueFact(account, .replaced(fact)))
                } else {
                    var fact = OrderReplaceRejected()
                    fact.order = order
                    fact.request = request.request
                    try fixture.runner.pose(.recordVenueFact(account, .replaceRejected(fact)))
                }
            }
        }

        mutating func step() throws {
            let account = fixture.account
            switch choices.int(0...99) {
            case 0..<12: try place()
            case 12..<40: try fill()
            case 40..<65: try answer()
            case 65..<70:
                if let order = open().last {
                    try fixture.runner.pose(.rejectAtVenue(account, order, .venueRejected))
                }
            case 70..<76:
                if let order = open().first { try fixture.runner.pose(.cancelOrder(account, order)) }
            case 76..<79:
                let groups = fixture.runner.state.groupByID.keys.sorted()
                if !groups.isEmpty { try fixture.runner.pose(.cancelGroup(account, choices.one(of: groups))) }
            case 79..<82: try World.restrict(Sample.instrument(1), choices.chance(40), &fixture.runner)
            case 82..<84:
                let next = fixture.runner.state.rolledDate.map { BusinessDate(days: $0.days + 1) }
                try fixture.runner.pose(.rollDay(calendar: World.calendar, next ?? World.monday))
            case 84..<88: try resolve()
            default: break
            }
            // Sometimes the engine comes late.
            if choices.chance(70) { try fixture.carryOn() }
            try Invariants.check(fixture.runner.state)
        }

        mutating func resolve() throws {
            let parked = fixture.runner.state.groupByID.filter { $0.value.state == .parked }.keys.sorted()
            guard !parked.isEmpty else { return }
            var wanted = ResolveOrder()
            wanted.order = choices.one(of: parked)
            wanted.retry = choices.chance(50)
            try fixture.runner.pose(.resolveGroup(fixture.account, wanted))
        }

        /// The venue answers everything, and a person gives up what is parked.
        mutating func close() throws {
            try World.restrict(Sample.instrument(1), false, &fixture.runner)
            for _ in 0..<60 {
                try fixture.carryOn()
                for order in open() {
                    try fixture.runner.pose(.cancelOrder(fixture.account, order))
                    try fixture.runner.pose(.confirmCancel(fixture.account, order))
                }
                for (group, saga) in fixture.runner.state.groupByID.sorted(by: { $0.key < $1.key })
                where saga.state == .parked {
                    var wanted = ResolveOrder()
                    wanted.order = group
                    try fixture.runner.pose(.resolveGroup(fixture.account, wanted))
                }
            }
        }

        /// Where one leg filled and the venue has answered, the other is not open.
        func check() throws {
            for saga in fixture.runner.state.groupByID.values where saga.state == .completed {
                let open = saga.legs.filter { fixture.runner.state.openOrders.contains($0.order) }
                try #require(open.isEmpty, "a completed group has an open leg")
            }
        }
    }

    @Test(
        "an honest venue leaves no debt and no short position, whatever happens when",
        arguments: Seeds.take(40)
    )
    func staysSolvent(seed: UInt64) throws {
        var story = try Story(seed: seed, isHonest: true)
        for _ in 0..<250 {
            try story.step()
            try story.check()
            let entry = try story.fixture.runner.account(story.fixture.account)
            try #require(entry.portfolio.cash(.usd) >= .zero)
            try #require(try story.fixture.position() >= .zero)
            let held = entry.risk.reservedCash[.usd] ?? .zero
            try #require(held <= entry.portfolio.cash(.usd), "what is held is there")
        }
        try #require(!story.fixture.flags.contains { $0.flag == .overfilled })
        try finish(&story)
    }

    @Test("whatever a venue trades is booked, and every group ends", arguments: Seeds.take(40))
    func ends(seed: UInt64) throws {
        var story = try Story(seed: seed, isHonest: false)
        for _ in 0..<250 {
            try story.step()
            try story.check()
        }
        try finish(&story)
    }

    private func finish(_ story: inout Story) throws {
        try story.close()
        let state = story.fixture.runner.state
        #expect(state.openOrders.isEmpty && state.dueGroups.isEmpty)
        for saga in state.groupByID.values { #expect(saga.state.isFinal, "\(saga)") }
        let risk = try story.fixture.runner.account(story.fixture.account).risk
        #expect(risk.reservationByID.isEmpty && risk.partnerByID.isEmpty)
        #expect(risk.reservedCash.values.allSatisfy { $0 == .zero })
        #expect(risk.reservedShares.values.allSatisfy { $0 == .zero })
        let log = story.fixture.runner.log
        #expect(Invariants.summary(Invariants.fold(log)) == Invariants.summary(state))
    }
}
