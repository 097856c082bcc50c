public import BifrostKernel

/// The portfolio aggregate: a ledger that balances per commodity, and lots first in first out.
public enum Portfolio: Decider {
    /// No bookings.
    public static var initial: PortfolioState { PortfolioState() }

    /// The events of `command`.
    public static func decide(
        _ command: PortfolioCommand,
        given state: PortfolioState,
        into decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        switch command {
        case .deposit(let account, let currency, let amount):
            try checkPayable(amount, currency)
            guard state.cash(currency).adding(state.receivable(currency))?.adding(amount) != nil,
                Money(exactly: state.ledger.balance(.contributedEquity, .money(currency)) - amount.nanos)
                    != nil
            else { throw Rejection(.balanceTooLarge, limit: Money.nanosMax, value: amount.nanos) }
            var fact = CashDeposited()
            fact.account = account
            fact.currency = currency
            fact.amount = amount
            fact.postings = [
                Posting(.cashSettled, currency, amount), Posting(.contributedEquity, currency, -amount),
            ]
            try decision.emit(.deposited(fact))
        case .withdraw(let account, let currency, let amount, let held):
            try checkPayable(amount, currency)
            try checkFree(amount, currency, held: held, state)
            var fact = CashWithdrawn()
            fact.account = account
            fact.currency = currency
            fact.amount = amount
            fact.postings = [
                Posting(.cashSettled, currency, -amount), Posting(.contributedEquity, currency, amount),
            ]
            try decision.emit(.withdrawn(fact))
        case .convert(let account, let conversion, let held):
            try convert(conversion, account, held: held, state, &decision)
        case .book(let report):
            guard let fact = booked(report, state) else {
                return try decision.emit(.reconciliationBroke(broken(.beyondBounds, report)))
            }
            try decision.emit(.tradeBooked(fact))
            for broken in breaks(report, fact, state) { try decision.emit(.reconciliationBroke(broken)) }
        case .correct(let correction): try correct(correction, state, &decision)
        case .settle(let account, let date, let most):
            for (day, trade) in state.settlements.due(by: date, atMost: most) {
                try decision.emit(.tradeSettled(settled(trade, account, day)))
            }
        case .accrueDividend(let account, let terms): try accrue(terms, account, state, &decision)
        case .payDividend(let account, let action): try pay(action, account, state, &decision)
        case .accrueInterest(let account, let terms): try accrue(terms, account, state, &decision)
        case .payInterest(let account, let currency, let free):
            try payInterest(currency, account, free: free, state, &decision)
        case .importLot(let account, let lot): try open(lot, account, state, &decision)
        case .split(let account, let terms): try split(terms, account, state, &decision)
        case .closeDay(let account, let date, let currency, let marks, let version, let rates):
            var fact = closed(account, date, currency, marks, version, state)
            translate(&fact, marks: marks, rates: rates, state)
            try decision.emit(.dayClosed(fact))
        }
    }

    /// What is still to come in may be spent and not be taken out: it can be busted.
    static func checkFree(
        _ amount: Money,
        _ currency: Currency,
        held: Money,
        _ state: PortfolioState
    ) throws(Rejection) {
        let free = state.cash(currency).nanos - state.payable(currency).nanos - held.nanos
        guard amount.nanos <= free else {
            throw Rejection(.cashInsufficient, limit: free, value: amount.nanos)
        }
    }

    static func checkPayable(_ amount: Money, _ currency: Currency) throws(Rejection) {
        guard amount > .zero else { throw Rejection(.amountNotPositive, value: amount.nanos) }
        let payable = amount.rounded(to: currency, .halfAwayFromZero)
        guard payable == amount else {
            throw Rejection(.amountNotPayable, limit: payable.nanos, value: amount.nanos)
        }
    }

    static func broken(_ kind: BreakKind, _ report: TradeReport) -> ReconciliationBroke {
        var broken = ReconciliationBroke()
        broken.account = report.account
        broken.venue = report.venue
        broken.venueExecutionID = report.venueExecutionID
        broken.kind = kind
        return broken
    }

    /// Compares what our books hold after the trade with what the venue says its own hold.
    private static func breaks(
        _ report: TradeReport,
        _ fact: TradeBooked,
        _ state: PortfolioState
    ) -> [ReconciliationBroke] {
        guard report.isCompared else { return [] }
        let position = state.traded(report.instrument) + Int128(fact.quantity.nanos)
        let cash = (state.tradedCash[report.currency] ?? .zero).nanos + fact.postings.cashFlow.nanos
        let pairs: [(BreakKind, Int128, Int128)] = [
            (.orderQuantity, Int128(report.ourCumulative.nanos), Int128(report.venueCumulative.nanos)),
            (.position, position, Int128(report.venuePosition.nanos)),
            (.cash, cash, report.venueCash.nanos),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { kind, ours, theirs in
            var broken = broken(kind, report)
            broken.ours = ours
            broken.theirs = theirs
            return broken
        }
    }

    private static func closed(
        _ account: AccountID,
        _ date: BusinessDate,
        _ currency: Currency,
        _ marks: [MarkSeen],
        _ version: UInt32,
        _ state: PortfolioState
    ) -> DayClosed {
        var fact = DayClosed()
        fact.account = account
        fact.date = date
        fact.currency = currency
        fact.settledCash = state.cash(currency)
        fact.marksVersion = version
        fact.realised = state.realised[currency] ?? .zero
        for mark in marks where mark.stale || mark.price == nil { fact.staleMarks += 1 }
        let (value, cost) = state.positions(in: currency, at: marks)
        fact.positionValue = Money(clamping: value)
        fact.unrealised = Money(clamping: value - cost)
        let receivable = state.receivable(currency)
        let payable = state.payable(currency)
        if receivable != .zero { fact.receivable = receivable }
        if payable != .zero { fact.payable = payable }
        fact.equity = Money(
            clamping: fact.settledCash.nanos + receivable.nanos - payable.nanos + value
                + state.accrued(currency)
        )
        return fact
    }

    /// Adds a fact behind those before it: trades took effect in the order in which they became known.
    public static func evolve(_ state: inout PortfolioState, by event: PortfolioEvent) {
        evolve(&state, by: event, at: Timestamp(nanos: 0))
    }

    /// Adds a fact that took effect at `effectiveAt`, the moment that sets a trade's place among the others.
    public static func evolve(
        _ state: inout PortfolioState,
        by event: PortfolioEvent,
        at effectiveAt: Timestamp
    ) {
        switch event {
        case .deposited(let fact): state.ledger.book(fact.postings)
        case .withdrawn(let fact): state.ledger.book(fact.postings)
        case .tradeBooked(let fact): state.add(fact, at: effectiveAt)
        case .tradeSettled(let fact):
            state.ledger.book(fact.postings)
            state.settlements.remove(fact.execution, on: fact.settlementDate)
        case .tradeCorrected(let fact): state.correct(fact)
        case .dividendAccrued(let fact):
            state.ledger.book(fact.postings)
            state.appliedActions.insert(fact.action)
            state.accruedDividends[fact.action] = due(fact, beside: state.accruedDividends[fact.action])
        case .dividendPaid(let fact):
            state.ledger.book(fact.postings)
            state.accruedDividends[fact.action] = nil
        case .interestAccrued(let fact):
            state.ledger.book(fact.postings)
            state.lastInterest[fact.currency] = fact
        case .interestPaid(let fact): state.ledger.book(fact.postings)
        case .converted(let fact): state.ledger.book(fact.postings)
        case .positionImported(let fact): evolve(&state, byImport: fact, at: effectiveAt)
        case .positionAdjusted(let fact): evolve(&state, byAdjustment: fact, at: effectiveAt)
        case .dayClosed(let fact):
            state.closedDay = fact
            state.keepTraded()
        case .reconciliationBroke, .breakResolved: break
        }
    }
}
