internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits

/// Effects without a bound, in bounded commands: days that close many accounts, switches that cancel many
/// orders.
extension Shard {
    /// Most orders that one step of a sweep deals with.
    static let sweepOrdersMax = 100
    /// Room that one more item of a day's close needs: an expiry, its release and what its parent gets back,
    /// or a close.
    private static let eventsOfItemMax = 3
    /// Room that one more order of a sweep needs: a verdict, an end, its release and what its parent gets
    /// back.
    private static let eventsOfSweptMax = 4

    static func sweep(
        _ position: Int64,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let sweep = state.readySweeps.first(where: { $0.position == position }) else { return }
        if let day = sweep.day { return try beginOrders(of: sweep, day, state, &decision) }
        var drafts = Decision<Draft>()
        var end = sweep.done
        while end < sweep.orders.count, end < sweep.done + sweepOrdersMax,
            drafts.events.count < decisionEventsMax - eventsOfSweptMax
        {
            let order = sweep.orders[end]
            end += 1
            guard let entry = state.orderByID[order] else { continue }
            if sweep.reassesses {
                let outcome = try reassess(order, entry, sweep, state, &drafts)
                guard outcome == .cancelled else { continue }
            }
            try cancel(order, entry, state, &drafts)
        }
        var advanced = SweepAdvanced()
        advanced.sweep = position
        advanced.done = UInt64(end)
        advanced.total = UInt64(sweep.orders.count)
        let root = Identifier(.command, slot: 0, shard: 0, birth: position)
        try decision.emit(Draft(.sweepAdvanced(advanced), .shard, correlation: root))
        try decision.emit(drafts) { $0 }
    }

    /// Goes on with a day that one command could not close.
    static func continueRoll(
        _ date: BusinessDate,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard state.rolledDate == date, state.rollIsUnfinished else { return }
        var fact = DayCloseContinued()
        fact.date = date
        try decision.emit(
            Draft(.dayCloseContinued(fact), .shard, correlation: command(posed), businessDate: date)
        )
        try closeDay(date, of: state.rolledCalendar, posed, state, &decision)
    }

    /// Rolls every day that is due through `date`, one after another: this one, and the rest in commands that
    /// follow.
    static func rollThrough(
        _ calendar: String,
        _ through: BusinessDate,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let days = state.reference.calendarByName[calendar] else { throw Rejection(.unknownCalendar) }
        guard days.contains(through) else { throw Rejection(.notATradingDay) }
        let rolled = state.rolledByName[calendar]
        if let rolled, through <= rolled { return }
        let date = rolled.flatMap { days.next(after: $0) } ?? through
        try rollDay(calendar, date, through: through, posed, state, &decision)
    }

    static func rollDay(
        _ calendar: String,
        _ date: BusinessDate,
        through: BusinessDate? = nil,
        ofEvery: Bool = false,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let days = state.reference.calendarByName[calendar] else { throw Rejection(.unknownCalendar) }
        guard days.contains(date) else { throw Rejection(.notATradingDay) }
        if let rolled = state.rolledByName[calendar] {
            guard date > rolled else { return }
            guard days.next(after: rolled) == date else { throw Rejection(.dayOutOfOrder) }
        }
        // Accounts trade by several calendars, so no calendar may begin a day before the one that another
        // closes.
        guard date >= state.rolledDate ?? date, !state.rollIsUnfinished,
            !state.sweeps.contains(where: { $0.day != nil })
        else {
            throw Rejection(.dayOutOfOrder)
        }
        try checkOrder(calendar, date, state)
        if let session = state.sessionByName[calendar], session.isOpen, session.date <= date {
            throw Rejection(.sessionStillOpen)
        }
        var fact = DayRolled()
        fact.calendar = calendar
        fact.date = date
        fact.through = through.flatMap { $0 > date || ofEvery ? $0 : nil }
        fact.ofEvery = ofEvery
        try decision.emit(Draft(.dayRolled(fact), .shard, correlation: command(posed), businessDate: date))
        try closeDay(date, of: calendar, posed, state, &decision)
    }

    /// Expires the day's orders of the calendar and closes the date's accounts, once it is over, as many as
    /// one decision may hold.
    static func closeDay(
        _ date: BusinessDate,
        of calendar: String,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let room = decisionEventsMax - eventsOfItemMax
        for order in state.expiring {
            guard let entry = state.orderByID[order], entry.ends(on: date), state.trades(entry, by: calendar)
            else { continue }
            guard decision.events.count <= room else { return }
            try emit(.expire(order), order, entry.account, entry.state, businessDate: date, &decision)
            try risk(.release(order), entry.account, order.id, state, businessDate: date, &decision)
        }
        guard state.isOver(date, rolling: calendar) else { return }
        let next = state.dayBehind(date, rolling: calendar)
        for account in state.accountByID.keys.sorted() {
            guard let entry = state.accountByID[account], entry.isOpen(on: date) else { continue }
            var books = entry.portfolio
            guard try settle(account, &books, by: date, room: room, &decision), decision.events.count <= room
            else { return }
            let interest = try interest(entry, &books, date, until: next, state, &decision)
            guard decision.events.count + interest.count <= room else { return }
            let marks = closingMarks(entry.portfolio, date, state.reference)
            let version = state.reference.marksVersionByDate[date] ?? 0
            let rates = closingRates(books, entry.opened.currency, date, state)
            var closed = Decision<PortfolioEvent>()
            try Portfolio.decide(
                .closeDay(
                    account,
                    date,
                    entry.opened.currency,
                    marks: marks,
                    marksVersion: version,
                    rates: rates
                ),
                given: books,
                into: &closed
            )
            let root = command(posed, slot: account.id.slot)
            let filing = Filing(.portfolio, of: account.id, account, root, date)
            for event in interest { try decision.emit(filing.draft(.portfolio(event))) }
            if entry.opened.kind == .margin, case .dayClosed(let fact) = closed.events.first {
                try closeMargin(fact, marks, rates, books, entry, root, state, &decision)
                continue
            }
            try decision.emit(closed) { filing.draft(.portfolio($0)) }
        }
        try beginDay(posed, state, &decision)
    }

    /// The marks by which the close of `date` values the positions.
    private static func closingMarks(
        _ books: PortfolioState,
        _ date: BusinessDate,
        _ book: ReferenceBook
    ) -> [MarkSeen] {
        books.instruments.map { instrument in
            let mark = book.closingMark(of: instrument, on: date).map {
                book.mark($0, of: instrument, on: date)
            }
            let day = book.lastDay(of: instrument, notAfter: date)
            let isStale = mark.map { $0.date < day || $0.date > date } ?? true
            return MarkSeen(instrument, mark?.price, stale: isStale)
        }
    }

    static func referenceStep(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let book = state.reference
        let root = command(posed)
        switch posed.command {
        case .registerInstrument(let wanted):
            let id = Identifier(.instrument, slot: 0, shard: shardNumber(state), birth: posed.position)
            let fact = try book.registering(wanted.terms, id: InstrumentID(id))
            try decision.emit(
                Draft(
                    .reference(.instrumentRegistered(fact)),
                    StreamOrdinal(.instrument, of: id),
                    correlation: id
                )
            )
        case .recordMarks(let wanted):
            let prices = wanted.marks.map { (symbol: $0.symbol, price: $0.price) }
            let fact = try book.recording(prices, date: wanted.date, source: wanted.source)
            try decision.emit(
                Draft(
                    .reference(.marksRecorded(fact)),
                    .reference,
                    correlation: root,
                    businessDate: wanted.date
                )
            )
        case .restrict(let symbol, let restricted):
            guard let fact = try book.restricting(symbol, restricted, on: posed.effectiveAt.date) else {
                return
            }
            try decision.emit(Draft(.reference(.restrictionChanged(fact)), .reference, correlation: root))
        case .setFees(let wanted):
            let fact = try book.settingFees(wanted)
            try decision.emit(Draft(.reference(.feesSet(fact)), .reference, correlation: root))
        case .declareTradingDays(let wanted):
            let fact = try book.declaring(
                wanted.days,
                of: wanted.calendar,
                source: wanted.source,
                hours: wanted.hours
            )
            try decision.emit(Draft(.reference(.tradingDaysDeclared(fact)), .reference, correlation: root))
        case .changeInstrument, .setInstrumentStatus, .correctInstrument, .withdrawInstrumentChange:
            try instrumentStep(posed, book, &decision)
        case .recordRates, .setInterestRates: try currencyStep(posed, book, &decision)
        case .copyReference(let copy, let event):
            guard copy.sourcePosition > book.copiedUpTo else { return }
            guard book.admits(event) else { throw Rejection(.referenceOutOfOrder) }
            try decision.emit(Draft(.reference(.copied(copy, event)), .reference, correlation: root))
            if let missed = book.missed(event) {
                let fact = DomainEvent.reference(.corporateActionRevisionMissed(missed))
                try decision.emit(Draft(fact, .reference, correlation: missed.action))
            }
        default: return
        }
    }
}
