import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import Testing

/// A trading shard whose calendar has the weekdays of a few months, from Friday 2026-01-02 on.
enum CurrencyWorld {
    static let calendar = "XNYS"
    static let euro = Currency.known("EUR")
    static let yen = Currency.known("JPY")
    static let pound = Currency.known("GBP")

    static func money(_ text: String) -> Money { (try? Money(text)) ?? .zero }
    static func price(_ text: String) -> Price { (try? Price(text)) ?? .zero }

    static func date(_ text: String) -> BusinessDate { BusinessDate(text) ?? BusinessDate(days: 0) }

    static func weekdays(_ first: String, _ last: String) -> [BusinessDate] {
        (date(first).days...date(last).days).map { BusinessDate(days: $0) }.filter { $0.weekday < 5 }
    }

    static func trading(_ days: [BusinessDate] = weekdays("2026-01-02", "2026-04-30")) throws -> ShardRunner {
        var runner = ShardRunner()
        runner.effectiveAt = (days.first ?? date("2026-01-02")).at(seconds: 36_000)
        var opened = ShardOpened()
        opened.shard = 1
        opened.clock = .simulated
        try runner.pose(.openShard(opened))
        try declare(days, of: calendar, &runner)
        return runner
    }

    static func declare(_ days: [BusinessDate], of calendar: String, _ runner: inout ShardRunner) throws {
        var declared = TradingDaysDeclared()
        declared.calendar = calendar
        declared.days = days
        try World.copy([.tradingDaysDeclared(declared)], into: &runner)
    }

    static func rates(
        _ currency: Currency,
        credit: Int64,
        debit: Int64 = 0,
        from first: BusinessDate = date("2026-01-02"),
        _ dayCount: DayCount = .actual360
    ) -> InterestRatesSet {
        var fact = InterestRatesSet()
        fact.currency = currency
        fact.credit = InterestRate(micros: credit * 1_000_000) ?? .zero
        fact.debit = InterestRate(micros: debit * 1_000_000) ?? .zero
        fact.dayCount = dayCount
        fact.validFrom = first
        fact.version = 1
        return fact
    }

    static func record(_ rates: [OfficialRate], _ date: BusinessDate, _ runner: inout ShardRunner) throws {
        var fact = OfficialRatesRecorded()
        fact.date = date
        fact.version = 1
        fact.rates = rates
        try World.copy([.ratesRecorded(fact)], into: &runner)
    }

    static func set(_ rates: InterestRatesSet, _ runner: inout ShardRunner) throws {
        try World.copy([.interestSet(rates)], into: &runner)
    }

    @discardableResult
    static func roll(_ day: String, _ runner: inout ShardRunner) throws -> [DomainEvent] {
        try runner.pose(.rollDay(calendar: calendar, date(day))).events
    }

    /// Rolls every day that is due through `day`, as the engine does: in the commands that follow as well.
    static func rollThrough(_ day: BusinessDate, _ runner: inout ShardRunner) throws {
        // A shard that never rolled has no day to catch up from.
        let days = runner.state.reference.calendarByName[calendar]?.days ?? []
        if runner.state.rolledDate == nil, let first = days.first {
            try roll(first.text, &runner)
        }
        repeat {
            if let rolled = runner.state.rolledDate, runner.state.rollIsUnfinished {
                try runner.pose(.continueRoll(rolled, step: UInt64(runner.position)))
            } else {
                try runner.pose(.rollThrough(calendar: calendar, day))
            }
        } while runner.state.rollIsUnfinished || runner.state.rolledDate != day
    }
}

extension ShardRunner {
    var interestAccrued: [InterestAccrued] {
        log.compactMap { if case .portfolio(.interestAccrued(let fact)) = $0.event { fact } else { nil } }
    }
    var interestPaid: [InterestPaid] {
        log.compactMap { if case .portfolio(.interestPaid(let fact)) = $0.event { fact } else { nil } }
    }
    func balance(_ account: AccountID, _ place: LedgerAccount, _ currency: Currency) throws -> Int128 {
        try self.account(account).portfolio.ledger.balance(place, .money(currency))
    }
}
