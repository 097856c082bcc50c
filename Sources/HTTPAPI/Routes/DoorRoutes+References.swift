internal import BifrostKernel
internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import References
internal import Sagas

extension DoorRoutes {
    func addReferences(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("calendars") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = TradingDaysDeclared()
            command.calendar = try fields.calendar("calendar")
            command.source = try fields.label("source") ?? Self.actorName
            for day in try fields.list("days", countMax: ReferenceBook.daysMax) {
                command.days.append(try RequestFields.date(day.string ?? "", "days"))
            }
            try fields.end()
            return try await declare(.declareTradingDays(command), id, created: true)
        }
        routes.post("calendars/:calendar/rolls") { request, context in
            let id = try commandID(request)
            let calendar = try context.parameters.require("calendar")
            var fields = try await fields(request)
            let date = try fields.date("date")
            try fields.end()
            return try await pose(.rollDay(calendar: calendar, date), id)
        }
        routes.post("instruments") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = RegisterInstrument()
            command.terms.symbol = try fields.symbol("symbol")
            command.terms.currency = try fields.currency("currency")
            command.terms.tickSize = try fields.price("tickSize")
            command.terms.lotSize = try fields.quantity("lotSize")
            command.terms.tradingCalendar = try fields.calendar("tradingCalendar")
            command.terms.settlementCalendar = command.terms.tradingCalendar
            try fields.end()
            return try await declare(.registerInstrument(command), id, created: true)
        }
        routes.post("marks") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = RecordMarks()
            command.date = try fields.date("date")
            command.source = try fields.label("source") ?? Self.actorName
            for element in try fields.list("marks", countMax: ReferenceBook.marksMax) {
                var mark = try RequestFields(element, at: "an element of `marks`")
                command.marks.append(SymbolPrice(try mark.symbol("symbol"), try mark.price("price")))
                try mark.end()
            }
            try fields.end()
            return try await declare(.recordMarks(command), id, created: true)
        }
    }
}

extension RequestFields {
    /// The name of a calendar.
    fileprivate mutating func calendar(_ name: String) throws(GatewayRejection) -> String {
        guard let text = try label(name) else {
            throw GatewayRejection(.fieldMissing, "Add `\(name)` to the body.")
        }
        return text
    }
}
