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
            guard state.cash(currency).adding(amount) != nil,
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
            let free = state.cash(currency).nanos - held.nanos
            guard amount.nanos <= free else {
                throw Rejection(.cashInsufficient, limit: free, value: amount.nanos)
            }
            var fact = CashWithdrawn()
            fact.account = account
            fact.currency = currency
            fact.amount = amount
            fact.postings = [
                Posting(.cashSettled, currency, -amount), Posting(.contributedEquity, currency, amount),
            ]
            try decision.emit(.withdrawn(fact))
        case .book(let report):
            guard let fact = booked(report, state) else {
                return try decision.emit(.reconciliationBroke(broken(.beyondBounds, report)))
            }
            try decision.emit(.tradeBooked(fact))
            for broken in breaks(report, fact, state) { try decision.emit(.reconciliationBroke(broken)) }
        case .accrueDividend(let account, let terms): try accrue(terms, account, state, &decision)
        case .payDividend(let account, let action): try pay(action, account, state, &decision)
        case .importLot(let account, let lot): try open(lot, account, state, &decision)
        case .split(let account, let terms): try split(terms, account, state, &decision)
        case .correct(let correction):
            var broken = ReconciliationBroke()
            broken.account = correction.account
            broken.venue = correction.venue
            broken.venueExecutionID = correction.venueExecutionID
            broken.kind = .terms
            try decision.emit(.reconciliationBroke(broken))
        case .closeDay(let account, let date, let currency, let marks, let version):
            try decision.emit(.dayClosed(closed(account, date, currency, marks, version, state)))
        }
    }

    private static func checkPayable(_ amount: Money, _ currency: Currency) throws(Rejection) {
        guard amount > .zero else { throw Rejection(.amountNotPositive, value: amount.nanos) }
        let payable = amount.rounded(to: currency, .halfAwayFromZero)
        guard payable == amount else {
            throw Rejection(.amountNotPayable, limit: payable.nanos, value: amount.nanos)
        }
    }

    /// The booking, or `nil` when a balance would leave the bounds of its type: such a trade stays in the
    /// order's facts and becomes a break for a person, because a venue's word is never refused and never
    /// stops the core.
    private static func booked(_ report: TradeReport, _ state: PortfolioState) -> TradeBooked? {
        let currency = report.currency
        let gross = Money.notional(report.price, report.quantity, .halfAwayFromZero)
        var lots = state.lotsByID[report.instrument] ?? LotQueue()
        let closed = lots.trade(
            quantity: report.quantity,
            gross: gross,
            date: report.tradeDate,
            execution: report.execution
        )
        var fact = TradeBooked()
        fact.account = report.account
        fact.order = report.order
        fact.execution = report.execution
        fact.instrument = report.instrument
        fact.currency = currency
        fact.quantity = report.quantity
        fact.price = report.price
        fact.gross = gross
        fact.settlementAmount = report.settlementAmount
        fact.commission = report.commission
        // Closing a long: closed cost is positive, the closing trade's amount negative; profit is what came
        // in − cost.
        let profit = -closed.closedGross.nanos - closed.closedCost.nanos
        guard isBookable(report, profit: profit, gross: gross, state) else { return nil }
        fact.realised = Money(nanos: profit)
        fact.closedCost = closed.closedCost
        fact.tradeDate = report.tradeDate
        fact.settlementDate = report.tradeDate
        let settled = Money(
            nanos: report.quantity > .zero ? report.settlementAmount.nanos : -report.settlementAmount.nanos
        )
        let costChange = gross + fact.realised
        let lines = [
            Posting(.cashSettled, currency, -settled - report.commission),
            Posting(.positionCost, currency, costChange),
            Posting(.realisedProfit, currency, -fact.realised),
            Posting(.rounding, currency, settled - gross),
            Posting(.expense, currency, report.commission),
            Posting(.positionSettled, report.instrument, currency, report.quantity),
            Posting(.depository, report.instrument, currency, -report.quantity),
        ]
        fact.postings = lines.filter { $0.amount != .zero }
        precondition(Ledger.balances(fact.postings), "the postings of a trade sum to zero")
        return fact
    }

    private static func isBookable(
        _ report: TradeReport,
        profit: Int128,
        gross: Money,
        _ state: PortfolioState
    ) -> Bool {
        let reach = report.settlementAmount.nanos.magnitude + report.commission.nanos.magnitude
        let bound = UInt128(Money.nanosMax)
        let money = Commodity.money(report.currency)
        let touched: [LedgerAccount] = [.cashSettled, .positionCost, .realisedProfit, .rounding, .expense]
        let largest = touched.map { state.ledger.balance($0, money).magnitude }.max() ?? 0
        let position = Int128(state.position(report.instrument).nanos) + Int128(report.quantity.nanos)
        return largest + reach + gross.nanos.magnitude + profit.magnitude <= bound
            && position.magnitude <= UInt128(Quantity.nanosMax)
    }

    private static func broken(_ kind: BreakKind, _ report: TradeReport) -> ReconciliationBroke {
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
        let position = state.position(report.instrument).nanos + report.quantity.nanos
        let cashLine = fact.postings.first { $0.account == .cashSettled }?.amount ?? .zero
        let cash = (state.tradedCash[report.currency] ?? .zero).nanos + cashLine.nanos
        let pairs: [(BreakKind, Int128, Int128)] = [
            (.orderQuantity, Int128(report.ourCumulative.nanos), Int128(report.venueCumulative.nanos)),
            (
                .position, Int128(position) - (state.untradedByID[report.instrument] ?? 0),
                Int128(report.venuePosition.nanos)
            ),
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
        var cost: Int128 = 0
        var value: Int128 = 0
        for mark in marks where state.currencyByID[mark.instrument] == currency {
            let position = state.position(mark.instrument)
            cost += state.cost(mark.instrument).nanos
            if mark.stale || mark.price == nil { fact.staleMarks += 1 }
            guard let price = mark.price else { continue }
            value += Money.notional(price, position, .halfAwayFromZero).nanos
        }
        fact.positionValue = Money(clamping: value)
        fact.unrealised = Money(clamping: value - cost)
        fact.equity = Money(clamping: fact.settledCash.nanos + value + state.accrued(currency))
        return fact
    }

    /// Adds a fact.
    public static func evolve(_ state: inout PortfolioState, by event: PortfolioEvent) {
        switch event {
        case .deposited(let fact): state.ledger.book(fact.postings)
        case .withdrawn(let fact): state.ledger.book(fact.postings)
        case .tradeBooked(let fact):
            state.ledger.book(fact.postings)
            _ = state.lotsByID[fact.instrument, default: LotQueue()].trade(
                quantity: fact.quantity,
                gross: fact.gross,
                date: fact.tradeDate,
                execution: fact.execution
            )
            let position = Quantity(nanos: state.position(fact.instrument).nanos + fact.quantity.nanos)
            state.positionByID[fact.instrument] = position == .zero ? nil : position
            state.currencyByID[fact.instrument] = fact.currency
            for posting in fact.postings where posting.account == .cashSettled {
                let traded = (state.tradedCash[fact.currency] ?? .zero).nanos
                state.tradedCash[fact.currency] = Money(clamping: traded + posting.amount.nanos)
            }
            let realised = (state.realised[fact.currency] ?? .zero).nanos
            state.realised[fact.currency] = Money(clamping: realised + fact.realised.nanos)
        case .dividendAccrued(let fact):
            state.ledger.book(fact.postings)
            state.appliedActions.insert(fact.action)
            state.accruedDividends[fact.action] = fact
        case .dividendPaid(let fact):
            state.ledger.book(fact.postings)
            state.accruedDividends[fact.action] = nil
        case .positionImported(let fact): evolve(&state, byImport: fact)
        case .positionAdjusted(let fact): evolve(&state, byAdjustment: fact)
        case .dayClosed(let fact): state.closedDay = fact
        case .reconciliationBroke: break
        }
    }
}
