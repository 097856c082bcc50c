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
    /// Ask the venue for other terms, judged by form only; the request's number is the order's to give.
    case requestReplace(OrderReplaceRequested, terms: InstrumentTerms)
    /// Send a replacement to the venue.
    case approveReplace(OrderReplaceApproved)
    /// Close a replacement as refused by a judge.
    case refuseReplace(OrderReplaceRejected)
    /// Note what the venue says.
    case note(VenueFact)
    /// Let it wait for a person.
    case holdForReview(OrderHeldForReview)
    /// Let the person decide.
    case review(OrderReviewed)
    /// The venue's time to answer is over.
    case reachDeadline(OrderID)
    /// Give it the terms of an ex-date.
    case adjust(OrderAdjusted)
    /// A person says what becomes of it when the venue does not answer.
    case resolve(OrderResolved)
    /// Keep it here, to be worked by slices.
    case beginWork(OrderID)
    /// Note what its slices have traded.
    case progressWork(OrderWorkProgressed)
    /// Close it because its slices have traded all of it.
    case completeWork(OrderID)
}

/// The terms of an instrument that the form of an order is judged by.
public struct InstrumentTerms: Sendable {
    /// The smallest step of a price.
    public let tickSize: Price
    /// The smallest step of a quantity.
    public let lotSize: Quantity
    /// The trading day, before which no order expires.
    public let today: BusinessDate
    /// The moment of the order, at which none has expired.
    public let moment: Timestamp
    /// Puts the parts together.
    public init(
        tickSize: Price,
        lotSize: Quantity,
        today: BusinessDate = BusinessDate(days: .min),
        moment: Timestamp = Timestamp(nanos: .min)
    ) {
        self.tickSize = tickSize
        self.lotSize = lotSize
        self.today = today
        self.moment = moment
    }
}

/// The order aggregate: form on the way in, and after that nothing that a venue says is ever refused.
public enum Order: Decider {
    /// No facts.
    public static let initial = OrderState()

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
            // Terms that were asked for may be in force there already: what they leave is cancelled as well.
            // One that is filled here may live again, by a bust that the venue said before and that comes
            // later.
            guard state.closed == nil else { return }
            var fact = OrderCancelled()
            fact.order = order
            fact.cancelledQuantity = state.leaves
            try decision.emit(.cancelled(fact))
        case .refuseCancel(let order):
            // Nobody asked a venue to cancel an order that is worked here.
            guard state.cancelPending, !state.isAtWork else { return }
            var fact = OrderCancelRejected()
            fact.order = order
            try decision.emit(.cancelRejected(fact))
        case .expire(let order):
            guard state.isOpen else { return }
            var fact = OrderExpired()
            fact.order = order
            fact.expiredQuantity = state.leaves
            try decision.emit(.expired(fact))
        case .requestReplace(let fact, let terms): try requestReplace(fact, terms, state, &decision)
        case .approveReplace(let fact): try decision.emit(.replaceApproved(fact))
        case .refuseReplace(let fact): try decision.emit(.replaceRejected(fact))
        case .note(let fact): try note(fact, state, &decision)
        case .holdForReview(let fact): try decision.emit(.heldForReview(fact))
        case .review(let fact):
            guard state.heldForVenue != nil else { throw Rejection(.orderNotOpen) }
            try decision.emit(.reviewed(fact))
        case .reachDeadline(let order): try reachDeadline(order, state, &decision)
        case .resolve(let fact): try resolve(fact, state, &decision)
        case .adjust(let fact): try decision.emit(.adjusted(fact))
        case .beginWork, .progressWork, .completeWork: try work(command, &decision)
        }
    }

    private static func reachDeadline(
        _ order: OrderID,
        _ state: OrderState,
        _ decision: inout Decision<OrderEvent>
    ) throws(Rejection) {
        let isLast = state.statusRequests >= RouteState.attemptsMax
        switch state.route.after(isLast ? .attemptsUsed : .deadlineReached) {
        case .asked:
            var fact = OrderStatusRequested()
            fact.order = order
            fact.attempt = state.statusRequests + 1
            try decision.emit(.statusRequested(fact))
        case .parked:
            var fact = OrderParked()
            fact.order = order
            fact.attempts = state.statusRequests
            try decision.emit(.parked(fact))
        default: return
        }
    }

    private static func resolve(
        _ fact: OrderResolved,
        _ state: OrderState,
        _ decision: inout Decision<OrderEvent>
    ) throws(Rejection) {
        guard state.route.after(fact.retry ? .retryRequested : .closedByPerson) != nil else {
            throw Rejection(.orderNotOpen)
        }
        try decision.emit(.resolved(fact))
        guard fact.retry else { return }
        var again = OrderStatusRequested()
        again.order = fact.order
        again.attempt = 1
        try decision.emit(.statusRequested(again))
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
        case .rejected:
            // The venue still answers a cancel that was on its way.
            let isCancelPending = state.cancelPending
            state.close(.rejected)
            state.cancelPending = isCancelPending
        case .acknowledged:
            state.acknowledged = true
            state.hear()
        case .executed(let fact):
            state.executions[ExecutionIdentity(fact)] = fact
            if !state.rare.isNever {
                state.hear()
                state.recount()
            } else {
                state.cumulative = state.cumulative(with: fact.quantity)
                let notional = Money.notional(fact.price, fact.quantity, .halfAwayFromZero)
                state.tradedNotional = Money(clamping: state.tradedNotional.nanos + notional.nanos)
            }
            if state.leaves == .zero { state.cancelPending = false }
        case .externalFound(let fact): state.find(fact)
        case .executionConflicted, .replaceApproved, .resolved: break
        case .replaceRequested, .replaced, .replaceRejected, .triggered, .doneForDay, .suspended, .resumed,
            .restated, .executionCorrected, .executionBusted, .heldForReview, .reviewed, .statusRequested,
            .parked, .adjusted, .workBegan, .workProgressed:
            evolveRarely(&state, by: event)
        case .cancelRequested: state.cancelPending = true
        case .cancelled: state.close(.cancelled)
        case .cancelRejected:
            state.cancelPending = false
            state.hear()
        case .expired: state.close(.expired)
        case .workCompleted: state.close(.completed)
        }
    }
}

extension OrderExecuted {
    /// Whether two reports tell the same trade: all that the venue said is equal, but for the state of its
    /// own book.
    public func isSameTrade(as other: OrderExecuted) -> Bool {
        order == other.order && quantity == other.quantity && price == other.price
            && currency == other.currency
            && settlementAmount == other.settlementAmount && commission == other.commission
            && fees == other.fees
    }
}
