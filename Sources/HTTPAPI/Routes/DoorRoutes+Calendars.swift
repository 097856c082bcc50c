internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import References
internal import Sagas

extension DoorRoutes {
    func addCalendars(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("calendars") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = TradingDaysDeclared()
            command.calendar = try fields.calendar("calendar")
            command.source = try fields.label("source") ?? Self.actorName
            for day in try fields.list("days", countMax: ReferenceBook.daysMax) {
                command.days.append(try RequestFields.date(day.string ?? "", "days"))
            }
            command.hours = try fields.hours(of: command.days)
            try fields.end()
            return try await declare(.declareTradingDays(command), id, created: true)
        }
        routes.post("calendars/:calendar/rolls") { request, context in
            let id = try commandID(request)
            let calendar = try context.parameter("calendar")
            var fields = try await fields(request)
            let through = try fields.optionalText("through")
            let date =
                try through.map { text throws(GatewayRejection) in
                    try RequestFields.date(text, "through")
                } ?? fields.date("date")
            try fields.end()
            let command: Command =
                through == nil ? .rollDay(calendar: calendar, date) : .rollThrough(calendar: calendar, date)
            return try await pose(command, id)
        }
        routes.post("rolls") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            let through = try fields.date("through")
            try fields.end()
            return try await pose(.catchUp(through), id)
        }
        routes.post("calendars/:calendar/sessions") { request, context in
            let id = try commandID(request)
            let calendar = try context.parameter("calendar")
            var fields = try await fields(request)
            let date = try fields.date("date")
            let opens = try fields.choice("state", [("open", true), ("closed", false)])
            try fields.end()
            let command: Command =
                opens
                ? .openSession(calendar: calendar, date) : .closeSession(calendar: calendar, date)
            return try await pose(command, id)
        }
    }
}

extension RequestFields {
    /// The name of a calendar.
    mutating func calendar(_ name: String) throws(GatewayRejection) -> String {
        guard let text = try label(name) else {
            throw GatewayRejection(.fieldMissing, "Add `\(name)` to the body.")
        }
        return text
    }

    /// The hours of each day as pairs of seconds after midnight UTC, as many as days; none where absent.
    fileprivate mutating func hours(of days: [BusinessDate]) throws(GatewayRejection) -> [SessionHours] {
        guard let value = optional("hours") else { return [] }
        guard let pairs = value.array else {
            throw GatewayRejection(.fieldMalformed, "`hours` is an array with an element for each day.")
        }
        guard pairs.count == days.count else {
            throw GatewayRejection(
                .fieldsDisagree,
                "`hours` has \(pairs.count) elements and `days` \(days.count): give one for each day."
            )
        }
        var hours: [SessionHours] = []
        for (day, pair) in zip(days, pairs) {
            guard let bounds = pair.array, bounds.count == 2, case .number(let from) = bounds[0],
                case .number(let to) = bounds[1], let opens = Self.whole(from).flatMap({ Int32($0) }),
                let closes = Self.whole(to).flatMap({ Int32($0) })
            else {
                throw GatewayRejection(
                    .fieldMalformed,
                    "An element of `hours` is a pair of seconds after midnight UTC, as [52200, 75600]."
                )
            }
            hours.append(SessionHours(day.at(seconds: Int64(opens)), day.at(seconds: Int64(closes))))
        }
        return hours
    }
}
