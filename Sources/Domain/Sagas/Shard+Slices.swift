internal import BifrostKernel
internal import Orders
internal import References
internal import RiskLimits

/// Slices: orders that name a worked order of their account as their parent.
///
/// Any other parent is a label of a strategy, that says which orders belong together.
extension Shard {
    /// The worked order that an order is a slice of, none where its parent is a label: also one that an order
    /// got as its id later.
    static func work(of placed: OrderPlaced, _ state: ShardState) -> OrderID {
        guard placed.parent != .none, state.workByID[placed.parent]?.account == placed.account,
            placed.order.id.birth > placed.parent.id.birth
        else { return .none }
        return placed.parent
    }

    /// Refuses a slice that its parent has no room for, or that is for something else.
    static func checkSlice(
        _ wanted: PlaceOrder,
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ state: ShardState
    ) throws(Rejection) {
        guard let saga = state.workByID[wanted.parent], saga.account == account,
            let parent = state.orderByID[wanted.parent]?.state
        else { return }
        let isWhole = !wanted.special.worked && wanted.special.group == .none
        guard isWhole else { throw Rejection(.workedOrderInvalid) }
        guard parent.isAtWork, parent.isOpen, !parent.cancelPending else { throw Rejection(.parentNotOpen) }
        guard parent.placed?.instrument == instrument, parent.placed?.side == wanted.side else {
            throw Rejection(.parentDiffers)
        }
        let room = saga.room(of: parent)
        guard Int128(wanted.quantity.nanos) <= room else {
            throw Rejection(
                .parentQuantityExceeded,
                limit: max(room, 0),
                value: Int128(wanted.quantity.nanos)
            )
        }
    }

    /// Refuses other terms of a slice that its parent has no room for, and of a parent that its slices leave
    /// no room for.
    static func checkReplace(
        _ asked: AmendedTerms,
        of id: OrderID,
        _ order: OrderState,
        _ placed: OrderPlaced,
        _ state: ShardState
    ) throws(Rejection) {
        if let saga = state.workByID[id] {
            let used = saga.traded + saga.reach
            guard Int128(asked.quantity.nanos) >= used else {
                throw Rejection(.quantityBelowSlices, limit: used, value: Int128(asked.quantity.nanos))
            }
        }
        let work = work(of: placed, state)
        guard work != .none, let saga = state.workByID[work], let parent = state.orderByID[work]?.state else {
            return
        }
        let (rest, reach) = (Int128(order.rest(of: asked.quantity).nanos), Int128(order.reach.nanos))
        guard rest > reach else { return }
        guard parent.isOpen, !parent.cancelPending else { throw Rejection(.parentNotOpen) }
        let most = reach + max(saga.room(of: parent), 0)
        guard rest <= most else { throw Rejection(.parentQuantityExceeded, limit: most, value: rest) }
    }

    /// What is judged of other terms of a worked order: what its slices leave of it.
    static func leaveSlices(_ question: inout RiskQuestion, _ state: ShardState) {
        guard let reach = state.workByID[question.order]?.reach else { return }
        let quantity = max(Int128(question.quantity.nanos) - reach, 0)
        let filled = min(Int128(question.filled.nanos) + reach, Int128(Quantity.nanosMax))
        question.quantity = Quantity(nanos: Int64(clamping: quantity))
        question.filled = Quantity(nanos: Int64(clamping: filled))
    }

    /// Other terms of a worked order hold at once: there is no venue to ask.
    static func replaceWork(
        _ request: OrderReplaceRequested,
        _ before: OrderState,
        _ account: AccountID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var fact = OrderReplaced()
        fact.order = request.order
        fact.request = request.request
        fact.terms = request.terms
        var order = before
        Order.evolve(&order, by: .replaceRequested(request))
        try emit(.note(.replaced(fact)), request.order, account, order, &decision)
        Order.evolve(&order, by: .replaced(fact))
        try hold(request.order, order, account, state, &decision)
    }

    /// What the parent of a slice that passed its risk `verdict` keeps, where it hands over anything.
    static func drawn(by verdict: RiskEvent?, _ entry: AccountEntry) -> RiskEvent? {
        guard case .assessed(let fact) = verdict else { return nil }
        return RiskBook.drawn(by: fact, entry.risk).map { .reservationChanged($0) }
    }

    /// Frees what an order held back that compliance refused; the parent of a slice gets back what that took.
    static func free(
        _ order: OrderID,
        isSlice: Bool,
        _ entry: AccountEntry,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let account = entry.opened.account
        let filing = Filing(.risk, of: account.id, account, order.id)
        if isSlice {
            var events = Decision<RiskEvent>()
            try RiskBook.decide(.release(order), given: book(of: entry, after: decision), into: &events)
            return try decision.emit(events) { filing.draft(.risk($0)) }
        }
        var released = ReservationChanged()
        released.order = order
        released.reason = .released
        try decision.emit(filing.draft(.risk(.reservationChanged(released))))
    }

    /// What becomes of reservations in an account that has slices: a parent gets back no more than is left of
    /// it, of which a late trade may have taken what another slice drew.
    static func riskOfSlices(
        _ wanted: RiskCommand,
        _ before: RiskState,
        _ state: ShardState,
        after decision: borrowing Decision<Draft>
    ) throws(Rejection) -> Decision<RiskEvent> {
        var decided = Decision<RiskEvent>()
        try RiskBook.decide(wanted, given: before, into: &decided)
        let events = Array(decided.events)
        guard case .reservationChanged(let fact)? = events.last, fact.reason == .drawn,
            var parent = state.orderByID[fact.order]?.state
        else { return decided }
        // The decision may have told it just now what its slices traded.
        for draft in decision.events {
            if case .order(let event) = draft.event, event.order == fact.order {
                Order.evolve(&parent, by: event)
            }
        }
        var book = before
        for event in events { RiskBook.evolve(&book, by: event) }
        var trimmed = Decision<RiskEvent>()
        try RiskBook.decide(
            .trim(fact.order, leaves: parent.leaves, price: nil),
            given: book,
            into: &trimmed
        )
        guard let most = trimmed.events.first else { return decided }
        var bounded = Decision<RiskEvent>()
        for event in events.dropLast() { try bounded.emit(event) }
        try bounded.emit(most)
        return bounded
    }

    /// The risk book of an account after what the decision has so far: slices of one parent change what it
    /// holds back one after another.
    static func book(
        of entry: AccountEntry,
        after decision: borrowing Decision<Draft>
    ) -> RiskState {
        var book = entry.risk
        let ordinal = AccountOrdinal(entry.opened.account)
        for draft in decision.events where draft.account == ordinal {
            if case .risk(let event) = draft.event { RiskBook.evolve(&book, by: event) }
        }
        return book
    }
}

extension ShardState {
    /// The open orders in the order in which a day ends them: slices before the orders that they are of.
    var expiring: [OrderID] {
        let orders = openOrders.sorted()
        guard !workByID.isEmpty else { return orders }
        return orders.filter { workByID[$0] == nil } + orders.filter { workByID[$0] != nil }
    }
}
