internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import RiskLimits

/// Deadlines: what a venue owes an answer for, and sagas that are given a time.
extension Shard {
    static func sagaStep(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch posed.command {
        case .rebalance(let account, let wanted): try rebalance(account, wanted, posed, state, &decision)
        case .continueRebalance(let account, let id, _):
            try continueRebalance(account, id, posed, state, &decision)
        case .stopRebalance(let account, let id):
            try stopRebalance(account, id, .stopRequested, posed, state, &decision)
        case .reachDeadline(let account, let thing, let since):
            try reachDeadline(account, thing, since: since, posed, state, &decision)
        case .resolveOrder(let account, let wanted): try resolve(account, wanted, posed, state, &decision)
        case .resolveBreak(let account, let wanted): try resolve(account, wanted, posed, state, &decision)
        default: return
        }
    }

    /// A person says why the venue's book and ours differed; what books say is put right by other bookings.
    private static func resolve(
        _ account: AccountID,
        _ wanted: ResolveBreak,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard state.openBreaks[wanted.brokeAt] == account else { throw Rejection(.unknownBreak) }
        var fact = BreakResolved()
        fact.account = account
        fact.brokeAt = wanted.brokeAt
        fact.resolution = wanted.resolution
        fact.resolver = posed.actor.text
        let root = command(posed, slot: account.id.slot)
        let filing = Filing(.portfolio, of: account.id, account, root)
        try decision.emit(filing.draft(.portfolio(.breakResolved(fact))))
    }

    /// A time is over: of an order since `since`, or of a rebalance, whose `since` is 0.
    static func reachDeadline(
        _ account: AccountID,
        _ thing: Identifier,
        since: Int64,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        if let saga = state.rebalances.first(where: { $0.started.rebalance == thing }) {
            guard saga.started.account == account else { return }
            return try stopRebalance(account, thing, .deadlineReached, posed, state, &decision)
        }
        guard let entry = state.orderByID[OrderID(thing)], entry.account == account, entry.waitsSince == since
        else { return }
        try emit(.reachDeadline(OrderID(thing)), OrderID(thing), account, entry.state, &decision)
    }

    /// A person says what becomes of an order whose venue does not answer: it is asked again, or it does not
    /// work the order, and what is held back is free.
    ///
    /// A trade that is reported later is booked all the same.
    static func resolve(
        _ account: AccountID,
        _ wanted: ResolveOrder,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let order = try known(wanted.order, account, state).state
        var fact = OrderResolved()
        fact.order = wanted.order
        fact.retry = wanted.retry
        fact.resolver = posed.actor.text
        try emit(.resolve(fact), wanted.order, account, order, &decision)
        guard !wanted.retry else { return }
        if order.acknowledged || order.cumulative > .zero {
            try emit(.confirmCancel(wanted.order), wanted.order, account, order, &decision)
        } else {
            var rejected = OrderRejected()
            rejected.order = wanted.order
            rejected.judge = .person
            rejected.code = .venueSilent
            try emit(.reject(rejected), wanted.order, account, order, &decision)
        }
        try risk(.release(wanted.order), account, wanted.order.id, state, &decision)
    }

    /// Keeps what waits for the venue in step with what was told and answered.
    ///
    /// An order may wait anew without being told anything: a venue that was given up speaks of it, or lets it
    /// live again, and still owes an answer.
    static func evolveWaits(
        _ state: inout ShardState,
        _ event: OrderEvent,
        _ place: FactPlace,
        lacksWait: Bool
    ) {
        let order = event.order
        if lacksWait || event.startsWait {
            state.orderByID.change(order) { $0.waitsSince = place.position }
            state.venueWaits.add(order, since: place.position, at: place.effectiveAt)
        }
        guard state.venueWaits.next?.order == order else { return }
        while let wait = state.venueWaits.next {
            let isOver = state.orderByID.change(wait.order) { entry in
                guard entry.waitsSince == wait.since else { return true }
                guard !entry.state.route.hasDeadline else { return false }
                entry.waitsSince = 0
                return true
            }
            guard isOver else { return }
            state.venueWaits.drop()
        }
    }
}

extension OrderEntry {
    /// Whether its venue owes an answer that no deadline is set for.
    var lacksWait: Bool { waitsSince == 0 && approvedAt != 0 && state.route.hasDeadline }
}

extension OrderEvent {
    /// Whether the venue is told something, so that its time begins anew.
    fileprivate var startsWait: Bool {
        switch self {
        case .cancelRequested, .replaceApproved, .statusRequested: true
        default: false
        }
    }
}
