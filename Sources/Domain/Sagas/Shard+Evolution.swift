public import BifrostKernel
internal import ComplianceRules
public import Orders
public import Portfolios
internal import References
internal import RiskLimits

extension Shard {
    /// Adds a fact.
    ///
    /// An event that cannot apply means a corrupt log: stop loudly.
    public static func evolve(_ state: inout ShardState, by fact: Fact) {
        evolve(&state, by: fact.event, at: fact.place)
    }

    /// Adds a fact whose columns are apart from it.
    public static func evolve(_ state: inout ShardState, by event: DomainEvent, at place: FactPlace) {
        if place.effectiveAt > state.effectiveAt { state.effectiveAt = place.effectiveAt }
        switch event {
        case .shardOpened(let opened): state.opened = opened
        case .writerStarted(let started): state.epoch = started.epoch
        case .commandRejected, .commandHadNoEffect, .ownerRegistered, .dayCloseContinued, .person: break
        case .dayRolled(let rolled): roll(&state, rolled, place)
        case .sessionOpened(let opened):
            state.sessionByName[opened.calendar] = Session(date: opened.date, isOpen: true)
        case .sessionClosed(let closed):
            state.sessionByName[closed.calendar] = Session(date: closed.date, isOpen: false)
        case .sweepAdvanced(let advanced):
            guard let index = state.sweeps.firstIndex(where: { $0.position == advanced.sweep }) else {
                return
            }
            state.sweeps[index].done = Int(advanced.done)
            if advanced.done == advanced.total { state.sweeps.remove(at: index) }
        case .accountOpened(let opened):
            state.accountByID[opened.account] = AccountEntry(opened: opened, rolledBefore: state.lastOverDate)
            if let alias = AccountAlias(opened.alias) { state.accountByAlias[alias] = opened.account }
            state.accountsByOwner[opened.owner, default: []].append(opened.account)
        case .suspense(let event): state.suspense.evolve(by: event, at: place)
        case .reference(let event):
            let revised = revised(by: event, state)
            state.reference.evolve(by: event)
            reassess(&state, event, place.position)
            if let revised { reassess(&state, revised, place.position) }
        case .rebalance(let event): evolve(&state, event, place)
        case .group(let event): evolve(&state, event)
        case .order(let event): evolveOrder(&state, event, place)
        case .risk(let event): evolveRisk(&state, event, place)
        case .compliance(let event):
            guard case .assessed(let assessed) = event,
                let account = state.orderByID.account(of: assessed.order)
            else { return }
            withEntry(&state, account) { ComplianceBook.evolve(&$0.compliance, by: event) }
        case .portfolio(.reconciliationBroke(let broken)):
            state.openBreaks[place.position] = broken.account
        case .portfolio(.breakResolved(let fact)): state.openBreaks[fact.brokeAt] = nil
        case .portfolio(let event):
            withEntry(&state, event.account) {
                Portfolio.evolve(&$0.portfolio, by: event, at: place.effectiveAt)
            }
            if !state.entitlements.isEmpty { settleEntitlement(&state, event) }
            watchEquity(&state, event)
        }
    }

    private static func roll(_ state: inout ShardState, _ rolled: DayRolled, _ place: FactPlace) {
        let day = state.dayBehind(rolled.date, rolling: rolled.calendar)
        let isOver = state.isOver(rolled.date, rolling: rolled.calendar)
        let due = isOver ? entitlements(on: day, rolling: rolled.calendar, state) : []
        let begun = isOver ? actions(on: day, rolling: rolled.calendar, state) : []
        let begins = isOver && state.openDay.map { day > $0 } ?? true
        state.rolledByName[rolled.calendar] = rolled.date
        state.rolledDate = rolled.date
        state.rolledCalendar = rolled.calendar
        if rolled.ofEvery {
            let isDone = rolled.through.flatMap { state.dueDay(through: $0) } == nil
            state.dueRolls = isDone ? nil : rolled
        } else if rolled.through != nil {
            state.dueRolls = rolled
        } else if state.dueRolls?.calendar == rolled.calendar {
            state.dueRolls = nil
        }
        guard isOver else { return }
        state.entitlements = due
        for action in begun { state.actionBegunAt[action.action] = place.effectiveAt }
        state.reference.forgetMarks(before: rolled.date)
        if begins { beginOrders(&state, day, after: rolled, place.position) }
        state.openDay = day
        state.reference.begin(day)
    }

    private static func evolveOrder(_ state: inout ShardState, _ event: OrderEvent, _ place: FactPlace) {
        let order = event.order
        var mayEnd = event.mayOpen
        if case .placed(let placed) = event {
            mayEnd = placed.hasSpecialTerms
            if placed.isWorked { state.workByID[order] = WorkSaga(placed.account) }
            let day = state.openDay(of: placed.instrument, place.businessDate)
            state.orderByID.add(order, OrderEntry(account: placed.account, placedOn: day))
            if let name = placed.clientOrderID {
                withEntry(&state, placed.account) { $0.orderByName[name] = order }
            }
        }
        if case .externalFound(let found) = event { evolve(&state, found, place) }
        if case .executed(let report) = event {
            state.orderByExecution[ExecutionIdentity(report)] = order
        }
        let (hasGroups, hasWork) = (!state.groupByID.isEmpty, !state.workByID.isEmpty)
        let (isOpen, lacksWait, group, parent) = state.orderByID.change(order) { entry in
            Order.evolve(&entry.state, by: event)
            if event.approves { entry.approvedAt = place.position }
            return (
                entry.state.isOpen, entry.lacksWait, hasGroups ? entry.state.group : .none,
                hasWork ? entry.state.parent : .none
            )
        }
        if case .approved = event {
            state.openOrders.insert(order)
        } else if !isOpen {
            state.openOrders.remove(order)
        } else if event.mayOpen {
            state.openOrders.insert(order)
        }
        if mayEnd || !state.expiries.isEmpty { evolveExpiries(&state, order, isOpen: isOpen) }
        evolveWaits(&state, event, place, lacksWait: lacksWait)
        if !state.rebalances.isEmpty { evolveRebalances(&state, event, isOpen: isOpen) }
        if group != .none { evolveGroup(&state, group, event) }
        if hasWork { evolveWork(&state, event, parent: parent) }
    }

    private static func evolveRisk(_ state: inout ShardState, _ event: RiskEvent, _ place: FactPlace) {
        switch event {
        case .limitsSet(let set):
            withEntry(&state, set.account) { RiskBook.evolve(&$0.risk, by: event) }
            reassess(&state, place.position) { $1.account(of: $0) == set.account }
        case .assessed(let assessed):
            guard
                let (account, approvedAt) = state.orderByID.look(
                    at: assessed.order,
                    {
                        ($0.account, $0.approvedAt)
                    }
                )
            else { return }
            // Other terms of an order that the venue has are no further order.
            let isNew = assessed.verdict == .approved && approvedAt == 0
            withEntry(&state, account) { entry in
                RiskBook.evolve(&entry.risk, by: event)
                if isNew { entry.risk.count(at: place.effectiveAt) }
            }
            if isNew { remember(&state, assessed.order, account, place.effectiveAt) }
        case .reassessed: break
        case .marginCallIssued(let call):
            withEntry(&state, call.account) { RiskBook.evolve(&$0.risk, by: event) }
            state.marginCalls.insert(call.account)
        case .marginCallMet(let met):
            withEntry(&state, met.account) { RiskBook.evolve(&$0.risk, by: event) }
            state.marginCalls.remove(met.account)
        case .reservationChanged(let changed):
            guard let account = state.orderByID.account(of: changed.order) else { return }
            withEntry(&state, account) { RiskBook.evolve(&$0.risk, by: event) }
        case .killSwitchPulled(let pulled):
            if pulled.account == .none {
                state.killed = true
            } else {
                withEntry(&state, pulled.account) { RiskBook.evolve(&$0.risk, by: event) }
            }
            let inScope = state.openOrders.filter { order in
                pulled.account == .none || state.orderByID.account(of: order) == pulled.account
            }
            guard !inScope.isEmpty else { return }
            state.sweeps.append(Sweep(position: place.position, orders: inScope.sorted()))
        case .killSwitchReleased(let released):
            if released.account == .none {
                state.killed = false
            } else {
                withEntry(&state, released.account) { RiskBook.evolve(&$0.risk, by: event) }
            }
        }
    }

    static func withEntry(
        _ state: inout ShardState,
        _ account: AccountID,
        _ change: (inout AccountEntry) -> Void
    ) {
        guard let index = state.accountByID.index(forKey: account) else {
            preconditionFailure("an account's events come after its opening")
        }
        change(&state.accountByID.values[index])
    }
}

extension OrderEvent {
    /// Whether it may let an order trade that did not before.
    var mayOpen: Bool {
        switch self {
        case .heldForReview, .replaced, .restated, .executionCorrected, .executionBusted, .externalFound,
            .workBegan, .workProgressed:
            true
        default: false
        }
    }

    /// Whether the order passed its judges with it.
    fileprivate var approves: Bool {
        switch self {
        case .approved, .workBegan: true
        default: false
        }
    }

    /// The order that the event is about.
    public var order: OrderID {
        switch self {
        case .placed(let fact): fact.order
        case .approved(let fact): fact.order
        case .rejected(let fact): fact.order
        case .acknowledged(let fact): fact.order
        case .executed(let fact): fact.order
        case .executionConflicted(let fact): fact.report.order
        case .cancelRequested(let fact): fact.order
        case .cancelled(let fact): fact.order
        case .cancelRejected(let fact): fact.order
        case .expired(let fact): fact.order
        case .replaceRequested(let fact): fact.order
        case .replaced(let fact): fact.order
        case .replaceRejected(let fact): fact.order
        case .triggered(let fact): fact.order
        case .doneForDay(let fact): fact.order
        case .suspended(let fact): fact.order
        case .resumed(let fact): fact.order
        case .restated(let fact): fact.order
        case .executionCorrected(let fact): fact.revision.order
        case .executionBusted(let fact): fact.revision.order
        case .heldForReview(let fact): fact.order
        case .reviewed(let fact): fact.order
        case .replaceApproved(let fact): fact.order
        case .statusRequested(let fact): fact.order
        case .parked(let fact): fact.order
        case .resolved(let fact): fact.order
        case .externalFound(let fact): fact.order
        case .adjusted(let fact): fact.order
        case .workBegan(let fact): fact.order
        case .workProgressed(let fact): fact.order
        case .workCompleted(let fact): fact.order
        }
    }
}

extension PortfolioEvent {
    /// The account that the event is about.
    public var account: AccountID {
        switch self {
        case .deposited(let fact): fact.account
        case .withdrawn(let fact): fact.account
        case .tradeBooked(let fact): fact.account
        case .tradeSettled(let fact): fact.account
        case .tradeCorrected(let fact): fact.account
        case .dividendAccrued(let fact): fact.account
        case .dividendPaid(let fact): fact.account
        case .positionAdjusted(let fact): fact.account
        case .positionImported(let fact): fact.account
        case .interestAccrued(let fact): fact.account
        case .interestPaid(let fact): fact.account
        case .converted(let fact): fact.account
        case .dayClosed(let fact): fact.account
        case .reconciliationBroke(let fact): fact.account
        case .breakResolved(let fact): fact.account
        }
    }
}
