internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// What a trading day begins with for orders that outlive the one before: corporate actions of their
/// instruments, and terms of them that hold from then on.
///
/// Positions come first: the sweep over the orders waits until the roll has dealt with every account, and
/// the next day is not rolled before it is through.
extension Shard {
    /// Room that one more order needs: two events of its own, two of its reservation, and one of its
    /// parent's.
    private static let eventsOfOrderMax = 5
    /// Dividends below one cent change no order.
    private static let dividendNanosMin: Int64 = 10_000_000

    /// Begins the sweep over the orders whose instruments have an ex-date or other terms on `day`.
    static func beginOrders(
        _ state: inout ShardState,
        _ day: BusinessDate,
        after rolled: DayRolled,
        _ position: Int64
    ) {
        let book = state.reference
        let actions = book.corporateActions.of(day)
        let split = actions.filter { $0.kind == .split && isDay(of: $0.instrument, day, state) }
        // What follows an entry that has not traded was agreed in old units.
        if !split.isEmpty { outdateGroups(&state, Set(split.map(\.instrument))) }
        let instruments = Set(actions.map(\.instrument))
        guard !state.openOrders.isEmpty, !instruments.isEmpty || !book.changesByID.isEmpty else { return }
        let orders = state.openOrders.filter { order in
            state.orderByID.look(at: order) { entry in
                guard let placed = entry.state.placed, isDay(of: placed.instrument, day, state) else {
                    return false
                }
                guard
                    instruments.contains(placed.instrument)
                        || book.changes(placed.instrument, with: day)
                else { return false }
                return !entry.ends(on: rolled.date) || !state.trades(entry, by: rolled.calendar)
            } ?? false
        }
        guard !orders.isEmpty else { return }
        var sweep = Sweep(position: position, orders: orders.sorted())
        sweep.day = day
        state.sweeps.append(sweep)
    }

    /// Whether `day` is a day of the instrument's calendar, and that calendar is one that is rolled.
    static func isDay(of instrument: InstrumentID, _ day: BusinessDate, _ state: ShardState) -> Bool {
        guard let name = state.reference.instrumentByID[instrument]?.tradingCalendar,
            state.rolledByName[name] != nil
        else { return false }
        return state.reference.calendarByName[name]?.contains(day) ?? false
    }

    /// Goes on with such a sweep, as far as one decision may.
    static func beginOrders(
        of sweep: Sweep,
        _ day: BusinessDate,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var drafts = Decision<Draft>()
        var books: [AccountID: RiskState] = [:]
        var end = sweep.done
        while end < sweep.orders.count, end < sweep.done + sweepOrdersMax,
            drafts.events.count < decisionEventsMax - eventsOfOrderMax
        {
            let order = sweep.orders[end]
            end += 1
            guard state.openOrders.contains(order), let entry = state.orderByID[order] else { continue }
            var risk = books[entry.account] ?? state.accountByID[entry.account]?.risk ?? RiskBook.initial
            var today = entry
            let goesOn = try begin(order, &today, day, &risk, state, &drafts)
            books[entry.account] = risk
            guard goesOn, let placed = entry.state.placed,
                state.reference.changes(placed.instrument, with: day),
                try reassess(order, today, sweep, state, &drafts) == .cancelled
            else { continue }
            try cancel(order, today, state, &drafts)
        }
        var advanced = SweepAdvanced()
        advanced.sweep = sweep.position
        advanced.done = UInt64(end)
        advanced.total = UInt64(sweep.orders.count)
        let root = Identifier(.command, slot: 0, shard: 0, birth: sweep.position)
        try decision.emit(Draft(.sweepAdvanced(advanced), .shard, correlation: root))
        try decision.emit(drafts) { $0 }
    }

    /// Gives one order the terms of `day`, and holds back what they need instead; `false` when it ends.
    private static func begin(
        _ order: OrderID,
        _ entry: inout OrderEntry,
        _ day: BusinessDate,
        _ risk: inout RiskState,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) -> Bool {
        // Whoever sent a stranger's order sees to it.
        guard let placed = entry.state.placed, entry.state.external == nil,
            let instrument = state.reference.terms(of: placed.instrument, on: day),
            let change = unitChange(placed.instrument, on: day, state)
        else { return true }
        // A group counts in units of its start, so that its orders end with these; so do a worked order and
        // its slices.
        let isPart = placed.group != .none || placed.isWorked || work(of: placed, state) != .none
        let isOutdated = change.numerator > 0 && isPart
        let wanted: Adjustment =
            isOutdated
            ? .impossible
            : entry.state.adjustment(by: change, lot: instrument.lotSize, tick: { instrument.tick(at: $0) })
        guard case .adjusted(let fact) = wanted else {
            guard wanted == .impossible else { return true }
            try cancel(order, entry, state, &decision)
            return false
        }
        var after = entry.state
        Order.evolve(&after, by: .adjusted(fact))
        guard entry.state.isAtWork || isCovered(order, after, entry.account, risk, state) else {
            try cancel(order, entry, state, &decision)
            return false
        }
        try emit(.adjust(fact), order, entry.account, entry.state, &decision)
        // A market order holds back by a price that it does not name.
        let reservation = risk.reservationByID[order]
        let isShort = reservation.map { $0.shorts > .zero } ?? false
        let market = reservation.flatMap { fact.newPrice($0.price, up: isShort) }
        // A short sale is held at the market's price where its limit is below.
        let price =
            isShort ? [after.dearestLimit, market].compactMap(\.self).max() : after.dearestLimit ?? market
        let held: RiskCommand =
            after.isAtWork
            ? .trim(order, leaves: after.leaves, price: price)
            : .rehold(order, leaves: after.reach, price: price, hasTraded: after.cumulative > .zero)
        var events = Decision<RiskEvent>()
        try RiskBook.decide(held, given: risk, into: &events)
        for event in events.events { RiskBook.evolve(&risk, by: event) }
        let filing = Filing(.risk, of: entry.account.id, entry.account, order.id)
        try decision.emit(events) { filing.draft(.risk($0)) }
        entry.state = after
        return true
    }

    /// What the actions of `day` make of one unit; `nil` when there are none.
    private static func unitChange(
        _ instrument: InstrumentID,
        on day: BusinessDate,
        _ state: ShardState
    ) -> UnitChange? {
        let actions = state.reference.corporateActions.of(day).filter { $0.instrument == instrument }
        guard !actions.isEmpty else { return nil }
        var change = UnitChange(on: day)
        for action in actions {
            switch action.kind {
            case .split: (change.numerator, change.denominator) = (action.numerator, action.denominator)
            case .cashDividend where action.amountPerUnit.nanos >= dividendNanosMin:
                let sum = Int128(change.dividend.nanos) + Int128(action.amountPerUnit.nanos)
                change.dividend = Price(nanos: Int64(min(sum, Int128(Price.nanosMax))))
            case .cashDividend: break
            }
        }
        return change
    }

    /// Whether the account still has what the order sells: shares that a split brought may have been promised
    /// to another order before this one's turn, and a position that a split could not change has no more.
    private static func isCovered(
        _ order: OrderID,
        _ after: OrderState,
        _ account: AccountID,
        _ risk: RiskState,
        _ state: ShardState
    ) -> Bool {
        guard let held = risk.reservationByID[order], held.shares > .zero, after.reach > held.shares else {
            return true
        }
        let position = state.accountByID[account]?.portfolio.position(held.instrument) ?? .zero
        let others = risk.sharesHeld(beside: order)
        return Int128(after.reach.nanos) + Int128(others.nanos) <= Int128(position.nanos)
    }
}
