public import BifrostKernel

/// What one order is asked to do.
public enum OrderCommand: Sendable {
    /// Record the terms of a new order, judged by form only.
    case place(OrderPlaced, terms: InstrumentTerms)
    /// Send it to the venue.
    case approve(OrderApproved)
    /// Close it as refused.
    case reject(OrderRejected)
    /// Note that the venue has it.
    case acknowledge(OrderAcknowledged)
    /// Book a trade.
    case execute(OrderExecuted)
    /// Ask the venue to cancel.
    case requestCancel(OrderCancelRequested)
    /// Close it as cancelled.
    case confirmCancel(OrderID)
    /// Note that the venue would not cancel.
    case refuseCancel(OrderID)
    /// Close it because its day is over.
    case expire(OrderID)
}

/// The terms of an instrument that the form of an order is judged by.
public struct InstrumentTerms: Sendable {
    /// The smallest step of a price.
    public let tickSize: Price
    /// The smallest step of a quantity.
    public let lotSize: Quantity
    /// Puts the parts together.
    public init(tickSize: Price, lotSize: Quantity) {
        self.tickSize = tickSize
        self.lotSize = lotSize
    }
}

/// The order aggregate: form on the way in, and after that nothing that a venue says is ever refused.
public enum Order: Decider {
    /// No facts.
    public static var initial: OrderState { OrderState() }

    /// The events of `command`; no event at all means that it is already so.
    public static func decide(
        _ command: OrderCommand,
        given state: OrderState,
        into decision: inout Decision<OrderEvent>
    ) throws(Rejection) {
        switch command {
        case .place(let placed, let terms):
            try checkForm(placed, terms)
            try decision.emit(.placed(placed))
        case .approve(let fact):
            try decision.emit(.approved(fact))
        case .reject(let fact):
            guard state.placed == nil || state.closed == nil else { return }
            try decision.emit(.rejected(fact))
        case .acknowledge(let fact):
            guard !state.acknowledged else { return }
            try decision.emit(.acknowledged(fact))
        case .execute(let report):
            try execute(report, state, &decision)
        case .requestCancel(let fact):
            guard state.isOpen, !state.cancelPending else { return }
            try decision.emit(.cancelRequested(fact))
        case .confirmCancel(let order):
            guard state.closed == nil, state.leaves > .zero else { return }
            var fact = OrderCancelled()
            fact.order = order
            fact.cancelledQuantity = state.leaves
            try decision.emit(.cancelled(fact))
        case .refuseCancel(let order):
            guard state.cancelPending else { return }
            var fact = OrderCancelRejected()
            fact.order = order
            try decision.emit(.cancelRejected(fact))
        case .expire(let order):
            guard state.isOpen else { return }
            var fact = OrderExpired()
            fact.order = order
            fact.expiredQuantity = state.leaves
            try decision.emit(.expired(fact))
        }
    }

    /// The order of these checks is part of the contract.
    private static func checkForm(_ placed: OrderPlaced, _ terms: InstrumentTerms) throws(Rejection) {
        let quantity = placed.quantity
        guard quantity > .zero else { throw Rejection(.quantityNotPositive, value: Int128(quantity.nanos)) }
        guard quantity.nanos % terms.lotSize.nanos == 0 else {
            throw Rejection(
                .quantityNotLotMultiple,
                limit: Int128(terms.lotSize.nanos),
                value: Int128(quantity.nanos)
            )
        }
        switch (placed.type, placed.limitPrice) {
        case (.market, nil): break
        case (.market, let price?): throw Rejection(.limitPriceUnexpected, value: Int128(price.nanos))
        case (.limit, nil): throw Rejection(.limitPriceMissing)
        case (.limit, let price?):
            guard price > .zero else { throw Rejection(.priceNotPositive, value: Int128(price.nanos)) }
            guard price.nanos % terms.tickSize.nanos == 0 else {
                throw Rejection(
                    .priceNotTickMultiple,
                    limit: Int128(terms.tickSize.nanos),
                    value: Int128(price.nanos)
                )
            }
        }
    }

    private static func execute(
        _ report: OrderExecuted,
        _ state: OrderState,
        _ decision: inout Decision<OrderEvent>
    ) throws(Rejection) {
        if let standing = state.executions[ExecutionIdentity(report)] {
            guard !report.isSameTrade(as: standing) else { return }
            var fact = ExecutionConflicted()
            fact.report = report
            fact.standing = standing.execution
            return try decision.emit(.executionConflicted(fact))
        }
        var fact = report
        fact.afterClose = state.closed != nil
        fact.overfilled = state.ordered.nanos - state.cumulative.nanos < report.quantity.nanos
        try decision.emit(.executed(fact))
    }

    /// Adds a fact.
    public static func evolve(_ state: inout OrderState, by event: OrderEvent) {
        switch event {
        case .placed(let fact):
            state.placed = fact
            state.ordered = fact.quantity
        case .approved(let fact): state.venue = fact.venue
        case .rejected: state.closed = .rejected
        case .acknowledged: state.acknowledged = true
        case .executed(let fact):
            state.executions[ExecutionIdentity(fact)] = fact
            state.cumulative = state.cumulative(with: fact.quantity)
            let notional = Money.notional(fact.price, fact.quantity, .halfAwayFromZero)
            state.tradedNotional = Money(clamping: state.tradedNotional.nanos + notional.nanos)
            if state.leaves == .zero { state.cancelPending = false }
        case .executionConflicted: break
        case .cancelRequested: state.cancelPending = true
        case .cancelled:
            state.closed = .cancelled
            state.cancelPending = false
        case .cancelRejected: state.cancelPending = false
        case .expired:
            state.closed = .expired
            state.cancelPending = false
        }
    }
}

extension OrderExecuted {
    /// Whether two reports tell the same trade: all that the venue said is equal, but for the state of its
    /// own book.
    func isSameTrade(as other: OrderExecuted) -> Bool {
        order == other.order && quantity == other.quantity && price == other.price
            && currency == other.currency
            && settlementAmount == other.settlementAmount && commission == other.commission
    }
}
