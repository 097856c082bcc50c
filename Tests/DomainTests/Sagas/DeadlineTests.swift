import BifrostKernel
import Orders
import Sagas
import Testing

@Suite("What a venue owes an answer for")
struct DeadlineTests {
    private struct Fixture {
        var runner: ShardRunner
        let account: AccountID
        let order: OrderID

        init() throws {
            runner = try World.trading()
            account = try runner.open("alpha", cash: 1000)
            order = try runner.place(account, World.limit(.buy, 10, at: 1000))
        }

        var route: RouteState { get throws { try runner.order(order).route } }

        @discardableResult
        mutating func reachDeadline() throws -> Answer {
            let since = try #require(runner.state.orderByID[order]).waitsSince
            return try runner.pose(.reachDeadline(account, order.id, since: since))
        }

        mutating func resolve(retry: Bool) throws -> Answer {
            var wanted = ResolveOrder()
            wanted.order = order
            wanted.retry = retry
            return try runner.pose(.resolveOrder(account, wanted))
        }
    }

    @Test("an order waits until its venue answers, in whatever way")
    func waits() throws {
        var fixture = try Fixture()
        #expect(try fixture.route == .waiting)
        let next = try #require(fixture.runner.state.venueWaits.next)
        #expect(next.order == fixture.order)
        #expect(next.due.nanos == fixture.runner.effectiveAt.nanos + 10_000_000_000)
        try fixture.runner.pose(.acknowledgeOrder(fixture.account, HonestVenue().acknowledge(fixture.order)))
        #expect(try fixture.route == .answered)
        #expect(fixture.runner.state.venueWaits.next == nil)
        #expect(try fixture.reachDeadline() == .noEffect)

        var filled = try Fixture()
        var venue = HonestVenue()
        let report = try venue.fill(filled.order, 4, at: 1000, filled.runner)
        try filled.runner.pose(.recordExecution(filled.account, report))
        #expect(try filled.route == .answered)
    }

    @Test("a silent venue is asked three times, then a person is")
    func parks() throws {
        var fixture = try Fixture()
        for attempt in 1...3 {
            guard case .order(.statusRequested(let fact))? = try fixture.reachDeadline().events.first else {
                Issue.record("the venue is not asked")
                return
            }
            #expect(fact.attempt == UInt32(attempt))
            #expect(try fixture.route == .asked)
        }
        guard case .order(.parked(let fact))? = try fixture.reachDeadline().events.first else {
            Issue.record("the order is not parked")
            return
        }
        #expect(fact.attempts == 3)
        #expect(try fixture.route == .parked)
        #expect(fixture.runner.state.venueWaits.next == nil)
        #expect(try fixture.reachDeadline() == .noEffect)
    }

    @Test("an old deadline says nothing of what the venue was told since")
    func ignoresOldDeadlines() throws {
        var fixture = try Fixture()
        let old = try #require(fixture.runner.state.venueWaits.next).since
        try fixture.runner.pose(.cancelOrder(fixture.account, fixture.order))
        #expect(
            try fixture.runner.pose(.reachDeadline(fixture.account, fixture.order.id, since: old))
                == .noEffect
        )
        #expect(try fixture.reachDeadline().events.count == 1)
    }

    @Test("an answer after all ends it, and the count begins anew")
    func hears() throws {
        var fixture = try Fixture()
        for _ in 1...4 { try fixture.reachDeadline() }
        try fixture.runner.pose(.acknowledgeOrder(fixture.account, HonestVenue().acknowledge(fixture.order)))
        #expect(try fixture.route == .answered)
        try fixture.runner.pose(.cancelOrder(fixture.account, fixture.order))
        #expect(try fixture.route == .waiting)
        try fixture.reachDeadline()
        #expect(try fixture.runner.order(fixture.order).statusRequests == 1)
    }

    @Test("a venue that was given up and speaks again has to answer what it still owes")
    func waitsAgain() throws {
        var fixture = try Fixture()
        try fixture.runner.pose(.acknowledgeOrder(fixture.account, HonestVenue().acknowledge(fixture.order)))
        try fixture.runner.pose(.cancelOrder(fixture.account, fixture.order))
        for _ in 1...4 { try fixture.reachDeadline() }
        #expect(try fixture.route == .parked)
        var venue = HonestVenue()
        let report = try venue.fill(fixture.order, 4, at: 1000, fixture.runner)
        try fixture.runner.pose(.recordExecution(fixture.account, report))
        #expect(try fixture.route == .waiting)
        #expect(fixture.runner.state.venueWaits.next?.order == fixture.order)
        #expect(try fixture.reachDeadline().events.count == 1)
        try Invariants.check(fixture.runner.state)
    }

    @Test("a person has it asked again, or closes it and frees what it held")
    func resolves() throws {
        var fixture = try Fixture()
        #expect(try fixture.resolve(retry: true) == .refused(Rejection(.orderNotOpen)))
        for _ in 1...4 { try fixture.reachDeadline() }
        #expect(try fixture.resolve(retry: true).events.count == 2)
        #expect(try fixture.route == .asked)
        for _ in 1...3 { try fixture.reachDeadline() }
        #expect(try fixture.route == .parked)
        _ = try fixture.resolve(retry: false)
        #expect(try fixture.runner.order(fixture.order).status == .rejected)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
        // The venue had it all the same: what it traded is booked.
        var venue = HonestVenue()
        let report = try venue.fill(fixture.order, 10, at: 1000, fixture.runner)
        try fixture.runner.pose(.recordExecution(fixture.account, report))
        #expect(try fixture.runner.order(fixture.order).status == .filled)
        try Invariants.check(fixture.runner.state)
    }

    @Test("an order that the venue had is closed as cancelled")
    func closesWorking() throws {
        var fixture = try Fixture()
        try fixture.runner.pose(.acknowledgeOrder(fixture.account, HonestVenue().acknowledge(fixture.order)))
        try fixture.runner.pose(.cancelOrder(fixture.account, fixture.order))
        for _ in 1...4 { try fixture.reachDeadline() }
        _ = try fixture.resolve(retry: false)
        #expect(try fixture.runner.order(fixture.order).status == .cancelled)
        #expect(try fixture.runner.reservedCash(fixture.account) == .zero)
    }
}
