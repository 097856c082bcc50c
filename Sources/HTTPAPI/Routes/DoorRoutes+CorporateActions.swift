internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import ReadModels
internal import References
internal import Sagas

extension DoorRoutes {
    func addCorporateActions(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("corporate-actions") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = AnnounceCorporateAction()
            command.symbol = try fields.symbol("symbol")
            command.terms.kind = try fields.choice(
                "kind",
                [("cash-dividend", .cashDividend), ("split", CorporateActionKind.split)]
            )
            command.terms.exDate = try fields.date("exDate")
            switch command.terms.kind {
            case .cashDividend:
                command.terms.payDate = try fields.date("payDate")
                command.terms.amountPerUnit = try fields.price("amountPerUnit")
            case .split:
                command.terms.payDate = command.terms.exDate
                command.terms.numerator = try fields.units("numerator")
                command.terms.denominator = try fields.units("denominator")
                command.terms.cashInLieuPrice = try fields.optionalPrice("cashInLieuPrice")
            }
            command.terms.source = try fields.label("source") ?? Self.actorName
            try fields.end()
            return try await declare(.announceCorporateAction(command), id, created: true)
        }
        routes.get("corporate-actions") { _, _ in
            Response.json(["actions": .array(try await corporateActions())])
        }
        routes.patch("corporate-actions/:action") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = CorrectCorporateAction()
            command.action = try action(context)
            command.exDate = try fields.optionalDate("exDate")
            command.payDate = try fields.optionalDate("payDate")
            command.amountPerUnit = try fields.optionalPrice("amountPerUnit")
            command.numerator = try fields.optionalUnits("numerator")
            command.denominator = try fields.optionalUnits("denominator")
            command.cashInLieuPrice = try fields.optionalPrice("cashInLieuPrice")
            command.source = try fields.label("source") ?? Self.actorName
            try fields.end()
            return try await declare(.correctCorporateAction(command), id)
        }
        routes.delete("corporate-actions/:action") { request, context in
            let id = try commandID(request)
            var command = WithdrawCorporateAction()
            command.action = try action(context)
            command.source = Self.actorName
            return try await declare(.withdrawCorporateAction(command), id)
        }
    }

    /// The last announcements, newest first, with whom it concerned where a revision came too late.
    private func corporateActions() async throws -> [JSON] {
        let (log, shard, directory) = (core.log, core.trading.shard, directory)
        var views = try await pool.run {
            try CorporateActionView.latest(countMax: Self.listCountMax, log, shard)
        }
        let late = Set(views.compactMap(\.missedOn)).sorted()
        if !late.isEmpty {
            let accounts = try await pool.run { try directory.allAccounts() }
            let aliasByID = Dictionary(accounts.map { ($0.account, $0.alias.text) }) { first, _ in first }
            for instrument in late {
                var query = AuditQuery(shard)
                query.instrument = instrument
                query.kind = .treatments
                var treatments: [EventPages.Read] = []
                try await backward(query, ReadMoment(least: core.trading.committed)) { read in
                    treatments.append(read)
                    return true
                }
                for read in treatments.reversed() {
                    // Where the log was read, those of other instruments are among them.
                    for index in views.indices where views[index].missedOn == instrument {
                        views[index].take(read) { aliasByID[$0] }
                    }
                }
            }
        }
        let shown = views
        return try await pool.run {
            let symbols = try directory.symbols(of: Set(shown.map(\.fact.instrument)).sorted())
            return shown.reversed().map { $0.json(symbols) }
        }
    }

    private func action(_ context: BasicRequestContext) throws -> Identifier {
        guard let action = Identifier(try context.parameter("action")) else {
            throw GatewayRejection(
                .fieldMalformed,
                "A corporate action's id is the UUID that its announcement was answered with."
            )
        }
        return action
    }
}

extension RequestFields {
    /// A whole number of units, as text; the rules judge how many.
    fileprivate mutating func units(_ name: String) throws(GatewayRejection) -> UInt32 {
        Self.units(try quantity(name))
    }

    fileprivate mutating func optionalUnits(_ name: String) throws(GatewayRejection) -> UInt32? {
        try optionalQuantity(name).map(Self.units)
    }

    private static func units(_ quantity: Quantity) -> UInt32 {
        let (units, rest) = quantity.nanos.quotientAndRemainder(dividingBy: Decimals.nanosPerUnit)
        return rest == 0 ? UInt32(clamping: units) : 0
    }
}
