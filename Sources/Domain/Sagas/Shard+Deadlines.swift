internal import BifrostKernel
internal import Orders
internal import RiskLimits

/// Deadlines: what a venue owes an answer for, and sagas that are given a time.
extension Shard {
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
        case .cancelRequested, .replaceApproved, .statusRequested, .adjusted: true
        default: false
        }
    }
}
