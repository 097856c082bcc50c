internal import BifrostKernel
internal import Portfolios
internal import References
internal import RiskLimits

/// Requirements at the close, the calls that they lead to, and what may be taken out of a margin account.
extension Shard {
    /// The close with the requirements of a margin account, and the call that it leads to or covers.
    static func closeMargin(
        _ closed: DayClosed,
        _ marks: [MarkSeen],
        _ rates: [RateSeen],
        _ books: PortfolioState,
        _ entry: AccountEntry,
        _ root: Identifier,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var lines: [InstrumentID: MarginLine] = [:]
        for mark in marks {
            // What is quoted in another currency requires what it is worth in that of the account.
            let rate = rates.first { $0.currency == books.currencyByID[mark.instrument] }
            let price = mark.price.flatMap { price in
                rate.map {
                    $0.rate?.converted(Int128(price.nanos)).map {
                        Price(nanos: Int64(min($0, Int128(Price.nanosMax))))
                    }
                } ?? price
            }
            lines[mark.instrument] = MarginLine(
                position: books.position(mark.instrument),
                mark: price,
                cost: books.cost(mark.instrument),
                marginable: isMarginable(mark.instrument, on: closed.date, state)
            )
        }
        let rates = MarginRegime.rates(on: closed.date)
        let sheet = MarginSheet(rates: rates, lines: lines, equity: closed.equity.nanos)
        let initial = sheet.requirement(.initial)
        let maintenance = Money(clamping: sheet.requirement(.maintenance))
        var fact = closed
        fact.initialRequirement = Money(clamping: initial)
        fact.maintenanceRequirement = maintenance
        fact.marginExcess = Money(clamping: closed.equity.nanos - initial)
        let books = Filing(.portfolio, of: closed.account.id, closed.account, root, closed.date)
        try decision.emit(books.draft(.portfolio(.dayClosed(fact))))
        let risks = Filing(.risk, of: closed.account.id, closed.account, root, closed.date)
        if closed.equity >= maintenance {
            guard let call = entry.risk.marginCall else { return }
            let met = met(call, requirement: maintenance, equity: closed.equity)
            return try decision.emit(risks.draft(.risk(.marginCallMet(met))))
        }
        guard entry.risk.marginCall == nil else { return }
        var call = MarginCallIssued()
        call.account = closed.account
        call.date = closed.date
        call.currency = closed.currency
        call.requirement = maintenance
        call.equity = closed.equity
        call.deficit = Money(clamping: maintenance.nanos - closed.equity.nanos)
        try decision.emit(risks.draft(.risk(.marginCallIssued(call))))
    }

    /// Notes that open calls are covered of accounts that something came to in the decision.
    static func meetCalls(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        if state.marginCalls.isEmpty { return }
        var called: [AccountID] = []
        for draft in decision.events {
            guard case .portfolio(let event) = draft.event, event.coversCalls,
                state.marginCalls.contains(event.account), !called.contains(event.account)
            else { continue }
            called.append(event.account)
        }
        for account in called { try meetCall(account, posed, state, &decision) }
    }

    /// Notes that an open call of the account is covered, if what the decision books covers it at the latest
    /// official marks.
    private static func meetCall(
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard var entry = state.accountByID[account], let call = entry.risk.marginCall else { return }
        for draft in decision.events {
            guard case .portfolio(let event) = draft.event, event.account == account else { continue }
            Portfolio.evolve(&entry.portfolio, by: event, at: draft.effectiveAt ?? posed.effectiveAt)
        }
        let sheet = marginSheet(entry, on: state.businessDate(at: posed.effectiveAt), state)
        let requirement = sheet.requirement(.maintenance)
        guard let equity = sheet.equity, equity >= requirement else { return }
        let fact = met(call, requirement: Money(clamping: requirement), equity: Money(clamping: equity))
        let root = command(posed, slot: account.id.slot)
        let filing = Filing(.risk, of: account.id, account, root)
        try decision.emit(filing.draft(.risk(.marginCallMet(fact))))
    }

    private static func met(_ call: MarginCallIssued, requirement: Money, equity: Money) -> MarginCallMet {
        var fact = MarginCallMet()
        fact.account = call.account
        fact.date = call.date
        fact.currency = call.currency
        fact.requirement = requirement
        fact.equity = equity
        return fact
    }

    /// What orders hold back of the cash that may be taken out, or why `amount` may not.
    ///
    /// A margin account may take out what equity has above the initial requirement of positions and open
    /// orders, also as a loan: Regulation T, 12 CFR 220.4(e). Another currency is not lent, and counts at its
    /// latest official rate.
    static func held(
        _ amount: Money,
        _ currency: Currency,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState
    ) throws(Rejection) -> Money {
        let held = entry.risk.reservedCash[currency] ?? .zero
        guard entry.opened.kind == .margin else { return held }
        let sheet = marginSheet(entry, on: state.businessDate(at: posed.effectiveAt), state)
        let free = sheet.equity.map { $0 - entry.risk.initialRequirement(sheet) }
        let taken = worth(amount.nanos, of: currency, in: entry.opened.currency, state)
        guard let free, let taken, taken <= free else {
            throw Rejection(.marginWithdrawalExceeded, limit: free, value: taken ?? amount.nanos)
        }
        guard currency == entry.opened.currency else { return .zero }
        let books = entry.portfolio
        let contributed = books.ledger.balance(.contributedEquity, .money(currency))
        guard Money(exactly: books.cash(currency).nanos - amount.nanos) != nil,
            Money(exactly: contributed + amount.nanos) != nil
        else { throw Rejection(.balanceTooLarge, limit: Money.nanosMax, value: amount.nanos) }
        // The ledger asks for settled cash, less what is owed and held: less than nothing is held of a loan.
        return Money(clamping: books.cash(currency).nanos - books.payable(currency).nanos - free)
    }
}

extension PortfolioEvent {
    /// Whether it may cover a margin call between two closes: a deposit, a trade, or what comes in otherwise.
    fileprivate var coversCalls: Bool {
        switch self {
        case .deposited, .tradeBooked, .tradeCorrected, .positionImported: true
        default: false
        }
    }
}
