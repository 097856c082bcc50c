internal import BifrostKernel
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas

/// What accounts are worth, and margin calls: each is issued at the close that shows it, and covered by the
/// close, the deposit or the trade that does.
extension Books {
    /// What a close says about a call.
    struct DueCall {
        let account: AccountID
        let date: BusinessDate
        let requirement: Money
        let equity: Money
        let isMet: Bool
    }

    func currency(_ instrument: InstrumentID) -> Currency {
        facts.instruments.first { $0.instrument == instrument }?.currency ?? .usd
    }

    /// An amount in the account's currency, rounded half away from zero; `nil` without a rate.
    func worth(
        _ nanos: Int128,
        _ currency: Currency,
        _ account: Account,
        at rate: (Currency) -> Price?
    ) -> Int128? {
        let base = account.opened.currency
        if currency == base { return nanos }
        // The rates of the simulation are those of a dollar.
        guard let price = rate(currency == .usd ? base : currency).map({ Int128($0.nanos) }) else {
            return nil
        }
        let (factor, divisor): (Int128, Int128) =
            currency == .usd ? (price, 1_000_000_000) : (1_000_000_000, price)
        let (product, isBeyond) = nanos.multipliedReportingOverflow(by: factor)
        guard isBeyond else { return Self.rounded(product, divisor) }
        return nanos < 0 ? -Money.nanosMax : Money.nanosMax
    }

    /// The nearest quotient, half away from zero.
    static func rounded(_ value: Int128, _ divisor: Int128) -> Int128 {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest.magnitude * 2 >= divisor.magnitude ? whole + (value < 0 ? -1 : 1) : whole
    }

    /// Cash, what is to come and to go for trades, and dividends and interest that are due.
    func money(_ account: Account) -> [Currency: Int128] {
        var sums = account.cash
        for trade in account.unsettled { sums[trade.currency, default: 0] += trade.flow }
        sums.merge(account.interest.accrued) { $0 + $1 }
        // ORDER: sums of integers do not depend on the order of their terms.
        for (due, fact) in entitlements.payments where due.account == account.opened.account {
            sums[fact.currency, default: 0] += fact.amount.nanos
        }
        return sums
    }

    /// What the account is worth at the latest official prices and rates; `nil` where one is missing.
    func equity(_ account: Account) -> Int128? {
        var sum: Int128 = 0
        // ORDER: sums and refusals, whichever comes first.
        for (currency, money) in money(account) where money != 0 {
            guard let worth = worth(money, currency, account, at: { facts.rates[$0]?.price }) else {
                return nil
            }
            sum += worth
        }
        // ORDER: as before.
        for (instrument, holding) in account.holdings where holding.units != 0 {
            guard let price = facts.mark(instrument, on: openDay) else { return nil }
            let value = Self.rounded(Int128(price.nanos) * holding.units, 1_000_000_000)
            guard let worth = worth(value, currency(instrument), account, at: { facts.rates[$0]?.price })
            else { return nil }
            sum += worth
        }
        return sum
    }

    /// A close says what the account is worth at the prices of its day and what it requires.
    mutating func checkValues(_ fact: DayClosed) throws(Violation) {
        guard let account = accounts[fact.account] else { return }
        if !incomplete.contains(fact.account) { try checkFigures(fact, account) }
        guard account.opened.kind == .margin else { return }
        guard let requirement = fact.maintenanceRequirement else {
            throw Violation("I10", "the close of \(fact.date.text) for a margin account requires nothing")
        }
        let isCovered = fact.equity >= requirement
        guard isCovered == (account.call != nil) else { return }
        try expect(dueCall == nil, "I8", "a close before that of \(fact.date.text) led to no call")
        dueCall = DueCall(
            account: fact.account,
            date: fact.date,
            requirement: requirement,
            equity: fact.equity,
            isMet: isCovered
        )
    }

    private func checkFigures(_ fact: DayClosed, _ account: Account) throws(Violation) {
        let name = "the close of \(fact.date.text) for account \(account.opened.alias)"
        var worths = money(account)
        // ORDER: sums of integers do not depend on the order of their terms.
        for (instrument, holding) in account.holdings {
            let price = facts.closingMark(instrument, on: fact.date)?.nanos ?? 0
            let value = Self.rounded(Int128(price) * holding.units, 1_000_000_000)
            worths[currency(instrument), default: 0] += value
        }
        let rate = { currency in facts.closingRate(currency, on: fact.date) }
        // ORDER: as before.
        let equity = worths.reduce(Int128(0)) { sum, line in
            // Each currency's worth is told in the bounds of money.
            sum + Money(clamping: worth(line.value, line.key, account, at: rate) ?? 0).nanos
        }
        try expect(
            fact.equity == Money(clamping: equity),
            "I10",
            "\(name) has equity \(fact.equity.text), expected \(equity)"
        )
        guard account.opened.kind == .margin else { return }
        func price(_ instrument: InstrumentID) -> Int64? {
            facts.closingMark(instrument, on: fact.date).map {
                let own = worth(Int128($0.nanos), currency(instrument), account, at: rate)
                return Int64(clamping: own ?? 0)
            }
        }
        let initial = requiredByPositions(account, .initial, on: fact.date, price: price)
        let keep = requiredByPositions(account, .maintenance, on: fact.date, price: price)
        if let initial, let keep {
            let isRight =
                fact.initialRequirement == Money(clamping: initial)
                && fact.maintenanceRequirement == Money(clamping: keep)
                && fact.marginExcess == Money(clamping: fact.equity.nanos - initial)
            let requires =
                "\(fact.initialRequirement?.text ?? "") and \(fact.maintenanceRequirement?.text ?? "")"
            try expect(isRight, "I10", "\(name) requires \(requires), expected \(initial) and \(keep)")
        }
    }

    mutating func take(_ fact: MarginCallIssued) throws(Violation) {
        guard let due = dueCall, !due.isMet, due.account == fact.account, due.date == fact.date,
            due.requirement == fact.requirement, due.equity == fact.equity,
            fact.deficit == Money(clamping: fact.requirement.nanos - fact.equity.nanos)
        else { throw Violation("I8", "a margin call that no close leads to: \(fact)") }
        dueCall = nil
        accounts[fact.account]?.call = fact
    }

    mutating func take(_ fact: MarginCallMet, on day: BusinessDate) throws(Violation) {
        guard let account = accounts[fact.account], let call = account.call, call.date == fact.date else {
            throw Violation("I8", "a margin call is met that was not issued")
        }
        accounts[fact.account]?.call = nil
        if let due = dueCall {
            let isRight =
                due.isMet && due.account == fact.account && due.requirement == fact.requirement
                && due.equity == fact.equity
            dueCall = nil
            return try expect(isRight, "I8", "a margin call is met by a close that says otherwise: \(fact)")
        }
        try expect(moved.contains(fact.account), "I8", "nothing met the margin call of \(fact.date.text)")
        if incomplete.contains(fact.account) { return }
        let (equity, required) = standing(account, on: day)
        let isRight =
            equity.map { Money(clamping: $0) == fact.equity } ?? false && fact.equity >= fact.requirement
            && required.map { Money(clamping: $0) == fact.requirement } ?? false
        let expected = "\(equity ?? 0) for \(required ?? 0)"
        try expect(isRight, "I8", "a margin call is met by \(fact), expected \(expected)")
    }

    /// Equity and what is to be kept at the latest official prices.
    private func standing(_ account: Account, on day: BusinessDate) -> (Int128?, Int128?) {
        let required = requiredByPositions(account, .maintenance, on: openDay ?? day) {
            standingPrice($0, account)
        }
        return (equity(account), required)
    }

    /// A call that a deposit or a trade covers is not open behind it.
    mutating func finishCalls(on day: BusinessDate) throws(Violation) {
        if let dueCall {
            throw Violation("I8", "the close of \(dueCall.date.text) led to no call, met: \(dueCall.isMet)")
        }
        // ORDER: all are looked at, and the first that is wrong ends the run.
        for id in moved {
            guard let account = accounts[id], account.call != nil, !incomplete.contains(id) else { continue }
            guard case (let equity?, let required?) = standing(account, on: day) else { continue }
            try expect(
                equity < required,
                "I8",
                "account \(account.opened.alias) has \(equity) for \(required) and an open margin call"
            )
        }
        moved = []
    }
}
