import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

@Suite("What a venue says beside trades")
struct VenueFactTests {
    /// An account whose order of 10 at 20.00 has traded 4.
    private static func partlyFilled() throws -> (ShardRunner, AccountID, OrderID, OrderExecuted) {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let report = try venue.fill(order, 4, at: 2000, fee: 0, runner)
        try runner.pose(.recordExecution(account, report))
        return (runner, account, order, report)
    }

    private static func bust(_ report: OrderExecuted, reinstated: Int64 = 0) -> ExecutionBusted {
        var fact = ExecutionBusted()
        fact.revision.order = report.order
        fact.revision.venue = report.venue
        fact.revision.tradeDate = report.tradeDate
        fact.revision.venueExecutionID = "B-" + report.venueExecutionID
        fact.revision.revisedTradeDate = report.tradeDate
        fact.revision.revisedVenueExecutionID = report.venueExecutionID
        fact.revision.reinstated = Quantity(units: reinstated)
        return fact
    }

    @Test("a bust changes the order, asks the ledger, and holds back what lives again")
    func busts() throws {
        var (runner, account, order, report) = try Self.partlyFilled()
        let said = Command.recordVenueFact(account, .busted(Self.bust(report, reinstated: 4)))
        let events = try runner.pose(said).events
        guard case .order(.executionBusted(let fact)) = events.first else {
            Issue.record("expected a bust, was \(events)")
            return
        }
        #expect(
            fact.revision.revised == runner.state.orderByID[order]?.state.executions.values.first?.execution
        )
        #expect(events.contains { if case .portfolio = $0 { true } else { false } })
        #expect(try runner.order(order).cumulative == .zero)
        #expect(try runner.order(order).leaves == Quantity(units: 10))
        #expect(try runner.reservedCash(account) == Money(cents: 20_000))
        #expect(try runner.pose(said) == .noEffect)
        try Invariants.check(runner.state)
    }

    @Test("a bust of a filled order that the venue reinstates holds back anew; one that it does not, nothing")
    func bustsFilled() throws {
        for reinstated in [0, 3] as [Int64] {
            var runner = try World.trading(fee: 0)
            var venue = HonestVenue()
            let account = try runner.open("alpha", cash: 1000)
            let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
            let report = try venue.fill(order, 10, at: 2000, fee: 0, runner)
            try runner.pose(.recordExecution(account, report))
            try runner.pose(.recordVenueFact(account, .busted(Self.bust(report, reinstated: reinstated))))
            #expect(try runner.order(order).leaves == Quantity(units: reinstated))
            #expect(runner.state.openOrders.contains(order) == (reinstated > 0))
            #expect(try runner.reservedCash(account) == Money(cents: reinstated * 2000))
            try Invariants.check(runner.state)
        }
    }

    @Test("a cancel that is heard before the answer to a replacement ends what the replacement leaves")
    func cancelsBeforeReplaced() throws {
        var (runner, account, order, _) = try Self.partlyFilled()
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.quantity = Quantity(units: 11)
        wanted.seen = ReferencePrice(last: Price(cents: 2000), source: "test", at: Timestamp(nanos: 0))
        try runner.pose(.replaceOrder(account, wanted))
        try #require(runner.order(order).pendingReplaces.count == 1)
        var venue = HonestVenue()
        var report = try venue.fill(order, 6, at: 2000, fee: 0, runner)
        report.venueExecutionID = "E2"
        try runner.pose(.recordExecution(account, report))
        try runner.pose(.confirmCancel(account, order))
        var replaced = OrderReplaced()
        (replaced.order, replaced.request) = (order, 1)
        replaced.terms = try runner.order(order).terms
        replaced.terms.quantity = Quantity(units: 11)
        try runner.pose(.recordVenueFact(account, .replaced(replaced)))
        let state = try runner.order(order)
        #expect(state.status == .cancelled && state.leaves == .zero)
        #expect(!runner.state.openOrders.contains(order))
        #expect(try runner.reservedCash(account) == .zero)
        try Invariants.check(runner.state)
    }

    @Test("an order that lives again after its day holds up no other day, and ends with the next")
    func reinstatedAfterItsDay() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let report = try venue.fill(order, 10, at: 2000, fee: 0, runner)
        try runner.pose(.recordExecution(account, report))
        try runner.pose(.rollDay(calendar: "XNYS", World.monday))
        try runner.pose(.recordVenueFact(account, .busted(Self.bust(report, reinstated: 10))))
        #expect(runner.state.openOrders == [order] && !runner.state.rollIsUnfinished)
        let rolled = try runner.pose(.rollDay(calendar: "XNYS", World.day(1))).events
        #expect(rolled.contains { if case .order(.expired) = $0 { true } else { false } })
        #expect(runner.state.openOrders.isEmpty)
        #expect(try runner.reservedCash(account) == .zero)
        try Invariants.check(runner.state)
    }

    @Test("a bust that comes before its trade leaves nothing to book when the trade comes")
    func bustsEarly() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let report = try venue.fill(order, 4, at: 2000, fee: 0, runner)
        let early = try runner.pose(.recordVenueFact(account, .busted(Self.bust(report)))).events
        guard early.count == 2, case .portfolio(.reconciliationBroke(let broken)) = early[1] else {
            Issue.record("expected the bust and a flag, was \(early)")
            return
        }
        #expect(broken.kind == .unknownOrder && broken.venueExecutionID == report.venueExecutionID)
        let late = try runner.pose(.recordExecution(account, report)).events
        #expect(!late.contains { if case .portfolio(.tradeBooked) = $0 { true } else { false } })
        #expect(try runner.order(order).executions.count == 1)
        #expect(try runner.order(order).cumulative == .zero)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
        try Invariants.check(runner.state)
    }

    @Test("a revision of an order or an account that we do not have is kept as a break")
    func keepsUnknown() throws {
        var (runner, account, _, report) = try Self.partlyFilled()
        var lost = report
        lost.order = Sample.order
        for (owner, said) in [(account, lost), (Sample.account, report)] {
            let events = try runner.pose(.recordVenueFact(owner, .busted(Self.bust(said)))).events
            guard events.count == 1, case .portfolio(.reconciliationBroke(let broken)) = events[0] else {
                Issue.record("expected a break, was \(events)")
                return
            }
            #expect(broken.kind == .unknownOrder && broken.account == owner)
            let kept = try WireDecoder.decode(OrderExecuted.self, broken.report)
            #expect(kept.venueExecutionID == "B-" + report.venueExecutionID)
        }
    }

    @Test("a correction with terms that no trade of the order has is a break and changes nothing")
    func refusesAbsurdCorrections() throws {
        var (runner, account, order, report) = try Self.partlyFilled()
        var fact = ExecutionCorrected()
        fact.revision = Self.bust(report).revision
        fact.quantity = -Quantity(units: 1)
        let events = try runner.pose(.recordVenueFact(account, .corrected(fact))).events
        guard events.count == 1, case .portfolio(.reconciliationBroke(let broken)) = events[0] else {
            Issue.record("expected a break, was \(events)")
            return
        }
        #expect(broken.kind == .terms)
        #expect(try runner.order(order).cumulative == Quantity(units: 4))
    }

    @Test("an order that waits for a person goes to the venue when one lets it, and holds its cash meanwhile")
    func approves() throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        var wanted = World.limit(.buy, 10, at: 2000)
        wanted.review = true
        let order = try runner.place(account, wanted)
        #expect(AlpacaStatus(try runner.order(order)) == .pendingReview)
        #expect(try runner.order(order).venue == nil)
        #expect(try runner.reservedCash(account) == Money(cents: 20_000))
        var review = ReviewOrder()
        review.order = order
        review.approved = true
        let events = try runner.pose(.reviewOrder(account, review)).events
        #expect(events.count == 2)
        #expect(try runner.order(order).venue == PaperProfile.venue)
        #expect(AlpacaStatus(try runner.order(order)) == .pendingNew)
        #expect(try runner.pose(.reviewOrder(account, review)).refusal?.code == .orderNotOpen)
    }

    @Test("a declined order is refused by a person, a cancelled one never goes; both free their cash")
    func declines() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var wanted = World.limit(.buy, 10, at: 2000)
        wanted.review = true
        var review = ReviewOrder()
        review.order = try runner.place(account, wanted)
        try runner.pose(.reviewOrder(account, review))
        #expect(try runner.order(review.order).status == .rejected)
        #expect(try runner.reservedCash(account) == .zero)
        let second = try runner.place(account, wanted)
        let events = try runner.pose(.cancelOrder(account, second)).events
        #expect(!events.contains { if case .order(.cancelRequested) = $0 { true } else { false } })
        #expect(try runner.order(second).status == .cancelled)
        #expect(try runner.reservedCash(account) == .zero)
        let third = try runner.place(account, wanted)
        try runner.pose(.pullKillSwitch(account))
        review.order = third
        review.approved = true
        #expect(try runner.pose(.reviewOrder(account, review)).refusal?.code == .killSwitchPulled)
    }

    static let lives: [(TimeInForce, Int32?, Int32)] = [
        (.day, nil, 1), (.goodTillDate, 1, 2), (.goodTillDate, 0, 1), (.goodTillCancelled, nil, 0),
        (.immediateOrCancel, nil, 1), (.fillOrKill, nil, 1),
    ]

    @Test("an order dies with the day that its life ends on, or not at all", arguments: lives)
    func expires(life: TimeInForce, until: Int32?, rolls: Int32) throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var wanted = World.limit(.buy, 10, at: 2000)
        wanted.timeInForce = life
        wanted.special.expireDate = until.map { World.day($0) }
        let order = try runner.place(account, wanted)
        for day in 0..<3 as Range<Int32> {
            #expect(runner.state.openOrders.contains(order) == (rolls == 0 || day < rolls))
            try runner.pose(.rollDay(calendar: World.calendar, World.day(day)))
            #expect(!runner.state.rollIsUnfinished)
        }
        #expect(try runner.order(order).status == (rolls == 0 ? .pendingNew : .expired))
        try Invariants.check(runner.state)
    }

    /// What a buy of 10 holds back, its prices seen at 20.00, collar 10 %.
    static let stops: [(OrderType, limit: Int64?, stop: Int64?, trail: Int64?, held: Int64)] = [
        (.market, nil, nil, nil, 22_000), (.stop, nil, 3000, nil, 33_000), (.stop, nil, 1000, nil, 22_000),
        (.stopLimit, 3050, 3000, nil, 30_500), (.trailingStop, nil, nil, 100, 23_100),
        (.marketOnOpen, nil, nil, nil, 22_000), (.limitOnClose, 1900, nil, nil, 19_000),
    ]

    @Test("a stop holds back by its stop price where that is the dearer", arguments: stops)
    func holdsForStops(type: OrderType, limit: Int64?, stop: Int64?, trail: Int64?, held: Int64) throws {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 1000)
        var wanted = World.market(.buy, 10, seen: 2000)
        wanted.type = type
        wanted.limitPrice = limit.map { Price(cents: $0) }
        wanted.special.stopPrice = stop.map { Price(cents: $0) }
        wanted.special.trailingAmount = trail.map { Price(cents: $0) }
        _ = try runner.place(account, wanted)
        #expect(try runner.reservedCash(account) == Money(cents: held))
    }

    @Test("a reduce-only buy of an account that is not short is refused")
    func reducesOnly() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var wanted = World.limit(.buy, 10, at: 2000)
        wanted.special.reduceOnly = true
        let events = try runner.pose(.placeOrder(account, wanted)).events
        guard case .order(.rejected(let fact)) = events.last else {
            Issue.record("expected a refusal, was \(events)")
            return
        }
        #expect(fact.code == .positionInsufficient && fact.limit == 0 && fact.value == 10_000_000_000)
    }
}
