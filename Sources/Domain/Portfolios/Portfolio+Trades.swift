internal import BifrostKernel

/// Trades: how they are booked, and when their money and units change hands.
extension Portfolio {
    /// The booking, or `nil` when a balance would leave the bounds of its type: such a trade stays in the
    /// order's facts and becomes a break for a person, because a venue's word is never refused and never
    /// stops the core.
    static func booked(_ report: TradeReport, _ state: PortfolioState) -> TradeBooked? {
        let trade = BookedTrade(report)
        let change = TradeHistory.Change.add(trade)
        let history = state.tradesByID[report.instrument] ?? TradeHistory()
        let effect = history.effect(of: change, state.lotsByID[report.instrument] ?? LotQueue())
        let gross = trade.lot.gross
        guard isBookable(report, effect, gross: gross, state) else { return nil }
        var fact = TradeBooked()
        fact.account = report.account
        fact.order = report.order
        fact.execution = report.execution
        fact.instrument = report.instrument
        fact.currency = report.currency
        fact.quantity = report.quantity
        fact.price = report.price
        fact.gross = gross
        fact.settlementAmount = report.settlementAmount
        fact.commission = report.commission
        fact.fees = report.fees
        fact.realised = Money(nanos: effect.realised)
        fact.closedCost = Money(nanos: effect.closedCost)
        fact.tradeDate = report.tradeDate
        fact.settlementDate = trade.settlementDate
        if report.method != .fifo { fact.lotMethod = report.method }
        fact.chosenLots = report.chosen
        fact.postings = postings(fact, trade, units: Money(nanos: effect.units))
        precondition(Ledger.balances(fact.postings), "the postings of a trade sum to zero")
        return fact
    }

    private static func postings(_ fact: TradeBooked, _ trade: BookedTrade, units: Money) -> [Posting] {
        let currency = fact.currency
        let settled = Money(nanos: trade.settled)
        let holding: LedgerAccount = trade.settlesLater ? .positionUnsettled : .positionSettled
        var cash = Posting(trade.cashAccount, currency, Money(nanos: trade.flow))
        if trade.settlesLater { cash.settlementDate = trade.settlementDate }
        // In the units of today: a trade from before a split that became known after it is split as well.
        var position = Posting(holding, fact.instrument, currency, .zero)
        var depository = Posting(.depository, fact.instrument, currency, .zero)
        (position.amount, depository.amount) = (units, -units)
        let lines = [
            cash,
            Posting(.positionCost, currency, fact.gross + fact.realised),
            Posting(.realisedProfit, currency, -fact.realised),
            Posting(.rounding, currency, settled - fact.gross),
            Posting(.expense, currency, fact.commission),
            position, depository,
        ]
        if fact.fees.isEmpty { return lines.filter { $0.amount != .zero } }
        return (lines + Posting.fees(fact.fees, before: [], currency)).filter { $0.amount != .zero }
    }

    private static func isBookable(
        _ report: TradeReport,
        _ effect: TradeHistory.Effect,
        gross: Money,
        _ state: PortfolioState
    ) -> Bool {
        let reach =
            report.settlementAmount.nanos.magnitude + report.commission.nanos.magnitude
            + report.fees.reach
        let derived = max(effect.realised.magnitude, effect.closedCost.magnitude)
        let position = Int128(state.position(report.instrument).nanos) + effect.units
        return state.reach(report.currency, report.fees) + reach + gross.nanos.magnitude + derived
            <= UInt128(Money.nanosMax)
            && max(position.magnitude, effect.units.magnitude) <= UInt128(Quantity.nanosMax)
    }

    /// What was to come or to go is there.
    static func settled(_ trade: UnsettledTrade, _ account: AccountID, _ date: BusinessDate) -> TradeSettled {
        var fact = TradeSettled()
        fact.account = account
        fact.order = trade.order
        fact.execution = trade.execution
        fact.instrument = trade.instrument
        fact.currency = trade.currency
        fact.quantity = trade.quantity
        fact.amount = trade.amount
        fact.settlementDate = date
        var owed = Posting(trade.amount.owedAccount, trade.currency, -trade.amount)
        owed.settlementDate = date
        let lines = [
            Posting(.cashSettled, trade.currency, trade.amount),
            owed,
            Posting(.positionSettled, trade.instrument, trade.currency, trade.quantity),
            Posting(.positionUnsettled, trade.instrument, trade.currency, -trade.quantity),
        ]
        fact.postings = lines.filter { $0.amount != .zero }
        return fact
    }
}

extension PortfolioState {
    /// The largest balance in magnitude that a booking of the currency adds to, settled or not.
    func reach(_ currency: Currency, _ fees: [Fee] = []) -> UInt128 {
        let money = Commodity.money(currency)
        let cash = ledger.balance(.cashSettled, money)
        let touched = [
            cash, cash + ledger.balance(.cashReceivable, money), cash + ledger.balance(.cashPayable, money),
            ledger.balance(.positionCost, money), ledger.balance(.realisedProfit, money),
            ledger.balance(.rounding, money), ledger.balance(.expense, money),
        ]
        let most = touched.reduce(UInt128(0)) { max($0, $1.magnitude) }
        return fees.reduce(most) { max($0, ledger.balance(.expense, money, $1.kind).magnitude) }
    }

    /// What trades alone would have made of a position, in the units that they had: a venue's own book.
    func traded(_ instrument: InstrumentID) -> Int128 {
        Int128(position(instrument).nanos) - (untradedByID[instrument] ?? 0)
    }

    /// A trade of before a split moves other units than the venue's book has.
    mutating func leaveOut(_ units: Quantity, but traded: Int64, _ instrument: InstrumentID) {
        guard units.nanos != traded else { return }
        untradedByID[instrument, default: 0] += Int128(units.nanos) - Int128(traded)
    }

    mutating func add(_ fact: TradeBooked, at effectiveAt: Timestamp) {
        ledger.book(fact.postings)
        let trade = BookedTrade(fact, at: effectiveAt)
        tradesByID[fact.instrument, default: TradeHistory()]
            .apply(.add(trade), &lotsByID[fact.instrument, default: LotQueue()])
        currencyByID[fact.instrument] = fact.currency
        let units = Quantity(nanos: Int64(fact.postings.units(of: fact.instrument)))
        if trade.settlesLater {
            settlements.add(trade.unsettled(fact.instrument, units), on: trade.settlementDate)
        }
        leaveOut(units, but: fact.quantity.nanos, fact.instrument)
        move(fact.instrument, units, fact.currency, fact.postings.cashFlow, realised: fact.realised)
    }

    /// Adds to the figures that are kept beside the ledger.
    mutating func move(
        _ instrument: InstrumentID,
        _ quantity: Quantity,
        _ currency: Currency,
        _ flow: Money,
        realised profit: Money
    ) {
        let position = Quantity(nanos: self.position(instrument).nanos + quantity.nanos)
        positionByID[instrument] = position == .zero ? nil : position
        tradedCash[currency] = Money(clamping: (tradedCash[currency] ?? .zero).nanos + flow.nanos)
        realised[currency] = Money(clamping: (realised[currency] ?? .zero).nanos + profit.nanos)
    }
}

extension BookedTrade {
    init(_ report: TradeReport) {
        lot.effectiveAt = report.effectiveAt
        lot.execution = report.execution
        lot.quantity = report.quantity
        lot.gross = Money.notional(report.price, report.quantity, .halfAwayFromZero)
        lot.tradeDate = report.tradeDate
        lot.method = report.method
        lot.chosen = report.chosen
        execution = report.execution
        order = report.order
        currency = report.currency
        settlementAmount = report.settlementAmount
        commission = report.commission
        fees = report.fees
        settlementDate = max(report.settlementDate ?? report.tradeDate, report.tradeDate)
    }

    init(_ fact: TradeBooked, at effectiveAt: Timestamp) {
        lot.effectiveAt = effectiveAt
        lot.execution = fact.execution
        lot.quantity = fact.quantity
        lot.gross = fact.gross
        lot.tradeDate = fact.tradeDate
        lot.method = fact.lotMethod ?? .fifo
        lot.chosen = fact.chosenLots
        execution = fact.execution
        order = fact.order
        currency = fact.currency
        settlementAmount = fact.settlementAmount
        commission = fact.commission
        fees = fact.fees
        settlementDate = fact.settlementDate
    }

    /// Whether money and units change hands on a later day than that of the trade.
    var settlesLater: Bool { settlementDate > lot.tradeDate }

    /// Where the money of the trade is booked until it settles.
    var cashAccount: LedgerAccount {
        guard settlesLater else { return .cashSettled }
        return flow >= 0 ? .cashReceivable : .cashPayable
    }

    func unsettled(_ instrument: InstrumentID, _ units: Quantity) -> UnsettledTrade {
        UnsettledTrade(
            execution: execution,
            order: order,
            instrument: instrument,
            currency: currency,
            quantity: units,
            amount: Money(nanos: flow)
        )
    }
}

extension Money {
    /// Where the amount stands while it is owed to the account, or with a minus by it.
    var owedAccount: LedgerAccount { self >= .zero ? .cashReceivable : .cashPayable }
}

extension [Posting] {
    /// What the lines do to cash that is there or owed.
    var cashFlow: Money {
        var sum: Int128 = 0
        for posting in self {
            switch posting.account {
            case .cashSettled, .cashReceivable, .cashPayable: sum += posting.amount.nanos
            default: break
            }
        }
        return Money(clamping: sum)
    }

    /// What the lines do to the position, in units of 10⁻⁹.
    func units(of instrument: InstrumentID) -> Int128 {
        var sum: Int128 = 0
        for posting in self where posting.instrument == instrument {
            switch posting.account {
            case .positionSettled, .positionUnsettled: sum += posting.amount.nanos
            default: break
            }
        }
        return sum
    }
}
