internal import BifrostKernel
internal import Engine
internal import Hummingbird
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels

/// What an account is exposed to, and how far its limits are used.
extension DoorRoutes {
    func addExposure(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/exposure") { request, context in
            var query = try QueryFields(request)
            let (moment, format) = (try moment(&query), try query.format(request))
            try query.end()
            let account = try await account(try context.parameter("account"))
            let (log, shard, exposures) = (core.log, core.trading.shard, exposures)
            // Closed days stay as they were closed, so that the read model knows those of every moment.
            let days = try await answer(moment, ["portfolio"]) { snapshots throws(PostgresError) in
                try PortfolioProjection.returnDays(
                    of: account,
                    from: EquityView.dayMin,
                    through: EquityView.dayMax,
                    knownAt: moment.at ?? .max,
                    at: snapshots[0]
                ).days
            } fold: { through in
                try FoldedPortfolio(account, through: through, log, shard).days
            }
            let view = try await pool.run { try exposures.exposure(of: account, through: days.position) }
            guard let view else {
                throw GatewayRejection(.unknownAccount, "Name an account by its alias or by its id.")
            }
            let body = view.json(ReturnFigures.drawdown(of: days.answer))
            return Response.list(body, format, view.rows, ExposureView.columns).at(token(days.position))
        }
    }
}
