internal import BifrostKernel
internal import Orders
internal import References
internal import RiskLimits

/// Rebalances: sales, then purchases with the cash that is there, each leg an order that is judged like any
/// other.
extension Shard {
    /// Room that one leg needs: an order, its verdicts and its route, or its refusal.
    private static let eventsOfLegMax = 8

    static func rebalance(
        _ account: AccountID,
        _ wanted: RebalanceAccount,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        // Two at once would trade against each other's plans.
        guard !state.rebalances.contains(where: { $0.started.account == account }) else {
            throw Rejection(.rebalanceUnderWay)
        }
        let today = state.businessDate(at: posed.effectiveAt)
        var fact = try rebalancePlan(wanted, account, on: today, state)
        fact.rebalance = command(posed, slot: account.id.slot)
        fact.enteredBy = posed.actor.text
        if wanted.secondsMax > 0 {
            let nanos = posed.effectiveAt.nanos.addingReportingOverflow(
                Int64(wanted.secondsMax) * 1_000_000_000
            )
            fact.deadline = Timestamp(nanos: nanos.overflow ? .max : nanos.partialValue)
        }
        try emit(.started(fact), fact.rebalance, account, &decision)
    }

    /// Carries a rebalance on as far as one decision may.
    static func continueRebalance(
        _ account: AccountID,
        _ rebalance: Identifier,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard var saga = saga(rebalance, of: account, state) else { return }
        var entry = try entry(account, state)
        while let trigger = saga.trigger {
            try advance(&saga, trigger, entry, posed, state, &decision)
            if saga.state.isFinal { return }
        }
        for leg in saga.waiting {
            guard decision.events.count + eventsOfLegMax <= decisionEventsMax, !saga.isBroken else { return }
            try place(leg, &saga, &entry, posed, state, &decision)
        }
    }

    /// Stops a rebalance: nothing more is sent, and what is at the venue is cancelled.
    static func stopRebalance(
        _ account: AccountID,
        _ rebalance: Identifier,
        _ trigger: RebalanceState.Trigger,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard var saga = saga(rebalance, of: account, state) else { throw Rejection(.unknownRebalance) }
        try advance(&saga, trigger, try entry(account, state), posed, state, &decision)
    }

    private static func saga(
        _ rebalance: Identifier,
        of account: AccountID,
        _ state: ShardState
    ) -> RebalanceSaga? {
        state.rebalances.first { $0.started.rebalance == rebalance && $0.started.account == account }
    }

    private static func advance(
        _ saga: inout RebalanceSaga,
        _ trigger: RebalanceState.Trigger,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let next = saga.state.after(trigger) else { return }
        let account = entry.opened.account
        var fact = RebalanceAdvanced()
        fact.rebalance = saga.started.rebalance
        fact.account = account
        fact.state = next
        fact.trigger = trigger
        if next == .buying { (fact.budget, fact.legs) = affordable(saga, entry, posed, state) }
        try emit(.advanced(fact), fact.rebalance, account, &decision)
        saga.advance(fact)
        guard next == .stopping else { return }
        for order in saga.open {
            guard let open = state.orderByID[order] else { continue }
            try cancel(order, open, state, &decision)
        }
    }

    /// Makes a leg an order; one whose form or moment is not right is reported, and the others go on.
    private static func place(
        _ leg: RebalanceLeg,
        _ saga: inout RebalanceSaga,
        _ entry: inout AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let before = decision.events.count
        let account = entry.opened.account
        // Each order of a decision is born at the position of its own first event.
        let asked = PosedCommand(
            posed.command,
            position: posed.position + Int64(before),
            effectiveAt: posed.effectiveAt,
            actor: ActorName(saga.started.enteredBy) ?? posed.actor
        )
        do throws(Rejection) {
            try place(saga.order(leg), entry, asked, state, &decision)
        } catch {
            precondition(decision.events.count == before, "an order is refused before it leaves any event")
            var fact = RebalanceLegRefused()
            fact.rebalance = saga.started.rebalance
            fact.account = account
            fact.leg = leg
            fact.code = error.code
            fact.limit = error.limit
            fact.value = error.value
            try emit(.legRefused(fact), fact.rebalance, account, &decision)
            return saga.refuse()
        }
        for draft in decision.events.dropFirst(before) {
            switch draft.event {
            case .order(.placed(let placed)): saga.place(placed.order)
            case .order(.rejected(let fact)): _ = saga.close(fact.order, refused: true)
            case .order(.approved): entry.risk.count(at: posed.effectiveAt)
            case .risk(let event): RiskBook.evolve(&entry.risk, by: event)
            default: break
            }
        }
    }

    private static func emit(
        _ event: RebalanceEvent,
        _ rebalance: Identifier,
        _ account: AccountID,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let filing = Filing(.account, of: account.id, account, rebalance)
        try decision.emit(filing.draft(.rebalance(event)))
    }

    static func evolve(_ state: inout ShardState, _ event: RebalanceEvent, _ place: FactPlace) {
        switch event {
        case .started(let fact): state.rebalances.append(RebalanceSaga(fact, at: place.effectiveAt))
        case .advanced(let fact):
            change(&state, fact.rebalance) { $0.advance(fact) }
            state.rebalances.removeAll { $0.state.isFinal }
        case .legRefused(let fact): change(&state, fact.rebalance) { $0.refuse() }
        }
        state.rebalanceSteps += 1
    }

    private static func change(
        _ state: inout ShardState,
        _ rebalance: Identifier,
        _ body: (inout RebalanceSaga) -> Void
    ) {
        guard let index = state.rebalances.firstIndex(where: { $0.started.rebalance == rebalance }) else {
            preconditionFailure("a rebalance's events come after its start")
        }
        body(&state.rebalances[index])
    }

    /// An order of a rebalance was placed, or cannot trade any more.
    static func evolveRebalances(_ state: inout ShardState, _ event: OrderEvent, isOpen: Bool) {
        if case .placed(let placed) = event {
            let index = state.rebalances.firstIndex { $0.started.rebalance == placed.parent.id }
            guard let index else { return }
            state.rebalances[index].place(placed.order)
            state.rebalanceSteps += 1
        } else if !isOpen {
            var refused = false
            if case .rejected = event { refused = true }
            for index in state.rebalances.indices
            where state.rebalances[index].close(event.order, refused: refused) {
                state.rebalanceSteps += 1
            }
        }
    }
}

extension RebalanceSaga {
    /// A sale goes to the market, because it has to come before the purchases; a purchase has a limit,
    /// because it spends what is there.
    fileprivate func order(_ leg: RebalanceLeg) -> PlaceOrder {
        var order = PlaceOrder()
        order.symbol = leg.symbol
        order.side = leg.side
        order.quantity = leg.quantity
        order.book = started.book
        order.strategy = started.strategy
        order.parent = OrderID(started.rebalance)
        if let price = started.targets.first(where: { $0.instrument == leg.instrument })?.price {
            order.seen = ReferencePrice(last: price, source: "rebalance", at: startedAt)
        }
        if leg.side == .buy {
            order.type = .limit
            order.limitPrice = leg.price
        } else if let method = started.lotMethod {
            order.special.lotMethod = method
        }
        return order
    }
}
