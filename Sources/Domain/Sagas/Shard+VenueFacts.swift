internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// What a venue says beside acknowledgements, trades and cancels.
extension Shard {
    static func record(
        _ said: VenueFact,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let stored = state.orderByID[said.order], stored.account == account,
            let placed = stored.state.placed
        else {
            guard let report = said.execution, let revision = said.revision else {
                throw Rejection(.unknownOrder)
            }
            if let trade = state.suspense.trade(revisedBy: revision) {
                return try revise(trade, by: said, report, account, posed, state, &decision)
            }
            let trade = revision.revisedVenueExecutionID
            return try flag(report, .unknownOrder, of: trade, account, posed, state, &decision)
        }
        let entry = stored.state
        let fact = said.named(
            Identifier(.execution, slot: account.id.slot, shard: shardNumber(state), birth: posed.position),
            side: placed.side
        )
        if let report = fact.execution, !isBookable(fact, placed, state) {
            let trade = fact.revision?.revisedVenueExecutionID
            return try flag(report, .terms, of: trade, account, posed, state, &decision)
        }
        let before = decision.events.count
        try emit(.note(fact), said.order, account, entry, &decision)
        var after = entry
        for draft in decision.events {
            if case .order(let event) = draft.event { Order.evolve(&after, by: event) }
        }
        guard decision.events.count > before else { return }
        if case .order(let event) = decision.events[before].event, let revision = event.revision {
            try revise(revision, placed, entry, after, account, state, &decision)
        }
        if case .replaceRejected(let refusal) = fact, after.isOpen,
            entry.adjustment(ofRequest: refusal.request) != nil
        {
            // What rests there is of old units: the venue is to take it off its book.
            try cancel(said.order, stored, state, &decision)
        }
        if after.reach != entry.reach || after.dearestLimit != entry.dearestLimit {
            try rehold(entry, after, account, posed, state, &decision)
        }
    }

    private static func isBookable(_ said: VenueFact, _ placed: OrderPlaced, _ state: ShardState) -> Bool {
        switch said {
        case .corrected(let fact):
            fact.quantity > .zero && fact.price >= .zero && fact.settlementAmount >= .zero
                && fact.commission.nanos.magnitude < 1 << 100
                && fact.currency == state.reference.instrumentByID[placed.instrument]?.currency
                && fact.fees.isBookable(in: fact.currency)
        case .busted(let fact): (fact.commission ?? .zero).nanos.magnitude < 1 << 100
        default: true
        }
    }

    /// Asks the ledger for the difference that a revision makes to a trade; one of a trade that has not been
    /// seen, or that contradicts an earlier one, is for a person.
    private static func revise(
        _ revision: ExecutionRevision,
        _ placed: OrderPlaced,
        _ before: OrderState,
        _ after: OrderState,
        _ account: AccountID,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard !revision.conflicting else {
            return try flag(revision, .terms, account, &decision)
        }
        guard let report = before.trade(revisedBy: revision.target) else {
            return try flag(revision, .unknownOrder, account, &decision)
        }
        let was = before.standing(report)
        let now = after.standing(report)
        guard now.execution != was.execution else {
            // A revision of a report that a later one has already replaced changes nothing that stands; one
            // of a bust would have the trade stand again, which is for a person.
            return was.quantity == .zero ? try flag(revision, .terms, account, &decision) : ()
        }
        var correction = TradeCorrection()
        correction.account = account
        correction.order = placed.order
        correction.instrument = placed.instrument
        correction.currency = report.currency
        correction.execution = was.execution
        correction.newExecution = now.execution
        correction.quantity = placed.side.signed(now.quantity)
        correction.price = now.price
        correction.settlementAmount = now.settlementAmount
        correction.commission = now.commission
        correction.fees = now.fees
        correction.tradeDate = report.tradeDate
        correction.venuePosition = revision.venuePosition
        correction.venueCash = revision.venueCash
        correction.venue = revision.venue
        correction.venueExecutionID = revision.venueExecutionID
        try portfolio(.correct(correction), account, root: placed.order.id, state, &decision)
    }

    private static func flag(
        _ revision: ExecutionRevision,
        _ kind: BreakKind,
        _ account: AccountID,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var broken = ReconciliationBroke()
        broken.account = account
        broken.venue = revision.venue
        broken.venueExecutionID = revision.revisedVenueExecutionID
        broken.kind = kind
        try decision.emit(
            Draft(
                .portfolio(.reconciliationBroke(broken)),
                StreamOrdinal(.portfolio, of: account.id),
                account: AccountOrdinal(account),
                correlation: revision.order.id
            )
        )
    }

    /// Books a trade of an order with rare facts: what was said about the trade before it came counts, and
    /// what other terms may still want stays held back.
    ///
    /// A trade that stood in suspense since a time took effect then, and what the venue's book said then is
    /// no measure of what ours holds by now.
    static func bookRarely(
        _ report: OrderExecuted,
        _ entry: OrderState,
        _ placed: OrderPlaced,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        suspendedAt: Timestamp? = nil,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var after = entry
        Order.evolve(&after, by: .executed(report))
        let standing = after.standing(report)
        // A trade that was taken back before it was heard of may still bear some of the order's commission.
        if standing.quantity > .zero || standing.commission != .zero {
            var booked = report
            booked.execution = standing.execution
            booked.quantity = standing.quantity
            booked.price = standing.price
            booked.settlementAmount = standing.settlementAmount
            booked.commission = standing.commission
            booked.fees = standing.fees
            var trade = dated(trade(booked, placed, after.cumulative), placed, posed, state)
            trade.isCompared = suspendedAt == nil
            trade.effectiveAt = suspendedAt ?? posed.effectiveAt
            try portfolio(.book(trade), account, root: report.order.id, state, &decision)
        }
        if entry.isAtWork { return try hold(report.order, after, account, state, &decision) }
        let consume = RiskCommand.consume(
            report.order,
            leaves: after.reach,
            commission: standing.commission,
            asks: !after.pendingReplaces.isEmpty
        )
        try risk(consume, account, report.order.id, state, &decision)
    }
}

extension VenueFact {
    /// A revision in the form of a trade: what stands after it, under the identity that says so.
    fileprivate var execution: OrderExecuted? {
        guard let revision else { return nil }
        var report = OrderExecuted()
        report.order = revision.order
        report.venue = revision.venue
        report.tradeDate = revision.tradeDate
        report.venueExecutionID = revision.venueExecutionID
        report.side = revision.side
        report.venuePosition = revision.venuePosition
        report.venueCash = revision.venueCash
        guard case .corrected(let fact) = self else {
            if case .busted(let fact) = self { report.commission = fact.commission ?? .zero }
            return report
        }
        report.quantity = fact.quantity
        report.price = fact.price
        report.currency = fact.currency
        report.settlementAmount = fact.settlementAmount
        report.commission = fact.commission
        report.fees = fact.fees
        return report
    }

    /// The fact with the core's own id of its report.
    fileprivate func named(_ id: Identifier, side: Side) -> VenueFact {
        switch self {
        case .corrected(var fact):
            fact.revision.execution = id
            fact.revision.side = side
            return .corrected(fact)
        case .busted(var fact):
            fact.revision.execution = id
            fact.revision.side = side
            return .busted(fact)
        default: return self
        }
    }
}

extension OrderEvent {
    fileprivate var revision: ExecutionRevision? {
        switch self {
        case .executionCorrected(let fact): fact.revision
        case .executionBusted(let fact): fact.revision
        default: nil
        }
    }
}
