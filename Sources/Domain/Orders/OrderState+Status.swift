public import BifrostKernel

extension OrderState {
    /// The status by the precedence of FIX (5.0 SP2, appendix D): pending cancel, pending replace, done for
    /// day, filled, suspended, closed, partially filled, new.
    ///
    /// "Replaced" is no state: an order that was replaced is what its new terms make of it. A request that
    /// nothing is left for is answered by the fill. A suspension and the end of a day end with the order.
    public var status: OrderStatus {
        guard placed != nil else { return .pendingNew }
        if closed == nil {
            if cancelPending, leaves > .zero { return .pendingCancel }
            if let rare = rare.value {
                if !rare.pendingReplaces.isEmpty, isOpen { return .pendingReplace }
                if isDoneForDay { return .doneForDay }
            }
        }
        if cumulative >= ordered { return .filled }
        switch closed {
        case .rejected: return .rejected
        case .cancelled: return .cancelled
        case .expired: return .expired
        // A trade was taken back since.
        case .completed: return .cancelled
        case nil: break
        }
        if let rare = rare.value {
            if leaves == .zero { return .cancelled }
            if rare.suspended { return .suspended }
        }
        if cumulative > .zero { return .partiallyFilled }
        return acknowledged ? .new : .pendingNew
    }

    /// Whether it is done for the last day that anything was said of it.
    ///
    /// A trade or a restatement of a later day shows that it goes on.
    public var isDoneForDay: Bool {
        guard let rare = rare.value, let done = rare.doneForDay else { return false }
        if let restated = rare.restatedOn, restated > done { return false }
        return executions.keys.allSatisfy { $0.tradeDate <= done }
    }

    /// The replacements that were asked for and not answered, in the order of their numbers.
    public var pendingReplaces: [OrderReplaceRequested] { rare.value?.pendingReplaces ?? [] }

    /// The terms that came into force after the first ones.
    public var amendments: [OrderReplaced] { rare.value?.amendments ?? [] }

    /// The request whose terms are in force, 0 for those that it was placed with: the last accepted link of
    /// FIX's chain of client order ids.
    public var requestInForce: UInt32 { rare.value?.requestInForce ?? 0 }

    /// The number of the last replacement asked for.
    public var lastRequest: UInt32 { rare.value?.lastRequest ?? 0 }

    /// The highest limit of the terms that may be in force at the venue, `nil` when they have none.
    public var dearestLimit: Price? {
        let limits = [terms.limitPrice] + pendingReplaces.map(\.terms.limitPrice)
        return limits.compactMap(\.self).max()
    }

    /// Whether it has facts that few orders have.
    public var hasRareFacts: Bool { !rare.isNever }

    /// Whether its stop price was reached.
    public var isTriggered: Bool { rare.value?.triggered ?? false }

    /// Whether the venue does not work it for now.
    public var isSuspended: Bool { closed == nil && rare.value?.suspended ?? false }

    /// The venue that it goes to when the person that it waits for lets it, `nil` when it waits for none.
    public var heldForVenue: String? {
        closed == nil && venue == nil ? rare.value?.heldForReview?.venue : nil
    }

    /// Busted quantity that the venue did not reinstate.
    public var lapsed: Quantity { rare.value?.lapsed ?? .zero }

    /// The terms that are in force now.
    public var terms: AmendedTerms {
        rare.value?.amendments.last { $0.request == 0 || $0.request == requestInForce }?.terms
            ?? placed?.firstTerms ?? AmendedTerms()
    }

    /// The numbers that stand for a report, whether or not it is one of this order's.
    public func standing(_ report: OrderExecuted) -> StandingTrade { rare.facts.standing(report) }

    /// The core's id of the report with this identity: a trade of this order or a revision of one.
    public func reported(_ identity: ExecutionIdentity) -> Identifier? {
        if let report = executions[identity] { return report.execution }
        // ORDER: identities are unique, so that at most one revision has this one.
        return rare.value?.revisions.values.first { $0.identity == identity }?.execution
    }

    /// The trade that a chain of revisions ending in `identity` is about, `nil` when it has not been seen.
    public func trade(revisedBy identity: ExecutionIdentity) -> OrderExecuted? {
        if let report = executions[identity] { return report }
        guard let rare = rare.value else { return nil }
        var sought = identity
        for _ in 0..<rare.revisions.count {
            // ORDER: at most one revision has the identity that is looked for.
            guard let step = rare.revisions.first(where: { $0.value.identity == sought }) else { return nil }
            if let report = executions[step.key] { return report }
            sought = step.key
        }
        return nil
    }
}

extension OrderPlaced {
    /// The terms that a replacement can change.
    public var firstTerms: AmendedTerms {
        var terms = AmendedTerms()
        terms.quantity = quantity
        terms.limitPrice = limitPrice
        terms.stopPrice = special.stopPrice
        terms.trailingAmount = special.trailingAmount
        terms.trailingRate = special.trailingRate
        return terms
    }
}
