internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// The order saga: placed → risk → compliance → approved and routed, then what the venue says.
extension Shard {
    static func place(
        _ account: AccountID,
        _ wanted: PlaceOrder,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        // A rebalance counts its own orders by their parent.
        guard !state.rebalances.contains(where: { $0.started.rebalance == wanted.parent.id }) else {
            throw Rejection(.unknownOrder)
        }
        try place(wanted, try entry(account, state), posed, state, &decision)
    }

    /// Judges an order of the account as `entry` has it, and sends one that passes.
    static func place(
        _ wanted: PlaceOrder,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let order = try judge(wanted, entry, posed, state, &decision) else { return }
        if wanted.hasSpecialTerms, wanted.special.worked, !wanted.review {
            return try emit(.beginWork(order), order, entry.opened.account, Order.initial, &decision)
        }
        try send(order, review: wanted.review, entry, &decision)
    }

    /// Judges an order of the account as `entry` has it; `nil` when it was refused.
    static func judge(
        _ wanted: PlaceOrder,
        _ entry: AccountEntry,
        sharing other: OrderID = .none,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> OrderID? {
        let account = entry.opened.account
        if let name = wanted.clientOrderID, entry.orderByName[name] != nil {
            throw Rejection(.clientOrderIDTaken)
        }
        let today = state.businessDate(at: posed.effectiveAt)
        guard let instrument = state.reference.instrument(wanted.symbol, on: today) else {
            throw state.reference.missing(wanted.symbol, on: today)
        }
        guard instrument.currency == entry.opened.currency || entry.opened.kind == .cash else {
            throw Rejection(.currencyMismatch)
        }
        if wanted.side.isShort || wanted.hasSpecialTerms { try checkMarking(wanted, entry) }
        let calendar = instrument.tradingCalendar
        try checkSession(calendar, state.openDay(of: calendar, today), wanted.type, posed, state)
        if wanted.parent != .none { try checkSlice(wanted, account, instrument.instrument, state) }
        let order = OrderID(
            Identifier(.order, slot: account.id.slot, shard: shardNumber(state), birth: posed.position)
        )
        let placed = terms(order, account, wanted, instrument, posed)
        let steps = InstrumentTerms(
            tickSize: instrument.tick(at: wanted.limitPrice),
            lotSize: instrument.lotSize,
            today: today,
            moment: posed.effectiveAt
        )
        try emit(.place(placed, terms: steps), order, account, Order.initial, &decision)
        if placed.hasSpecialTerms { try checkLots(placed, entry) }
        var question = question(placed, instrument, entry, posed, state)
        question.sharesWith = other
        var verdict = Decision<RiskEvent>()
        try RiskBook.decide(.assess(question), given: entry.risk, into: &verdict)
        let refusal = verdict.events.first?.refusal
        let slice = question.drawsFrom == .none ? nil : verdict.events.first
        let risks = Filing(.risk, of: account.id, account, order.id)
        try decision.emit(verdict) { risks.draft(.risk($0)) }
        if let refusal {
            try reject(order, account, .risk, refusal, &decision)
            return nil
        }
        if let drawn = drawn(by: slice, entry) { try decision.emit(risks.draft(.risk(drawn))) }
        if let refused = try clear(placed, instrument, entry, sharing: other, state, &decision) {
            try free(order, isSlice: slice != nil, entry, &decision)
            try reject(order, account, .compliance, refused, &decision)
            return nil
        }
        return order
    }

    /// Sends an order that passed to the venue, or lets it wait for a person first.
    static func send(
        _ order: OrderID,
        review: Bool,
        _ entry: AccountEntry,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let account = entry.opened.account
        if review {
            var held = OrderHeldForReview()
            held.order = order
            held.venue = entry.opened.custodian
            return try emit(.holdForReview(held), order, account, Order.initial, &decision)
        }
        var approved = OrderApproved()
        approved.order = order
        approved.venue = entry.opened.custodian
        try emit(.approve(approved), order, account, Order.initial, &decision)
    }

    /// What compliance says, by the instrument's terms of the command's day; the check that refused the
    /// order, `nil` when all passed.
    static func clear(
        _ placed: OrderPlaced,
        _ instrument: InstrumentRegistered,
        _ entry: AccountEntry,
        wanted: Quantity? = nil,
        sharing other: OrderID = .none,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> RuleCheck? {
        var clearance = Decision<ComplianceEvent>()
        try ComplianceBook.decide(
            .assess(
                placed.order,
                restricted: state.reference.restricted.contains(placed.instrument),
                restrictionsVersion: state.reference.restrictionsVersion,
                standing: standing(of: placed, entry, wanted: wanted, sharing: other, state),
                shortSale: shortSale(placed, instrument)
            ),
            given: entry.compliance,
            into: &clearance
        )
        let refused = clearance.events.first?.refusal
        let filing = Filing(.compliance, of: placed.account.id, placed.account, placed.order.id)
        try decision.emit(clearance) { filing.draft(.compliance($0)) }
        return refused
    }

    static func terms(
        _ order: OrderID,
        _ account: AccountID,
        _ wanted: PlaceOrder,
        _ instrument: InstrumentRegistered,
        _ posed: PosedCommand
    ) -> OrderPlaced {
        var placed = OrderPlaced()
        placed.order = order
        placed.account = account
        placed.instrument = instrument.instrument
        placed.clientOrderID = wanted.clientOrderID
        placed.side = wanted.side
        placed.type = wanted.type
        placed.timeInForce = wanted.timeInForce
        placed.quantity = wanted.quantity
        placed.limitPrice = wanted.limitPrice
        placed.symbol = wanted.symbol
        placed.book = wanted.book
        placed.strategy = wanted.strategy
        placed.parent = wanted.parent
        placed.enteredBy = posed.actor.text
        placed.capacity = wanted.capacity
        placed.seen = wanted.seen
        if wanted.hasSpecialTerms { placed.special = wanted.special }
        return placed
    }

    static func question(
        _ placed: OrderPlaced,
        _ instrument: InstrumentRegistered,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState
    ) -> RiskQuestion {
        let today = state.businessDate(at: posed.effectiveAt)
        let fees = state.reference.fees(of: entry.opened.custodian, on: today)
        var question = RiskQuestion()
        question.order = placed.order
        question.instrument = placed.instrument
        question.currency = instrument.currency
        if instrument.currency != entry.opened.currency {
            question.isForeign = true
            question.exchangeRate =
                state.reference.exchange.rate(instrument.currency, in: entry.opened.currency)?.rate
        }
        question.isBuy = placed.side == .buy
        question.quantity = placed.quantity
        question.limitPrice = placed.limitPrice
        let touch = placed.side == .buy ? placed.seen.ask : placed.seen.bid
        question.referencePrice =
            real(touch) ?? real(placed.seen.last) ?? real(standingPrice(placed.instrument, state))
        question.commission = fees?.commission ?? BasisPoints(0)
        question.extraFees = fees?.extra ?? .none
        question.feeVersion = fees?.version ?? 0
        question.settledCash = spendable(instrument, entry, today, state)
        question.position = entry.portfolio.position(placed.instrument)
        question.shardKilled = state.killed
        question.today = today
        question.effectiveAt = posed.effectiveAt
        question.parent = placed.parent
        if placed.parent != .none { question.drawsFrom = work(of: placed, state) }
        if entry.risk.needsValuation(on: today) {
            question.valuation = valuation(entry, ordering: instrument.currency, state)
        }
        if placed.hasSpecialTerms { anchor(&question, placed) }
        if entry.opened.kind == .margin {
            question.margin = marginQuestion(placed, entry, posed, state)
        }
        return question
    }

    /// A stop wakes at its stop price and not at the market's: it is judged by the one that costs more.
    private static func anchor(_ question: inout RiskQuestion, _ placed: OrderPlaced) {
        let special = placed.special
        question.reduceOnly = special.reduceOnly
        question.parent = placed.whole
        guard let market = question.referencePrice else { return }
        var stop = special.stopPrice?.nanos
        if let amount = special.trailingAmount {
            stop = market.nanos + (question.isBuy ? 1 : -1) * amount.nanos
        }
        if let rate = special.trailingRate {
            let distance = Int64(clamping: Int128(market.nanos) * Int128(rate.micros) / 10_000_000_000)
            stop = market.nanos + (question.isBuy ? distance : -distance)
        }
        guard let stop else { return }
        let price = question.isBuy ? max(stop, market.nanos) : min(stop, market.nanos)
        question.referencePrice = Price(exactly: price) ?? market
        // The limit of a trailing stop-limit follows its stop.
        guard let offset = special.limitOffset else { return }
        question.limitPrice = Price(exactly: price + (question.isBuy ? offset.nanos : -offset.nanos))
    }

    /// A feed without a quote shows zero, which is no price.
    private static func real(_ price: Price?) -> Price? { price.flatMap { $0 > .zero ? $0 : nil } }

    static func reject(
        _ order: OrderID,
        _ account: AccountID,
        _ judge: Judge,
        _ failed: RuleCheck,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var rejected = OrderRejected()
        rejected.order = order
        rejected.judge = judge
        rejected.code = failed.rule
        rejected.limit = failed.limit
        rejected.value = failed.value
        try emit(.reject(rejected), order, account, Order.initial, &decision)
    }

    /// Everything that happens to an order after it was placed.
    static func orderStep(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let posed = state.externalByName.isEmpty ? posed : translated(posed, state)
        switch posed.command {
        case .cancelOrder(let account, let order):
            try cancel(order, try known(order, account, state), state, &decision)
            if !state.workByID.isEmpty { try cancelAgain(order, state, &decision) }
        case .acknowledgeOrder(let account, let fact):
            let entry = try known(fact.order, account, state)
            try emit(.acknowledge(fact), fact.order, account, entry.state, &decision)
        case .recordExecution(let account, let report):
            try execute(report, account, posed, state, &decision)
            try meetCalls(posed, state, &decision)
        case .confirmCancel(let account, let order):
            try emit(.confirmCancel(order), order, account, try known(order, account, state).state, &decision)
            try risk(.release(order), account, order.id, state, &decision)
        case .refuseCancel(let account, let order):
            try emit(.refuseCancel(order), order, account, try known(order, account, state).state, &decision)
        case .rejectAtVenue(let account, let order, let code):
            var fact = OrderRejected()
            fact.order = order
            fact.judge = .venue
            fact.code = code
            try emit(.reject(fact), order, account, try known(order, account, state).state, &decision)
            try risk(.release(order), account, order.id, state, &decision)
        case .replaceOrder(let account, let wanted): try replace(account, wanted, posed, state, &decision)
        case .recordVenueFact(let account, let fact):
            try record(fact, account, posed, state, &decision)
            try meetCalls(posed, state, &decision)
        case .reviewOrder(let account, let wanted): try review(account, wanted, posed, state, &decision)
        default: return
        }
    }

    static func known(
        _ order: OrderID,
        _ account: AccountID,
        _ state: ShardState
    ) throws(Rejection) -> OrderEntry {
        guard let entry = state.orderByID[order], entry.account == account else {
            throw Rejection(.unknownOrder)
        }
        return entry
    }

    /// A trade: booked in the order, in the ledger and against the reservation, whatever state the order is
    /// in.
    static func execute(
        _ report: OrderExecuted,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let entry = state.orderByID[report.order], entry.account == account,
            let placed = entry.state.placed,
            let instrument = state.reference.instrumentByID[placed.instrument]
        else { return try recordUnknown(report, account, posed, state, &decision) }
        let payable = report.settlementAmount >= .zero && report.commission.nanos.magnitude < 1 << 100
        guard report.quantity > .zero, report.price >= .zero, payable, report.currency == instrument.currency,
            report.side == placed.side, report.fees.isBookable(in: report.currency)
        else { return try flag(report, .terms, account, posed, state, &decision) }
        var fact = report
        fact.execution = Identifier(
            .execution,
            slot: account.id.slot,
            shard: shardNumber(state),
            birth: posed.position
        )
        if let other = state.orderByExecution[ExecutionIdentity(report)], other != report.order {
            let standing = state.orderByID[other]?.state.executions[ExecutionIdentity(report)]?.execution
            return try conflict(fact, standing: standing ?? .none, account, &decision)
        }
        if !state.suspense.isEmpty, let held = state.suspense.held(ExecutionIdentity(report)) {
            return try release(held, by: fact, account, posed, state, &decision)
        }
        let before = decision.events.count
        try emit(.execute(fact), report.order, account, entry.state, &decision)
        guard decision.events.count > before, case .order(.executed) = decision.events[before].event else {
            return
        }
        if entry.state.hasRareFacts {
            return try bookRarely(fact, entry.state, placed, account, posed, state, &decision)
        }
        let cumulative = entry.state.cumulative(with: report.quantity)
        let trade = dated(trade(fact, placed, cumulative), placed, posed, state)
        try portfolio(.book(trade), account, root: report.order.id, state, &decision)
        let left = max(placed.quantity.nanos - cumulative.nanos, 0)
        try risk(
            .consume(report.order, leaves: Quantity(nanos: left), commission: fact.commission),
            account,
            report.order.id,
            state,
            &decision
        )
    }

    /// The identity already stands for a trade of another order: one of the two reports is wrong, and a
    /// person has to say which.
    private static func conflict(
        _ report: OrderExecuted,
        standing: Identifier,
        _ account: AccountID,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var fact = ExecutionConflicted()
        fact.report = report
        fact.standing = standing
        try decision.emit(
            Draft(
                .order(.executionConflicted(fact)),
                StreamOrdinal(.order, of: report.order.id),
                account: AccountOrdinal(account),
                correlation: report.order.id
            )
        )
    }

    static func trade(
        _ report: OrderExecuted,
        _ placed: OrderPlaced,
        _ cumulative: Quantity
    ) -> TradeReport {
        var trade = TradeReport()
        trade.account = placed.account
        trade.order = placed.order
        trade.execution = report.execution
        trade.venue = report.venue
        trade.venueExecutionID = report.venueExecutionID
        trade.instrument = placed.instrument
        trade.currency = report.currency
        trade.quantity = placed.side.signed(report.quantity)
        trade.price = report.price
        trade.settlementAmount = report.settlementAmount
        trade.commission = report.commission
        trade.fees = report.fees
        trade.tradeDate = report.tradeDate
        trade.venuePosition = report.venuePosition
        trade.venueCash = report.venueCash
        trade.ourCumulative = cumulative
        trade.venueCumulative = report.venueCumulative
        return trade
    }

    /// What a venue says is never lost: what cannot be booked stands as a break for a person, for an account
    /// that we do not have in the shard's own stream.
    static func flag(
        _ report: OrderExecuted,
        _ kind: BreakKind,
        of trade: String? = nil,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var broken = ReconciliationBroke()
        broken.account = account
        broken.venue = report.venue
        broken.venueExecutionID = trade ?? report.venueExecutionID
        broken.kind = kind
        broken.theirs = Int128(report.quantity.nanos)
        broken.report = WireEncoder.encode(report)
        let known = state.accountByID[account] != nil
        try decision.emit(
            Draft(
                .portfolio(.reconciliationBroke(broken)),
                known ? StreamOrdinal(.portfolio, of: account.id) : .shard,
                account: AccountOrdinal(account),
                correlation: command(posed, slot: account.id.slot)
            )
        )
    }

    static func emit(
        _ wanted: OrderCommand,
        _ order: OrderID,
        _ account: AccountID,
        _ state: OrderState,
        businessDate: BusinessDate? = nil,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var events = Decision<OrderEvent>()
        try Order.decide(wanted, given: state, into: &events)
        let filing = Filing(.order, of: order.id, account, order.id, businessDate)
        try decision.emit(events) { filing.draft(.order($0)) }
    }
}

extension RiskEvent {
    /// The first check that refused the order; `nil` when all passed.
    var refusal: RuleCheck? {
        guard case .assessed(let fact) = self, fact.verdict == .refused else { return nil }
        return fact.checks.first { !$0.passed } ?? RuleCheck()
    }
}

extension ComplianceEvent {
    /// The first check that refused the order; `nil` when all passed.
    var refusal: RuleCheck? {
        guard case .assessed(let fact) = self, !fact.cleared else { return nil }
        return fact.checks.first { !$0.passed } ?? RuleCheck()
    }
}
