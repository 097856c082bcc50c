public import BifrostKernel

/// A dividend as it concerns one account.
public struct DividendTerms: Sendable {
    /// The corporate action.
    public var action: Identifier
    /// The instrument that pays.
    public var instrument: InstrumentID
    /// The currency of the dividend.
    public var currency: Currency
    /// The first trading day without the entitlement.
    public var exDate: BusinessDate
    /// When it is paid.
    public var payDate: BusinessDate
    /// The position at the close before, long positive.
    public var quantity: Quantity
    /// The dividend of one unit.
    public var amountPerUnit: Price
    /// Whether the units became known after the ex-date, beside those that had the dividend accrued by then.
    public var isLate = false
    /// Puts the parts together.
    public init(
        action: Identifier,
        instrument: InstrumentID,
        currency: Currency,
        exDate: BusinessDate,
        payDate: BusinessDate,
        quantity: Quantity,
        amountPerUnit: Price
    ) {
        self.action = action
        self.instrument = instrument
        self.currency = currency
        self.exDate = exDate
        self.payDate = payDate
        self.quantity = quantity
        self.amountPerUnit = amountPerUnit
    }
}

/// A split as it concerns one account.
public struct SplitTerms: Sendable {
    /// The corporate action.
    public var action: Identifier
    /// The instrument that is split.
    public var instrument: InstrumentID
    /// The currency that it is quoted in.
    public var currency: Currency
    /// The first trading day in new units.
    public var exDate: BusinessDate
    /// New units for `denominator` old ones.
    public var numerator: UInt32
    /// Old units for `numerator` new ones.
    public var denominator: UInt32
    /// What fractions are paid out at; `nil` keeps them, because nothing says what they are worth.
    public var cashInLieuPrice: Price?
    /// The smallest quantity that can be held: whole units, or the lot where that is smaller.
    public var step: Quantity
    /// Puts the parts together.
    public init(
        action: Identifier,
        instrument: InstrumentID,
        currency: Currency,
        exDate: BusinessDate,
        ratio: (numerator: UInt32, denominator: UInt32),
        cashInLieuPrice: Price?,
        step: Quantity
    ) {
        self.action = action
        self.instrument = instrument
        self.currency = currency
        self.exDate = exDate
        (numerator, denominator) = ratio
        self.cashInLieuPrice = cashInLieuPrice
        self.step = step
    }
}

/// Corporate actions: what a holding is entitled to when the ex-date begins.
extension Portfolio {
    /// The accrual of a dividend on the position at the close before.
    ///
    /// An amount that the books cannot hold is accrued as nothing and flagged for a person.
    static func accrue(
        _ terms: DividendTerms,
        _ account: AccountID,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        let position = terms.quantity
        guard terms.isLate || !state.appliedActions.contains(terms.action) else { return }
        var fact = DividendAccrued()
        fact.account = account
        fact.action = terms.action
        fact.instrument = terms.instrument
        fact.currency = terms.currency
        fact.exDate = terms.exDate
        fact.payDate = terms.payDate
        fact.quantity = position
        fact.amountPerUnit = terms.amountPerUnit
        let gross = Money.notional(terms.amountPerUnit, position, .halfAwayFromZero)
        let earned: LedgerAccount = position > .zero ? .income : .expense
        guard state.canHold(gross.nanos, [.dividendsReceivable, earned, .rounding], terms.currency) else {
            try decision.emit(.dividendAccrued(fact))
            return try decision.emit(.reconciliationBroke(beyondBounds(account, gross.nanos)))
        }
        fact.gross = gross
        fact.amount = gross.rounded(to: terms.currency, .halfAwayFromZero)
        let lines = [
            Posting(.dividendsReceivable, terms.currency, fact.amount),
            Posting(earned, terms.currency, -gross),
            Posting(.rounding, terms.currency, gross - fact.amount),
        ]
        fact.postings = lines.filter { $0.amount != .zero }
        try decision.emit(.dividendAccrued(fact))
    }

    /// What is due of an action with an accrual behind those before it.
    static func due(_ fact: DividendAccrued, beside before: DividendAccrued?) -> DividendAccrued {
        guard let before else { return fact }
        var sum = fact
        sum.quantity = before.quantity.adding(fact.quantity) ?? fact.quantity
        sum.gross = Money(clamping: before.gross.nanos + fact.gross.nanos)
        sum.amount = Money(clamping: before.amount.nanos + fact.amount.nanos)
        return sum
    }

    /// The payment of a dividend that was accrued; what cash cannot hold goes to suspense.
    static func pay(
        _ action: Identifier,
        _ account: AccountID,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        guard let accrued = state.accruedDividends[action] else { return }
        var fact = DividendPaid()
        fact.account = account
        fact.action = action
        fact.instrument = accrued.instrument
        fact.currency = accrued.currency
        fact.payDate = accrued.payDate
        fact.amount = accrued.amount
        let fits = state.canHold(accrued.amount.nanos, [.cashSettled], accrued.currency)
        if accrued.amount != .zero {
            fact.postings = [
                Posting(fits ? .cashSettled : .suspense, accrued.currency, accrued.amount),
                Posting(.dividendsReceivable, accrued.currency, -accrued.amount),
            ]
        }
        try decision.emit(.dividendPaid(fact))
        if !fits {
            try decision.emit(.reconciliationBroke(beyondBounds(account, accrued.amount.nanos)))
        }
    }

    /// The split of the position; a fraction of a unit is sold.
    ///
    /// A position that would leave its bounds stays as it is and is flagged for a person.
    static func split(
        _ terms: SplitTerms,
        _ account: AccountID,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        let position = state.position(terms.instrument)
        guard !state.appliedActions.contains(terms.action) else { return }
        var fact = PositionAdjusted()
        fact.account = account
        fact.action = terms.action
        fact.instrument = terms.instrument
        fact.currency = terms.currency
        fact.exDate = terms.exDate
        (fact.numerator, fact.denominator) = (terms.numerator, terms.denominator)
        fact.oldQuantity = position
        let scaled = Split.scaled(Int128(position.nanos), terms.numerator, terms.denominator)
        // One that stays says nothing of what it would have brought.
        var stays = fact
        (stays.numerator, stays.denominator, stays.newQuantity) = (1, 1, position)
        guard let adjusted = Int64(exactly: scaled).flatMap({ Quantity(exactly: $0) }),
            settle(&fact, adjusted, terms, state)
        else {
            try decision.emit(.positionAdjusted(stays))
            return try decision.emit(.reconciliationBroke(beyondBounds(account, scaled)))
        }
        fact.postings = postings(of: fact, state)
        precondition(Ledger.balances(fact.postings), "the postings of a split sum to zero")
        try decision.emit(.positionAdjusted(fact))
    }

    /// Sells what is below the step; `false` when the books cannot hold what comes of it.
    private static func settle(
        _ fact: inout PositionAdjusted,
        _ adjusted: Quantity,
        _ terms: SplitTerms,
        _ state: PortfolioState
    ) -> Bool {
        // Lots that vanish whole would leave their cost behind.
        guard adjusted != .zero || fact.oldQuantity == .zero else { return false }
        fact.newQuantity = adjusted
        let rest = adjusted.nanos % max(terms.step.nanos, 1)
        guard let price = terms.cashInLieuPrice, rest != 0 else { return true }
        fact.fraction = Quantity(nanos: rest)
        fact.newQuantity = adjusted - fact.fraction
        fact.cashInLieuPrice = price
        fact.gross = Money.notional(price, fact.fraction, .halfAwayFromZero)
        fact.cashInLieu = fact.gross.rounded(to: terms.currency, .halfAwayFromZero)
        var lots = state.lotsByID[terms.instrument] ?? LotQueue()
        lots.split(terms.numerator, for: terms.denominator)
        var sale = LotTrade()
        sale.quantity = -fact.fraction
        sale.gross = -fact.gross
        sale.tradeDate = terms.exDate
        sale.execution = terms.action
        let closed = lots.trade(sale)
        let profit = fact.gross.nanos - closed.cost
        let reach = Int128(fact.gross.nanos.magnitude + closed.cost.magnitude)
        let touched: [LedgerAccount] = [.cashSettled, .positionCost, .realisedProfit, .rounding]
        guard let realised = Money(exactly: profit), let cost = Money(exactly: closed.cost),
            state.canHold(reach, touched, terms.currency)
        else {
            return false
        }
        fact.closedCost = cost
        fact.realised = realised
        return true
    }

    private static func postings(of fact: PositionAdjusted, _ state: PortfolioState) -> [Posting] {
        let change = fact.newQuantity.nanos - fact.oldQuantity.nanos
        // What has not settled will settle in new units; the rest of the change is of what has.
        let waiting = state.ledger.balance(.positionUnsettled, .instrument(fact.instrument))
        let late =
            state.settlements.units(of: fact.instrument) {
                Split.scaled($0, fact.numerator, fact.denominator)
            } - waiting
        let lines = [
            Posting(.cashSettled, fact.currency, fact.cashInLieu),
            Posting(.positionCost, fact.currency, -fact.closedCost),
            Posting(.realisedProfit, fact.currency, -fact.realised),
            Posting(.rounding, fact.currency, fact.gross - fact.cashInLieu),
            units(.positionSettled, fact, Int128(change) - late),
            units(.positionUnsettled, fact, late),
            units(.depository, fact, -Int128(change)),
        ]
        return lines.filter { $0.amount != .zero }
    }

    private static func units(_ account: LedgerAccount, _ fact: PositionAdjusted, _ nanos: Int128) -> Posting
    {
        var line = Posting(account, fact.instrument, fact.currency, .zero)
        line.amount = Money(clamping: nanos)
        return line
    }

    static func beyondBounds(_ account: AccountID, _ nanos: Int128) -> ReconciliationBroke {
        var broken = ReconciliationBroke()
        broken.account = account
        broken.kind = .beyondBounds
        broken.ours = nanos
        return broken
    }

    static func evolve(
        _ state: inout PortfolioState,
        byAdjustment fact: PositionAdjusted,
        at effectiveAt: Timestamp
    ) {
        state.ledger.book(fact.postings)
        state.appliedActions.insert(fact.action)
        state.tradesByID[fact.instrument, default: TradeHistory()]
            .apply(.split(fact), at: effectiveAt, &state.lotsByID[fact.instrument, default: LotQueue()])
        state.settlements.scale(fact.instrument) { Split.scaled($0, fact.numerator, fact.denominator) }
        let change = fact.newQuantity.nanos - fact.oldQuantity.nanos
        let position = Quantity(exactly: state.position(fact.instrument).nanos + change) ?? fact.newQuantity
        state.positionByID[fact.instrument] = position == .zero ? nil : position
        state.untradedByID[fact.instrument, default: 0] += Int128(change)
        let realised = (state.realised[fact.currency] ?? .zero).nanos
        state.realised[fact.currency] = Money(clamping: realised + fact.realised.nanos)
    }
}

extension PortfolioState {
    /// Whether these balances stay within their bounds when each moves by `nanos`, cash also once what is due
    /// has settled.
    func canHold(_ nanos: Int128, _ accounts: [LedgerAccount], _ currency: Currency) -> Bool {
        let money = Commodity.money(currency)
        return accounts.allSatisfy { account in
            let balance = ledger.balance(account, money)
            let isCash = account == .cashSettled
            let dues = isCash ? [.cashReceivable, .cashPayable] as [LedgerAccount] : []
            let balances = [balance] + dues.map { balance + ledger.balance($0, money) }
            return balances.allSatisfy { $0.magnitude + nanos.magnitude <= UInt128(Money.nanosMax) }
        }
    }
}
