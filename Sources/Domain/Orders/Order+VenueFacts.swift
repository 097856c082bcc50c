internal import BifrostKernel

/// Replacements, and what a venue says beside trades and cancels: none of it is ever refused, and what is so
/// already leaves nothing.
extension Order {
    /// A closed order cannot be replaced; an open one may be asked for other terms while others are pending,
    /// because the venue decides.
    static func requestReplace(
        _ wanted: OrderReplaceRequested,
        _ terms: InstrumentTerms,
        _ state: OrderState,
        _ decision: inout Decision<OrderEvent>
    ) throws(Rejection) {
        guard let placed = state.standing, state.isOpen, state.venue != nil || state.isAtWork,
            !state.cancelPending
        else {
            throw Rejection(
                .orderNotOpen,
                limit: state.placed.map { Int128($0.quantity.nanos) },
                value: Int128(state.cumulative.nanos)
            )
        }
        try checkForm(wanted.terms, of: placed, filled: state.cumulative, terms)
        guard wanted.terms != state.terms || !state.pendingReplaces.isEmpty else { return }
        // A venue may answer a request of any number, and the last of all numbers has no next.
        guard state.lastRequest < .max else { throw Rejection(.tooManyItems) }
        var fact = wanted
        fact.request = state.lastRequest + 1
        try decision.emit(.replaceRequested(fact))
    }

    static func note(
        _ said: VenueFact,
        _ state: OrderState,
        _ decision: inout Decision<OrderEvent>
    ) throws(Rejection) {
        let rare = state.rare.value
        switch said {
        case .replaced(let fact):
            let before = fact.request > 0 ? rare?.amendments.first { $0.request == fact.request } : nil
            // An adjustment is in force before the venue answers it.
            let isAsked = state.pendingReplaces.contains { $0.request == fact.request }
            guard before == nil || isAsked, fact.request > 0 || fact.terms != state.terms else { return }
            try decision.emit(.replaced(fact))
        case .replaceRejected(let fact):
            guard state.pendingReplaces.contains(where: { $0.request == fact.request }) else { return }
            try decision.emit(.replaceRejected(fact))
        case .triggered(let fact):
            guard !state.isTriggered else { return }
            try decision.emit(.triggered(fact))
        case .doneForDay(let fact):
            if let done = rare?.doneForDay, done >= fact.date { return }
            try decision.emit(.doneForDay(fact))
        case .suspended(let fact):
            guard !(rare?.suspended ?? false) else { return }
            try decision.emit(.suspended(fact))
        case .resumed(let fact):
            guard rare?.suspended ?? false else { return }
            try decision.emit(.resumed(fact))
        case .restated(let fact):
            guard !(rare?.restatements.contains(fact) ?? false) else { return }
            try decision.emit(.restated(fact))
        case .corrected(var fact):
            guard let revision = resolved(fact.revision, state, correction: fact) else { return }
            fact.revision = revision
            try decision.emit(.executionCorrected(fact))
        case .busted(var fact):
            guard let revision = resolved(fact.revision, state, kept: fact.commission) else { return }
            fact.revision = revision
            try decision.emit(.executionBusted(fact))
        }
    }

    /// The revision with what the order knows of its target, `nil` when it has been said already.
    private static func resolved(
        _ said: ExecutionRevision,
        _ state: OrderState,
        correction: ExecutionCorrected? = nil,
        kept: Money? = nil
    ) -> ExecutionRevision? {
        var revision = said
        revision.revised = state.reported(said.target) ?? .none
        guard let before = state.rare.value?.revisions[said.target] else { return revision }
        let isSame =
            before.identity == said.identity && before.reinstated == said.reinstated
            && before.correction?.numbers == correction?.numbers && before.kept == kept ?? .zero
        guard !isSame else { return nil }
        revision.conflicting = true
        return revision
    }

    static func evolveRarely(_ state: inout OrderState, by event: OrderEvent) {
        switch event {
        case .replaceRequested(let fact):
            state.rare.change { rare in
                rare.pendingReplaces.append(fact)
                rare.lastRequest = max(rare.lastRequest, fact.request)
            }
        case .replaced(let fact):
            state.amend(fact)
            state.hear()
        case .replaceRejected(let fact):
            state.rare.change { $0.pendingReplaces.removeAll { $0.request == fact.request } }
            if state.adjustment(ofRequest: fact.request) != nil { state.takeBackAdjustments() }
            state.hear()
        case .triggered: state.rare.change { $0.triggered = true }
        case .doneForDay(let fact):
            state.rare.change { $0.doneForDay = max($0.doneForDay ?? fact.date, fact.date) }
        case .suspended: state.rare.change { $0.suspended = true }
        case .resumed: state.rare.change { $0.suspended = false }
        case .restated(let fact): state.restate(fact)
        case .executionCorrected(let fact): state.revise(fact.revision, fact)
        case .executionBusted(let fact): state.revise(fact.revision, nil, kept: fact.commission)
        case .heldForReview(let fact): state.rare.change { $0.heldForReview = fact }
        case .reviewed: state.rare.change { $0.heldForReview = nil }
        case .statusRequested(let fact):
            state.rare.change { rare in
                rare.statusRequests = fact.attempt
                rare.parked = false
            }
        case .parked: state.rare.change { $0.parked = true }
        case .adjusted(let fact): state.adjust(fact)
        case .workBegan(let fact):
            var work = OrderWorkProgressed()
            work.order = fact.order
            state.acknowledged = true
            state.work(work)
        case .workProgressed(let fact): state.work(fact)
        default: break
        }
    }
}

extension ExecutionCorrected {
    /// What it says of the trade, without how the core knows it.
    fileprivate var numbers: ExecutionCorrected {
        var numbers = self
        numbers.revision = ExecutionRevision()
        return numbers
    }
}

extension OrderState {
    /// Requests end with the order.
    mutating func close(_ reason: CloseReason) {
        closed = reason
        cancelPending = false
        if !rare.isNever { rare.change { $0.pendingReplaces = [] } }
    }

    /// A request that was overtaken by a later one is part of the history and changes nothing.
    fileprivate mutating func amend(_ fact: OrderReplaced) {
        var isInForce = true
        rare.change { rare in
            let isAsked = rare.pendingReplaces.contains { $0.request == fact.request }
            rare.amendments.append(fact)
            rare.pendingReplaces.removeAll { $0.request == fact.request }
            guard fact.request > 0 else { return }
            rare.lastRequest = max(rare.lastRequest, fact.request)
            isInForce = fact.request > rare.requestInForce || isAsked && fact.request == rare.requestInForce
            rare.requestInForce = max(rare.requestInForce, fact.request)
        }
        if isInForce { ordered = fact.terms.quantity }
        settleRequests()
    }

    fileprivate mutating func restate(_ fact: OrderRestated) {
        rare.change { rare in
            rare.restatements.append(fact)
            rare.restatedOn = max(rare.restatedOn ?? fact.date, fact.date)
            rare.reinstated = rare.reinstated.adding(max(fact.reinstated, .zero)) ?? rare.reinstated
        }
        if let terms = fact.terms {
            var amendment = OrderReplaced()
            amendment.order = fact.order
            amendment.terms = terms
            amend(amendment)
        }
        recount()
    }

    fileprivate mutating func revise(
        _ revision: ExecutionRevision,
        _ correction: ExecutionCorrected?,
        kept: Money? = nil
    ) {
        guard !revision.conflicting else { return }
        rare.change { rare in
            rare.revisions[revision.target] = Revised(
                execution: revision.execution,
                identity: revision.identity,
                correction: correction,
                kept: kept ?? .zero,
                reinstated: max(revision.reinstated, .zero)
            )
        }
        recount()
    }

    /// Sums the trades anew.
    ///
    /// Sums stop at the bounds of their types, so that they cannot be taken back one by one.
    mutating func recount() {
        var traded: Int128 = 0
        var notional: Int128 = 0
        var lapsed: Int128 = 0
        let facts = rare.facts
        if let work = facts.work {
            traded = Int128(work.filled.nanos)
            notional = work.tradedNotional.nanos
        }
        // ORDER: sums of integers do not depend on the order of their terms.
        for report in executions.values {
            let trade = facts.standing(report)
            traded += Int128(trade.quantity.nanos)
            notional += Money.notional(trade.price, trade.quantity, .halfAwayFromZero).nanos
            let taken = max(Int128(report.quantity.nanos) - Int128(trade.quantity.nanos), 0)
            lapsed += max(taken - Int128(trade.reinstated.nanos), 0)
        }
        lapsed = max(lapsed - Int128(facts.reinstated.nanos), 0)
        let most = Int128(Quantity.nanosMax)
        cumulative = Quantity(nanos: Int64(max(min(traded, most), 0)))
        tradedNotional = Money(clamping: notional)
        rare.change { $0.lapsed = Quantity(nanos: Int64(min(lapsed, most))) }
        settleRequests()
    }

    /// A fill of all that the terms in force and the terms asked for allow answers the requests.
    private mutating func settleRequests() {
        guard leaves == .zero else { return }
        cancelPending = false
        let filled = cumulative
        rare.change { $0.pendingReplaces.removeAll { $0.terms.quantity <= filled } }
    }
}
