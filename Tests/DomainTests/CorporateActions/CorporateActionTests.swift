import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import SeededChoices
import Testing

@Suite("Corporate actions")
struct CorporateActionTests {
    private static let symbol = Symbol.known("SPX")

    private static func market() throws -> ActionMarket {
        var market = ActionMarket()
        try market.begin((0..<10).map { World.day($0) }, ["SPX", "NDX"])
        return market
    }

    private static func dividend(_ amount: String, ex: Int32, pay: Int32) throws -> Command {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = symbol
        wanted.terms.exDate = World.day(ex)
        wanted.terms.payDate = World.day(pay)
        wanted.terms.amountPerUnit = try Price(amount)
        return .announceCorporateAction(wanted)
    }

    private static func split(_ new: UInt32, _ old: UInt32, ex: Int32, lieu: String? = nil) throws -> Command
    {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = symbol
        wanted.terms.kind = .split
        wanted.terms.exDate = World.day(ex)
        wanted.terms.numerator = new
        wanted.terms.denominator = old
        wanted.terms.cashInLieuPrice = try lieu.map { try Price($0) }
        return .announceCorporateAction(wanted)
    }

    /// Brings a lot of the first day into the account.
    private static func hold(
        _ account: AccountID,
        _ symbol: Symbol,
        _ quantity: Quantity,
        _ cost: Money,
        _ runner: inout ShardRunner
    ) throws {
        var line = HoldingLine()
        line.symbol = symbol
        line.quantity = quantity
        line.cost = cost
        line.acquired = World.day(0)
        var holdings = ImportHoldings()
        holdings.lots = [line]
        try runner.pose(.importHoldings(account, holdings))
    }

    private static func accruals(_ runner: ShardRunner) -> [DividendAccrued] {
        runner.log.compactMap { fact in
            if case .portfolio(.dividendAccrued(let accrued)) = fact.event { accrued } else { nil }
        }
    }

    @Test("who holds at the close before the ex-date is entitled, who buys on it is not")
    func entitlement() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 1000)
        let buyer = try market.trading.open("buyer", cash: 1000)
        try market.declare(try Self.dividend("0.333", ex: 1, pay: 3))
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
        try market.roll(World.day(0))
        try market.buy(holder, Self.symbol, -5, at: Price(cents: 1000))
        try market.buy(buyer, Self.symbol, 5, at: Price(cents: 1000))
        let accrued = Self.accruals(market.trading)
        #expect(accrued.map(\.account) == [holder])
        #expect(accrued.map(\.amount) == [Money(cents: 167)])
        #expect(accrued.map(\.quantity) == [Quantity(units: 5)])
        // 1.665 were earned and 1.67 will be paid.
        let books = try market.trading.account(holder).portfolio
        #expect(books.ledger.balance(.rounding, .money(.usd)) == -5_000_000)
        #expect(books.ledger.balance(.income, .money(.usd)) == -1_665_000_000)
        #expect(books.cash(.usd) == Money(units: 1000))
        let dates = market.trading.log.compactMap { fact in
            if case .portfolio(.dividendAccrued) = fact.event { fact.businessDate } else { nil }
        }
        #expect(dates == [World.day(1)])
    }

    /// Limits that stop an account at the first cent of loss.
    private static func stopAtLoss(_ account: AccountID, _ runner: inout ShardRunner) throws {
        var limits = SetLimits()
        limits.orderValueMax = Money(units: 1000)
        limits.priceCollar = BasisPoints(10_000)
        limits.dayLossMax = Money(cents: 1)
        limits.drawdownMax = BasisPoints(1)
        try runner.pose(.setLimits(account, limits))
    }

    private static func refusal(_ account: AccountID, _ runner: inout ShardRunner) throws -> RejectionCode? {
        var wanted = World.limit(.buy, 1, at: 900)
        wanted.symbol = .known("NDX")
        for case .order(.rejected(let fact)) in try runner.pose(.placeOrder(account, wanted)).events {
            return fact.code
        }
        return nil
    }

    @Test("a dividend that is due and a split are no loss")
    func losesNothing() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 1000)
        try market.declare(try Self.dividend("1", ex: 1, pay: 5))
        try market.declare(try Self.split(2, 1, ex: 2))
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
        try market.mark([("SPX", Price(cents: 1000)), ("NDX", Price(cents: 900))], World.day(0))
        try Self.stopAtLoss(holder, &market.trading)
        try market.roll(World.day(0))
        try market.mark([("SPX", Price(cents: 900))], World.day(1))
        #expect(try Self.refusal(holder, &market.trading) == nil)
        try market.roll(World.day(1))
        #expect(try Self.refusal(holder, &market.trading) == nil)
    }

    @Test("a split concerns the orders of old units that outlive the day, and no others")
    func adjustsOldUnits() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 1000)
        func place(_ symbol: String, _ life: TimeInForce) throws -> OrderID {
            var wanted = World.limit(.buy, 1, at: 1000)
            wanted.symbol = .known(symbol)
            wanted.timeInForce = life
            return try market.trading.place(holder, wanted)
        }
        let old = try place("SPX", .goodTillCancelled)
        let other = try place("NDX", .goodTillCancelled)
        let day = try place("SPX", .day)
        try market.declare(try Self.split(2, 1, ex: 2))
        try market.roll(World.day(0))
        #expect(market.trading.state.sweeps.isEmpty)
        try market.roll(World.day(1))
        let sweep = try #require(market.trading.state.sweeps.first)
        #expect(sweep.orders == [old] && !sweep.reassesses)
        try market.trading.pose(.continueSweep(sweep.position, done: 0))
        #expect(try market.trading.order(old).leaves == Quantity(units: 2))
        #expect(try !market.trading.order(other).isAdjusted)
        #expect(try market.trading.order(day).status == .expired)
        #expect(market.trading.state.sweeps.isEmpty)
    }

    @Test("what an account brings in is no profit")
    func importsNoProfit() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 1000)
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
        try market.mark([("SPX", Price(cents: 1000)), ("NDX", Price(cents: 900))], World.day(0))
        try Self.stopAtLoss(holder, &market.trading)
        try market.roll(World.day(0))
        try Self.hold(holder, .known("NDX"), Quantity(units: 10), Money(cents: 9000), &market.trading)
        #expect(try Self.refusal(holder, &market.trading) == nil)
        try market.mark([("SPX", Price(cents: 999))], World.day(1))
        #expect(try Self.refusal(holder, &market.trading) == .dayLossAboveLimit)
    }

    @Test("a position that a split would make nothing of stays for a person")
    func keepsWhatWouldVanish() throws {
        var market = ActionMarket()
        try market.begin((0..<10).map { World.day($0) }, ["SPX"], lot: Quantity(nanos: 1))
        let holder = try market.trading.open("holder", cash: 1000)
        try Self.hold(holder, Self.symbol, Quantity(nanos: 1), Money(cents: 1), &market.trading)
        try market.declare(try Self.split(1, 1000, ex: 1))
        try market.roll(World.day(0))
        try Invariants.check(market.trading.state)
        #expect(try market.trading.account(holder).portfolio.instruments.count == 1)
        #expect(
            market.trading.log.contains { fact in
                if case .portfolio(.reconciliationBroke(let broken)) = fact.event {
                    broken.kind == .beyondBounds
                } else {
                    false
                }
            }
        )
    }

    @Test("a position whose fraction the books cannot hold the price of stays, and its fact says of no price")
    func keepsWhatCannotBePaid() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 999_999_999_999_999_960)
        try Self.hold(holder, Self.symbol, Quantity(units: 3), Money(units: 30), &market.trading)
        try market.declare(try Self.split(3, 2, ex: 1, lieu: "1000"))
        try market.roll(World.day(0))
        try Invariants.check(market.trading.state)
        let adjusted = market.trading.log.compactMap { fact in
            if case .portfolio(.positionAdjusted(let adjusted)) = fact.event { adjusted } else { nil }
        }
        let fact = try #require(adjusted.first)
        #expect(adjusted.count == 1 && fact.postings.isEmpty)
        #expect(fact.oldQuantity == Quantity(units: 3) && fact.newQuantity == Quantity(units: 3))
        #expect(fact.numerator == 1 && fact.denominator == 1 && fact.fraction == .zero)
        #expect(fact.cashInLieu == .zero && fact.gross == .zero && fact.cashInLieuPrice == .zero)
        #expect(fact.closedCost == .zero && fact.realised == .zero)
        let cash = try market.trading.account(holder).portfolio.cash(.usd)
        #expect(cash == Money(units: 999_999_999_999_999_960))
    }

    @Test("the money is there when the pay date's day begins, and stands in the equity until then")
    func payment() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 1000)
        try market.declare(try Self.dividend("1", ex: 1, pay: 3))
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
        var cash: [Money] = []
        for day: Int32 in 0...3 {
            try market.mark([("SPX", Price(cents: day == 0 ? 1000 : 900))], World.day(day))
            try market.roll(World.day(day))
            cash.append(try market.trading.account(holder).portfolio.cash(.usd))
        }
        #expect(cash == [Money(units: 950), Money(units: 950), Money(units: 955), Money(units: 955)])
        let closes = market.trading.log.compactMap { fact in
            if case .portfolio(.dayClosed(let closed)) = fact.event { closed.equity } else { nil }
        }
        #expect(closes == [Money](repeating: Money(units: 1000), count: 4))
    }

    @Test("a dividend that is paid on its ex-date is accrued and paid at once")
    func paidAtOnce() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 1000)
        try market.declare(try Self.dividend("1", ex: 1, pay: 1))
        try market.buy(holder, Self.symbol, 5, at: Price(cents: 1000))
        #expect(try market.roll(World.day(0)) == 2)
        #expect(try market.trading.account(holder).portfolio.cash(.usd) == Money(units: 955))
        #expect(market.trading.state.entitlements.isEmpty)
    }

    @Test("who is short owes the dividend")
    func short() throws {
        let terms = DividendTerms(
            action: Sample.execution(7),
            instrument: Sample.instrument,
            currency: .usd,
            exDate: World.day(1),
            payDate: World.day(2),
            quantity: Quantity(units: -3),
            amountPerUnit: Price(cents: 50)
        )
        let events = try decided(Portfolio.self, .accrueDividend(Sample.account, terms), Portfolio.initial)
        guard case .dividendAccrued(let fact) = events.first else {
            throw ShardRunner.Missing(what: "accrual")
        }
        #expect(fact.amount == Money(cents: -150))
        #expect(
            fact.postings == [
                Posting(.dividendsReceivable, .usd, Money(cents: -150)),
                Posting(.expense, .usd, Money(cents: 150)),
            ]
        )
        let paid = try decided(
            Portfolio.self,
            .payDividend(Sample.account, terms.action),
            folded(Portfolio.self, events)
        )
        let after = folded(Portfolio.self, events + paid)
        #expect(after.cash(.usd) == Money(cents: -150))
        #expect(after.accruedDividends.isEmpty)
    }

    @Test("a split changes units and no cost; the venue's book of trades agrees before and after")
    func split() throws {
        var market = try Self.market()
        let holder = try market.trading.open("holder", cash: 10_000)
        try market.declare(try Self.split(7, 1, ex: 2))
        try market.buy(holder, Self.symbol, 3, at: Price(cents: 70_000))
        try market.mark([("SPX", Price(cents: 70_700))], World.day(0))
        try market.roll(World.day(0))
        try market.roll(World.day(1))
        let books = try market.trading.account(holder).portfolio
        let instrument = try #require(books.instruments.first)
        #expect(books.position(instrument) == Quantity(units: 21))
        #expect(books.cost(instrument) == Money(units: 2100))
        #expect(books.ledger.balance(.positionSettled, .instrument(instrument)) == 21_000_000_000)
        let events = try market.buy(holder, Self.symbol, -1, at: Price(cents: 10_000))
        #expect(!events.contains { if case .portfolio(.reconciliationBroke) = $0 { true } else { false } })
        // The only mark is of before the split: the day closes at a seventh of it, as stale.
        try market.roll(World.day(2))
        let closed = try #require(try market.trading.account(holder).portfolio.closedDay)
        #expect(closed.positionValue == Money(units: 2020))
        #expect(closed.staleMarks == 1)
    }

    @Test("a reverse split pays fractions out, at the price announced or at the close")
    func reverseSplit() throws {
        for (lieu, expected) in [(nil, Money(cents: 5050)), ("110", Money(cents: 5500))] {
            var market = try Self.market()
            let holder = try market.trading.open("holder", cash: 1000)
            try market.declare(try Self.split(1, 10, ex: 1, lieu: lieu))
            try market.buy(holder, Self.symbol, 25, at: Price(cents: 1000))
            try market.mark([("SPX", Price(cents: 1010))], World.day(0))
            try market.roll(World.day(0))
            let books = try market.trading.account(holder).portfolio
            let instrument = try #require(books.instruments.first)
            #expect(books.position(instrument) == Quantity(units: 2))
            #expect(books.cash(.usd) == Money(units: 750) + expected)
            // A fifth of the position was sold, with a fifth of its cost.
            #expect(books.cost(instrument) == Money(units: 200))
            #expect(books.realised[.usd] == expected - Money(units: 50))
            #expect(books.ledger.balance(.positionCost, .money(.usd)) == 200_000_000_000)
            #expect(books.isSound)
        }
    }

    @Test("what cannot be announced is refused with its code")
    func refusals() throws {
        var market = try Self.market()
        try market.mark([("SPX", Price(cents: 1000))], World.day(2))
        try market.declare(try Self.dividend("1", ex: 4, pay: 5))
        var unknown = AnnounceCorporateAction()
        unknown.symbol = .known("NOPE")
        let dividends: [(Command, RejectionCode)] = [
            (.announceCorporateAction(unknown), .unknownSymbol),
            (try Self.dividend("1", ex: 11, pay: 12), .notATradingDay),
            (try Self.dividend("1", ex: 2, pay: 5), .exDatePassed),
            (try Self.dividend("1", ex: 4, pay: 3), .payDateBeforeExDate),
            (try Self.dividend("0", ex: 4, pay: 5), .amountNotPositive),
            (try Self.dividend("1", ex: 4, pay: 5), .corporateActionTaken),
            (try Self.split(2, 2, ex: 4), .splitRatioUnsupported),
            (try Self.split(0, 1, ex: 4), .splitRatioUnsupported),
            (try Self.split(1_000_001, 1, ex: 4), .splitRatioUnsupported),
            (try Self.split(2, 1, ex: 4, lieu: "-1"), .priceNotPositive),
        ]
        for (command, code) in dividends {
            #expect(try market.declare(command).refusal?.code == code)
        }
        #expect(try market.trading.pose(try Self.split(2, 1, ex: 4)).refusal?.code == .notOnThisShard)
        // A special dividend beside the regular one is another action.
        #expect(try market.declare(try Self.dividend("2", ex: 4, pay: 5)).refusal == nil)
    }

    @Test("more accounts than one command may write for are served in several, each once")
    func bounded() throws {
        var market = try Self.market()
        let accounts = try (0..<150).map { try market.trading.open("a\($0)", cash: 100) }
        for account in accounts { try market.buy(account, Self.symbol, 1, at: Price(cents: 1000)) }
        try market.declare(try Self.dividend("1", ex: 1, pay: 2))
        try market.declare(try Self.split(2, 1, ex: 1))
        #expect(try market.roll(World.day(0)) == 2)
        for account in accounts {
            let books = try market.trading.account(account).portfolio
            #expect(books.ledger.balance(.dividendsReceivable, .money(.usd)) == 1_000_000_000)
            #expect(books.instruments.map { books.position($0) } == [Quantity(units: 2)])
        }
        // Nothing is due again, whatever is traded on the ex-date.
        try market.buy(accounts[0], Self.symbol, 1, at: Price(cents: 500))
        #expect(!market.trading.state.rollIsUnfinished)
        #expect(
            Invariants.summary(Invariants.fold(market.trading.log))
                == Invariants.summary(market.trading.state)
        )
    }

    @Test(
        "whatever the lots and the ratio, units are scaled as a whole and cost is kept",
        arguments: Seeds.take(50)
    )
    func lots(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var state = Portfolio.initial
        let count = generator.int(1...6)
        let sign: Int64 = generator.chance(50) ? 1 : -1
        for number in 0..<count {
            var report = TradeReport()
            report.account = Sample.account
            report.execution = Sample.execution(Int64(number))
            report.instrument = Sample.instrument
            report.quantity = Quantity(nanos: sign * generator.int64(1...5_000_000_000))
            report.price = Price(cents: generator.int64(1...100_000))
            let events = try decided(Portfolio.self, .book(report), state)
            for event in events { Portfolio.evolve(&state, by: event) }
        }
        let (new, old) = (UInt32(generator.int(1...30)), UInt32(generator.int(1...30)))
        let terms = SplitTerms(
            action: Sample.execution(99),
            instrument: Sample.instrument,
            currency: .usd,
            exDate: World.monday,
            ratio: (new, old),
            cashInLieuPrice: generator.chance(70) ? Price(cents: 12_345) : nil,
            step: Quantity(units: 1)
        )
        let before = state
        let events = try decided(Portfolio.self, .split(Sample.account, terms), state)
        guard case .positionAdjusted(let fact) = events.first else {
            throw ShardRunner.Missing(what: "split")
        }
        Portfolio.evolve(&state, by: .positionAdjusted(fact))
        let exact = Int128(before.position(Sample.instrument).nanos) * Int128(new)
        let adjusted = Int128(fact.newQuantity.nanos) + Int128(fact.fraction.nanos)
        #expect((adjusted * Int128(old) - exact).magnitude * 2 <= UInt128(old))
        let lots = state.lotsByID[Sample.instrument]?.lots ?? []
        #expect(lots.reduce(0) { $0 + $1.quantity.nanos } == fact.newQuantity.nanos)
        #expect(state.position(Sample.instrument) == fact.newQuantity)
        #expect(state.cost(Sample.instrument) + fact.closedCost == before.cost(Sample.instrument))
        #expect(state.ledger.balance(.positionCost, .money(.usd)) == state.cost(Sample.instrument).nanos)
        #expect(state.isSound)
    }
}
