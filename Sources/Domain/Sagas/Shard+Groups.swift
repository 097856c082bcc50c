internal import BifrostKernel
internal import Orders
internal import References
internal import RiskLimits

/// Groups: orders that are placed together, and of which one places, reduces or cancels another.
extension Shard {
    /// Most steps of one decision; the table has no longer way that places, reduces or cancels nothing.
    private static let stepsMax = 8

    static func groupStep(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch posed.command {
        case .placeGroup(let account, let wanted): try placeGroup(account, wanted, posed, state, &decision)
        case .continueGroup(let account, let group, _):
            guard let saga = state.groupByID[group], saga.started.account == account else { return }
            try carryOn(saga, posed, state, &decision)
        case .cancelGroup(let account, let group):
            try end(group, of: account, .cancelRequested, posed, state, &decision)
        case .resolveGroup(let account, let wanted):
            let trigger: GroupState.Trigger = wanted.retry ? .retryRequested : .closedByPerson
            guard state.groupByID[wanted.order]?.state == .parked else { throw Rejection(.unknownGroup) }
            try end(wanted.order, of: account, trigger, posed, state, &decision)
        default: return
        }
    }

    /// All that is open is cancelled, and nothing more is placed; or what was refused is tried again.
    private static func end(
        _ group: OrderID,
        of account: AccountID,
        _ trigger: GroupState.Trigger,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard var saga = state.groupByID[group], saga.started.account == account, !saga.state.isFinal else {
            throw Rejection(.unknownGroup)
        }
        guard saga.state.after(trigger) != nil else { return }
        try advance(&saga, trigger, .zero, &decision)
        try carryOn(saga, posed, state, &decision)
    }

    /// Takes steps until orders are told something, or there is nothing to do.
    private static func carryOn(
        _ before: GroupSaga,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var saga = before
        for _ in 0..<stepsMax {
            switch nextStep(of: saga, state) {
            case .advance(let trigger, let quantity): try advance(&saga, trigger, quantity, &decision)
            case .flag(let fact):
                try emit(.flagged(fact), saga, &decision)
                saga.tell()
            case .place:
                _ = try placeLegs(saga, try entry(saga.started.account, state), posed, state, &decision)
                return
            case .cancel(let orders):
                for order in orders { try cancelForGroup(order, state, &decision) }
                return
            case .reduce(let order, let leaves): return try reduce(order, leaves, posed, state, &decision)
            case nil: return
            }
        }
    }

    static func advance(
        _ saga: inout GroupSaga,
        _ trigger: GroupState.Trigger,
        _ quantity: Quantity,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let next = saga.state.after(trigger) else {
            preconditionFailure("a group takes the steps of its table")
        }
        var fact = GroupAdvanced()
        fact.group = saga.started.group
        fact.account = saga.started.account
        fact.state = next
        fact.trigger = trigger
        fact.quantity = quantity
        try emit(.advanced(fact), saga, &decision)
        saga.advance(fact)
    }

    private static func cancelForGroup(
        _ order: OrderID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let entry = state.orderByID[order] else { return }
        try cancel(order, entry, state, reason: .contingency, &decision)
    }

    /// Asks the venue for a smaller leg, unjudged like a cancel, because it takes risk away.
    ///
    /// A leg that cannot be made smaller is cancelled.
    private static func reduce(
        _ order: OrderID,
        _ leaves: Quantity,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let entry = state.orderByID[order] else { return }
        let leg = entry.state
        var asked = OrderReplaceRequested()
        asked.order = order
        asked.terms = leg.pendingReplaces.last?.terms ?? leg.terms
        // Whole: what traded, and what lapsed with a bust, included.
        let gone = Int128(leg.cumulative.nanos) + Int128(leg.lapsed.nanos)
        asked.terms.quantity = Quantity(
            nanos: Int64(min(gone + Int128(leaves.nanos), Int128(Quantity.nanosMax)))
        )
        asked.enteredBy = posed.actor.text
        let before = decision.events.count
        // The lot is kept already, and a tick that changed since does not bind a price that stays.
        let steps = InstrumentTerms(tickSize: Price(nanos: 1), lotSize: Quantity(nanos: 1))
        do throws(Rejection) {
            try emit(.requestReplace(asked, terms: steps), order, entry.account, leg, &decision)
        } catch {
            return try cancelForGroup(order, state, &decision)
        }
        guard decision.events.count > before,
            case .order(.replaceRequested(let request)) = decision.events[before].event
        else { return try cancelForGroup(order, state, &decision) }
        var approved = OrderReplaceApproved()
        approved.order = order
        approved.request = request.request
        try emit(.approveReplace(approved), order, entry.account, leg, &decision)
    }

    static func emit(_ event: GroupEvent, _ saga: GroupSaga, _ decision: inout Decision<Draft>)
        throws(Rejection)
    {
        let account = saga.started.account
        let filing = Filing(.account, of: account.id, account, saga.started.group.id)
        try decision.emit(filing.draft(.group(event)))
    }

    /// Something happened to a group.
    static func evolve(_ state: inout ShardState, _ event: GroupEvent) {
        if case .started(let fact) = event {
            state.groupByID[fact.group] = GroupSaga(fact)
            return
        }
        change(&state, event.group) { saga in
            switch event {
            case .started: break
            case .advanced(let fact): saga.advance(fact)
            case .legRefused: saga.refuse()
            case .flagged: saga.tell()
            }
        }
    }

    /// Something happened to an order of a group.
    static func evolveGroup(_ state: inout ShardState, _ group: OrderID, _ event: OrderEvent) {
        guard state.groupByID[group] != nil else { return }
        let traded = state.orderByID.look(at: event.order) { $0.state.cumulative } ?? .zero
        change(&state, group) { $0.take(event, traded: traded) }
    }

    /// A split changes what a unit is: groups that wait for an entry have prices and quantities of the old
    /// one.
    static func outdateGroups(_ state: inout ShardState, _ instruments: Set<InstrumentID>) {
        // ORDER: each group is changed by itself.
        let waiting = state.groupByID.filter {
            $0.value.state == .entering && instruments.contains($0.value.started.instrument)
        }
        for group in waiting.keys.sorted() { change(&state, group) { $0.outdate() } }
    }

    private static func change(
        _ state: inout ShardState,
        _ group: OrderID,
        _ body: (inout GroupSaga) -> Void
    ) {
        guard let index = state.groupByID.index(forKey: group) else {
            preconditionFailure("a group's events come after its start")
        }
        body(&state.groupByID.values[index])
        if nextStep(of: state.groupByID.values[index], state) == nil {
            state.dueGroups.remove(group)
        } else {
            state.dueGroups.insert(group)
        }
        state.groupSteps += 1
    }
}
