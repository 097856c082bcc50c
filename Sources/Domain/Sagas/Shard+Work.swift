internal import BifrostKernel
internal import Orders
internal import RiskLimits

/// Orders that are worked by slices: they follow what their slices trade, and end with them.
extension Shard {
    /// Most slices that one step cancels; each may be two events of its own and one of its parent's
    /// reservation.
    private static let cancelsMax = 64
    /// Progress, its reservation, the end and its reservation: there is no longer way.
    private static let stepsMax = 4

    /// What a worked order does next by itself.
    enum WorkStep: Equatable {
        /// Its slices have traded something else than it was told.
        case progress
        /// Its slices have traded all of it.
        case complete
        /// It is over, or to be cancelled: what is open of its slices is cancelled first.
        case cancel([OrderID])
        /// None of them is open any more.
        case close
    }

    /// The next step of the worked order; `nil` while it waits for its slices.
    static func nextStep(of order: OrderState, _ saga: WorkSaga, _ state: ShardState) -> WorkStep? {
        guard let told = order.work else { return nil }
        guard told == saga.progress(of: told.order) else { return .progress }
        if order.closed == nil, order.leaves == .zero { return .complete }
        guard order.closed != nil || order.cancelPending else { return nil }
        let asked = saga.open.filter { slice in
            let isPending = state.orderByID.look(at: slice) { $0.state.cancelPending } ?? true
            return !isPending && !saga.uncancellable.contains(slice)
        }
        guard asked.isEmpty else { return .cancel(Array(asked.sorted().prefix(cancelsMax))) }
        return saga.open.isEmpty && order.isOpen ? .close : nil
    }

    static func continueWork(
        _ account: AccountID,
        _ id: OrderID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let saga = state.workByID[id], saga.account == account, var order = state.orderByID[id]?.state
        else { return }
        for _ in 0..<stepsMax {
            let before = decision.events.count
            switch nextStep(of: order, saga, state) {
            case .progress:
                try emit(.progressWork(saga.progress(of: id)), id, account, order, &decision)
            case .complete: try emit(.completeWork(id), id, account, order, &decision)
            case .close: try emit(.confirmCancel(id), id, account, order, &decision)
            case .cancel(let slices):
                for slice in slices { try cancelSlice(slice, state, &decision) }
                return
            case nil: return
            }
            for draft in decision.events.dropFirst(before) {
                if case .order(let event) = draft.event { Order.evolve(&order, by: event) }
            }
            try hold(id, order, account, state, &decision)
        }
    }

    /// Holds back what is left of a worked order beside its slices, and nothing once it is over.
    static func hold(
        _ id: OrderID,
        _ order: OrderState,
        _ account: AccountID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        // The decision may have judged other terms of it just now.
        let book = book(of: try entry(account, state), after: decision)
        // A short sale is held at the market's price too, which its terms do not name.
        let isShort = order.placed?.side.isShort ?? false
        let floor = isShort ? book.reservationByID[id]?.price ?? .zero : .zero
        let price = order.terms.limitPrice.map { max($0, floor) }
        let wanted: RiskCommand =
            order.isOpen ? .trim(id, leaves: order.leaves, price: price) : .release(id)
        var events = Decision<RiskEvent>()
        try RiskBook.decide(wanted, given: book, into: &events)
        let filing = Filing(.risk, of: account.id, account, id.id)
        try decision.emit(events) { filing.draft(.risk($0)) }
    }

    private static func cancelSlice(
        _ slice: OrderID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let entry = state.orderByID[slice] else { return }
        try cancel(slice, entry, state, reason: .parent, &decision)
    }

    /// Asks again for the slices that the venue would not cancel, where their parent waits for them.
    static func cancelAgain(
        _ id: OrderID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let saga = state.workByID[id], decision.events.isEmpty else { return }
        for slice in saga.uncancellable.intersection(saga.open).sorted().prefix(cancelsMax) {
            try cancelSlice(slice, state, &decision)
        }
    }

    /// Something happened to a worked order, or to a slice of one.
    static func evolveWork(_ state: inout ShardState, _ event: OrderEvent, parent: OrderID) {
        let order = event.order
        if parent != .none {
            let slice = state.orderByID.look(at: order) { entry -> WorkSaga.Slice? in
                guard let placed = entry.state.placed, work(of: placed, state) == parent else { return nil }
                return WorkSaga.Slice(
                    traded: entry.state.cumulative,
                    notional: entry.state.tradedNotional,
                    reach: entry.state.reach
                )
            }
            if let slice = slice ?? nil { change(&state, parent) { $0.take(event, slice) } }
        }
        if state.workByID[order] != nil { change(&state, order) { $0.note() } }
    }

    private static func change(_ state: inout ShardState, _ id: OrderID, _ body: (inout WorkSaga) -> Void) {
        guard let index = state.workByID.index(forKey: id) else { return }
        body(&state.workByID.values[index])
        guard let order = state.orderByID[id]?.state else { return }
        if nextStep(of: order, state.workByID.values[index], state) == nil {
            state.dueWork.remove(id)
        } else {
            state.dueWork.insert(id)
        }
        state.workSteps += 1
    }
}
