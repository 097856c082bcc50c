internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import References
internal import Sagas

extension DoorRoutes {
    func addInstruments(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("instruments") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = RegisterInstrument()
            command.terms = try fields.terms(symbol: try fields.symbol("symbol"))
            command.terms.currency = try fields.currency("currency")
            command.terms.tradingCalendar = try fields.calendar("tradingCalendar")
            command.terms.settlementCalendar =
                try fields.label("settlementCalendar") ?? command.terms.tradingCalendar
            if let date = try fields.optionalText("validFrom") {
                command.terms.validFrom = try RequestFields.date(date, "validFrom")
            }
            try fields.end()
            return try await declare(.registerInstrument(command), id, created: true)
        }
        routes.post("instruments/:symbol/terms") { request, context in
            let id = try commandID(request)
            var command = ChangeInstrument()
            command.symbol = try Self.symbol(try context.parameter("symbol"))
            var fields = try await fields(request)
            command.effectiveFrom = try fields.date("effectiveFrom")
            let name = try fields.optionalText("symbol")
            command.terms = try fields.terms(symbol: try name.map(Self.symbol) ?? command.symbol)
            try fields.end()
            return try await declare(.changeInstrument(command), id)
        }
        routes.patch("instruments/:symbol/terms/:date") { request, context in
            let id = try commandID(request)
            var command = CorrectInstrument()
            command.symbol = try Self.symbol(try context.parameter("symbol"))
            command.announcedFrom = try RequestFields.date(try context.parameter("date"), "date")
            var fields = try await fields(request)
            command.effectiveFrom = try fields.optionalDate("effectiveFrom")
            command.name = try fields.optionalText("symbol").map(Self.symbol)
            try fields.end()
            return try await declare(.correctInstrument(command), id)
        }
        routes.delete("instruments/:symbol/terms/:date") { request, context in
            let id = try commandID(request)
            var command = WithdrawInstrumentChange()
            command.symbol = try Self.symbol(try context.parameter("symbol"))
            command.announcedFrom = try RequestFields.date(try context.parameter("date"), "date")
            return try await declare(.withdrawInstrumentChange(command), id)
        }
        routes.post("instruments/:symbol/status") { request, context in
            let id = try commandID(request)
            let symbol = try Self.symbol(try context.parameter("symbol"))
            var fields = try await fields(request)
            let status: InstrumentStatus = try fields.choice(
                "status",
                [
                    ("active", .active), ("halted", .halted), ("closing-only", .closingOnly),
                    ("delisted", .delisted),
                ]
            )
            try fields.end()
            return try await declare(.setInstrumentStatus(symbol, status), id)
        }
    }

    static func symbol(_ text: String) throws(GatewayRejection) -> Symbol {
        guard let symbol = Symbol(text) else {
            throw GatewayRejection(.symbolMalformed, "A symbol has 1–32 of A–Z a–z 0–9 . - / _ :")
        }
        return symbol
    }
}

extension RequestFields {
    /// The terms that may change from a date on.
    fileprivate mutating func terms(symbol: Symbol) throws(GatewayRejection) -> InstrumentRegistered {
        var terms = InstrumentRegistered()
        terms.symbol = symbol
        terms.tickSize = try price("tickSize")
        terms.lotSize = try quantity("lotSize")
        terms.sector = try label("sector") ?? ""
        terms.marginable = try flag("marginable")
        terms.shortable = try flag("shortable")
        terms.fractionable = try flag("fractionable")
        for var step in try steps("tickTable") {
            terms.tickTable.append(TickStep(from: try step.price("priceFrom"), try step.price("tickSize")))
            try step.end()
        }
        for var cycle in try steps("settlementCycles") {
            let date = try cycle.date("validFrom")
            terms.settlementCycles.append(SettlementCycle(from: date, days: try cycle.count("days")))
            try cycle.end()
        }
        return terms
    }

    private mutating func steps(_ name: String) throws(GatewayRejection) -> [RequestFields] {
        guard let value = optional(name) else { return [] }
        guard let elements = value.array, elements.count <= InstrumentRegistered.stepsMax else {
            throw GatewayRejection(
                .fieldMalformed,
                "`\(name)` is an array of at most \(InstrumentRegistered.stepsMax) objects."
            )
        }
        var steps: [RequestFields] = []
        for element in elements { steps.append(try RequestFields(element, at: "an element of `\(name)`")) }
        return steps
    }

    mutating func count(_ name: String) throws(GatewayRejection) -> UInt32 {
        guard case .number(let digits) = try required(name),
            let count = Self.whole(digits).flatMap({ UInt32($0) })
        else {
            throw GatewayRejection(.fieldMalformed, "`\(name)` is a whole number, zero or more.")
        }
        return count
    }
}
