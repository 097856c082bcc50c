internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Hummingbird
internal import Orders
internal import OrdersViewProjection
internal import PostgresClient
internal import ReadModels

extension DoorRoutes {
    func addOrderQueries(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/orders/:order") { request, context in
            var query = try QueryFields(request)
            let moment = try moment(&query)
            try query.end()
            let order = try order(context)
            let account = try await account(try context.parameter("account"))
            return try await one(order, of: account, moment, "This account has no order of that id.")
        }
        routes.get("orders/:order") { request, context in
            var query = try QueryFields(request)
            let moment = try moment(&query)
            try query.end()
            return try await one(try order(context), of: nil, moment, "There is no order of that id.")
        }
        routes.get("accounts/:account/orders") { request, context in
            var query = try QueryFields(request)
            let (page, moment, filter) = (try query.page(), try moment(&query), try filter(&query))
            let format = try query.format(request)
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await answer(moment, ["orders"]) { snapshots throws(PostgresError) in
                try OrderPage.read(account, filter, page, at: moment.at, snapshots[0])
            } fold: { through in
                try OrderPage.fold(account, filter, page, through: through, log, shard)
            }
            let rows = found.answer.orders.compactMap(\.json)
            let body: JSON = [
                "orders": .array(rows), "next": found.answer.next.map { .count($0) } ?? .null,
            ]
            return Response.list(body, format, rows, OrderView.columns).at(token(found.position))
        }
    }

    private static let statuses: [(String, OrderFilter)] =
        [("open", OrderFilter(isOpen: true)), ("closed", OrderFilter(isOpen: false))]
        + OrderStatus.allCases.map { ($0.name.lowercased(), OrderFilter(status: $0)) }

    private func filter(_ query: inout QueryFields) throws(GatewayRejection) -> OrderFilter {
        var filter = try query.choice("status", Self.statuses) ?? OrderFilter()
        filter.side = try query.choice("side", Self.sides)
        filter.symbol = try query.symbol("symbol")
        (filter.since, filter.until) = try query.span()
        return filter
    }

    private func one(
        _ order: OrderID,
        of account: AccountID?,
        _ moment: ReadMoment,
        _ missing: String
    ) async throws -> Response {
        let (log, shard) = (core.log, core.trading.shard)
        let found = try await answer(moment, ["orders"]) {
            snapshots throws(PostgresError) -> OrderView? in
            guard var row = try OrdersView.row(order, at: snapshots[0]) else { return nil }
            if let at = moment.at {
                do throws(WireError) {
                    guard let known = try row.known(at: at) else { return nil }
                    row = known
                } catch {
                    throw .misuse("expected an order that this build wrote (\(error))")
                }
            }
            let view = OrderView(row)
            return view.isOrder(order, of: account) ? view : nil
        } fold: { through in
            guard let account else { return try OrderView.find(order, through: through, log, shard) }
            return try OrderView.read(order, of: account, through: through, log, shard)
        }
        guard var view = found.answer else { throw GatewayRejection(.unknownOrder, missing) }
        if view.state.isAtWork, view.slices.isEmpty {
            // The blotter has a row for each order, and no word of which were sliced from which.
            let whole = view
            view = try await pool.run {
                var view = whole
                try view.readSlices(through: found.position, log, shard)
                return view
            }
        }
        guard let json = view.json else { throw GatewayRejection(.unknownOrder, missing) }
        return Response.json(json).at(token(found.position))
    }
}
