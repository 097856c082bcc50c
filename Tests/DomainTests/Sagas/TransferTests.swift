import BifrostKernel
import Orders
import Portfolios
import Sagas
import Testing

@Suite("Transfers between accounts")
struct TransferTests {
    private static func transfer(_ units: Int128, to account: AccountID) -> TransferCash {
        var wanted = TransferCash()
        wanted.to = account
        wanted.amount = Money(units: units)
        return wanted
    }

    @Test("cash leaves the one and comes to the other in one decision, under one id")
    func moves() throws {
        var runner = try World.trading()
        let (alpha, beta) = (try runner.open("alpha", cash: 100), try runner.open("beta", cash: 5))
        let events = try runner.pose(.transferCash(alpha, Self.transfer(30, to: beta))).events
        guard case .portfolio(.withdrawn(let went))? = events.first,
            case .portfolio(.deposited(let came))? = events.last
        else {
            Issue.record("was \(events)")
            return
        }
        #expect(events.count == 2 && went.transfer == came.transfer && went.transfer != .none)
        #expect(try runner.account(alpha).portfolio.cash(.usd) == Money(units: 70))
        #expect(try runner.account(beta).portfolio.cash(.usd) == Money(units: 35))
        try Invariants.check(runner.state)
    }

    @Test("what is not free, not there, or goes nowhere is refused, and nothing moves")
    func refuses() throws {
        var runner = try World.trading(fee: 0)
        let (alpha, beta) = (try runner.open("alpha", cash: 100), try runner.open("beta"))
        _ = try runner.place(alpha, World.limit(.buy, 6, at: 1000))
        let unit = Int128(1_000_000_000)
        #expect(
            try runner.pose(.transferCash(alpha, Self.transfer(41, to: beta)))
                == .refused(Rejection(.cashInsufficient, limit: 40 * unit, value: 41 * unit))
        )
        #expect(
            try runner.pose(.transferCash(alpha, Self.transfer(1, to: alpha)))
                == .refused(Rejection(.transferToItself))
        )
        #expect(
            try runner.pose(.transferCash(alpha, Self.transfer(1, to: Sample.account)))
                == .refused(Rejection(.unknownAccount))
        )
        #expect(try runner.account(alpha).portfolio.cash(.usd) == Money(units: 100))
        #expect(try runner.account(beta).portfolio.cash(.usd) == .zero)
    }
}
