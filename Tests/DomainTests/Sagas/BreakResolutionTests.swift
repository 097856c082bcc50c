import BifrostKernel
import Orders
import Portfolios
import Sagas
import Testing

@Suite("Resolutions of breaks")
struct BreakResolutionTests {
    /// A trade after which the venue claims another cash balance.
    private static func broken(_ runner: inout ShardRunner) throws -> (AccountID, Int64) {
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 1000))
        var venue = HonestVenue()
        var report = try venue.fill(order, 10, at: 1000, runner)
        report.venueCash = Money(units: 7)
        try runner.pose(.recordExecution(account, report))
        #expect(runner.state.openBreaks.count == 1)
        return (account, try #require(runner.state.openBreaks.keys.first))
    }

    private static func resolve(_ position: Int64, _ resolution: BreakResolution) -> ResolveBreak {
        var wanted = ResolveBreak()
        wanted.brokeAt = position
        wanted.resolution = resolution
        return wanted
    }

    @Test(
        "a break is open until a person says why, and is resolved once",
        arguments: BreakResolution.allCases
    )
    func resolves(resolution: BreakResolution) throws {
        var runner = try World.trading()
        let (account, position) = try Self.broken(&runner)
        let books = try runner.account(account).portfolio.cash(.usd)
        let events = try runner.pose(.resolveBreak(account, Self.resolve(position, resolution))).events
        guard case .portfolio(.breakResolved(let fact))? = events.first else {
            Issue.record("was \(events)")
            return
        }
        #expect(fact.brokeAt == position && fact.resolution == resolution && fact.resolver == "trader-1")
        #expect(runner.state.openBreaks.isEmpty)
        #expect(try runner.account(account).portfolio.cash(.usd) == books)
        #expect(
            try runner.pose(.resolveBreak(account, Self.resolve(position, resolution)))
                == .refused(Rejection(.unknownBreak))
        )
    }

    @Test("nobody resolves the break of another account, or one that is none")
    func refuses() throws {
        var runner = try World.trading()
        let (account, position) = try Self.broken(&runner)
        let other = try runner.open("beta")
        for (account, position) in [(other, position), (account, position - 1)] {
            #expect(
                try runner.pose(.resolveBreak(account, Self.resolve(position, .timing)))
                    == .refused(Rejection(.unknownBreak))
            )
        }
        #expect(runner.state.openBreaks.count == 1)
    }
}
