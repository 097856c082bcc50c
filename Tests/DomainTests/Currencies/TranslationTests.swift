import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import SeededChoices
import Testing

@Suite("Translation of other currencies")
struct TranslationTests {
    private typealias World = CurrencyWorld

    private static func rate(
        _ currency: Currency,
        _ quote: Currency,
        _ price: String,
        _ day: String,
        _ runner: inout ShardRunner
    ) throws {
        try World.record([OfficialRate(currency, quote, try Price(price))], World.date(day), &runner)
    }

    private static func close(_ day: String, _ runner: inout ShardRunner) throws -> DayClosed {
        let events = try World.roll(day, &runner)
        guard case .portfolio(.dayClosed(let fact))? = events.last else {
            throw ShardRunner.Missing(what: "a close, was \(events)")
        }
        return fact
    }

    private static func deposit(
        _ account: AccountID,
        _ units: Int128,
        _ currency: Currency,
        _ runner: inout ShardRunner
    ) throws {
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: units), currency)))
    }

    @Test("what was there is translated again, what came in is not: the difference stands apart")
    func translates() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        try Self.deposit(account, 100, World.euro, &runner)
        try Self.rate(World.euro, .usd, "1.10", "2026-01-02", &runner)
        let first = try Self.close("2026-01-02", &runner)
        #expect(first.equity == Money(units: 1110) && first.translation == .zero)
        let balance = try #require(first.foreign.first)
        #expect(
            first.foreign.count == 1 && balance.currency == World.euro && balance.cash == Money(units: 100)
        )
        #expect(balance.value == Money(units: 110) && balance.rate == World.price("1.10"))
        #expect(balance.rateDate == World.date("2026-01-02") && first.staleRates == nil)
        #expect(first.settledCash == Money(units: 1000))
        try Self.rate(World.euro, .usd, "1.25", "2026-01-05", &runner)
        try Self.deposit(account, 40, World.euro, &runner)
        let second = try Self.close("2026-01-05", &runner)
        // 100 went from 110 to 125; the 40 that came in count at 1.25.
        #expect(second.translation == Money(units: 15) && second.equity == Money(units: 1175))
        let third = try Self.close("2026-01-06", &runner)
        #expect(third.translation == Money(units: 15) && third.staleRates == 1)
        #expect(third.foreign.first?.rateDate == World.date("2026-01-05"))
    }

    @Test("a conversion is valued at the day's rate, and keeps its result when it is turned back")
    func valuesConversions() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1100)
        try Self.rate(World.euro, .usd, "1.10", "2026-01-02", &runner)
        var wanted = ConvertCash()
        (wanted.amount, wanted.to, wanted.rate) = (Money(units: 1100), World.euro, Price(nanos: 900_000_000))
        try runner.pose(.convertCash(account, wanted))
        // 990 EUR for 1,100 USD: worth 1,089 at the day's rate.
        let first = try Self.close("2026-01-02", &runner)
        #expect(first.equity == Money(units: 1089) && first.translation == Money(units: -11))
        try Self.rate(World.euro, .usd, "1.20", "2026-01-05", &runner)
        (wanted.currency, wanted.to) = (World.euro, .usd)
        (wanted.amount, wanted.rate) = (Money(units: 990), try Price("1.20"))
        try runner.pose(.convertCash(account, wanted))
        let second = try Self.close("2026-01-05", &runner)
        #expect(second.equity == Money(units: 1188) && second.foreign.isEmpty)
        #expect(second.translation == Money(units: 88))
        // The euros are open no more, and what they made stands in currency trading as well.
        #expect(try runner.balance(account, .currencyTrading, World.euro) == 0)
        #expect(try runner.balance(account, .currencyTrading, .usd) == Money(units: -88).nanos)
        try Self.rate(World.euro, .usd, "9", "2026-01-06", &runner)
        #expect(try Self.close("2026-01-06", &runner).translation == Money(units: 88))
    }

    @Test("without a rate a currency counts as zero and is flagged, never guessed")
    func flagsMissing() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        try Self.deposit(account, 100, World.euro, &runner)
        try Self.rate(World.euro, World.pound, "0.85", "2026-01-02", &runner)
        try Self.rate(World.pound, .usd, "1.30", "2026-01-02", &runner)
        let first = try Self.close("2026-01-02", &runner)
        #expect(first.equity == Money(units: 1000) && first.staleRates == 1)
        #expect(first.foreign.first?.value == nil && first.foreign.first?.rate == nil)
        try Self.rate(.usd, World.euro, "0.8", "2026-01-05", &runner)
        let second = try Self.close("2026-01-05", &runner)
        #expect(second.equity == Money(units: 1125) && second.translation == .zero)
        #expect(second.foreign.first?.inverse == true && second.staleRates == nil)
    }

    @Test("an account of one currency closes as it did before there were others")
    func leavesOthers() throws {
        var runner = try World.trading()
        _ = try runner.open("alpha", cash: 1000)
        try Self.rate(World.euro, .usd, "1.10", "2026-01-02", &runner)
        let fact = try Self.close("2026-01-02", &runner)
        #expect(fact.foreign.isEmpty && fact.translation == nil && fact.staleRates == nil)
    }

    @Test("cash and lots of other currencies are no profit of the day when they come in")
    func watchesFlows() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        try Self.rate(World.euro, .usd, "1.10", "2026-01-02", &runner)
        _ = try Self.close("2026-01-02", &runner)
        try Self.deposit(account, 100, World.euro, &runner)
        #expect(try runner.account(account).watch.flows == Money(units: 110).nanos)
        #expect(try Self.close("2026-01-05", &runner).equity == Money(units: 1110))
        #expect(try runner.account(account).watch.peak == Money(units: 1110).nanos)
    }

    @Test(
        "equity is what came in, income and translation, whatever happens to rates",
        arguments: Seeds.take(16)
    )
    func explainsEquity(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 100_000)
        let others = [World.euro, World.yen]
        try World.set(World.rates(World.euro, credit: 300), &runner)
        try World.set(World.rates(.usd, credit: 400), &runner)
        var expected = Int128(0)
        var last: [Currency: Int128] = [:]
        for day in World.weekdays("2026-01-02", "2026-02-27") {
            let prices = [
                generator.int64(900_000_000...1_300_000_000), generator.int64(5_000_000...9_000_000),
            ]
            for (currency, price) in zip(others, prices) where generator.chance(80) {
                let rate = OfficialRate(currency, .usd, Price(nanos: price))
                try World.record([rate], day, &runner)
            }
            for _ in 0..<generator.int(0...3) { try Self.move(account, others, &generator, &runner) }
            let fact = try Self.close(day.text, &runner)
            // Everything but the translation, each currency's change at today's rate.
            let places: [LedgerAccount] = [.contributedEquity, .income, .expense, .rounding]
            for currency in [.usd] + others {
                let sum = try places.reduce(Int128(0)) { $0 - (try runner.balance(account, $1, currency)) }
                let rate = runner.state.reference.exchange.closingRate(currency, in: .usd, on: day)?.rate
                let change = sum - (last[currency] ?? 0)
                let worth = currency == .usd ? change : rate?.converted(change)
                // What came before the first rate is recognised with it.
                guard let worth else { continue }
                expected += worth
                last[currency] = sum
            }
            let explained = expected + (fact.translation ?? .zero).nanos
            #expect((fact.equity.nanos - explained).magnitude < 10_000, "\(day.text)")
            #expect(
                runner.state.accountByID[account]?.portfolio.ledger.sums.allSatisfy { $0.sum == 0 } == true
            )
        }
        #expect(try runner.account(account).portfolio.closedDay?.translation != nil)
    }

    private static func move(
        _ account: AccountID,
        _ others: [Currency],
        _ generator: inout Generator,
        _ runner: inout ShardRunner
    ) throws {
        let currency = generator.one(of: [.usd] + others)
        let move = ShardRunner.move(Money(units: Int128(generator.int64(1...20_000))), currency)
        switch generator.int(0...3) {
        case 0: try runner.pose(.deposit(account, move))
        case 1: try runner.pose(.withdraw(account, move))
        default:
            var wanted = ConvertCash()
            (wanted.currency, wanted.amount) = (currency, move.amount)
            wanted.to = generator.one(of: [.usd] + others)
            let exchange = runner.state.reference.exchange
            func price(_ currency: Currency) -> Int128 {
                currency == .usd
                    ? 1_000_000_000 : exchange.rate(currency, in: .usd)?.rate.converted(1_000_000_000) ?? 1
            }
            let exact = price(wanted.currency) * 1_000_000_000 / max(price(wanted.to), 1)
            wanted.rate =
                Price(exactly: Int64(clamping: exact / 100 * Int128(generator.int64(93...107)))) ?? .zero
            try runner.pose(.convertCash(account, wanted))
        }
    }
}
