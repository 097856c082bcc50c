import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import Testing

@Suite("The kill switch")
struct KillSwitchTests {
    private static func sweepPosition(_ runner: ShardRunner) throws -> Int64 {
        try #require(runner.state.sweeps.first).position
    }

    @Test(
        "a pulled switch refuses buys, passes sales with a warning, and never refuses a cancel",
        arguments: [true, false]
    )
    func letsOut(wholeShard: Bool) throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let first = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(first, 10, at: 1000, runner)))
        let open = try runner.place(account, World.limit(.buy, 10, at: 1000))
        let scope = wholeShard ? nil : account
        #expect(try runner.pose(.pullKillSwitch(scope)).events.count == 1)
        #expect(try runner.pose(.pullKillSwitch(scope)) == .noEffect)

        let buy = try runner.place(account, World.limit(.buy, 1, at: 1000))
        guard case .order(.rejected(let refused)) = runner.log.last?.event else { return }
        #expect(refused.order == buy)
        #expect(refused.code == .killSwitchPulled)
        let sale = try runner.place(account, World.limit(.sell, 10, at: 1000))
        #expect(runner.state.openOrders == [open, sale])
        let verdict = runner.log.suffix(4).compactMap { fact in
            if case .risk(.assessed(let assessed)) = fact.event { assessed } else { nil }
        }
        #expect(verdict.first?.checks.first?.warned == true)
        #expect(try runner.pose(.cancelOrder(account, open)).events.count == 1)
        #expect(try runner.pose(.cancelOrder(account, sale)).events.count == 1)

        #expect(try runner.pose(.releaseKillSwitch(scope)).events.count == 1)
        #expect(try runner.pose(.releaseKillSwitch(scope)) == .noEffect)
        let after = try runner.place(account, World.limit(.buy, 1, at: 1000))
        #expect(runner.state.openOrders.contains(after))
    }

    @Test("an account's switch stops and sweeps that account alone")
    func staysInScope() throws {
        var runner = try World.trading()
        let alpha = try runner.open("alpha", cash: 1000)
        let beta = try runner.open("beta", cash: 1000)
        let ours = try runner.place(alpha, World.limit(.buy, 1, at: 1000))
        let theirs = try runner.place(beta, World.limit(.buy, 1, at: 1000))
        try runner.pose(.pullKillSwitch(alpha))
        #expect(runner.state.sweeps.map(\.orders) == [[ours]])
        let sweep = try Self.sweepPosition(runner)
        #expect(try runner.pose(.continueSweep(sweep, done: 0)).events.count == 2)
        #expect(try runner.pose(.continueSweep(sweep, done: 0)) == .noEffect)
        #expect(try runner.order(ours).status == .pendingCancel)
        #expect(try runner.order(theirs).status == .pendingNew)
        _ = try runner.place(beta, World.limit(.buy, 1, at: 1000))
        #expect(runner.state.openOrders.count == 3)
    }

    @Test("a switch that finds nothing open needs no sweep")
    func needsNoSweep() throws {
        var runner = try World.trading()
        try runner.pose(.pullKillSwitch(nil))
        #expect(runner.state.sweeps.isEmpty)
        #expect(try runner.pose(.continueSweep(runner.position, done: 0)) == .noEffect)
    }

    @Test("ten thousand open orders are cancelled in bounded commands")
    func sweepsManyOrders() throws {
        var runner = try World.trading(fee: 0)
        let accounts = try (0..<4).map { try runner.open("account-\($0)", cash: 1_000_000) }
        for number in 0..<10_000 {
            _ = try runner.place(accounts[number % 4], World.limit(.buy, 1, at: 1000))
        }
        #expect(runner.state.openOrders.count == 10_000)
        let filled = try #require(runner.state.openOrders.sorted().first)
        try runner.pose(.pullKillSwitch(nil))
        let owner = try #require(runner.state.orderByID[filled]).account
        var venue = HonestVenue()
        try runner.pose(.recordExecution(owner, try venue.fill(filled, 1, at: 1000, fee: 0, runner)))
        let sweep = try Self.sweepPosition(runner)
        var steps = 0
        var requested: [OrderID] = []
        while let standing = runner.state.sweeps.first {
            let events = try runner.pose(.continueSweep(sweep, done: UInt64(standing.done))).events
            try #require(!events.isEmpty && events.count <= decisionEventsMax)
            requested += events.compactMap { event in
                if case .order(.cancelRequested(let fact)) = event { fact.order } else { nil }
            }
            steps += 1
        }
        #expect(steps == 100)
        #expect(Set(requested).count == 9_999)
        #expect(requested.count == 9_999)
        for order in requested {
            try runner.pose(.confirmCancel(try #require(runner.state.orderByID[order]).account, order))
        }
        #expect(runner.state.openOrders.isEmpty)
        #expect(
            runner.state.orderByID.ids.allSatisfy {
                let status = runner.state.orderByID[$0]?.state.status
                return status == .cancelled || status == .filled
            }
        )
        for account in accounts {
            let risk = try runner.account(account).risk
            #expect(risk.reservationByID.isEmpty)
            #expect(risk.reservedCash[.usd] == .zero)
            #expect(risk.pendingBuys[Sample.instrument] == .zero)
        }
    }
}
