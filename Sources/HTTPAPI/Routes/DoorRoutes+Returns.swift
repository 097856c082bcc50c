internal import BifrostKernel
internal import Engine
internal import Hummingbird
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels

/// The lots of an account, and what it earned.
extension DoorRoutes {
    func addLots(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/lots") { request, context in
            var query = try QueryFields(request)
            let kind = try query.choice("state", [("open", LotView.Kind.open), ("closed", .closed)]) ?? .open
            let symbol = try query.symbol("symbol")
            let (moment, date) = (try moment(&query), try query.date("as_of"))
            let limit = Int(try query.number("limit", 1...Int64(Page.countMax)) ?? Int64(Page.countMax))
            let before = try cursor(&query)
            let format = try query.format(request)
            try query.end()
            var wanted = LotQuery(try await account(try context.parameter("account")))
            (wanted.symbol, wanted.position, wanted.date) = (symbol, moment.at, date)
            let lots = wanted
            let (log, shard, directory) = (core.log, core.trading.shard, directory)
            // Bookings are kept as they were recorded, so that the read model knows every moment.
            let found = try await answer(moment, ["portfolio"]) { snapshots throws(PostgresError) in
                try PortfolioProjection.lots(lots, at: snapshots[0])
            } fold: { through in
                try LotView.fold(lots, through: through, log, shard, directory)
            }
            let page = LotView.page(found.answer, kind, limit: limit, before: before)
            let body: JSON = ["lots": .array(page.rows), "next": .optional(page.next)]
            return Response.list(body, format, page.rows, LotView.columns).at(token(found.position))
        }
    }

    private func cursor(_ query: inout QueryFields) throws(GatewayRejection) -> LotCursor? {
        guard let text = query.text("before") else { return nil }
        guard let cursor = LotCursor(text) else {
            throw GatewayRejection(.fieldMalformed, "`before` is what `next` of a page of lots said.")
        }
        return cursor
    }

    func addReturns(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/returns") { request, context in
            var query = try QueryFields(request)
            let first = try query.date("from") ?? EquityView.dayMin
            let last = try query.date("to") ?? EquityView.dayMax
            let moment = try moment(&query)
            try query.end()
            guard first <= last else {
                throw GatewayRejection(.fieldsDisagree, "`from` is a later day than `to`.")
            }
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let fold: @Sendable (Int64) throws -> ReturnView = { through in
                try ReturnView.fold(account, from: first, through: last, position: through, log, shard)
            }
            let found: (answer: ReturnView, position: Int64)
            // Days stay as they were closed; what positions were worth is no row of a read model.
            if let at = moment.at {
                let through = min(at, try await end())
                found = (try await pool.run { try fold(through) }, through)
            } else {
                found = try await answer(moment, ["portfolio"]) {
                    snapshots throws(PostgresError) -> ReturnView in
                    let (before, days) = try PortfolioProjection.returnDays(
                        of: account,
                        from: first,
                        through: last,
                        at: snapshots[0]
                    )
                    return ReturnView(
                        results: try PortfolioProjection.results(of: account, at: snapshots[0]),
                        figures: ReturnFigures(days, after: before)
                    )
                } fold: { through in
                    try fold(through)
                }
            }
            return Response.json(found.answer.json).at(token(found.position))
        }
    }
}
