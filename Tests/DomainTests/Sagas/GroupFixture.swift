import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

/// An account with orders in groups, a venue that answers when it is told to, and the engine's part: a group
/// that is due is carried on.
struct GroupFixture {
    var runner: ShardRunner
    var venue = HonestVenue()
    let account: AccountID

    /// An account with so much cash and so many SPX.
    init(cash: Int64 = 0, units: Int64 = 0, fee: Int64 = 0) throws {
        runner = try World.trading(days: 40, fee: fee)
        account = try runner.open("alpha", cash: cash + units * 10)
        guard units > 0 else { return }
        let order = try runner.place(account, World.limit(.buy, units, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(order, units, at: 1000, fee: fee, runner)))
    }

    /// A sale of `units` with a profit at 11 and a stop at 9.
    static func exits(_ units: Int64) -> [PlaceOrder] {
        [World.limit(.sell, units, at: 1100, seen: 1000), stop(.sell, units, at: 900)]
    }

    static func stop(_ side: Side, _ units: Int64, at cents: Int64) -> PlaceOrder {
        var wanted = World.market(side, units, seen: 1000)
        wanted.type = .stop
        wanted.special.stopPrice = Price(cents: cents)
        return wanted
    }

    static func group(_ contingency: Contingency, _ legs: [PlaceOrder]) -> PlaceGroup {
        var wanted = PlaceGroup()
        wanted.contingency = contingency
        wanted.legs = legs
        return wanted
    }

    static func oneCancelsOther(_ units: Int64) -> PlaceGroup { group(.oneCancelsOther, exits(units)) }
    static func bracket(_ units: Int64) -> PlaceGroup {
        group(.bracket, [World.limit(.buy, units, at: 1000)] + exits(units))
    }

    /// Places a group; its orders as far as there are any.
    @discardableResult
    mutating func place(_ wanted: PlaceGroup) throws -> GroupSaga {
        let answer = try runner.pose(.placeGroup(account, wanted))
        guard case .group(.started(let fact))? = answer.events.first else {
            throw ShardRunner.Missing(what: "a group, was \(answer)")
        }
        try carryOn()
        return try saga(fact.group)
    }

    func saga(_ group: OrderID) throws -> GroupSaga { try #require(runner.state.groupByID[group]) }
    func state(_ group: GroupSaga) throws -> GroupState { try saga(group.started.group).state }
    /// The order of leg `index`, counted from 0.
    func leg(_ group: GroupSaga, _ index: Int) throws -> OrderState {
        try runner.order(try saga(group.started.group).legs[index].order)
    }

    /// Carries groups on until none is due, as the engine does.
    mutating func carryOn() throws {
        for _ in 0..<20 {
            guard let group = runner.state.dueGroups.min() else { return try Invariants.check(runner.state) }
            let saga = try saga(group)
            let before = runner.position
            try runner.pose(.continueGroup(saga.started.account, group, step: saga.step))
            try #require(runner.position > before)
        }
        throw ShardRunner.Missing(what: "an end of a group's steps: \(runner.log.suffix(4).map(\.event))")
    }

    mutating func pose(_ command: Command) throws {
        try runner.pose(command)
        try carryOn()
    }

    mutating func fill(_ group: GroupSaga, _ index: Int, _ units: Int64, at cents: Int64 = 1000) throws {
        let order = try saga(group.started.group).legs[index].order
        let report = try venue.fill(order, units, at: cents, fee: 0, runner)
        try pose(.recordExecution(account, report))
    }

    mutating func confirmCancel(_ group: GroupSaga, _ index: Int) throws {
        try pose(.confirmCancel(account, try saga(group.started.group).legs[index].order))
    }

    /// The venue takes, or refuses, the last terms that it was asked for.
    mutating func answerReplace(_ group: GroupSaga, _ index: Int, accepts: Bool = true) throws {
        let order = try saga(group.started.group).legs[index].order
        let request = try #require(try runner.order(order).pendingReplaces.last)
        if accepts {
            var fact = OrderReplaced()
            fact.order = order
            fact.request = request.request
            fact.terms = request.terms
            return try pose(.recordVenueFact(account, .replaced(fact)))
        }
        var fact = OrderReplaceRejected()
        fact.order = order
        fact.request = request.request
        fact.code = .venueRejected
        try pose(.recordVenueFact(account, .replaceRejected(fact)))
    }

    /// Where groups went, by what.
    var steps: [GroupState.Trigger] {
        runner.log.compactMap { fact in
            if case .group(.advanced(let advanced)) = fact.event { advanced.trigger } else { nil }
        }
    }
    var flags: [GroupFlagged] {
        runner.log.compactMap { fact in
            if case .group(.flagged(let flagged)) = fact.event { flagged } else { nil }
        }
    }
    var refusedLegs: [GroupLegRefused] {
        runner.log.compactMap { fact in
            if case .group(.legRefused(let refused)) = fact.event { refused } else { nil }
        }
    }

    func reservedShares() throws -> Quantity {
        try runner.account(account).risk.reservedShares[Sample.instrument(1)] ?? .zero
    }
    func position() throws -> Quantity {
        try runner.account(account).portfolio.position(Sample.instrument(1))
    }
}
