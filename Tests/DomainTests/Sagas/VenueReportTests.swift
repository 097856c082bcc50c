import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

@Suite("What a venue reports")
struct VenueReportTests {
    private static func broken(_ answer: Answer) -> ReconciliationBroke? {
        guard answer.events.count == 1, case .portfolio(.reconciliationBroke(let broken)) = answer.events[0]
        else {
            return nil
        }
        return broken
    }

    static let wrongTerms: [(String, @Sendable (inout OrderExecuted) -> Void)] = [
        ("another side", { $0.side = .sell }), ("another currency", { $0.currency = .known("EUR") }),
        ("no quantity", { $0.quantity = .zero }),
        ("a negative quantity", { $0.quantity = -Quantity(units: 1) }),
        ("a negative price", { $0.price = Price(cents: -1) }),
        ("a negative settlement", { $0.settlementAmount = Money(cents: -1) }),
    ]

    @Test("a trade with other terms than the order's is a break and books nothing", arguments: wrongTerms)
    func breaksOnTerms(name: String, change: @Sendable (inout OrderExecuted) -> Void) throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        var report = try venue.fill(order, 1, at: 2000, runner)
        change(&report)
        let broken = try #require(Self.broken(try runner.pose(.recordExecution(account, report))))
        #expect(broken.kind == .terms)
        #expect(broken.venueExecutionID == report.venueExecutionID)
        #expect(try runner.order(order).cumulative == .zero)
    }

    @Test("a trade of an order or an account that we do not have is a break, and stands in suspense once")
    func breaksOnUnknown() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        let report = try venue.fill(order, 1, at: 2000, runner)
        var lost = report
        lost.order = Sample.order
        let other = try runner.open("beta")
        for (owner, said) in [(account, lost), (other, report), (Sample.account, report)] {
            let events = try runner.pose(.recordExecution(owner, said)).events
            guard case .portfolio(.reconciliationBroke(let broken)) = events.first else {
                Issue.record("expected a break, was \(events)")
                return
            }
            #expect(broken.kind == .unknownOrder)
            #expect(broken.account == owner)
            let kept = try WireDecoder.decode(OrderExecuted.self, broken.report)
            #expect(kept == said, "a person has to see all that the venue said")
        }
        #expect(runner.state.suspense.tradeByBreak.count == 1, "all three have one identity")
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
    }

    @Test("an execution that already stands in another order is a conflict and books nothing")
    func conflictsAcrossOrders() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let first = try runner.place(account, World.limit(.buy, 1, at: 2000))
        let second = try runner.place(account, World.limit(.buy, 1, at: 2000))
        let report = try venue.fill(first, 1, at: 2000, runner)
        try runner.pose(.recordExecution(account, report))
        var repeated = report
        repeated.order = second
        let events = try runner.pose(.recordExecution(account, repeated)).events
        guard events.count == 1, case .order(.executionConflicted(let fact)) = events[0] else {
            Issue.record("expected one conflict, was \(events)")
            return
        }
        #expect(fact.report.order == second)
        #expect(fact.standing == (try runner.order(first).executions.values.first?.execution))
        #expect(try runner.order(second).cumulative == .zero)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 1))
    }

    @Test("a trade that no ledger can hold stays with the order and is a break")
    func breaksBeyondBounds() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        var report = try venue.fill(order, 1, at: 2000, runner)
        report.quantity = Quantity(nanos: Quantity.nanosMax)
        report.price = Price(nanos: Price.nanosMax)
        report.settlementAmount = Money(nanos: Money.nanosMax)
        let events = try runner.pose(.recordExecution(account, report)).events
        guard events.count == 3, case .order(.executed(let fact)) = events[0],
            case .portfolio(.reconciliationBroke(let broken)) = events[1]
        else {
            Issue.record("expected an execution and a break, was \(events)")
            return
        }
        #expect(fact.overfilled)
        #expect(broken.kind == .beyondBounds)
        #expect(try runner.order(order).status == .filled)
        #expect(try runner.account(account).risk.reservationByID.isEmpty)
    }

    @Test("an overfill is booked, flagged and leaves nothing held back")
    func booksOverfills() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        let events = try runner.pose(.recordExecution(account, try venue.fill(order, 3, at: 2000, runner)))
            .events
        guard case .order(.executed(let fact)) = events.first else { return }
        #expect(fact.overfilled)
        #expect(try runner.order(order).status == .filled)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 3))
        #expect(try runner.reservedCash(account) == .zero)
    }
}
