internal import BifrostKernel
internal import Portfolios
internal import References
internal import Sagas

/// Interest on cash, counted again from balances, rates and days.
struct InterestBook {
    /// What has accrued and is not paid.
    var accrued: [Currency: Int128] = [:]
    /// The first day that nothing accrued for.
    var until: [Currency: BusinessDate] = [:]
    /// The latest accrual, with the day whose close it was of.
    var latest: [Currency: (on: BusinessDate, amount: Int128)] = [:]
    /// The day of the latest payment.
    var paidOn: [Currency: BusinessDate] = [:]
}

extension Books {
    /// Balance × yearly rate × days, exact to 10⁻⁹.
    private static func interest(_ balance: Int128, _ rates: InterestRatesSet, days: Int128) -> Int128 {
        let rate = Int128((balance > 0 ? rates.credit : rates.debit).micros)
        // SOFR counts a year of 360 days, TONA one of 365.
        let year: Int128 = rates.currency == .usd ? 360 : 365
        return rounded(balance * rate * days, year * 10_000_000_000)
    }

    mutating func take(_ fact: InterestAccrued, on day: BusinessDate) throws(Violation) {
        try checkBalanced(fact.postings)
        guard let account = accounts[fact.account], let rates = facts.interest(fact.currency, on: day) else {
            throw Violation("I10", "interest of nobody, or at no rate")
        }
        let from = max(day, account.interest.until[fact.currency] ?? day)
        let until = facts.days.first { $0 > day } ?? fact.until
        let cash = account.cash[fact.currency] ?? 0
        let amount = Self.interest(cash, rates, days: Int128(until.days - from.days))
        let isRight = fact.from == from && fact.until == until && fact.balance.nanos == cash
        try expect(
            isRight && fact.amount.nanos == amount && until > from,
            "I10",
            "account \(account.opened.alias) accrues \(fact), expected \(amount) on \(cash)"
        )
        accounts[fact.account]?.interest.accrued[fact.currency, default: 0] += amount
        accounts[fact.account]?.interest.until[fact.currency] = until
        accounts[fact.account]?.interest.latest[fact.currency] = (day, amount)
    }

    /// What is paid of `accrued`, and what that takes off it: no debt comes of interest in a cash account.
    private func payment(_ account: Account, _ currency: Currency, of accrued: Int128)
        -> (amount: Int128, accrued: Int128)
    {
        var minor: Int128 = 1
        for _ in currency.minorUnitDigits..<9 { minor *= 10 }
        let amount = Self.rounded(accrued, minor) * minor
        let free = max(freeCash(account.opened.account, currency), 0)
        guard account.opened.kind == .cash, amount < -free else { return (amount, accrued) }
        return (-(free / minor * minor), -(free / minor * minor))
    }

    mutating func take(_ fact: InterestPaid, on day: BusinessDate) throws(Violation) {
        try checkBalanced(fact.postings)
        guard let account = accounts[fact.account] else { throw Violation("I10", "interest of nobody") }
        let isDue = account.closedOn.map { Self.month($0) < Self.month(day) } ?? false
        let paid = payment(account, fact.currency, of: account.interest.accrued[fact.currency] ?? 0)
        let isRight = fact.amount.nanos == paid.amount && fact.accrued.nanos == paid.accrued
        try expect(
            isDue && isRight && account.interest.paidOn[fact.currency] != day,
            "I10",
            "account \(account.opened.alias) is paid \(fact) on \(day.text), expected \(paid), due: \(isDue)"
        )
        accounts[fact.account]?.cash[fact.currency, default: 0] += fact.amount.nanos
        accounts[fact.account]?.interest.accrued[fact.currency, default: 0] -= fact.accrued.nanos
        accounts[fact.account]?.interest.paidOn[fact.currency] = day
    }

    /// Behind a close nothing is left to accrue or to pay.
    func checkInterest(_ fact: DayClosed) throws(Violation) {
        guard let account = accounts[fact.account], !incomplete.contains(fact.account) else { return }
        let interest = account.interest
        let next = facts.days.first { $0 > fact.date } ?? fact.date
        let isFirst = account.closedOn.map { Self.month($0) < Self.month(fact.date) } ?? false
        // ORDER: all are looked at, and the first that is wrong ends the run.
        for (currency, cash) in account.cash {
            guard let rates = facts.interest(currency, on: fact.date) else { continue }
            let from = max(fact.date, interest.until[currency] ?? fact.date)
            let missing = Self.interest(cash, rates, days: Int128(max(next.days - from.days, 0)))
            try expect(missing == 0, "I10", "account \(account.opened.alias) accrues no interest on \(cash)")
            guard isFirst, interest.paidOn[currency] != fact.date else { continue }
            let today = interest.latest[currency].map { $0.on == fact.date ? $0.amount : 0 } ?? 0
            let owed = payment(account, currency, of: (interest.accrued[currency] ?? 0) - today).amount
            try expect(owed == 0, "I10", "account \(account.opened.alias) is not paid \(owed) of interest")
        }
    }

    /// The months since the year 0.
    private static func month(_ date: BusinessDate) -> Int { date.civil.0 * 12 + date.civil.1 }
}
