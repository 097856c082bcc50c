internal import BifrostKernel
internal import Orders
internal import References

/// Several calendars in one shard: each rolls its own days, and a date is over once every calendar that has
/// it is rolled for it. Then accounts close, once, and the next date begins.
extension Shard {
    /// Rolls the earliest day through `through` that any calendar has due; the rest follows in commands of
    /// its own.
    static func catchUp(
        _ through: BusinessDate,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let due = state.dueDay(through: through) else { return }
        try rollDay(due.calendar, due.date, through: through, ofEvery: true, posed, state, &decision)
    }

    /// Refuses a day while another calendar has an earlier one to roll: accounts trade by all of them.
    static func checkOrder(_ calendar: String, _ date: BusinessDate, _ state: ShardState) throws(Rejection) {
        // ORDER: the earliest of all.
        let others = state.rolledByName.keys.filter { $0 != calendar }.compactMap(state.nextDay)
        guard let earliest = others.min(), earliest < date else { return }
        let unit = Int128(Decimals.nanosPerUnit)
        throw Rejection(
            .calendarBehind,
            limit: Int128(earliest.days) * unit,
            value: Int128(date.days) * unit
        )
    }
}

extension ShardState {
    /// The day that a calendar rolls next; `nil` for one that was never rolled, or that has no more days.
    func nextDay(of calendar: String) -> BusinessDate? {
        rolledByName[calendar].flatMap { reference.calendarByName[calendar]?.next(after: $0) }
    }

    /// The open day of an instrument of that calendar; the shard's own where the calendar is not rolled.
    func openDay(of calendar: String, _ today: BusinessDate) -> BusinessDate {
        rolledByName.count > 1 ? nextDay(of: calendar) ?? today : today
    }

    /// The same of an instrument.
    func openDay(of instrument: InstrumentID, _ today: BusinessDate) -> BusinessDate {
        guard rolledByName.count > 1, let terms = reference.instrumentByID[instrument] else { return today }
        return openDay(of: terms.tradingCalendar, today)
    }

    /// Whether `date` is over once `calendar` is rolled for it: no other calendar still has it.
    func isOver(_ date: BusinessDate, rolling calendar: String) -> Bool {
        // ORDER: whether there is one does not depend on which.
        !rolledByName.keys.contains { $0 != calendar && (nextDay(of: $0).map { $0 <= date } ?? false) }
    }

    /// The day that begins when `calendar` is rolled for `date`: the next of all calendars, never back.
    func dayBehind(_ date: BusinessDate, rolling calendar: String) -> BusinessDate {
        // ORDER: the earliest of all.
        var next = rolledByName.keys.filter { $0 != calendar }.compactMap(nextDay)
        if let own = reference.calendarByName[calendar]?.next(after: date) { next.append(own) }
        let day = next.min() ?? BusinessDate(days: date.days == .max ? .max : date.days + 1)
        return max(day, openDay ?? day)
    }

    /// The earliest day through `date` that is due, of the first calendar by name that has it.
    ///
    /// A calendar that was never rolled and that an instrument trades by begins with `date` itself.
    func dueDay(through date: BusinessDate) -> (calendar: String, date: BusinessDate)? {
        var due: (calendar: String, date: BusinessDate)?
        let traded = Set(reference.instrumentByID.values.map(\.tradingCalendar))
        for name in traded.union(rolledByName.keys).sorted() {
            let isNew = rolledByName[name] == nil
            let has = reference.calendarByName[name]?.contains(date) ?? false
            guard let day = isNew ? (has ? date : nil) : nextDay(of: name), day <= date else { continue }
            if due.map({ day < $0.date }) ?? true { due = (name, day) }
        }
        return due
    }

    /// Whether an order's instrument trades by `calendar`.
    func trades(_ order: OrderEntry, by calendar: String) -> Bool {
        guard let placed = order.state.placed else { return false }
        return reference.instrumentByID[placed.instrument]?.tradingCalendar == calendar
    }

    /// The date on which an account that opens now has no part any more.
    var lastOverDate: BusinessDate? {
        guard let date = rolledDate, !isOver(date, rolling: rolledCalendar) else { return rolledDate }
        return BusinessDate(days: max(date.days, .min + 1) - 1)
    }
}
