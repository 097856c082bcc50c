import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import SeededChoices
import Testing

@Suite("Interest on cash")
struct InterestTests {
    private typealias World = CurrencyWorld

    @Test("a weekend accrues three days of a year of 360, on the balance at the close")
    func accruesCalendarDays() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        try World.set(World.rates(.usd, credit: 425), &runner)
        let events = try World.roll("2026-01-02", &runner)
        guard events.count == 3, case .portfolio(.interestAccrued(let fact)) = events[1],
            case .portfolio(.dayClosed(let closed)) = events[2]
        else {
            Issue.record("expected a roll, an accrual and a close, was \(events)")
            return
        }
        // 1,000,000 × 4.25 % × 3 / 360 = 354.1666…
        let amount = Money(nanos: 354_166_666_667)
        #expect(fact.amount == amount && fact.days == 3 && fact.dayCount == .actual360)
        #expect(fact.from == World.date("2026-01-02") && fact.until == World.date("2026-01-05"))
        #expect(fact.balance == Money(units: 1_000_000) && fact.rate.text == "425")
        #expect(closed.settledCash == Money(units: 1_000_000))
        #expect(closed.equity.nanos == Money(units: 1_000_000).nanos + amount.nanos)
        #expect(try runner.balance(account, .income, .usd) == -amount.nanos)
        try World.roll("2026-01-05", &runner)
        #expect(runner.interestAccrued.last?.days == 1)
        try Invariants.check(runner.state)
    }

    @Test("the first close of a month pays what accrued, rounded; the rest is rounding")
    func paysMonthly() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1_000_000)
        try World.set(World.rates(.usd, credit: 425), &runner)
        try World.rollThrough(World.date("2026-01-30"), &runner)
        #expect(runner.interestPaid.isEmpty)
        // Friday's accrual reaches to Monday, 31 days from the second of January in all.
        #expect(runner.interestAccrued.reduce(0) { $0 + $1.days } == 31)
        let accrued = runner.interestAccrued.reduce(Int128(0)) { $0 + $1.amount.nanos }
        try World.roll("2026-02-02", &runner)
        let paid = try #require(runner.interestPaid.first)
        #expect(runner.interestPaid.count == 1 && paid.accrued.nanos == accrued)
        // 1,000,000 × 4.25 % × 31 / 360 = 3,659.7222…
        #expect(paid.amount == Money(cents: 365_972))
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(cents: 100_365_972))
        #expect(try runner.balance(account, .rounding, .usd) == accrued - paid.amount.nanos)
        // What accrues from then on is on the balance with the interest.
        #expect(runner.interestAccrued.last?.balance == Money(cents: 100_365_972))
        try Invariants.check(runner.state)
    }

    @Test("a currency's minor unit and day count are its own")
    func knowsCurrencies() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha")
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 1_000_000), World.yen)))
        try World.set(World.rates(World.yen, credit: 50, .actual365), &runner)
        try World.rollThrough(World.date("2026-02-02"), &runner)
        // 1,000,000 × 0.5 % × 31 / 365 = 424.657…: half a yen cannot be paid.
        #expect(runner.interestPaid.map(\.amount) == [Money(units: 425)])
        #expect(runner.interestAccrued.allSatisfy { $0.currency == World.yen && $0.dayCount == .actual365 })
        #expect(DayCount(conventionOf: World.pound) == .actual365)
        #expect(DayCount(conventionOf: .usd) == .actual360)
        #expect(DayCount(conventionOf: .known("TRY")) == nil)
    }

    @Test("without a rate that holds nothing happens")
    func needsRate() throws {
        var runner = try World.trading()
        _ = try runner.open("alpha", cash: 1_000_000)
        try World.set(World.rates(World.euro, credit: 425), &runner)
        try World.set(World.rates(.usd, credit: 425, from: World.date("2026-01-06")), &runner)
        try World.set(World.rates(.usd, credit: 0, from: World.date("2026-01-07")), &runner)
        try World.rollThrough(World.date("2026-01-08"), &runner)
        #expect(runner.interestAccrued.map(\.from) == [World.date("2026-01-06")])
    }

    @Test("a negative rate takes no more than is free; the rest stays owed until there is cash")
    func owesWithoutDebt() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha")
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 1_000_000), World.euro)))
        try World.set(World.rates(World.euro, credit: -50), &runner)
        try World.rollThrough(World.date("2026-01-30"), &runner)
        let owed = try runner.balance(account, .interestAccrued, World.euro)
        try runner.pose(.withdraw(account, ShardRunner.move(Money(units: 999_999), World.euro)))
        try World.roll("2026-02-02", &runner)
        #expect(runner.interestPaid.map(\.amount) == [Money(units: -1)])
        #expect(try runner.account(account).portfolio.cash(World.euro) == .zero)
        #expect(
            try runner.balance(account, .interestAccrued, World.euro) == owed + Money(units: 1).nanos
        )
        try runner.pose(.deposit(account, ShardRunner.move(Money(units: 1000), World.euro)))
        try World.rollThrough(World.date("2026-03-02"), &runner)
        #expect(runner.interestPaid.count == 2)
        #expect(try runner.account(account).portfolio.cash(World.euro) > .zero)
        try Invariants.check(runner.state)
    }

    @Test("what an order held that expires with the day is free for what is owed")
    func freesExpired() throws {
        var runner = try CurrencyWorld.trading()
        try DomainTests.World.copy(
            [.instrumentRegistered(DomainTests.World.instrument(.known("SPX"), Sample.instrument))],
            into: &runner
        )
        let account = try runner.open("alpha", cash: 1_000_000)
        try CurrencyWorld.set(CurrencyWorld.rates(.usd, credit: -50), &runner)
        try CurrencyWorld.rollThrough(CurrencyWorld.date("2026-01-30"), &runner)
        let owed = try runner.balance(account, .interestAccrued, .usd)
        let order = try runner.place(account, DomainTests.World.limit(.buy, 10_000, at: 10_000))
        #expect(try runner.reservedCash(account) == Money(units: 1_000_000))
        try CurrencyWorld.roll("2026-02-02", &runner)
        #expect(try runner.order(order).status == .expired)
        let paid = Money(nanos: owed).rounded(to: .usd, .halfAwayFromZero)
        #expect(runner.interestPaid.map(\.amount) == [paid] && paid < .zero)
    }

    @Test("a debt accrues at the debit rate")
    func chargesDebt() throws {
        var state = Portfolio.initial
        _ = try state.trade(Trade.report(1, 10, at: 10_000))
        let rates = CurrencyWorld.rates(.usd, credit: 100, debit: 720)
        let terms = InterestTerms(
            currency: .usd,
            credit: rates.credit,
            debit: rates.debit,
            dayCount: .actual360,
            version: 1,
            from: World.date("2026-01-05"),
            until: World.date("2026-01-06")
        )
        let events = try decided(Portfolio.self, .accrueInterest(Sample.account, terms), state)
        guard case .interestAccrued(let fact)? = events.first else {
            Issue.record("expected an accrual, was \(events)")
            return
        }
        // 1,000 × 7.2 % / 360.
        #expect(fact.amount == Money(cents: -20) && fact.balance == Money(units: -1000))
        #expect(fact.postings.map(\.account) == [.interestAccrued, .expense])
    }

    @Test("two calendars accrue a day once")
    func accruesOnce() throws {
        var runner = try World.trading()
        let first = World.date("2026-01-02").days
        let all = (first...first + 28).map { BusinessDate(days: $0) }
        try World.declare(all, of: "OPEN", &runner)
        _ = try runner.open("alpha", cash: 1_000_000)
        try World.set(World.rates(.usd, credit: 425), &runner)
        // Friday closes for three days by the one calendar, and the weekend by the other.
        for day in all {
            if day.weekday < 5 { try runner.pose(.rollDay(calendar: World.calendar, day)) }
            try runner.pose(.rollDay(calendar: "OPEN", day))
        }
        #expect(runner.interestAccrued.reduce(0) { $0 + $1.days } == 31)
    }

    @Test("days that a calendar did not know when the day closed accrue at the next close")
    func fillsGaps() throws {
        var runner = try World.trading(World.weekdays("2026-01-02", "2026-01-09"))
        _ = try runner.open("alpha", cash: 1_000_000)
        try World.set(World.rates(.usd, credit: 425), &runner)
        try World.rollThrough(World.date("2026-01-09"), &runner)
        #expect(runner.interestAccrued.last?.until == World.date("2026-01-10"))
        try World.declare(World.weekdays("2026-01-12", "2026-01-16"), of: World.calendar, &runner)
        try runner.pose(
            .deposit(try #require(runner.state.accountByID.keys.first), ShardRunner.move(Money(units: 1)))
        )
        try World.roll("2026-01-12", &runner)
        let (gap, own) = (runner.interestAccrued.suffix(2).first, runner.interestAccrued.last)
        #expect(gap?.days == 2 && gap?.balance == Money(units: 1_000_000))
        #expect(own?.days == 1 && own?.balance == Money(units: 1_000_001))
        #expect(runner.interestAccrued.reduce(0) { $0 + $1.days } == 11)
    }

    @Test("rates are refused out of order, and without a day count where no convention is known")
    func refusesRates() throws {
        var book = ReferenceBook()
        var rates = World.rates(.known("TRY"), credit: 4500)
        rates.dayCount = nil
        #expect(throws: Rejection(.dayCountMissing)) { try book.settingInterest(rates) }
        rates.currency = .usd
        let first = try book.settingInterest(rates)
        #expect(first.dayCount == .actual360 && first.version == 1)
        book.evolve(by: .interestSet(first))
        rates.validFrom = World.date("2026-01-01")
        #expect(throws: Rejection(.dayOutOfOrder)) { try book.settingInterest(rates) }
    }

    @Test("rolling day by day equals rolling through, whatever rates and payments", arguments: Seeds.take(12))
    func catchesUpAlike(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: generator.int64(0...10_000_000))
        for currency in [Currency.usd, World.euro, World.yen] {
            if generator.chance(70) {
                let amount = Money(units: Int128(generator.int64(1...9_999_999)))
                try runner.pose(.deposit(account, ShardRunner.move(amount, currency)))
            }
            for day in World.weekdays("2026-01-02", "2026-03-31") where generator.chance(10) {
                let rate = generator.int64(-100...900)
                try World.set(World.rates(currency, credit: rate, debit: 999, from: day), &runner)
            }
        }
        var (daily, through) = (runner, runner)
        let last = World.date("2026-03-31")
        for day in World.weekdays("2026-01-02", "2026-03-31") { try World.roll(day.text, &daily) }
        try World.rollThrough(last, &through)
        #expect(daily.interestAccrued == through.interestAccrued)
        #expect(daily.interestPaid == through.interestPaid)
        #expect(
            try daily.account(account).portfolio.closedDay == through.account(account).portfolio.closedDay
        )
        for (one, next) in zip(daily.interestAccrued, daily.interestAccrued.dropFirst())
        where one.currency == next.currency {
            #expect(next.from >= one.until, "no day accrues twice")
        }
        try Invariants.check(daily.state)
    }

    @Test("a million dollars earn what three-month bills yielded on each day of 2008")
    func earnsBills() throws {
        let yields = TreasuryBillsOf2008.yields
        var runner = try World.trading(yields.map(\.day))
        let account = try runner.open("alpha", cash: 1_000_000)
        for (day, yield) in yields { try World.set(World.rates(.usd, credit: yield, from: day), &runner) }
        try World.rollThrough(try #require(yields.last).day, &runner)
        // The same in whole numbers of 10⁻⁹, month by month, by what the conventions say.
        var (cash, accrued, paid) = (Money(units: 1_000_000).nanos, Int128(0), Int128(0))
        for (index, (day, yield)) in yields.enumerated() {
            if index > 0, yields[index - 1].day.civil.month != day.civil.month {
                let cents = (accrued + 5_000_000) / 10_000_000 * 10_000_000
                (cash, paid, accrued) = (cash + cents, paid + cents, 0)
            }
            let until = index + 1 < yields.count ? yields[index + 1].day.days : day.days + 1
            let product = cash * Int128(yield) * Int128(until - day.days)
            accrued += (product + 1_800_000) / 3_600_000
        }
        #expect(try runner.account(account).portfolio.cash(.usd).nanos == cash)
        #expect(try runner.balance(account, .interestAccrued, .usd) == accrued)
        #expect(runner.interestPaid.count == 11)
        // Bills yielded 1.4 % in 2008, and next to nothing at its end.
        #expect(paid > Money(units: 13_000).nanos && paid < Money(units: 16_000).nanos)
        try Invariants.check(runner.state)
    }
}
