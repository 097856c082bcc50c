internal import BifrostKernel
internal import EventStore
internal import Orders
internal import References
internal import Sagas
internal import Venues

/// What has to be done outside once events are durable, and again after a restart as far as it is still open.
extension Sequencer {
    /// The core's own actor.
    static let core = ActorName("bifrost")
    /// The most deadlines of orders that are looked at together.
    private static let deadlinesMax = 1_000

    /// The position of the fact that a request reacts to; what a venue says is caused by the approval it got.
    func cause(of request: CommandRequest) -> Int64 {
        let order: OrderID
        switch request.command {
        case .acknowledgeOrder(_, let fact): order = fact.order
        case .recordExecution(_, let fact): order = fact.order
        case .confirmCancel(_, let id), .refuseCancel(_, let id), .rejectAtVenue(_, let id, _): order = id
        case .recordVenueFact(_, let fact): order = fact.order
        default: return request.causation
        }
        return state.orderByID.approvedAt(order) ?? request.causation
    }

    /// The request under the id that tells it from others.
    ///
    /// A venue refuses one cancel like another, perhaps in one moment: what it answers is part of the id.
    func named(_ request: CommandRequest) -> CommandRequest {
        guard case .refuseCancel(_, let order) = request.command, !CommandRequest.isFree(request.id.text),
            let since = state.orderByID.look(at: order, { $0.waitsSince }),
            let id = ClientName("\(request.id.text):\(since)")
        else { return request }
        return CommandRequest(
            id: id,
            request.command,
            actor: request.actor,
            receivedAt: request.receivedAt,
            effectiveAt: request.effectiveAt,
            causation: request.causation
        )
    }

    /// Adds what the venue has to be told of an event.
    func instruct(after event: DomainEvent, _ instructions: inout [VenueInstruction]) {
        if case .order(.statusRequested(let fact)) = event {
            instructions += self.instructions(askingAfter: fact.order)
        } else if let instruction = instruction(after: event) {
            instructions.append(instruction)
        }
    }

    private func instruction(after event: DomainEvent) -> VenueInstruction? {
        switch event {
        case .order(.approved(let fact)): routed(fact.order).map { .new($0) }
        case .order(.cancelRequested(let fact)):
            state.orderByID.look(at: fact.order) { entry -> VenueInstruction? in
                // No venue has an order that is worked here.
                entry.state.isAtWork ? nil : .cancel(entry.account, entry.state.idAtVenue(fact.order))
            } ?? nil
        case .order(.replaceApproved(let fact)):
            state.orderByID[fact.order].flatMap { entry in
                entry.state.pendingReplaces.first { $0.request == fact.request }
                    .map { .replace(routed($0, entry)) }
            }
        case .order(.adjusted(let fact)):
            state.orderByID[fact.order].flatMap { entry in
                entry.state.pendingReplaces.first { $0.request == fact.request }
                    .map { .replace(routed($0, entry)) }
            }
        default: nil
        }
    }

    private func routed(_ order: OrderID) -> RoutedOrder? {
        state.orderByID.look(at: order) { entry in routed(entry) } ?? nil
    }

    private func routed(_ entry: OrderEntry) -> RoutedOrder? {
        guard entry.state.venue != nil, entry.state.external == nil, let placed = entry.state.placed,
            let instrument = state.reference.instrumentByID[placed.instrument]
        else { return nil }
        // A venue that does not have it yet gets it in the units of today.
        if entry.state.isAdjusted, let amended = entry.state.amended {
            return routed(amended, instrument.currency)
        }
        return routed(placed, instrument.currency)
    }

    private func routed(_ placed: OrderPlaced, _ currency: Currency) -> RoutedOrder {
        RoutedOrder(
            account: placed.account,
            order: placed.order,
            instrument: placed.instrument,
            side: placed.side,
            quantity: placed.quantity,
            limitPrice: placed.limitPrice,
            currency: currency,
            type: placed.type,
            timeInForce: placed.timeInForce,
            special: placed.routedTerms.forVenue
        )
    }

    private func routed(_ request: OrderReplaceRequested, _ entry: OrderEntry) -> RoutedReplace {
        RoutedReplace(
            account: entry.account,
            order: request.order,
            request: request.request,
            terms: request.terms,
            adjusted: entry.state.adjustment(ofRequest: request.request)
        )
    }

    /// The commands that carry on what `request` began and could not finish within its bound.
    ///
    /// A refused command carries nothing on: what stands in its way, such as an open session, still does.
    func followUps(
        to request: CommandRequest,
        _ receipt: CommandReceipt,
        _ outcome: CommandOutcome
    ) -> [CommandRequest] {
        if case .refused = outcome.result { return [] }
        switch request.command {
        case .pullKillSwitch, .setLimits, .copyReference: return sweeping(receipt.firstPosition)
        case .continueSweep(let position, _):
            let rest = sweeping(position)
            // Days that are due wait for what the last one did to orders.
            return rest.isEmpty && state.dueRolls != nil ? rolling(receipt.lastPosition) : rest
        case .rollThrough, .catchUp, .rollDay, .continueRoll, .closeSession:
            return rolling(receipt.lastPosition)
        // It may let an order live again whose day is rolled.
        case .recordVenueFact where state.rollIsUnfinished: return rolling(receipt.lastPosition)
        default: return []
        }
    }

    private func sweeping(_ position: Int64) -> [CommandRequest] {
        state.readySweeps.filter { $0.position == position }.compactMap(continuing)
    }

    /// The rest of a day, then what the next one does to orders, then the next day that is due.
    private func rolling(_ position: Int64) -> [CommandRequest] {
        if state.rollIsUnfinished, let date = state.rolledDate {
            return [continuing(date, position)].compactMap(\.self)
        }
        let sweeps = state.sweeps.filter { $0.day != nil }
        if !sweeps.isEmpty { return sweeps.compactMap(continuing) }
        return [state.dueRolls.flatMap(rollingOn)].compactMap(\.self)
    }

    private func continuing(_ sweep: Sweep) -> CommandRequest? {
        own(
            "sweep:\(sweep.position):\(sweep.done)",
            .continueSweep(sweep.position, done: UInt64(sweep.done)),
            sweep.position
        )
    }

    private func continuing(_ date: BusinessDate, _ position: Int64) -> CommandRequest? {
        own("roll:\(date.text):\(position)", .continueRoll(date, step: UInt64(position)), position)
    }

    private func rollingOn(_ last: DayRolled) -> CommandRequest? {
        guard let through = last.through else { return nil }
        return own(
            "days:\(last.date.text):\(position)",
            last.ofEvery ? .catchUp(through) : .rollThrough(calendar: last.calendar, through),
            position
        )
    }

    /// The commands that carry rebalances on whose orders are closed or still to be placed.
    func dueRebalances(_ causation: Int64) -> [CommandRequest] {
        state.rebalances.filter(\.isDue).compactMap { saga in
            let id = saga.started.rebalance
            return own(
                "rebalance:\(id.text):\(saga.step)",
                .continueRebalance(saga.started.account, id, step: saga.step),
                causation
            )
        }
    }

    /// The commands that carry on whatever has several steps.
    func dueSagas(_ causation: Int64) -> [CommandRequest] {
        dueRebalances(causation)
            + dueWork(causation)
            + state.dueGroups.sorted().compactMap { group in
                guard let saga = state.groupByID[group] else { return nil }
                return own(
                    "group:\(group.id.text):\(saga.step)",
                    .continueGroup(saga.started.account, group, step: saga.step),
                    causation
                )
            }
    }

    /// The commands that carry on orders which are worked by slices.
    private func dueWork(_ causation: Int64) -> [CommandRequest] {
        state.dueWork.sorted().compactMap { order in
            guard let saga = state.workByID[order] else { return nil }
            return own(
                "work:\(order.id.text):\(saga.step)",
                .continueWork(saga.account, order, step: saga.step),
                causation
            )
        }
    }

    /// When a deadline is over next; `nil` when there is none.
    var nextDeadline: Timestamp? {
        var waits = state.venueWaits.next?.due
        if let end = state.expiries.next { waits = waits.map { min($0, end) } ?? end }
        guard !state.rebalances.isEmpty else { return waits }
        return (state.rebalances.compactMap(\.deadline) + [waits].compactMap(\.self)).min()
    }

    /// The commands that say which deadlines are over at `time`.
    func deadlines(reachedAt time: Timestamp) -> [CommandRequest] {
        let waits = state.venueWaits.due(at: time, atMost: Self.deadlinesMax)
        let orders = waits.compactMap { wait -> CommandRequest? in
            // One that was answered may stand behind one that was not.
            let account = state.orderByID.look(at: wait.order) { entry in
                entry.waitsSince == wait.since && entry.state.route.hasDeadline ? entry.account : nil
            }
            guard let account = account ?? nil else { return nil }
            return own(
                "deadline:\(wait.order.id.text):\(wait.since)",
                .reachDeadline(account, wait.order.id, since: wait.since),
                wait.since,
                at: time
            )
        }
        let ends = state.expiries.due(at: time, atMost: Self.deadlinesMax).compactMap { end in
            state.orderByID.look(at: end.order) { $0.account }.flatMap { account in
                // An order that ended may live again, and end another time.
                own(
                    "expire:\(end.order.id.text):\(position)",
                    .expireOrder(account, end.order),
                    position,
                    at: time
                )
            }
        }
        let sagas = state.rebalances.filter { $0.deadline.map { $0 <= time } ?? false }
        return orders + ends
            + sagas.compactMap { saga in
                let (id, account) = (saga.started.rebalance, saga.started.account)
                return own("deadline:\(id.text)", .reachDeadline(account, id, since: 0), position, at: time)
            }
    }

    private func own(
        _ name: String,
        _ command: Command,
        _ causation: Int64,
        at time: Timestamp? = nil
    ) -> CommandRequest? {
        guard let id = ClientName(CommandRequest.reservedPrefix + name), let actor = Self.core else {
            return nil
        }
        return CommandRequest(
            id: id,
            command,
            actor: actor,
            receivedAt: time ?? state.effectiveAt,
            effectiveAt: time ?? state.effectiveAt,
            causation: causation
        )
    }

    /// Everything that the venue was told of an open order, again: it answers with all that it said before,
    /// and does what it has not heard of.
    func instructions(askingAfter order: OrderID) -> [VenueInstruction] {
        guard let entry = state.orderByID[order] else { return [] }
        guard entry.state.external == nil else {
            let isAsked = entry.state.cancelPending
            return isAsked ? [.cancel(entry.account, entry.state.idAtVenue(order))] : []
        }
        guard let routed = routed(entry) else { return [] }
        var instructions = [VenueInstruction.new(routed)]
        for request in entry.state.pendingReplaces {
            instructions.append(.replace(self.routed(request, entry)))
        }
        if entry.state.cancelPending { instructions.append(.cancel(entry.account, order)) }
        return instructions
    }

    /// Everything that is still open after a recovery: orders that the venue may not have heard of, cancels
    /// that it may not have answered, sweeps, days, rebalances and groups that go on.
    func unfinished() -> (instructions: [VenueInstruction], followUps: [CommandRequest]) {
        var instructions: [VenueInstruction] = []
        for order in state.openOrders.sorted() { instructions += self.instructions(askingAfter: order) }
        let others = state.sweeps.filter { $0.day == nil }
        let followUps = others.compactMap(continuing) + rolling(position) + dueSagas(position)
        return (instructions, followUps)
    }
}
