public import BifrostKernel

/// A lot to import.
public struct ImportedLot: Sendable {
    /// What opened it, in place of an execution.
    public var lot: Identifier
    /// What is held.
    public var instrument: InstrumentID
    /// The currency of the cost.
    public var currency: Currency
    /// How much, above zero.
    public var quantity: Quantity
    /// What all of it cost.
    public var cost: Money
    /// The trade date on which it was bought.
    public var acquired: BusinessDate
    /// Puts the parts together.
    public init(
        lot: Identifier,
        instrument: InstrumentID,
        currency: Currency,
        quantity: Quantity,
        cost: Money,
        acquired: BusinessDate
    ) {
        self.lot = lot
        self.instrument = instrument
        self.currency = currency
        self.quantity = quantity
        self.cost = cost
        self.acquired = acquired
    }
}

extension Portfolio {
    /// The opening of a lot that was bought elsewhere: its cost is what the owner put in.
    static func open(
        _ wanted: ImportedLot,
        _ account: AccountID,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        guard wanted.quantity > .zero else {
            throw Rejection(.quantityNotPositive, value: Int128(wanted.quantity.nanos))
        }
        guard wanted.cost >= .zero else { throw Rejection(.amountNotPositive, value: wanted.cost.nanos) }
        let position = state.position(wanted.instrument)
        // A short position would be closed by what is meant to be held.
        guard position >= .zero, position.adding(wanted.quantity) != nil,
            state.canHold(wanted.cost.nanos, [.positionCost, .contributedEquity], wanted.currency)
        else { throw Rejection(.balanceTooLarge, limit: Money.nanosMax, value: wanted.cost.nanos) }
        var fact = PositionImported()
        fact.account = account
        fact.lot = wanted.lot
        fact.instrument = wanted.instrument
        fact.currency = wanted.currency
        fact.quantity = wanted.quantity
        fact.cost = wanted.cost
        fact.acquired = wanted.acquired
        let lines = [
            Posting(.positionCost, wanted.currency, wanted.cost),
            Posting(.contributedEquity, wanted.currency, -wanted.cost),
            Posting(.positionSettled, wanted.instrument, wanted.currency, wanted.quantity),
            Posting(.depository, wanted.instrument, wanted.currency, -wanted.quantity),
        ]
        fact.postings = lines.filter { $0.amount != .zero }
        try decision.emit(.positionImported(fact))
    }

    static func evolve(
        _ state: inout PortfolioState,
        byImport fact: PositionImported,
        at effectiveAt: Timestamp
    ) {
        state.ledger.book(fact.postings)
        state.tradesByID[fact.instrument, default: TradeHistory()]
            .apply(.imported(fact), at: effectiveAt, &state.lotsByID[fact.instrument, default: LotQueue()])
        let sum = state.position(fact.instrument).adding(fact.quantity) ?? fact.quantity
        state.positionByID[fact.instrument] = sum == .zero ? nil : sum
        state.currencyByID[fact.instrument] = fact.currency
        state.untradedByID[fact.instrument, default: 0] += Int128(fact.quantity.nanos)
    }
}

extension LotQueue {
    /// Puts a lot where its age belongs, behind those of the same day.
    mutating func insert(_ lot: Lot) {
        let index = lots.firstIndex { $0.opened > lot.opened } ?? lots.endIndex
        lots.insert(lot, at: index)
    }
}
