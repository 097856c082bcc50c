internal import BifrostKernel
internal import Orders
internal import References

/// The session of a trading day: when it is open, and who may order outside it.
extension Shard {
    /// Opens or closes a day's session, in the order of the days; what is already so stays.
    static func session(
        _ calendar: String,
        _ date: BusinessDate,
        opens: Bool,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let days = state.reference.calendarByName[calendar] else { throw Rejection(.unknownCalendar) }
        guard days.contains(date) else { throw Rejection(.notATradingDay) }
        let session = state.sessionByName[calendar]
        if let session, session.date == date, session.isOpen == opens { return }
        if opens {
            if let session, session.isOpen || session.date >= date { throw Rejection(.dayOutOfOrder) }
            if let rolled = state.rolledByName[calendar], days.next(after: rolled) != date {
                throw Rejection(.dayOutOfOrder)
            }
            let fact = SessionOpened(calendar, date)
            try decision.emit(
                Draft(.sessionOpened(fact), .shard, correlation: command(posed), businessDate: date)
            )
        } else {
            guard let session, session.date == date else { throw Rejection(.dayOutOfOrder) }
            let fact = SessionClosed(calendar, date)
            try decision.emit(
                Draft(.sessionClosed(fact), .shard, correlation: command(posed), businessDate: date)
            )
        }
    }

    /// Refuses an order outside the day's hours, or after its session was closed; a calendar without hours
    /// binds nobody.
    static func checkSession(
        _ calendar: String,
        _ date: BusinessDate,
        _ type: OrderType,
        _ posed: PosedCommand,
        _ state: ShardState
    ) throws(Rejection) {
        guard let hours = state.reference.hours(of: calendar, on: date) else { return }
        let time = posed.effectiveAt
        // An order for the opening auction comes before it, every other one after it.
        let isForOpening = type == .marketOnOpen || type == .limitOnOpen
        guard (time < hours.opensAt) == isForOpening else { throw outside(hours.opensAt, time) }
        let session = state.sessionByName[calendar]
        let isOver = session?.date == date && session?.isOpen == false
        if time >= hours.closesAt || isOver { throw outside(hours.closesAt, time) }
    }

    private static func outside(_ bound: Timestamp, _ time: Timestamp) -> Rejection {
        Rejection(.outsideSession, limit: Int128(bound.nanos), value: Int128(time.nanos))
    }
}
