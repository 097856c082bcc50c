internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// What a venue reports of orders that the core did not send: nothing of it is refused or lost.
///
/// Where account and instrument are known, the order is taken in and its trade is booked; else the trade goes
/// to suspense. A person is told in both cases.
extension Shard {
    static func recordExternal(
        _ account: AccountID,
        _ said: ExternalReport,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        if let order = knownOrder(account, said.venue, said.venueOrderID, state) {
            // That the venue has it is no news.
            guard var report = said.execution else { return }
            report.order = order
            return try execute(report, account, posed, state, &decision)
        }
        let instrument = instrument(said, posed, state)
        guard let report = said.execution else {
            guard said.quantity > .zero, said.limitPrice ?? .zero >= .zero else {
                return try flag(said.report, .terms, account, posed, state, &decision)
            }
            guard let instrument, state.accountByID[account] != nil else {
                return try flag(said.report, .unknownOrder, account, posed, state, &decision)
            }
            return try takeIn(said, instrument, account, posed, state, &decision)
        }
        try recordStranger(report, said, instrument, account, posed, state, &decision)
    }

    /// A trade of an order that the core does not know, or of one that trades for another account.
    static func recordUnknown(
        _ report: OrderExecuted,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var said = ExternalReport()
        said.venue = report.venue
        said.venueOrderID = report.order.id.text
        said.side = report.side
        said.execution = report
        if let placed = state.orderByID[report.order]?.state.placed {
            said.instrument = placed.instrument
            said.symbol = placed.symbol
        }
        let instrument = instrument(said, posed, state)
        if state.orderByID.contains(report.order) {
            // The venue names one account, and the order another: a person has to say whose trade it is.
            return try recordSuspense(report, said, instrument, account, posed, state, &decision)
        }
        try recordStranger(report, said, instrument, account, posed, state, &decision)
    }

    private static func recordStranger(
        _ report: OrderExecuted,
        _ said: ExternalReport,
        _ instrument: InstrumentRegistered?,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let instrument, state.accountByID[account] != nil, isBookable(report, instrument.currency),
            state.suspense.trade(ExecutionIdentity(report)) == nil,
            state.orderByExecution[ExecutionIdentity(report)] == nil
        else { return try recordSuspense(report, said, instrument, account, posed, state, &decision) }
        try takeIn(said, instrument, account, posed, state, &decision)
    }

    /// Takes an order in, with the trade that it was found by.
    private static func takeIn(
        _ said: ExternalReport,
        _ instrument: InstrumentRegistered,
        _ account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let id = Identifier(.order, slot: account.id.slot, shard: shardNumber(state), birth: posed.position)
        let order = OrderID(id)
        var found = ExternalOrderFound(order, account, instrument.instrument, said)
        found.symbol = instrument.symbol
        let after = try emit(found, &decision)
        var broken = ReconciliationBroke()
        broken.account = account
        broken.venue = said.venue
        broken.venueExecutionID = said.report.venueExecutionID
        broken.kind = .unknownOrder
        broken.theirs = Int128(said.report.quantity.nanos)
        broken.report = WireEncoder.encode(said.report)
        let filing = Filing(.portfolio, of: account.id, account, order.id)
        try decision.emit(filing.draft(.portfolio(.reconciliationBroke(broken))))
        guard var report = said.execution else { return }
        report.order = order
        report.execution = execution(account, posed, state)
        try emit(.execute(report), order, account, after, &decision)
        try bookRarely(report, after, found.placed, account, posed, state, &decision)
    }

    /// The order as it is found.
    static func emit(_ found: ExternalOrderFound, _ decision: inout Decision<Draft>) throws(Rejection)
        -> OrderState
    {
        var state = Order.initial
        Order.evolve(&state, by: .externalFound(found))
        let filing = Filing(.order, of: found.order.id, found.account, found.order.id)
        try decision.emit(filing.draft(.order(.externalFound(found))))
        return state
    }

    static func evolve(_ state: inout ShardState, _ found: ExternalOrderFound, _ place: FactPlace) {
        var entry = OrderEntry(account: found.account, placedOn: place.businessDate)
        // What follows at the venue is caused by what it was found by.
        entry.approvedAt = place.position
        state.orderByID.add(found.order, entry)
        let name = ExternalName(
            account: found.account,
            venue: found.venue,
            venueOrderID: found.venueOrderID
        )
        state.externalByName[name] = found.order
    }

    /// The core's own id of what the present command reports.
    static func execution(_ account: AccountID, _ posed: PosedCommand, _ state: ShardState) -> Identifier {
        Identifier(.execution, slot: account.id.slot, shard: shardNumber(state), birth: posed.position)
    }

    /// Whether a ledger can take the numbers of a trade in `currency`.
    static func isBookable(_ report: OrderExecuted, _ currency: Currency) -> Bool {
        report.quantity > .zero && report.price >= .zero && report.settlementAmount >= .zero
            && report.currency == currency && report.fees.isBookable(in: currency)
    }

    /// The order of the account that the venue has under this name, whoever sent it.
    static func knownOrder(
        _ account: AccountID,
        _ venue: String,
        _ name: String,
        _ state: ShardState
    ) -> OrderID? {
        if let own = Identifier(name).map({ OrderID($0) }), state.orderByID.account(of: own) == account {
            return own
        }
        return state.externalByName[ExternalName(account: account, venue: venue, venueOrderID: name)]
    }

    private static func instrument(_ said: ExternalReport, _ posed: PosedCommand, _ state: ShardState)
        -> InstrumentRegistered?
    {
        if said.instrument != .none { return state.reference.instrumentByID[said.instrument] }
        return state.reference.instrument(said.symbol, on: state.businessDate(at: posed.effectiveAt))
    }

    /// What a venue says of an external order, under the id that the core gave it.
    static func translated(_ posed: PosedCommand, _ state: ShardState) -> PosedCommand {
        func known(_ account: AccountID, _ order: OrderID, _ venue: String? = nil) -> OrderID {
            guard !state.orderByID.contains(order) else { return order }
            let venue = venue ?? state.accountByID[account]?.opened.custodian ?? ""
            let name = ExternalName(account: account, venue: venue, venueOrderID: order.id.text)
            return state.externalByName[name] ?? order
        }
        let command: Command
        switch posed.command {
        case .acknowledgeOrder(let account, var fact):
            fact.order = known(account, fact.order)
            command = .acknowledgeOrder(account, fact)
        case .recordExecution(let account, var report):
            report.order = known(account, report.order, report.venue)
            command = .recordExecution(account, report)
        case .confirmCancel(let account, let order): command = .confirmCancel(account, known(account, order))
        case .refuseCancel(let account, let order): command = .refuseCancel(account, known(account, order))
        case .rejectAtVenue(let account, let order, let code):
            command = .rejectAtVenue(account, known(account, order), code)
        case .recordVenueFact(let account, let fact):
            command = .recordVenueFact(
                account,
                fact.renamed(known(account, fact.order, fact.revision?.venue))
            )
        default: return posed
        }
        return PosedCommand(
            command,
            position: posed.position,
            effectiveAt: posed.effectiveAt,
            actor: posed.actor
        )
    }
}
