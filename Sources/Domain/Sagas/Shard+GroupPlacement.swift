internal import BifrostKernel
internal import Orders
internal import References
internal import RiskLimits

/// The placing of a group: its orders are judged together, and go to the venue together or not at all.
extension Shard {
    static func placeGroup(
        _ account: AccountID,
        _ wanted: PlaceGroup,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let entry = try entry(account, state)
        let today = state.businessDate(at: posed.effectiveAt)
        try checkGroup(wanted, entry, state)
        guard let instrument = state.reference.instrument(wanted.legs[0].symbol, on: today) else {
            throw Rejection(.unknownSymbol)
        }
        var fact = GroupStarted()
        // The first order is born behind the group's own first event.
        fact.group = OrderID(
            Identifier(.order, slot: account.id.slot, shard: shardNumber(state), birth: posed.position + 1)
        )
        fact.account = account
        fact.instrument = instrument.instrument
        fact.contingency = wanted.contingency
        fact.legs = wanted.legs.map(\.withoutPrices)
        fact.enteredBy = posed.actor.text
        var saga = GroupSaga(fact)
        try emit(.started(fact), saga, &decision)
        for index in saga.legIndices where wanted.contingency.hasEntry {
            guard try checkForm(wanted.legs[index], index, saga, instrument, posed, state, &decision) else {
                return try advance(&saga, .legRefused, .zero, &decision)
            }
        }
        let first = wanted.contingency.hasEntry ? [0] : Array(saga.legIndices)
        let prices = wanted.legs.map(\.seen)
        let isPlaced = try place(first, of: saga, prices, entry, posed, state, &decision)
        guard isPlaced else { return try advance(&saga, .legRefused, .zero, &decision) }
        if !wanted.contingency.hasEntry {
            try advance(&saga, .legsPlaced, wanted.legs[0].quantity, &decision)
        }
    }

    /// What does not belong together is no group.
    private static func checkGroup(
        _ wanted: PlaceGroup,
        _ entry: AccountEntry,
        _ state: ShardState
    ) throws(Rejection) {
        let (legs, unit) = (wanted.legs, Int128(Decimals.nanosPerUnit))
        guard legs.count == wanted.contingency.legCount else {
            throw Rejection(
                .groupLegCountInvalid,
                limit: Int128(wanted.contingency.legCount) * unit,
                value: Int128(legs.count) * unit
            )
        }
        var names: Set<ClientName> = []
        for (index, leg) in legs.enumerated() {
            // An entry is left by the other side.
            let isSameSide = !wanted.contingency.hasEntry || index == 0
            let belongs =
                leg.symbol == legs[0].symbol && leg.quantity == legs[0].quantity
                && (leg.side == legs[0].side) == isSameSide
            guard belongs else { throw Rejection(.groupLegsDiffer, value: Int128(index + 1) * unit) }
            guard !state.rebalances.contains(where: { $0.started.rebalance == leg.parent.id }) else {
                throw Rejection(.unknownOrder)
            }
            guard !leg.special.worked, state.workByID[leg.parent] == nil else {
                throw Rejection(.workedOrderInvalid)
            }
            guard let name = leg.clientOrderID else { continue }
            guard names.insert(name).inserted, entry.orderByName[name] == nil else {
                throw Rejection(.clientOrderIDTaken)
            }
        }
    }

    /// Judges the form of a leg that is placed later; one that has none is reported.
    private static func checkForm(
        _ wanted: PlaceOrder,
        _ index: Int,
        _ saga: GroupSaga,
        _ instrument: InstrumentRegistered,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> Bool {
        let placed = terms(saga.started.group, saga.started.account, wanted, instrument, posed)
        let steps = InstrumentTerms(
            tickSize: instrument.tick(at: wanted.limitPrice),
            lotSize: instrument.lotSize,
            today: state.businessDate(at: posed.effectiveAt),
            moment: posed.effectiveAt
        )
        var unused = Decision<OrderEvent>()
        do throws(Rejection) {
            try Order.decide(.place(placed, terms: steps), given: Order.initial, into: &unused)
            return true
        } catch {
            try refuse(index, error, saga, &decision)
            return false
        }
    }

    /// Places the legs that are missing, at what the entry traded at.
    static func placeLegs(
        _ saga: GroupSaga,
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> Bool {
        var seen = ReferencePrice()
        if saga.started.contingency.hasEntry,
            let price = state.orderByID.look(at: saga.started.group, { $0.state.averagePrice }) ?? nil
        {
            seen = ReferencePrice(last: price, source: "entry", at: posed.effectiveAt)
        }
        let missing = saga.legIndices.filter { saga.legs[$0].order == .none }
        let prices = saga.legs.map { _ in seen }
        return try place(missing, of: saga, prices, entry, posed, state, &decision)
    }

    /// Judges those orders and sends them, all or none; says which.
    private static func place(
        _ indices: [Int],
        of saga: GroupSaga,
        _ prices: [ReferencePrice],
        _ entry: AccountEntry,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> Bool {
        var entry = entry
        var (passed, isRefused): ([(index: Int, order: OrderID)], Bool) = ([], false)
        for index in indices {
            let before = decision.events.count
            var wanted = order(index, of: saga, state)
            wanted.seen = prices[index]
            let others = saga.legIndices.filter { $0 != index }.map { saga.legs[$0].order }
            // Each order of a decision is born at the position of its own first event.
            let asked = PosedCommand(
                posed.command,
                position: posed.position + Int64(before),
                effectiveAt: posed.effectiveAt,
                actor: ActorName(saga.started.enteredBy) ?? posed.actor
            )
            do throws(Rejection) {
                let sharing = passed.last?.order ?? others.first { $0 != .none } ?? .none
                guard let order = try judge(wanted, entry, sharing: sharing, asked, state, &decision) else {
                    isRefused = true
                    continue
                }
                passed.append((index, order))
            } catch {
                guard decision.events.count == before else { throw error }
                try refuse(index, error, saga, &decision)
                isRefused = true
                continue
            }
            for draft in decision.events.dropFirst(before) {
                if case .risk(let event) = draft.event { RiskBook.evolve(&entry.risk, by: event) }
            }
            entry.risk.count(at: posed.effectiveAt)
        }
        for (index, order) in passed {
            if isRefused {
                try takeBack(order, entry, &decision)
            } else {
                try send(order, review: saga.started.legs[index].review, entry, &decision)
            }
        }
        return !isRefused
    }

    /// The order of a leg as it is placed now.
    private static func order(_ index: Int, of saga: GroupSaga, _ state: ShardState) -> PlaceOrder {
        var wanted = saga.started.legs[index]
        wanted.special.group = saga.started.group
        wanted.special.contingency = saga.started.contingency
        if saga.quantity > .zero { wanted.quantity = inLots(saga.rest, saga, state) }
        // A name is one order's, and the first attempt has it.
        if saga.legs[index].attempts > 0 { wanted.clientOrderID = nil }
        return wanted
    }

    /// An order that passed does not go to the venue, because another one of its group did not pass.
    private static func takeBack(
        _ order: OrderID,
        _ entry: AccountEntry,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let account = entry.opened.account
        var released = ReservationChanged()
        released.order = order
        released.reason = .released
        let risks = Filing(.risk, of: account.id, account, order.id)
        try decision.emit(risks.draft(.risk(.reservationChanged(released))))
        try reject(order, account, .risk, RuleCheck(.groupLegRefused, passed: false), &decision)
    }

    private static func refuse(
        _ index: Int,
        _ rejection: Rejection,
        _ saga: GroupSaga,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var fact = GroupLegRefused()
        fact.group = saga.started.group
        fact.account = saga.started.account
        fact.leg = UInt32(index + 1)
        fact.code = rejection.code
        fact.limit = rejection.limit
        fact.value = rejection.value
        try emit(.legRefused(fact), saga, &decision)
    }
}

extension PlaceOrder {
    /// The content alone: the prices seen are no part of what is stored.
    fileprivate var withoutPrices: PlaceOrder {
        var content = self
        content.seen = ReferencePrice()
        return content
    }
}
