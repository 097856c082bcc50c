import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("What meets a margin call between two closes")
struct MarginCoverTests {
    /// Short 190 at 100 with 10,000 paid in, then called at 130: equity 4,300 for a requirement of 7,410.
    private static func called() throws -> MarginDesk {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.sellShort, 190))
        _ = try desk.close(at: [13_000, 10_000, 10_000])
        try #require(desk.runner.state.marginCalls == [desk.account])
        return desk
    }

    private static func covers(_ events: [DomainEvent]) -> [MarginCallMet] {
        events.compactMap { if case .risk(.marginCallMet(let fact)) = $0 { fact } else { nil } }
    }

    @Test("a trade that the core did not send", arguments: [4, 90] as [Int64])
    func external(units: Int64) throws {
        var desk = try Self.called()
        let said = Stranger.said(Stranger.trade(units, at: 13_000))
        let met = Self.covers(try desk.runner.pose(.recordExternal(desk.account, said)).events)
        #expect(met.count == (units == 90 ? 1 : 0))
        guard units == 90 else { return }
        #expect(met.first?.requirement == Money(units: 3900) && met.first?.equity == Money(cents: 429_999))
        #expect(desk.runner.state.marginCalls.isEmpty)
    }

    @Test("a trade that a person takes out of suspense")
    func assigned() throws {
        var desk = try Self.called()
        let said = Stranger.said(Stranger.trade(90, at: 13_000))
        let events = try desk.runner.pose(.recordExternal(Sample.account, said)).events
        let suspended = events.compactMap { event in
            if case .suspense(.suspended(let fact)) = event { fact.brokeAt } else { nil }
        }
        var wanted = AssignTrade()
        wanted.brokeAt = try #require(suspended.first)
        let met = Self.covers(try desk.runner.pose(.assignTrade(desk.account, wanted)).events)
        #expect(met.first?.requirement == Money(units: 3900) && met.first?.equity == Money(cents: 429_999))
    }

    @Test("cash that is brought in from elsewhere")
    func imported() throws {
        var desk = try Self.called()
        var wanted = ImportHoldings()
        wanted.cash = [ShardRunner.move(Money(units: 3110))]
        let met = Self.covers(try desk.runner.pose(.importHoldings(desk.account, wanted)).events)
        #expect(met.first?.requirement == Money(units: 7410) && met.first?.equity == Money(units: 7410))
    }
}
