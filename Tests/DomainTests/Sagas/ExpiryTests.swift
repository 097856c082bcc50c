import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

@Suite("Orders that end at a moment")
struct ExpiryTests {
    private static let noon = World.monday.at(seconds: 43_200)

    private static func order(until moment: Timestamp = noon) -> PlaceOrder {
        var wanted = World.limit(.buy, 10, at: 1000)
        wanted.timeInForce = .goodTillDate
        wanted.special.expireAt = moment
        return wanted
    }

    static let wrong: [(String, @Sendable (inout PlaceOrder) -> Void, RejectionCode)] = [
        ("in the past", { $0.special.expireAt = Timestamp(nanos: 1) }, .expireTimeInvalid),
        ("at its own moment", { $0.special.expireAt = World.monday.at(seconds: 36_000) }, .expireTimeInvalid),
        ("for the day", { $0.timeInForce = .day }, .expireTimeInvalid),
        ("until it is cancelled", { $0.timeInForce = .goodTillCancelled }, .expireTimeInvalid),
        ("with a date as well", { $0.special.expireDate = World.day(3) }, .expireDateAndTime),
    ]

    @Test("a moment that cannot be is refused", arguments: wrong)
    func refuses(name: String, change: @Sendable (inout PlaceOrder) -> Void, code: RejectionCode) throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var wanted = Self.order()
        change(&wanted)
        #expect(try runner.pose(.placeOrder(account, wanted)).refusal?.code == code)
    }

    @Test("an order lives until its moment and no longer, and what it held is free")
    func expires() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, Self.order())
        #expect(runner.state.expiries.next == Self.noon)
        #expect(try runner.pose(.expireOrder(account, order)) == .noEffect, "it is not noon yet")
        runner.effectiveAt = Self.noon
        #expect(runner.state.expiries.due(at: Self.noon, atMost: 9).map(\.order) == [order])
        let events = try runner.pose(.expireOrder(account, order)).events
        guard case .order(.expired(let fact)) = events.first else {
            Issue.record("was \(events)")
            return
        }
        #expect(fact.expiredQuantity == Quantity(units: 10))
        let state = try runner.order(order)
        #expect(state.status == .expired && runner.state.expiries.isEmpty)
        #expect(FIXReport(state).expireTime == Self.noon && FIXReport(state).expireDate == nil)
        #expect(try runner.reservedCash(account) == .zero)
        #expect(try runner.pose(.expireOrder(account, order)) == .noEffect)
        try Invariants.check(runner.state)
    }

    @Test("the end of a day does not end it")
    func outlivesDays() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, Self.order(until: World.day(2).at(seconds: 60_000)))
        try World.mark([1000], World.monday, &runner)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        #expect(runner.state.openOrders == [order])
    }

    @Test("a fill that is reported behind the moment is booked as a late one")
    func booksLateFills() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, Self.order())
        let report = try venue.fill(order, 10, at: 1000, runner)
        runner.effectiveAt = Self.noon
        try runner.pose(.expireOrder(account, order))
        let events = try runner.pose(.recordExecution(account, report)).events
        guard case .order(.executed(let fact)) = events.first else { return }
        #expect(fact.afterClose)
        #expect(try runner.order(order).status == .filled)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 10))
    }

    @Test("a filled order waits for nothing, and one that lives again by a bust ends after all")
    func livesAgain() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, Self.order())
        let report = try venue.fill(order, 10, at: 1000, fee: 0, runner)
        try runner.pose(.recordExecution(account, report))
        #expect(runner.state.expiries.isEmpty)
        var bust = Stranger.bust(report)
        bust.revision.reinstated = Quantity(units: 10)
        try runner.pose(.recordVenueFact(account, .busted(bust)))
        #expect(runner.state.expiries.next == Self.noon)
        runner.effectiveAt = Self.noon
        try runner.pose(.expireOrder(account, order))
        #expect(try runner.order(order).status == .expired)
        try Invariants.check(runner.state)
    }

    @Test("one that waits for a person ends too")
    func endsReviews() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var wanted = Self.order()
        wanted.review = true
        let order = try runner.place(account, wanted)
        runner.effectiveAt = Self.noon
        try runner.pose(.expireOrder(account, order))
        #expect(try runner.order(order).status == .expired)
        #expect(try runner.reservedCash(account) == .zero)
    }
}
