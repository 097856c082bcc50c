import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import SeededChoices
import Testing

/// Worked orders, their slices, and a venue that trades, refuses and takes back in an order that one seed
/// decides.
@Suite("Any story of orders that are worked by slices")
struct WorkPropertyTests {
    private struct Story {
        var fixture: WorkFixture
        var choices: Generator
        let side: Side
        var parents: [OrderID] = []
        /// Every slice, with its parent.
        var slices: [(order: OrderID, parent: OrderID)] = []
        /// What a parent and what its slices needed beyond it come to, in units of 10⁻⁹ of cash.
        var budget: [OrderID: Int128] = [:]

        init(seed: UInt64) throws {
            choices = Generator(seed: seed)
            side = choices.chance(70) ? .buy : .sell
            fixture = try WorkFixture(cash: 5_000, units: side == .sell ? 300 : 0, fee: 0)
        }

        private func cash(_ order: OrderID) throws -> Int128 {
            let held = try fixture.runner.account(fixture.account).risk.reservationByID[order]
            return (held?.cash ?? .zero).nanos
        }

        private var open: [OrderID] {
            slices.map(\.order).filter { fixture.runner.state.openOrders.contains($0) }
        }

        private mutating func begin() throws {
            let cents = choices.int64(950...1050)
            var wanted = WorkFixture.worked(side, choices.int64(5...40), at: cents)
            if choices.chance(50) { wanted.timeInForce = .goodTillCancelled }
            let order = try fixture.runner.place(fixture.account, wanted)
            guard fixture.runner.state.openOrders.contains(order) else { return }
            parents.append(order)
            budget[order] = try cash(order)
        }

        private mutating func slice() throws {
            guard let parent = parents.last(where: { _ in choices.chance(60) }) else { return }
            let had = try cash(parent)
            let cents = choices.int64(930...1070)
            let wanted = WorkFixture.slice(parent, side, choices.int64(1...12), at: cents)
            let answer = try fixture.runner.pose(.placeOrder(fixture.account, wanted))
            guard case .order(.placed(let placed))? = answer.events.first,
                fixture.runner.state.openOrders.contains(placed.order)
            else { return }
            slices.append((placed.order, parent))
            budget[parent, default: 0] += max(try cash(placed.order) - had, 0)
        }

        private mutating func trade() throws {
            guard !open.isEmpty else { return }
            let order = choices.one(of: open)
            let state = try fixture.state(order)
            let most = state.leaves.nanos / 1_000_000_000
            let cents = (state.placed?.limitPrice?.nanos ?? 0) / 10_000_000
            let units = choices.chance(40) ? most : choices.int64(1...max(most, 1))
            guard units > 0 else { return }
            let report = try fixture.venue.fill(order, units, at: cents, fee: 0, fixture.runner)
            try fixture.runner.pose(.recordExecution(fixture.account, report))
        }

        private mutating func revoke() throws {
            let traded = slices.map(\.order).filter { order in
                let state = fixture.runner.state.orderByID[order]?.state
                return state.map { $0.cumulative > .zero && !$0.hasRareFacts } ?? false
            }
            guard !traded.isEmpty else { return }
            let order = choices.one(of: traded)
            let before = try cash(order)
            try fixture.bust(order, reinstated: choices.chance(30) ? 1 : 0)
            // What lives again is held back for whatever was agreed.
            guard let parent = slices.first(where: { $0.order == order })?.parent else { return }
            budget[parent, default: 0] += max(try cash(order) - before, 0)
        }

        private mutating func answer() throws {
            let waiting = open.filter { fixture.runner.state.orderByID[$0]?.state.cancelPending ?? false }
            guard !waiting.isEmpty else { return }
            let order = choices.one(of: waiting)
            let confirms = choices.chance(85)
            try fixture.runner.pose(
                confirms ? .confirmCancel(fixture.account, order) : .refuseCancel(fixture.account, order)
            )
        }

        mutating func step() throws {
            switch choices.int(0...99) {
            case 0..<10: try begin()
            case 10..<40: try slice()
            case 40..<65: try trade()
            case 65..<72: try revoke()
            case 72..<84: try answer()
            case 84..<92:
                let known = parents + open
                guard !known.isEmpty else { return }
                try fixture.runner.pose(.cancelOrder(fixture.account, choices.one(of: known)))
            case 92..<95:
                if let order = open.last {
                    try fixture.runner.pose(.rejectAtVenue(fixture.account, order, .venueRejected))
                }
            case 95..<97:
                let next = fixture.runner.state.rolledDate.map { BusinessDate(days: $0.days + 1) }
                try fixture.runner.pose(.rollDay(calendar: World.calendar, next ?? World.monday))
            default:
                guard let parent = parents.last else { return }
                let before = try cash(parent)
                _ = try fixture.replace(parent) { $0.quantity = Quantity(units: choices.int64(1...50)) }
                budget[parent, default: 0] += max(try cash(parent) - before, 0)
            }
            // Sometimes the engine comes late.
            if choices.chance(70) { try fixture.carryOn() }
            try Invariants.check(fixture.runner.state)
        }

        func check() throws {
            for parent in parents {
                let own = slices.filter { $0.parent == parent }.map(\.order)
                let sum = try own.reduce(try cash(parent)) { $0 + (try cash($1)) }
                try #require(sum <= budget[parent] ?? 0, "\(parent) and its slices hold \(sum)")
                guard !fixture.runner.state.dueWork.contains(parent) else { continue }
                let state = try fixture.state(parent)
                let traded = try own.reduce(Int64(0)) { $0 + (try fixture.state($1)).cumulative.nanos }
                try #require(state.cumulative.nanos == traded)
            }
            let shares = try fixture.runner.account(fixture.account).risk.reservedShares
            try #require(shares[Sample.instrument(1)] ?? .zero <= Quantity(units: 300))
        }

        /// The venue answers everything, and all is cancelled.
        mutating func close() throws {
            for _ in 0..<40 {
                try fixture.carryOn()
                for order in fixture.runner.state.openOrders.sorted() {
                    try fixture.pose(.cancelOrder(fixture.account, order))
                    guard open.contains(order) else { continue }
                    try fixture.pose(.confirmCancel(fixture.account, order))
                }
            }
        }
    }

    @Test(
        "parents and slices hold back no more than they needed, and nothing in the end",
        arguments: Seeds.take(50)
    )
    func conserves(seed: UInt64) throws {
        var story = try Story(seed: seed)
        for _ in 0..<250 {
            try story.step()
            try story.check()
        }
        try story.close()
        let state = story.fixture.runner.state
        #expect(state.openOrders.isEmpty && state.dueWork.isEmpty)
        let risk = try story.fixture.runner.account(story.fixture.account).risk
        #expect(risk.reservationByID.isEmpty && risk.drawByID.isEmpty)
        #expect(risk.reservedCash.values.allSatisfy { $0 == .zero })
        #expect(risk.reservedShares.values.allSatisfy { $0 == .zero })
        #expect(risk.pendingBuys.values.allSatisfy { $0 == .zero })
        let log = story.fixture.runner.log
        #expect(Invariants.summary(Invariants.fold(log)) == Invariants.summary(state))
    }
}
