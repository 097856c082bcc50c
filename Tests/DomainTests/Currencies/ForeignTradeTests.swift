import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Instruments of other currencies")
struct ForeignTradeTests {
    private static let euro = CurrencyWorld.euro
    private static let dax = Symbol.known("DAX")
    private static let instrument = Sample.instrument(9)
    private static let unit = Int128(1_000_000_000)

    /// An account in dollars that has 1,000 EUR, where a euro costs 1.25 USD if it has a rate.
    private static func market(rate: String? = "1.25") throws -> (runner: ShardRunner, account: AccountID) {
        var runner = try World.trading(fee: 0)
        let account = try runner.open("alpha", cash: 100_000)
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 1000), euro)))
        if let rate {
            try CurrencyWorld.record([OfficialRate(euro, .usd, try Price(rate))], World.monday, &runner)
        }
        return (runner, account)
    }

    private static func verdict(_ order: OrderID, _ runner: ShardRunner) -> RiskAssessed? {
        runner.log.compactMap { fact in
            if case .risk(.assessed(let verdict)) = fact.event, verdict.order == order {
                verdict
            } else {
                nil
            }
        }.last
    }

    private static func check(_ rule: RejectionCode, _ verdict: RiskAssessed?) -> RuleCheck? {
        verdict?.checks.first { $0.rule == rule }
    }

    /// What an honest venue says of a trade of the whole order.
    private static func fill(_ order: OrderID, at cents: Int64, _ runner: ShardRunner) throws -> OrderExecuted
    {
        let placed = try #require(try runner.order(order).placed)
        let books = try runner.account(placed.account).portfolio
        var report = OrderExecuted()
        report.order = order
        report.venue = PaperProfile.venue
        report.venueExecutionID = "E-\(order.id.text)"
        report.tradeDate = runner.state.businessDate(at: runner.effectiveAt)
        report.side = placed.side
        report.quantity = placed.quantity
        report.price = Price(cents: cents)
        report.currency = euro
        report.settlementAmount = Money.notional(report.price, report.quantity, .halfAwayFromZero)
        report.venueCumulative = report.quantity
        let isBuy = placed.side == .buy
        report.venuePosition =
            books.position(instrument).adding(isBuy ? report.quantity : -report.quantity) ?? .zero
        let paid = isBuy ? -report.settlementAmount : report.settlementAmount
        report.venueCash = (books.tradedCash[euro] ?? .zero) + paid
        return report
    }

    @Test("a purchase spends the instrument's currency, and no other, to the cent")
    func spendsItsCurrency() throws {
        let (market, account) = try Self.market()
        var runner = market
        let tooMuch = try runner.place(account, World.limit(.buy, 11, at: 10_000, symbol: Self.dax))
        #expect(try runner.order(tooMuch).status == .rejected)
        let power = Self.check(.buyingPowerExceeded, Self.verdict(tooMuch, runner))
        #expect(power?.limit == 1000 * Self.unit && power?.value == 1100 * Self.unit)
        let order = try runner.place(account, World.limit(.buy, 9, at: 10_000, symbol: Self.dax))
        #expect(try runner.account(account).risk.reservedCash[Self.euro] == Money(units: 900))
        #expect(try runner.reservedCash(account) == .zero)
        // What the order holds back is not converted either.
        var wanted = ConvertCash()
        (wanted.currency, wanted.amount, wanted.to) = (Self.euro, Money(units: 101), .usd)
        wanted.rate = try Price("1.25")
        #expect(
            try runner.pose(.convertCash(account, wanted)).refusal
                == Rejection(.cashInsufficient, limit: 100 * Self.unit, value: 101 * Self.unit)
        )
        try runner.pose(.recordExecution(account, try Self.fill(order, at: 9_900, runner)))
        let books = try runner.account(account).portfolio
        #expect(books.cash(Self.euro) == Money(units: 109) && books.cash(.usd) == Money(units: 100_000))
        #expect(runner.state.openBreaks.isEmpty && books.cost(Self.instrument) == Money(units: 891))
        try Invariants.check(runner.state)
    }

    @Test("the limit of one order is in the account's currency, by the official rate")
    func limitsByRate() throws {
        let (market, account) = try Self.market()
        var runner = market
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1000)
        limits.priceCollar = BasisPoints(1000)
        limits.grossExposureMax = Money(units: 1500)
        try runner.pose(.setLimits(account, limits))
        let order = try runner.place(account, World.limit(.buy, 9, at: 10_000, symbol: Self.dax))
        let value = Self.check(.orderValueAboveLimit, Self.verdict(order, runner))
        #expect(value?.passed == false && value?.value == 1125 * Self.unit)
        let small = try runner.place(account, World.limit(.buy, 8, at: 10_000, symbol: Self.dax))
        #expect(try runner.order(small).status != .rejected)
        // 800 EUR that are on order are worth 1,000 USD, beside the 600 of this one.
        let seen = Shard.exposure(of: account, in: runner.state, at: runner.effectiveAt)
        let use = seen?.uses.first { $0.rule == .grossExposureAboveLimit }
        #expect(use?.value == 1000 * Self.unit && use?.limit == 1500 * Self.unit)
        let dollars = try runner.place(account, World.limit(.buy, 6, at: 10_000))
        let gross = Self.check(.grossExposureAboveLimit, Self.verdict(dollars, runner))
        #expect(gross?.passed == false && gross?.value == 1600 * Self.unit)
    }

    @Test("without a rate a purchase is refused, and a sale passes with a warning")
    func needsRate() throws {
        let (market, account) = try Self.market(rate: nil)
        var runner = market
        let order = try runner.place(account, World.limit(.buy, 1, at: 10_000, symbol: Self.dax))
        let refused = runner.log.compactMap { fact in
            if case .order(.rejected(let fact)) = fact.event { fact.code } else { nil }
        }
        #expect(refused == [.exchangeRateUnavailable])
        #expect(Self.check(.exchangeRateUnavailable, Self.verdict(order, runner))?.passed == false)
        var holdings = ImportHoldings()
        var line = HoldingLine()
        (line.symbol, line.quantity, line.acquired) = (Self.dax, Quantity(units: 5), World.monday)
        holdings.lots = [line]
        try runner.pose(.importHoldings(account, holdings))
        let sale = try runner.place(account, World.limit(.sell, 5, at: 10_000, symbol: Self.dax))
        #expect(try runner.order(sale).status != .rejected)
        #expect(Self.check(.exchangeRateUnavailable, Self.verdict(sale, runner))?.warned == true)
        try Invariants.check(runner.state)
    }

    @Test("an order in the account's own currency is judged as ever")
    func leavesOwnCurrency() throws {
        let (market, account) = try Self.market()
        var runner = market
        let order = try runner.place(account, World.limit(.buy, 1, at: 10_000))
        #expect(Self.check(.exchangeRateUnavailable, Self.verdict(order, runner)) == nil)
        #expect(try runner.order(order).status != .rejected)
    }

    @Test("a position, its profit and its dividend stand in their currency, and count translated")
    func translatesPositions() throws {
        let (market, account) = try Self.market()
        var runner = market
        let order = try runner.place(account, World.limit(.buy, 8, at: 10_000, symbol: Self.dax))
        try runner.pose(.recordExecution(account, try Self.fill(order, at: 10_000, runner)))
        let sale = try runner.place(account, World.limit(.sell, 2, at: 11_000, symbol: Self.dax))
        try runner.pose(.recordExecution(account, try Self.fill(sale, at: 11_000, runner)))
        var marks = OfficialMarksRecorded()
        (marks.date, marks.version) = (World.monday, 1)
        marks.marks = [OfficialMark(Self.instrument, Price(cents: 12_000))]
        try World.copy([.marksRecorded(marks)], into: &runner)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        let fact = try #require(try runner.account(account).portfolio.closedDay)
        let balance = try #require(fact.foreign.first)
        #expect(balance.cash == Money(units: 420) && balance.positionValue == Money(units: 720))
        #expect(balance.unrealised == Money(units: 120) && balance.realised == Money(units: 20))
        #expect(balance.value == Money(units: 1425) && fact.equity == Money(units: 101_425))
        #expect(fact.positionValue == .zero && fact.realised == .zero && fact.staleMarks == 0)
        #expect(fact.translation == .zero)
        // Profit of trading in euros is none of translation; the rate's rise of a fifth is.
        let rate = OfficialRate(Self.euro, .usd, try Price("1.5"))
        try CurrencyWorld.record([rate], World.day(1), &runner)
        try runner.pose(.rollDay(calendar: World.calendar, World.day(1)))
        let next = try #require(try runner.account(account).portfolio.closedDay)
        #expect(next.translation == Money(units: 285) && next.equity == Money(units: 101_710))
        #expect(next.staleMarks == 1)
        try Invariants.check(runner.state)
    }
}
