internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import References
internal import RiskLimits

/// A changed limit, list or status judges the open orders again: each is kept, flagged for a person, or
/// cancelled, by the rules as they are when its turn comes.
extension Shard {
    /// Begins a sweep over the open orders that a reference fact concerns.
    static func reassess(_ state: inout ShardState, _ event: ReferenceEvent, _ position: Int64) {
        guard case .copied(_, let fact) = event else { return }
        let concerned: InstrumentID
        switch fact {
        case .restrictionChanged(let change) where change.restricted: concerned = change.instrument
        case .statusChanged(let change) where change.status != .active: concerned = change.instrument
        case .termsChanged(let change) where change.replacedVersion == 0 && isInForce(change, state):
            concerned = change.instrument
        default: return
        }
        reassess(&state, position) { $1.look(at: $0) { $0.state.placed?.instrument } == concerned }
    }

    /// Whether terms hold at once: those of a later day are looked at when it begins.
    private static func isInForce(_ change: InstrumentTermsChanged, _ state: ShardState) -> Bool {
        let today = state.openDay ?? state.effectiveAt.date
        let before = BusinessDate(days: max(change.effectiveFrom.days, .min + 1) - 1)
        return change.effectiveFrom <= today
            && state.reference.isChanged(change.instrument, from: before, on: change.effectiveFrom)
    }

    /// The terms of today of an instrument of which `event` revises a change, `nil` for any other event.
    static func revised(by event: ReferenceEvent, _ state: ShardState) -> InstrumentRegistered? {
        guard case .copied(_, let fact) = event else { return nil }
        let instrument: InstrumentID
        switch fact {
        case .termsChanged(let change) where change.replacedVersion > 0: instrument = change.instrument
        case .changeWithdrawn(let withdrawn): instrument = withdrawn.instrument
        default: return nil
        }
        return state.reference.terms(of: instrument, on: state.openDay ?? state.effectiveAt.date)
    }

    /// Begins a sweep over the open orders of an instrument whose terms of today were revised, where more
    /// than its name differs.
    static func reassess(_ state: inout ShardState, _ before: InstrumentRegistered, _ position: Int64) {
        let today = state.openDay ?? state.effectiveAt.date
        guard var now = state.reference.terms(of: before.instrument, on: today) else { return }
        (now.symbol, now.validFrom) = (before.symbol, before.validFrom)
        guard now != before else { return }
        reassess(&state, position) { $1.look(at: $0) { $0.state.placed?.instrument } == before.instrument }
    }

    /// Begins a sweep over those open orders.
    static func reassess(
        _ state: inout ShardState,
        _ position: Int64,
        _ isConcerned: (OrderID, OrderStore) -> Bool
    ) {
        guard !state.openOrders.isEmpty else { return }
        let orders = state.openOrders.filter { isConcerned($0, state.orderByID) }
        guard !orders.isEmpty else { return }
        var sweep = Sweep(position: position, orders: orders.sorted())
        sweep.reassesses = true
        state.sweeps.append(sweep)
    }

    /// Judges an open order again; a closed one is kept without a word.
    static func reassess(
        _ order: OrderID,
        _ entry: OrderEntry,
        _ sweep: Sweep,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> ReassessmentOutcome {
        guard state.openOrders.contains(order), let placed = entry.state.placed,
            let account = state.accountByID[entry.account]
        else { return .kept }
        let limits = account.risk.limits(on: state.openDay ?? state.effectiveAt.date)
        var fact = OpenOrderReassessed()
        fact.order = order
        fact.sweep = sweep.position
        fact.limitsVersion = limits?.version ?? 0
        fact.restrictionsVersion = state.reference.restrictionsVersion
        let breaches = breaches(placed, entry, account, limits, state)
        let refusals = refusals(placed, account, state)
        fact.checks = refusals + breaches + steps(entry, state, on: sweep.day)
        let mustGo = refusals.contains { !$0.passed && $0.rule != .instrumentHalted }
        // A halted order rests at the venue until the halt ends, and a limit that was met once is a person's
        // matter.
        fact.outcome = mustGo ? .cancelled : fact.checks.isEmpty ? .kept : .flagged
        let filing = Filing(.risk, of: entry.account.id, entry.account, order.id)
        try decision.emit(filing.draft(.risk(.reassessed(fact))))
        return fact.outcome
    }

    /// What compliance would refuse today.
    private static func refusals(
        _ placed: OrderPlaced,
        _ account: AccountEntry,
        _ state: ShardState
    ) -> [RuleCheck] {
        var checks: [RuleCheck] = []
        if state.reference.restricted.contains(placed.instrument) {
            checks.append(RuleCheck(.instrumentRestricted, passed: false))
        }
        if let check = standing(of: placed, account, state).check,
            !check.passed || check.warned
        {
            checks.append(check)
        }
        return checks
    }

    /// What is off the ticks and lots of the instrument as they are now.
    private static func steps(_ entry: OrderEntry, _ state: ShardState, on day: BusinessDate?) -> [RuleCheck]
    {
        let today = day ?? state.openDay ?? state.effectiveAt.date
        guard let instrument = entry.state.placed?.instrument,
            let terms = state.reference.terms(of: instrument, on: today)
        else { return [] }
        let order = entry.state.terms
        let tick = terms.tick(at: order.limitPrice)
        func check(_ code: RejectionCode, _ value: Int64, _ step: Int64) -> RuleCheck? {
            value % step == 0
                ? nil : RuleCheck(code, passed: false, limit: Int128(step), value: Int128(value))
        }
        return [
            check(.quantityNotLotMultiple, entry.state.leaves.nanos, terms.lotSize.nanos),
            order.limitPrice.flatMap { check(.priceNotTickMultiple, $0.nanos, tick.nanos) },
            order.stopPrice.flatMap { check(.priceNotTickMultiple, $0.nanos, tick.nanos) },
            order.trailingAmount.flatMap { check(.trailingDistanceInvalid, $0.nanos, tick.nanos) },
        ].compactMap(\.self)
    }

    /// The limits of one order that what is left of it would break today.
    private static func breaches(
        _ placed: OrderPlaced,
        _ entry: OrderEntry,
        _ account: AccountEntry,
        _ limits: AccountLimitsSet?,
        _ state: ShardState
    ) -> [RuleCheck] {
        guard let limits else { return [] }
        var checks: [RuleCheck] = []
        let leaves = entry.state.leaves
        if let price = entry.state.terms.limitPrice ?? account.risk.reservationByID[placed.order]?.price {
            let notional = Money.notional(price, leaves, .awayFromZero).nanos
            let (base, limit) = (account.opened.currency, limits.orderValueMax.nanos)
            let currency = state.reference.instrumentByID[placed.instrument]?.currency ?? base
            if let value = worth(notional, of: currency, in: base, state), value > limit {
                checks.append(RuleCheck(.orderValueAboveLimit, passed: false, limit: limit, value: value))
            }
        }
        if let most = limits.orderQuantityMax, leaves > most {
            checks.append(
                RuleCheck(
                    .orderQuantityAboveLimit,
                    passed: false,
                    limit: Int128(most.nanos),
                    value: Int128(leaves.nanos)
                )
            )
        }
        return checks
    }
}
