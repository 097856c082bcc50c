internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import References
internal import RiskLimits

/// Replacements: other terms are judged as an order of those terms would be, for what the order does not hold
/// back already, and until the venue answers the larger of both is held.
extension Shard {
    static func replace(
        _ account: AccountID,
        _ wanted: ReplaceOrder,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let order = try known(wanted.order, account, state).state
        guard order.external == nil else { throw Rejection(.externalOrder) }
        let entry = try entry(account, state)
        let today = state.businessDate(at: posed.effectiveAt)
        guard let placed = order.standing,
            let instrument = state.reference.terms(of: placed.instrument, on: today)
        else { throw Rejection(.unknownOrder) }
        var asked = OrderReplaceRequested()
        asked.order = wanted.order
        asked.terms = wanted.terms(over: order.pendingReplaces.last?.terms ?? order.terms)
        asked.enteredBy = posed.actor.text
        asked.seen = wanted.seen
        try checkReplace(asked.terms, of: wanted.order, order, placed, state)
        let steps = InstrumentTerms(
            tickSize: instrument.tick(at: asked.terms.limitPrice),
            lotSize: instrument.lotSize
        )
        try emit(.requestReplace(asked, terms: steps), wanted.order, account, order, &decision)
        guard case .order(.replaceRequested(let request)) = decision.events.first?.event else { return }
        let refusal = try judge(request, placed, order, instrument, entry, posed, state, &decision)
        guard let refusal else {
            if order.isAtWork { return try replaceWork(request, order, account, state, &decision) }
            var approved = OrderReplaceApproved()
            approved.order = wanted.order
            approved.request = request.request
            return try emit(.approveReplace(approved), wanted.order, account, order, &decision)
        }
        var rejected = OrderReplaceRejected()
        rejected.order = wanted.order
        rejected.request = request.request
        rejected.judge = refusal.judge
        rejected.code = refusal.check.rule
        rejected.limit = refusal.check.limit
        rejected.value = refusal.check.value
        try emit(.refuseReplace(rejected), wanted.order, account, order, &decision)
    }

    private typealias Refusal = (judge: Judge, check: RuleCheck)

    /// Compliance first: it holds nothing back that a refusal would have to free.
    private static func judge(
        _ request: OrderReplaceRequested,
        _ placed: OrderPlaced,
        _ order: OrderState,
        _ instrument: InstrumentRegistered,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> Refusal? {
        let wanted = max(order.rest(of: request.terms.quantity), .zero)
        if let unclear = try clear(placed, instrument, entry, wanted: wanted, state, &decision) {
            return (.compliance, unclear)
        }
        let account = entry.opened.account
        var question = question(placed.amended(by: request), instrument, entry, posed, state)
        question.quantity = wanted
        question.filled = order.cumulative
        if order.isAtWork { leaveSlices(&question, state) }
        var verdict = Decision<RiskEvent>()
        try RiskBook.decide(.reassess(question), given: entry.risk, into: &verdict)
        let refused = verdict.events.first?.refusal
        let drawn = question.drawsFrom == .none ? nil : drawn(by: verdict.events.first, entry)
        let risks = Filing(.risk, of: account.id, account, request.order.id)
        try decision.emit(verdict) { risks.draft(.risk($0)) }
        if let drawn { try decision.emit(risks.draft(.risk(drawn))) }
        return refused.map { (.risk, $0) }
    }

    /// Holds back what `after` needs where `before` needed another amount.
    static func rehold(
        _ before: OrderState,
        _ after: OrderState,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        if after.isAtWork, let order = after.placed?.order {
            return try hold(order, after, account, state, &decision)
        }
        guard let placed = after.placed, after.external == nil else { return }
        let entry = try entry(account, state)
        if let held = entry.risk.reservationByID[placed.order] {
            // A short sale is held at the market's price too, which its terms do not name.
            let floor = held.shorts > .zero ? held.price : .zero
            let wanted = RiskCommand.rehold(
                placed.order,
                leaves: after.reach,
                price: after.dearestLimit.map { max($0, floor) },
                hasTraded: after.cumulative > .zero
            )
            return try risk(wanted, account, placed.order.id, state, &decision)
        }
        guard after.venue != nil, after.reach > before.reach,
            let instrument = state.reference.instrumentByID[placed.instrument]
        else { return }
        var question = question(placed.amended(to: after.terms), instrument, entry, posed, state)
        question.quantity = after.reach
        question.filled = after.cumulative
        // A venue may say that any limit is in force; one that is no price holds nothing back.
        if let limit = question.limitPrice, limit <= .zero { question.limitPrice = nil }
        try risk(.reinstate(question), account, placed.order.id, state, &decision)
    }
}

extension OrderPlaced {
    /// The order as the request would have placed it, at the prices that the request saw.
    fileprivate func amended(by request: OrderReplaceRequested) -> OrderPlaced {
        var whole = amended(to: request.terms)
        whole.seen = request.seen
        return whole
    }

    fileprivate func amended(to terms: AmendedTerms) -> OrderPlaced {
        var whole = self
        whole.quantity = terms.quantity
        whole.limitPrice = terms.limitPrice
        whole.special.stopPrice = terms.stopPrice
        whole.special.trailingAmount = terms.trailingAmount
        whole.special.trailingRate = terms.trailingRate
        return whole
    }
}
