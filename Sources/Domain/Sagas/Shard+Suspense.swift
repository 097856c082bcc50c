internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// Trades that no account can be found for, or whose instrument cannot: what they moved stands in the shard's
/// own ledger of suspense until a person says where it belongs.
extension Shard {
    /// Books a trade to suspense, with a break for a person; one that stands somewhere already is a duplicate
    /// or a conflict.
    static func recordSuspense(
        _ report: OrderExecuted,
        _ said: ExternalReport,
        _ instrument: InstrumentRegistered?,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard isBookable(report, instrument?.currency ?? report.currency) else {
            return try flag(report, .terms, account, posed, state, &decision)
        }
        let identity = ExecutionIdentity(report)
        if let trade = state.suspense.trade(identity), trade.suspended.account == account,
            trade.suspended.report.isSameTrade(as: report)
        {
            return
        }
        guard state.suspense.trade(identity) == nil, state.orderByExecution[identity] == nil else {
            return try flag(report, .unknownOrder, account, posed, state, &decision)
        }
        var fact = TradeSuspended()
        fact.brokeAt = posed.position
        fact.account = account
        fact.instrument = instrument?.instrument ?? said.instrument
        fact.venueOrderID = said.venueOrderID
        fact.symbol = said.symbol
        fact.report = report
        fact.report.execution = execution(account, posed, state)
        guard let postings = Suspense.postings(report, fact.instrument), state.suspense.canHold(postings)
        else { return try flag(report, .beyondBounds, account, posed, state, &decision) }
        fact.postings = postings
        try flag(report, .unknownOrder, account, posed, state, &decision)
        try emit(.suspended(fact), account, command(posed, slot: account.id.slot), &decision)
    }

    /// A person says whose a trade in suspense is: judged by its form alone, because it has happened.
    ///
    /// A symbol is read as of the day on which the trade became known.
    static func assign(
        _ account: AccountID,
        _ wanted: AssignTrade,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let entry = try entry(account, state)
        guard let trade = state.suspense.tradeByBreak[wanted.brokeAt], trade.assigned == nil else {
            throw Rejection(.unknownBreak)
        }
        let standing = trade.standing
        guard trade.isOfSomething else { throw Rejection(.quantityNotPositive, value: 0) }
        let instrument =
            wanted.symbol == .none
            ? state.reference.instrumentByID[trade.suspended.instrument]
            : state.reference.instrument(wanted.symbol, on: trade.businessDate)
        guard let instrument else { throw Rejection(.unknownSymbol) }
        guard instrument.currency == standing.currency, instrument.currency == entry.opened.currency else {
            throw Rejection(.currencyMismatch)
        }
        if let fault = fault(trade, in: account, instrument.instrument, state) { throw fault }
        let name = trade.suspended.venueOrderID
        if let order = knownOrder(account, standing.venue, name, state),
            let placed = state.orderByID[order]?.state.placed, placed.instrument == instrument.instrument,
            placed.side == standing.side
        {
            return try move(trade, into: order, nil, account, posed, state, &decision)
        }
        // It is made by the event that follows the assignment.
        let birth = posed.position + 1
        let id = Identifier(.order, slot: account.id.slot, shard: shardNumber(state), birth: birth)
        var said = ExternalReport()
        said.venue = standing.venue
        said.venueOrderID = name
        said.side = standing.side
        said.execution = trade.suspended.report
        var found = ExternalOrderFound(OrderID(id), account, instrument.instrument, said)
        found.symbol = instrument.symbol
        try move(trade, into: OrderID(id), found, account, posed, state, &decision)
    }

    /// Takes a trade out of suspense and books it in an order, known or found with it, as if its account had
    /// been known when the venue reported it.
    static func move(
        _ trade: Suspense.Trade,
        into order: OrderID,
        _ found: ExternalOrderFound?,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let suspended = trade.suspended
        guard let held = Suspense.postings(trade.standing, suspended.instrument),
            var entry = found.map({ _ in Order.initial }) ?? state.orderByID[order]?.state,
            let placed = found?.placed ?? entry.placed
        else { return }
        var fact = SuspendedTradeAssigned()
        fact.brokeAt = suspended.brokeAt
        fact.account = account
        fact.order = order
        fact.execution = suspended.report.execution
        fact.instrument = placed.instrument
        fact.assigner = posed.actor.text
        fact.postings = Suspense.reversed(held)
        try emit(.assigned(fact), account, order.id, &decision)
        var booking = Decision<Draft>()
        if let found { entry = try emit(found, &booking) }
        for revised in trade.revisions {
            let before = booking.events.count
            try emit(
                .note(revised.fact(suspended.report.currency).renamed(order)),
                order,
                account,
                entry,
                &booking
            )
            for index in before..<booking.events.count {
                if case .order(let event) = booking.events[index].event { Order.evolve(&entry, by: event) }
            }
        }
        var report = suspended.report
        report.order = order
        try emit(.execute(report), order, account, entry, &booking)
        let since = trade.effectiveAt
        try bookRarely(report, entry, placed, account, posed, state, suspendedAt: since, &booking)
        var late: TradeBooked?
        for draft in booking.events {
            if case .portfolio(.tradeBooked(let fact)) = draft.event { late = fact }
        }
        try decision.emit(booking) { trade.dated($0) }
        if let late { try entitle(late, of: trade, posed, state, &decision) }
        guard let owner = state.openBreaks[suspended.brokeAt] else { return }
        var resolved = ResolveBreak()
        resolved.brokeAt = suspended.brokeAt
        resolved.resolution = .ourError
        try resolve(resolved, of: owner, posed, state, &decision)
    }

    /// The venue reports a trade of suspense anew, for an order of ours: it has found out whose it is.
    static func release(
        _ trade: Suspense.Trade,
        by report: OrderExecuted,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var same = trade.suspended.report
        same.order = report.order
        let instrument = state.orderByID[report.order]?.state.placed?.instrument ?? .none
        guard same.isSameTrade(as: report), trade.isOfSomething,
            fault(trade, in: account, instrument, state) == nil
        else {
            return try flag(report, .terms, account, posed, state, &decision)
        }
        try move(trade, into: report.order, nil, account, posed, state, &decision)
    }

    static func emit(
        _ event: SuspenseEvent,
        _ account: AccountID,
        _ root: Identifier,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        precondition(Ledger.balances(event.postings), "the postings of suspense sum to zero")
        try decision.emit(
            Draft(.suspense(event), .shard, account: AccountOrdinal(account), correlation: root)
        )
    }
}

/// Busts and corrections of what is, or was, in suspense.
extension Shard {
    static func revise(
        _ trade: Suspense.Trade,
        by said: VenueFact,
        _ report: OrderExecuted,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard var revision = said.revision else { return }
        let kept = trade.suspended.report
        revision.side = kept.side
        revision.revised = trade.revisions.last?.revision.execution ?? kept.execution
        let identity = revision.identity
        let before = trade.revisions.first { $0.revision.identity == identity }
        if let before, before.revision.target == revision.target, before.isSame(as: report) { return }
        let isBust = if case .busted = said { true } else { false }
        // A bust is the last word: a venue that takes it back is for a person.
        let isOver = trade.revisions.last?.quantity == .zero
        guard before == nil, !isOver, revision.target == trade.lastWord,
            state.suspense.trade(identity) == nil, isBust || isBookable(report, kept.currency)
        else {
            let named = revision.revisedVenueExecutionID
            return try flag(report, .terms, of: named, account, posed, state, &decision)
        }
        revision.execution = execution(account, posed, state)
        var fact = SuspendedTradeRevised()
        fact.brokeAt = trade.suspended.brokeAt
        fact.revision = revision
        fact.quantity = report.quantity
        fact.price = report.price
        fact.settlementAmount = report.settlementAmount
        fact.commission = report.commission
        fact.fees = report.fees
        guard let assigned = trade.assigned else {
            var now = trade
            now.revisions.append(fact)
            let instrument = trade.suspended.instrument
            guard let old = Suspense.postings(trade.standing, instrument),
                let new = Suspense.postings(now.standing, instrument),
                state.suspense.canHold(Suspense.reversed(old) + new)
            else { return try flag(report, .beyondBounds, account, posed, state, &decision) }
            fact.postings = Suspense.reversed(old) + new
            return try emit(.revised(fact), account, command(posed, slot: account.id.slot), &decision)
        }
        try emit(.revised(fact), account, assigned.order.id, &decision)
        try record(said.renamed(assigned.order), assigned.account, posed, state, &decision)
    }
}

extension SuspendedTradeRevised {
    fileprivate func isSame(as report: OrderExecuted) -> Bool {
        quantity == report.quantity && price == report.price && commission == report.commission
            && settlementAmount == report.settlementAmount && fees == report.fees
    }

    /// What the venue said, as it says it of an order.
    func fact(_ currency: Currency) -> VenueFact {
        guard quantity > .zero else {
            var bust = ExecutionBusted()
            bust.revision = revision
            bust.commission = commission == .zero ? nil : commission
            return .busted(bust)
        }
        var correction = ExecutionCorrected()
        correction.revision = revision
        correction.quantity = quantity
        correction.price = price
        correction.currency = currency
        correction.settlementAmount = settlementAmount
        correction.commission = commission
        correction.fees = fees
        return .corrected(correction)
    }
}
