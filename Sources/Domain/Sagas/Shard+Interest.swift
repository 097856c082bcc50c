internal import BifrostKernel
internal import Portfolios
internal import References
internal import RiskLimits

/// Interest on cash, at the close of each day.
extension Shard {
    /// What the close of `date` does to the interest of an account whose settlements of the day are in
    /// `books`, which go on by it.
    ///
    /// On the first close of a month what has accrued is paid; then the balance accrues for the calendar days
    /// to `next`. A day is accrued for once, whichever calendars roll and however many days are caught up
    /// with.
    static func interest(
        _ entry: AccountEntry,
        _ books: inout PortfolioState,
        _ date: BusinessDate,
        until next: BusinessDate,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> [PortfolioEvent] {
        let rates = state.reference.interest
        if rates.isEmpty { return [] }
        let account = entry.opened.account
        let isFirstOfMonth = books.closedDay.map { $0.date.month < date.month } ?? false
        let isLimited = isFirstOfMonth && entry.opened.kind == .cash
        let risk = isLimited ? reservations(of: entry, after: &decision) : entry.risk
        // Two accruals, a payment and what is flagged of a currency: bounded by the currencies there are.
        var all: [PortfolioEvent] = []
        for currency in books.currenciesOfInterest {
            var wanted: [PortfolioCommand] = []
            if isFirstOfMonth {
                let free = isLimited ? free(currency, books, risk) : nil
                wanted.append(.payInterest(account, currency, free: free))
            }
            if let fact = rates.rates(of: currency, on: date), let dayCount = fact.dayCount {
                let terms = InterestTerms(
                    currency: currency,
                    credit: fact.credit,
                    debit: fact.debit,
                    dayCount: dayCount,
                    version: fact.version,
                    from: date,
                    until: next
                )
                wanted.append(.accrueInterest(account, terms))
            }
            for command in wanted {
                var events = Decision<PortfolioEvent>()
                try Portfolio.decide(command, given: books, into: &events)
                for event in events.events {
                    Portfolio.evolve(&books, by: event)
                    all.append(event)
                }
            }
        }
        return all
    }

    /// What the account's orders hold back once those are released that the same decision expires.
    private static func reservations(of entry: AccountEntry, after decision: inout Decision<Draft>)
        -> RiskState
    {
        var risk = entry.risk
        let account = AccountOrdinal(entry.opened.account)
        for draft in decision.events where draft.account == account {
            if case .risk(let event) = draft.event { RiskBook.evolve(&risk, by: event) }
        }
        return risk
    }

    /// Cash that is neither owed nor held back for orders.
    private static func free(_ currency: Currency, _ books: PortfolioState, _ risk: RiskState) -> Money {
        let held = risk.reservedCash[currency] ?? .zero
        let free = books.cash(currency).nanos - books.payable(currency).nanos - held.nanos
        return max(Money(clamping: free), .zero)
    }
}

extension BusinessDate {
    /// The months since the year 0.
    fileprivate var month: Int {
        let (year, month, _) = civil
        return year * 12 + month
    }

    /// The calendar day after this one; this one at the end of time.
    var dayAfter: BusinessDate { BusinessDate(days: days == .max ? .max : days + 1) }
}
