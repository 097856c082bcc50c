import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import SeededChoices
import Testing

@Suite("Cash in several currencies")
struct ConversionTests {
    private typealias World = CurrencyWorld
    private static let unit = Int128(1_000_000_000)

    private static func convert(
        _ units: Int128,
        _ currency: Currency,
        to other: Currency,
        at rate: String
    ) throws -> ConvertCash {
        var wanted = ConvertCash()
        wanted.currency = currency
        wanted.amount = Money(units: units)
        wanted.to = other
        wanted.rate = try Price(rate)
        wanted.source = "desk"
        return wanted
    }

    private static func market(_ cash: Int64 = 10_000) throws -> (runner: ShardRunner, account: AccountID) {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: cash)
        let rates = [
            OfficialRate(World.euro, .usd, try Price("1.0842")),
            OfficialRate(.usd, World.yen, try Price("150")),
        ]
        try World.record(rates, World.date("2026-01-02"), &runner)
        return (runner, account)
    }

    @Test("a conversion balances each currency, and the open amounts stand in currency trading")
    func converts() throws {
        let (market, account) = try Self.market()
        var runner = market
        let events = try runner.pose(
            .convertCash(account, try Self.convert(1000, .usd, to: World.euro, at: "0.922338"))
        ).events
        guard case .portfolio(.converted(let fact))? = events.first, events.count == 1 else {
            Issue.record("expected a conversion, was \(events)")
            return
        }
        #expect(fact.gross == World.money("922.338") && fact.bought == World.money("922.34"))
        #expect(Ledger.balances(fact.postings))
        let books = try runner.account(account).portfolio
        #expect(books.cash(.usd) == Money(units: 9000) && books.cash(World.euro) == World.money("922.34"))
        #expect(try runner.balance(account, .currencyTrading, .usd) == 1000 * Self.unit)
        #expect(try runner.balance(account, .currencyTrading, World.euro) == -fact.gross.nanos)
        #expect(try runner.balance(account, .rounding, World.euro) == -2_000_000)
        try Invariants.check(runner.state)
    }

    @Test("what is bought has room beside what is still to come in")
    func leavesRoom() throws {
        var (runner, account) = try Self.market(100_000_000_000_000_000)
        let symbol = Symbol.known("LATE")
        var late = DomainTests.World.instrument(symbol, Sample.instrument(5))
        late.settlementDays = 1
        try DomainTests.World.copy([.instrumentRegistered(late)], into: &runner)
        var lot = HoldingLine()
        lot.symbol = symbol
        lot.quantity = Quantity(units: 1_000_000_000)
        lot.acquired = World.date("2026-01-02")
        var holdings = ImportHoldings()
        holdings.lots = [lot]
        try runner.pose(.importHoldings(account, holdings))
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1_000_000_000_000_000_000)
        limits.priceCollar = BasisPoints(1000)
        try runner.pose(.setLimits(account, limits))
        let dear: Int64 = 30_000_000_000
        let sale = DomainTests.World.market(.sell, 1_000_000_000, seen: dear, symbol: symbol)
        let order = try runner.place(account, sale)
        var venue = HonestVenue()
        var report = try venue.fill(order, 1_000_000_000, at: 1, fee: 0, runner)
        report.price = Price(cents: dear)
        report.settlementAmount = Money(units: 300_000_000_000_000_000)
        try runner.pose(.recordExecution(account, report))
        let receivable = try runner.account(account).portfolio.receivable(.usd)
        #expect(receivable == Money(units: 300_000_000_000_000_000))
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 500_000_000_000_000_000))))
        let euros = Money(units: 250_000_000_000_000_000)
        try runner.pose(.deposit(account, ShardRunner.move(euros, World.euro)))
        let wanted = try Self.convert(250_000_000_000_000_000, World.euro, to: .usd, at: "1.0842")
        #expect(try runner.pose(.convertCash(account, wanted)).refusal?.code == .balanceTooLarge)
    }

    @Test("what is no conversion, not there, held back, or far from the official rate is refused")
    func refuses() throws {
        let (market, account) = try Self.market()
        var runner = market
        let euro = World.euro
        let rows: [(ConvertCash, Rejection)] = [
            (try Self.convert(1, .usd, to: .usd, at: "1"), Rejection(.conversionToItself)),
            (try Self.convert(0, .usd, to: euro, at: "1"), Rejection(.amountNotPositive, value: 0)),
            (try Self.convert(1, .usd, to: euro, at: "0"), Rejection(.priceNotPositive, value: 0)),
            (
                try Self.convert(1, .usd, to: euro, at: "0.000000001"),
                Rejection(.amountNotPositive, value: 1)
            ),
            (
                try Self.convert(1, .usd, to: World.pound, at: "0.8"), Rejection(.exchangeRateUnavailable)
            ),
            (
                try Self.convert(10_001, .usd, to: euro, at: "0.92"),
                Rejection(.cashInsufficient, limit: 10_000 * Self.unit, value: 10_001 * Self.unit)
            ),
            (
                try Self.convert(1, euro, to: .usd, at: "1.08"),
                Rejection(.cashInsufficient, limit: 0, value: Self.unit)
            ),
            // 1.0842 instead of 1 / 1.0842: worth 1.175… for 1, and at most 1.1 by the collar of 10 %.
            (
                try Self.convert(1, .usd, to: euro, at: "1.0842"),
                Rejection(.priceOutsideCollar, limit: 1_100_000_000, value: 1_175_489_640)
            ),
            (
                try Self.convert(100, .usd, to: World.yen, at: "120"),
                Rejection(.priceOutsideCollar, limit: 90 * Self.unit, value: 80 * Self.unit)
            ),
        ]
        for (wanted, rejection) in rows {
            #expect(try runner.pose(.convertCash(account, wanted)) == .refused(rejection))
        }
        var fraction = try Self.convert(1, World.yen, to: .usd, at: "0.0066")
        fraction.amount = Money(cents: 150)
        #expect(
            try runner.pose(.convertCash(account, fraction))
                == .refused(
                    Rejection(.amountNotPayable, limit: 2 * Self.unit, value: Money(cents: 150).nanos)
                )
        )
        #expect(
            try runner.pose(.convertCash(Sample.account, fraction)) == .refused(Rejection(.unknownAccount))
        )
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(units: 10_000))
    }

    @Test("an amount beyond what can be held is refused")
    func refusesBounds() throws {
        let (market, account) = try Self.market(0)
        var runner = market
        let most = Money(nanos: Money.nanosMax / 100 * 99)
        try runner.pose(.deposit(account, ShardRunner.move(most)))
        var wanted = try Self.convert(1, .usd, to: World.yen, at: "150")
        wanted.amount = most
        #expect(
            try runner.pose(.convertCash(account, wanted))
                == .refused(Rejection(.balanceTooLarge, limit: Money.nanosMax, value: most.nanos))
        )
    }

    @Test("exchange rates name each pair once, above zero")
    func refusesRates() throws {
        let book = ReferenceBook()
        var fact = OfficialRatesRecorded()
        #expect(throws: Rejection(.tooManyItems, limit: 256 * Self.unit, value: 0)) {
            try book.recording(fact)
        }
        fact.rates = [OfficialRate(World.euro, .usd, .zero)]
        #expect(throws: Rejection(.priceNotPositive, value: 0)) { try book.recording(fact) }
        let one = try Price("1.1")
        fact.rates = [OfficialRate(World.euro, .usd, one), OfficialRate(.usd, World.euro, one)]
        #expect(throws: Rejection(.currencyPairInvalid)) { try book.recording(fact) }
        fact.rates = [OfficialRate(.usd, .usd, one)]
        #expect(throws: Rejection(.currencyPairInvalid)) { try book.recording(fact) }
        fact.rates = [OfficialRate(.usd, World.yen, one), OfficialRate(World.euro, .usd, one)]
        let recorded = try book.recording(fact)
        #expect(recorded.version == 1 && recorded.rates.map(\.currency) == [World.euro, .usd])
    }

    @Test("a rate serves both directions, the day's own at its close, the latest otherwise")
    func findsRates() throws {
        var book = ReferenceBook()
        for (day, price) in [(2, "1.08"), (3, "1.25"), (1, "1.04")] {
            var fact = OfficialRatesRecorded()
            fact.date = BusinessDate(days: Int32(day))
            fact.rates = [OfficialRate(World.euro, .usd, try Price(price))]
            book.evolve(by: .ratesRecorded(fact))
        }
        let rates = book.exchange
        #expect(rates.rate(World.euro, in: .usd)?.rate.converted(8 * Self.unit) == 10 * Self.unit)
        #expect(rates.rate(.usd, in: World.euro)?.rate.converted(10 * Self.unit) == 8 * Self.unit)
        let first = BusinessDate(days: 1)
        #expect(rates.closingRate(World.euro, in: .usd, on: first)?.rate.price == World.price("1.04"))
        #expect(rates.closingRate(World.euro, in: .usd, on: first)?.date == first)
        #expect(rates.closingRate(World.euro, in: .usd, on: BusinessDate(days: 9))?.date.days == 3)
        #expect(rates.rate(World.euro, in: World.yen) == nil)
        book.forgetMarks(before: BusinessDate(days: 2))
        #expect(book.exchange.closingRate(World.euro, in: .usd, on: first)?.date == first)
        book.forgetMarks(before: BusinessDate(days: 3))
        var later = OfficialRatesRecorded()
        later.date = BusinessDate(days: 8)
        later.rates = [OfficialRate(World.euro, .usd, World.price("1.5"))]
        book.evolve(by: .ratesRecorded(later))
        let missing = book.exchange.closingRate(World.euro, in: .usd, on: BusinessDate(days: 5))
        #expect(missing?.date.days == 3, "a day without a rate closes at the one before it")
    }

    @Test(
        "there and back loses only what stands in rounding, whatever was converted",
        arguments: Seeds.take(20)
    )
    func losesRounding(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let (market, account) = try Self.market(1_000_000)
        var runner = market
        let all = [Currency.usd, World.euro, World.yen]
        for currency in all.dropFirst() {
            try runner.pose(.deposit(account, ShardRunner.move(Money(units: 1_000_000), currency)))
        }
        for _ in 0..<60 {
            let (from, to) = (generator.one(of: all), generator.one(of: all))
            let worth: [String: Int64] = ["USD": 1_000_000_000, "EUR": 1_084_200_000, "JPY": 6_666_667]
            let percent = Int128(generator.int64(92...108))
            let rate = Int128(worth[from.code] ?? 1) * Self.unit * percent / Int128(worth[to.code] ?? 1) / 100
            var wanted = try Self.convert(1, from, to: to, at: "1")
            wanted.rate = Price(nanos: Int64(rate))
            let steps = generator.int64(1...2_000_000)
            wanted.amount = Money(nanos: Int128(steps) * from.minorUnitNanos)
            try runner.pose(.convertCash(account, wanted))
            try Invariants.check(runner.state)
        }
        for currency in all {
            // What came in from outside is where it was, in trading, or in rounding.
            let places: [LedgerAccount] = [.cashSettled, .currencyTrading, .rounding]
            let sum = try places.reduce(Int128(0)) { $0 + (try runner.balance(account, $1, currency)) }
            #expect(sum == 1_000_000 * Self.unit)
            let conversions = runner.log.reduce(0) {
                if case .portfolio(.converted) = $1.event { $0 + 1 } else { $0 }
            }
            let rounded = try runner.balance(account, .rounding, currency)
            #expect(rounded.magnitude <= UInt128(conversions) * UInt128(currency.minorUnitNanos) / 2)
            #expect(conversions > 10)
        }
    }
}
