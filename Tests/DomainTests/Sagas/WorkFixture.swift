import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

/// An account whose orders are worked by slices, and the engine's part: what is due is carried on.
struct WorkFixture {
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

    static func worked(_ side: Side, _ units: Int64, at cents: Int64 = 1000) -> PlaceOrder {
        var wanted = World.limit(side, units, at: cents, seen: 1000)
        wanted.special.worked = true
        return wanted
    }

    static func slice(_ parent: OrderID, _ side: Side, _ units: Int64, at cents: Int64 = 1000) -> PlaceOrder {
        var wanted = World.limit(side, units, at: cents, seen: 1000)
        wanted.parent = parent
        return wanted
    }

    /// Places an order that passes.
    mutating func place(_ wanted: PlaceOrder) throws -> OrderID {
        let order = try runner.place(account, wanted)
        try #require(runner.state.openOrders.contains(order), "\(runner.log.suffix(4).map(\.event))")
        try carryOn()
        return order
    }

    mutating func carryOn() throws { try runner.carryWorkOn() }

    @discardableResult
    mutating func pose(_ command: Command) throws -> Answer {
        let answer = try runner.pose(command)
        try carryOn()
        return answer
    }

    mutating func fill(_ order: OrderID, _ units: Int64, at cents: Int64 = 1000) throws {
        try pose(.recordExecution(account, try venue.fill(order, units, at: cents, fee: 0, runner)))
    }

    /// The venue takes back the last trade of an order, of which so much lives again.
    mutating func bust(_ order: OrderID, reinstated: Int64 = 0) throws {
        let report = try #require(try runner.order(order).executions.values.first)
        var fact = ExecutionBusted()
        fact.revision.order = order
        fact.revision.venue = report.venue
        fact.revision.tradeDate = report.tradeDate
        fact.revision.venueExecutionID = "B" + report.venueExecutionID
        fact.revision.revisedTradeDate = report.tradeDate
        fact.revision.revisedVenueExecutionID = report.venueExecutionID
        fact.revision.reinstated = Quantity(units: reinstated)
        try pose(.recordVenueFact(account, .busted(fact)))
    }

    mutating func replace(_ order: OrderID, _ change: (inout ReplaceOrder) -> Void) throws -> Answer {
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.seen = ReferencePrice(last: Price(cents: 1000), source: "test", at: Timestamp(nanos: 0))
        change(&wanted)
        return try pose(.replaceOrder(account, wanted))
    }

    func state(_ order: OrderID) throws -> OrderState { try runner.order(order) }

    /// What an order holds back: cents of cash, or units of shares.
    func held(_ order: OrderID) throws -> Int64 {
        guard let held = try runner.account(account).risk.reservationByID[order] else { return 0 }
        return held.shares.nanos / 1_000_000_000 + Int64(held.cash.nanos / 10_000_000)
    }

    func refusal(_ order: OrderID) -> RejectionCode? {
        runner.log.reversed().lazy.compactMap { fact in
            if case .order(.rejected(let rejected)) = fact.event, rejected.order == order {
                rejected.code
            } else {
                nil
            }
        }.first
    }

    /// Why orders were asked to be cancelled, in turn.
    var cancels: [OrderCancelRequested] {
        runner.log.compactMap { fact in
            if case .order(.cancelRequested(let asked)) = fact.event { asked } else { nil }
        }
    }
}

extension ShardRunner {
    /// Carries worked orders on until none is due, as the engine does; each step has to say something.
    mutating func carryWorkOn() throws {
        for _ in 0..<20 {
            guard let order = state.dueWork.min() else { return try Invariants.check(state) }
            let saga = try #require(state.workByID[order])
            let before = position
            let answer = try pose(.continueWork(saga.account, order, step: saga.step))
            try #require(!answer.events.isEmpty && position > before)
        }
        throw Missing(what: "an end of the steps: \(log.suffix(4).map(\.event))")
    }
}
