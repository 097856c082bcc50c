import BifrostKernel
import Portfolios
import Testing

@Suite("Cash")
struct CashTests {
    @Test("a deposit and a withdrawal balance against contributed equity")
    func balances() throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 100)))
        let events = try state.take(.withdraw(Sample.account, .usd, Money(units: 30), held: Money(units: 70)))
        #expect(state.cash(.usd) == Money(units: 70))
        #expect(state.money(.contributedEquity) == Money(units: -70))
        #expect(state.isSound)
        guard case .withdrawn(let fact) = events.first else {
            Issue.record("no withdrawal")
            return
        }
        #expect(fact.amount == Money(units: 30))
        #expect(fact.postings.count == 2)
        #expect(Ledger.balances(fact.postings))
    }

    private static func refusal(_ command: PortfolioCommand, _ state: PortfolioState) -> Rejection? {
        do {
            _ = try decided(Portfolio.self, command, state)
            return nil
        } catch {
            return error as? Rejection
        }
    }

    static let overdrafts: [(held: Int64, amount: Int64)] = [(0, 101), (70, 31), (100, 1), (130, 1)]

    @Test("more than free cash is refused with what is free and what was asked", arguments: overdrafts)
    func refusesOverdraft(held: Int64, amount: Int64) throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 100)))
        let unit = Int128(1_000_000_000)
        let asked = PortfolioCommand.withdraw(
            Sample.account,
            .usd,
            Money(units: Int128(amount)),
            held: Money(units: Int128(held))
        )
        let expected = Rejection(
            .cashInsufficient,
            limit: Int128(100 - held) * unit,
            value: Int128(amount) * unit
        )
        #expect(Self.refusal(asked, state) == expected)
    }

    @Test("cash of another currency does not help")
    func keepsCurrenciesApart() throws {
        var state = Portfolio.initial
        _ = try state.take(Trade.deposit(Money(units: 100), .known("EUR")))
        let asked = PortfolioCommand.withdraw(Sample.account, .usd, Money(units: 1), held: .zero)
        #expect(Self.refusal(asked, state) == Rejection(.cashInsufficient, limit: 0, value: 1_000_000_000))
    }

    static let payable: [(code: String, nanos: Int128, payable: Int128?)] = [
        ("USD", 1_001_000_000, 1_000_000_000), ("USD", 1_005_000_000, 1_010_000_000), ("USD", 1, 0),
        ("JPY", 1_500_000_000, 2_000_000_000), ("JPY", 100_010_000_000, 100_000_000_000),
        ("KWD", 1_000_100_000, 1_000_000_000), ("USD", 1_010_000_000, nil), ("JPY", 2_000_000_000, nil),
        ("KWD", 1_001_000_000, nil),
    ]

    @Test(
        "an amount below the currency's smallest unit is refused with what could be paid",
        arguments: payable
    )
    func refusesUnpayable(code: String, nanos: Int128, payable: Int128?) throws {
        var state = Portfolio.initial
        let currency = Currency.known(code)
        _ = try state.take(Trade.deposit(Money(units: 1000), currency))
        let amount = Money(nanos: nanos)
        let expected = payable.map { Rejection(.amountNotPayable, limit: $0, value: nanos) }
        #expect(Self.refusal(Trade.deposit(amount, currency), state) == expected)
        #expect(Self.refusal(.withdraw(Sample.account, currency, amount, held: .zero), state) == expected)
    }

    @Test("nothing and less than nothing is no amount", arguments: [0, -1, -Money.nanosMax] as [Int128])
    func refusesNothing(nanos: Int128) {
        let amount = Money(nanos: nanos)
        let expected = Rejection(.amountNotPositive, value: nanos)
        expect(Portfolio.self, given: [], when: Trade.deposit(amount), refused: expected)
        expect(
            Portfolio.self,
            given: [],
            when: .withdraw(Sample.account, .usd, amount, held: .zero),
            refused: expected
        )
    }

    @Test("a balance grows to its bound and no further")
    func staysInBounds() throws {
        var state = Portfolio.initial
        let most = Money(nanos: Money.nanosMax)
        _ = try state.take(Trade.deposit(most))
        for amount in [Money(cents: 1), most] {
            let expected = Rejection(.balanceTooLarge, limit: Money.nanosMax, value: amount.nanos)
            #expect(Self.refusal(Trade.deposit(amount), state) == expected)
        }
        let held = PortfolioCommand.withdraw(Sample.account, .usd, most, held: most)
        #expect(Self.refusal(held, state) == Rejection(.cashInsufficient, limit: 0, value: Money.nanosMax))
        _ = try state.take(.withdraw(Sample.account, .usd, most, held: .zero))
        #expect(state.cash(.usd) == .zero)
        #expect(state.ledger.lines.isEmpty)
    }

    @Test("a debt beyond what an amount can hold is refused with its number")
    func survivesDebt() throws {
        var state = Portfolio.initial
        _ = try state.trade(Trade.report(1, 1, at: 100))
        let asked = PortfolioCommand.withdraw(
            Sample.account,
            .usd,
            Money(units: 1),
            held: Money(nanos: Money.nanosMax)
        )
        let expected = Rejection(
            .cashInsufficient,
            limit: -Money.nanosMax - 1_000_000_000,
            value: 1_000_000_000
        )
        #expect(Self.refusal(asked, state) == expected)
    }
}
