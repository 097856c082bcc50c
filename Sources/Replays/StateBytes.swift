// The canonical bytes of a shard's state, for comparing two folds. They are not stored: another build may
// write them otherwise, so digests compare folds of one build only.
//
// Sections follow each other in a fixed order, each begun by its letter. Whatever the state keeps in a
// dictionary or a set is sorted by its key. Numbers are big-endian and of fixed width, texts and messages
// begin with their length.

internal import BifrostKernel
internal import ComplianceRules
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas

/// Writes the canonical bytes of a state.
struct StateBytes {
    private var bytes: [UInt8] = []

    static func of(_ state: ShardState) -> [UInt8] {
        var writer = StateBytes()
        writer.shard(state)
        writer.reference(state.reference)
        for account in state.accountByID.keys.sorted() {
            guard let entry = state.accountByID[account] else { continue }
            writer.account(entry)
        }
        for order in state.orderByID.ids.sorted() {
            guard let entry = state.orderByID[order] else { continue }
            writer.order(order, entry, isOpen: state.openOrders.contains(order))
        }
        return writer.bytes
    }

    private mutating func shard(_ state: ShardState) {
        letter("S")
        present(state.opened)
        number(state.epoch)
        number(state.killed)
        number(state.effectiveAt.nanos)
        present(state.openDay)
        present(state.rolledDate)
        text(state.rolledCalendar)
        number(Int64(state.rolledByName.count))
        for name in state.rolledByName.keys.sorted() {
            text(name)
            present(state.rolledByName[name])
        }
        number(Int64(state.entitlements.count))
        for entitlement in state.entitlements {
            number(Int64(entitlement.kind.rawValue))
            identifier(entitlement.account.id)
            identifier(entitlement.action)
            number(Int64(entitlement.day.days))
            number(entitlement.quantity.nanos)
        }
        for name in state.sessionByName.keys.sorted() {
            guard let session = state.sessionByName[name] else { continue }
            letter("Y")
            text(name)
            number(Int64(session.date.days))
            number(session.isOpen)
        }
        for position in state.openBreaks.keys.sorted() {
            letter("X")
            number(position)
        }
        suspense(state)
        for saga in state.rebalances {
            letter("B")
            message(saga.started)
            number(Int64(saga.state.rawValue))
            number(Int64(saga.waiting.count))
            for leg in saga.waiting { message(leg) }
            number(Int64(saga.open.count))
            for order in saga.open { identifier(order.id) }
            number(Int64(saga.refusals))
            number(Int64(clamping: saga.step))
        }
        number(Int64(clamping: state.rebalanceSteps))
        groups(state)
        work(state)
        present(state.dueRolls)
        number(Int64(state.sweeps.count))
        for sweep in state.sweeps {
            number(sweep.position)
            number(Int64(sweep.done))
            number(sweep.reassesses)
            present(sweep.day)
            number(Int64(sweep.orders.count))
            for order in sweep.orders { identifier(order.id) }
        }
    }

    private mutating func groups(_ state: ShardState) {
        for group in state.groupByID.keys.sorted() {
            guard let saga = state.groupByID[group] else { continue }
            letter("J")
            message(saga.started)
            number(Int64(saga.state.rawValue))
            number(saga.quantity.nanos)
            for leg in saga.legs {
                identifier(leg.order.id)
                number(Int64(leg.attempts))
                number(leg.traded.nanos)
            }
            number(saga.isRefused)
            number(saga.isCancelled)
            number(saga.isOutdated)
            number(state.dueGroups.contains(group))
            number(Int64(clamping: saga.step))
        }
        number(Int64(clamping: state.groupSteps))
    }

    private mutating func work(_ state: ShardState) {
        for order in state.workByID.keys.sorted() {
            guard let saga = state.workByID[order] else { continue }
            letter("K")
            identifier(order.id)
            for slice in saga.sliceByID.keys.sorted() {
                guard let part = saga.sliceByID[slice] else { continue }
                identifier(slice.id)
                for value in [part.traded.nanos, part.reach.nanos] { number(value) }
                wide(part.notional.nanos)
            }
            number(state.dueWork.contains(order))
            number(Int64(clamping: saga.step))
        }
        number(Int64(clamping: state.workSteps))
    }

    private mutating func suspense(_ state: ShardState) {
        for name in state.externalByName.keys.sorted() {
            letter("N")
            identifier(name.account.id)
            text(name.venue)
            text(name.venueOrderID)
            identifier(state.externalByName[name]?.id ?? .none)
        }
        for position in state.suspense.tradeByBreak.keys.sorted() {
            guard let trade = state.suspense.tradeByBreak[position] else { continue }
            letter("U")
            message(trade.suspended)
            number(Int64(trade.revisions.count))
            for revision in trade.revisions { message(revision) }
            number(trade.effectiveAt.nanos)
            number(Int64(trade.businessDate.days))
            present(trade.assigned)
        }
        for action in state.actionBegunAt.keys.sorted() {
            letter("g")
            identifier(action)
            number(state.actionBegunAt[action]?.nanos ?? 0)
        }
        for line in state.suspense.ledger.lines {
            letter("V")
            number(Int64(line.key.account.rawValue))
            text("\(line.key.commodity)")
            wide(line.balance)
        }
    }

    private mutating func reference(_ book: ReferenceBook) {
        letter("R")
        number(book.copiedUpTo)
        for day in book.marksVersionByDate.keys.sorted() {
            letter("D")
            number(Int64(day.days))
            number(Int64(book.marksVersionByDate[day] ?? 0))
        }
        number(Int64(book.restrictionsVersion))
        for instrument in book.instrumentByID.keys.sorted() {
            letter("I")
            present(book.instrumentByID[instrument])
            number(book.restricted.contains(instrument))
            guard let mark = book.markByID[instrument] else { continue }
            letter("M")
            number(mark.price.nanos)
            number(Int64(mark.date.days))
            number(Int64(mark.version))
        }
        for instrument in book.changesByID.keys.sorted() {
            for change in book.changesByID[instrument] ?? [] {
                letter("H")
                message(change)
            }
        }
        for instrument in book.termsVersionByID.keys.sorted() {
            letter("h")
            number(Int64(book.termsVersionByID[instrument] ?? 0))
        }
        for instrument in book.statusByID.keys.sorted() {
            letter("U")
            present(book.statusByID[instrument])
        }
        for venue in book.feesByVenue.keys.sorted() {
            letter("F")
            for fees in book.feesByVenue[venue] ?? [] { message(fees) }
        }
        currencies(book)
        for day in book.corporateActions.actionsByExDate.keys.sorted() {
            letter("W")
            for action in book.corporateActions.actionsByExDate[day] ?? [] { message(action) }
        }
        for action in book.corporateActions.endedByID.keys.sorted() { identifier(action) }
        for name in book.calendarByName.keys.sorted() {
            letter("C")
            text(name)
            for day in book.calendarByName[name]?.days ?? [] {
                number(Int64(day.days))
                present(book.hours(of: name, on: day))
            }
        }
    }

    private mutating func account(_ entry: AccountEntry) {
        letter("A")
        message(entry.opened)
        present(entry.rolledBefore)
        present(entry.risk.limits)
        for limits in entry.risk.datedLimits {
            letter("W")
            message(limits)
        }
        number(entry.risk.pace.second)
        number(Int64(entry.risk.pace.count))
        for recent in entry.risk.pace.recent {
            letter("T")
            number(recent.at.nanos)
            identifier(recent.instrument.id)
            number(recent.isBuy)
            number(recent.quantity.nanos)
            number(recent.limitPrice?.nanos ?? -1)
            identifier(recent.parent.id)
        }
        wide(entry.watch.flows)
        wide(entry.watch.peak)
        number(entry.risk.killed)
        present(entry.risk.marginCall)
        number(Int64(entry.compliance.restrictionsVersionSeen))
        for order in entry.risk.reservationByID.keys.sorted() {
            guard let held = entry.risk.reservationByID[order] else { continue }
            letter("V")
            identifier(order.id)
            number(Int64(held.currency.packed))
            wide(held.cash.nanos)
            identifier(held.instrument.id)
            identifier((entry.risk.partnerByID[order] ?? .none).id)
            if let draw = entry.risk.drawByID[order] {
                letter("D")
                identifier(draw.parent.id)
                number(draw.units.nanos)
                wide(draw.cash.nanos)
            }
            let units = [held.shares, held.buys, held.shorts].map(\.nanos)
            for value in units + [held.price.nanos, held.commission.micros] {
                number(value)
            }
            if let terms = held.extraFees.terms { message(terms) }
        }
        portfolio(entry.portfolio)
        for name in entry.orderByName.keys.sorted() {
            letter("N")
            text(name.text)
            identifier((entry.orderByName[name] ?? .none).id)
        }
    }

    private mutating func balances(_ ledger: Ledger) {
        for line in ledger.lines {
            letter("L")
            number(Int64(line.key.account.rawValue))
            switch line.key.commodity {
            case .money(let currency): number(Int64(currency.packed))
            case .instrument(let instrument): identifier(instrument.id)
            }
            if let kind = line.key.feeKind { number(Int64(kind.rawValue)) }
            wide(line.balance)
        }
    }

    private mutating func portfolio(_ state: PortfolioState) {
        balances(state.ledger)
        for instrument in state.lotsByID.keys.sorted() {
            for lot in state.lotsByID[instrument]?.lots ?? [] {
                letter("T")
                identifier(instrument.id)
                number(lot.quantity.nanos)
                wide(lot.cost.nanos)
                number(Int64(lot.opened.days))
                identifier(lot.execution)
            }
        }
        for (date, trade) in state.settlements.all {
            letter("Q")
            number(Int64(date.days))
            identifier(trade.execution)
            number(trade.quantity.nanos)
            wide(trade.amount.nanos)
        }
        for instrument in state.tradesByID.keys.sorted() {
            for trade in state.tradesByID[instrument]?.trades ?? [] {
                letter("H")
                identifier(trade.execution)
                number(trade.lot.effectiveAt.nanos)
                number(trade.lot.quantity.nanos)
                wide(trade.lot.gross.nanos)
                wide(trade.flow)
                for fee in trade.fees { message(fee) }
            }
        }
        for action in state.appliedActions.sorted() {
            letter("X")
            identifier(action)
            present(state.accruedDividends[action])
        }
        for instrument in state.untradedByID.keys.sorted() {
            letter("U")
            identifier(instrument.id)
            wide(state.untradedByID[instrument] ?? 0)
        }
        for instrument in state.instruments {
            letter("P")
            identifier(instrument.id)
            number(state.position(instrument).nanos)
        }
        for currency in state.realised.keys.sorted() {
            letter("G")
            number(Int64(currency.packed))
            wide((state.realised[currency] ?? .zero).nanos)
            wide((state.tradedCash[currency] ?? .zero).nanos)
        }
        present(state.closedDay)
        currencies(state)
    }

    private mutating func currencies(_ book: ReferenceBook) {
        for (rate, date) in book.exchange.latest {
            letter("E")
            message(rate)
            number(Int64(date.days))
        }
        for day in book.exchange.versionByDate.keys.sorted() {
            letter("E")
            number(Int64(day.days))
            number(Int64(book.exchange.versionByDate[day] ?? 0))
        }
        for currency in book.interest.ratesByCurrency.keys.sorted() {
            letter("J")
            for rates in book.interest.ratesByCurrency[currency] ?? [] { message(rates) }
        }
    }

    private mutating func currencies(_ state: PortfolioState) {
        for currency in state.lastInterest.keys.sorted() {
            letter("J")
            present(state.lastInterest[currency])
        }
        for currency in state.tradedAtClose.keys.sorted() {
            letter("K")
            number(Int64(currency.packed))
            wide(state.tradedAtClose[currency] ?? 0)
        }
    }

    private mutating func order(_ id: OrderID, _ entry: OrderEntry, isOpen: Bool) {
        letter("O")
        identifier(id.id)
        identifier(entry.account.id)
        number(entry.approvedAt)
        number(Int64(entry.placedOn.days))
        number(entry.waitsSince)
        number(Int64(entry.state.route.rawValue))
        number(Int64(entry.state.statusRequests))
        number(isOpen)
        present(entry.state.placed)
        text(entry.state.venue ?? "")
        text("\(entry.state.status)")
        number(entry.state.acknowledged)
        number(entry.state.cancelPending)
        number(entry.state.cumulative.nanos)
        wide(entry.state.tradedNotional.nanos)
        for execution in entry.state.executions.values.sorted(by: { $0.execution < $1.execution }) {
            letter("E")
            message(execution)
        }
        for amendment in entry.state.amendments {
            letter("A")
            message(amendment)
        }
        for request in entry.state.pendingReplaces {
            letter("R")
            message(request)
        }
        if entry.state.hasRareFacts { rarities(entry.state) }
    }

    private mutating func rarities(_ state: OrderState) {
        present(state.external)
        letter("L")
        number(state.lapsed.nanos)
        number(Int64(state.lastRequest))
        number(Int64(state.requestInForce))
        number(state.isTriggered)
        number(state.isSuspended)
        number(state.isDoneForDay)
        present(state.work)
        text(state.heldForVenue ?? "")
        for execution in state.executions.values.sorted(by: { $0.execution < $1.execution }) {
            let standing = state.standing(execution)
            identifier(standing.execution)
            number(standing.quantity.nanos)
            number(standing.price.nanos)
            wide(standing.settlementAmount.nanos)
            wide(standing.commission.nanos)
            for fee in standing.fees { message(fee) }
        }
    }

    private mutating func letter(_ letter: Unicode.Scalar) { bytes.append(UInt8(ascii: letter)) }

    private mutating func number(_ value: Int64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func number(_ value: Bool) { bytes.append(value ? 1 : 0) }

    private mutating func wide(_ value: Int128) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func text(_ value: String) {
        number(Int64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func identifier(_ value: Identifier) {
        number(Int64(bitPattern: value.high))
        number(Int64(bitPattern: value.low))
    }

    private mutating func message<M: WireFields>(_ value: M) {
        let encoded = WireEncoder.encode(value)
        number(Int64(encoded.count))
        bytes.append(contentsOf: encoded)
    }

    private mutating func present<M: WireFields>(_ value: M?) {
        number(value != nil)
        if let value { message(value) }
    }

    private mutating func present(_ value: BusinessDate?) {
        number(value != nil)
        number(Int64(value?.days ?? 0))
    }
}
