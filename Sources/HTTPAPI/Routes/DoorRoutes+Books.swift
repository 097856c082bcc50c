internal import BifrostKernel
internal import Engine
internal import EventStore
internal import Hummingbird
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels
internal import Replays

/// The trades and the ledger of an account.
extension DoorRoutes {
    func addBooks(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/executions") { request, context in
            var query = try QueryFields(request)
            let (page, moment, format) = (try query.page(), try moment(&query), try query.format(request))
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await events(moment, account, .trades, page, row: ExecutionView.row) { through in
                try ExecutionView.fold(account, page, through: through, log, shard)
            }
            let body: JSON = ["executions": .array(found.rows), "next": found.next]
            return Response.list(body, format, found.rows, ExecutionView.columns).at(token(found.position))
        }
        routes.get("accounts/:account/postings") { request, context in
            var query = try QueryFields(request)
            let (page, moment, format) = (try query.page(), try moment(&query), try query.format(request))
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await events(moment, account, .bookings, page) { read, _ in
                PostingView.row(read)
            } fold: { through in
                try PostingView.fold(account, page, through: through, log, shard)
            }
            let body: JSON = ["bookings": .array(found.rows), "next": found.next]
            let flat = PostingView.flat(found.rows)
            return Response.list(body, format, flat, PostingView.columns).at(token(found.position))
        }
        addPositions(to: routes)
    }

    private func addPositions(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/positions") { request, context in
            var query = try QueryFields(request)
            let (moment, date) = (try moment(&query), try query.date("as_of"))
            let format = try query.format(request)
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let replay: @Sendable (Int64) throws -> [JSON] = { through in
                try HoldingView.replay(account, ReplayPoint(position: through, date: date), log, shard)
                    .map { HoldingView.row($0) }
            }
            let found: (answer: [JSON], position: Int64)
            if moment.at != nil || date != nil {
                let through = min(moment.at ?? .max, try await end())
                found = (try await pool.run { try replay(through) }, through)
            } else {
                found = try await answer(moment, ["portfolio"]) {
                    snapshots throws(PostgresError) -> [JSON] in
                    try PortfolioProjection.holdings(of: account, at: snapshots[0]).map {
                        HoldingView.row($0)
                    }
                } fold: { through in
                    try replay(through)
                }
            }
            return Response.list(
                ["positions": .array(found.answer)],
                format,
                found.answer,
                HoldingView.columns
            )
            .at(token(found.position))
        }
    }
}
