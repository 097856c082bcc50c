internal import BifrostKernel
internal import Orders
internal import References

/// What a group does next by itself: a pure function of its own facts and of its orders.
extension Shard {
    enum GroupStep: Equatable {
        /// It stands somewhere else; `quantity` is what its legs trade together from then on.
        case advance(GroupState.Trigger, quantity: Quantity = .zero)
        /// The legs that are missing are judged and sent.
        case place
        /// What is open is cancelled.
        case cancel([OrderID])
        /// A leg is made smaller by what the other one traded.
        case reduce(OrderID, leaves: Quantity)
        /// A person is told something.
        case flag(GroupFlagged)
    }

    /// The next step of a group; `nil` while it waits for a venue or for a person.
    static func nextStep(of saga: GroupSaga, _ state: ShardState) -> GroupStep? {
        if let flag = saga.flag { return .flag(flag) }
        switch saga.state {
        case .entering: return afterEntry(saga, state)
        case .working: return working(saga, state)
        case .closing: return closing(saga, state)
        case .parked: return parked(saga, state)
        case .completed, .ended: return nil
        }
    }

    /// The legs wait until the entry can trade no more, and are placed for what it traded.
    private static func afterEntry(_ saga: GroupSaga, _ state: ShardState) -> GroupStep? {
        guard saga.started.contingency.hasEntry else { return nil }
        guard !isOpen(saga.legs[0].order, state) else { return nil }
        let quantity = inLots(Int128(saga.legs[0].traded.nanos), saga, state)
        guard quantity > .zero else { return .advance(.entryClosed) }
        if saga.isOutdated { return .advance(.termsOutdated, quantity: quantity) }
        return .advance(.entryFilled, quantity: quantity)
    }

    private static func working(_ saga: GroupSaga, _ state: ShardState) -> GroupStep? {
        if saga.isCancelled { return .advance(.cancelRequested) }
        let leaves = inLots(saga.rest, saga, state)
        guard leaves > .zero else { return .advance(.legFilled) }
        if saga.isRefused { return .advance(.legRefused) }
        let orders = saga.legIndices.map { saga.legs[$0].order }
        guard !orders.contains(.none) else { return .place }
        guard orders.allSatisfy({ isOpen($0, state) }) else { return .advance(.legClosed) }
        for order in orders {
            guard let leg = state.orderByID[order]?.state, !leg.cancelPending else { continue }
            let wanted = leg.pendingReplaces.last?.terms ?? leg.terms
            guard leg.rest(of: wanted.quantity) > leaves else { continue }
            return saga.isReductionRefused ? .advance(.reductionRefused) : .reduce(order, leaves: leaves)
        }
        return nil
    }

    private static func closing(_ saga: GroupSaga, _ state: ShardState) -> GroupStep? {
        let open = openOrders(saga, state)
        guard !open.isEmpty else { return .advance(isFilled(saga, state) ? .allFilled : .allClosed) }
        let unasked = open.filter { !isCancelPending($0, state) }
        // What the venue may still cancel comes first, so that one refusal does not leave the other leg open.
        let asked = unasked.filter { !saga.isUncancellable($0) }
        guard asked.isEmpty else { return .cancel(asked) }
        return unasked.isEmpty ? nil : .advance(.cancelRefused)
    }

    /// A parked group goes on where its orders leave nothing to decide.
    private static func parked(_ saga: GroupSaga, _ state: ShardState) -> GroupStep? {
        let open = openOrders(saga, state)
        let isFilled = isFilled(saga, state)
        guard !open.isEmpty else {
            let isMissing = saga.legIndices.contains { saga.legs[$0].order == .none }
            if isFilled { return .advance(.allFilled) }
            return isMissing ? nil : .advance(.allClosed)
        }
        let cancellable = open.contains { !isCancelPending($0, state) && !saga.isUncancellable($0) }
        return isFilled && cancellable ? .advance(.legFilled) : nil
    }

    private static func isFilled(_ saga: GroupSaga, _ state: ShardState) -> Bool {
        saga.quantity > .zero && inLots(saga.rest, saga, state) == .zero
    }

    private static func isOpen(_ order: OrderID, _ state: ShardState) -> Bool {
        state.orderByID.look(at: order) { $0.state.isOpen } ?? false
    }

    private static func isCancelPending(_ order: OrderID, _ state: ShardState) -> Bool {
        state.orderByID.look(at: order) { $0.state.cancelPending } ?? false
    }

    static func openOrders(_ saga: GroupSaga, _ state: ShardState) -> [OrderID] {
        saga.legs.map(\.order).filter { isOpen($0, state) }
    }

    /// Whole lots of that many units: what is less than one cannot be ordered.
    static func inLots(_ units: Int128, _ saga: GroupSaga, _ state: ShardState) -> Quantity {
        let today = state.openDay ?? state.effectiveAt.date
        let lot = Int128(state.reference.terms(of: saga.started.instrument, on: today)?.lotSize.nanos ?? 1)
        guard units > 0, lot > 0 else { return .zero }
        return Quantity(exactly: Int64(clamping: units / lot * lot)) ?? .zero
    }
}
