internal import BifrostKernel
internal import Engine
internal import Hummingbird
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels
internal import Replays

extension DoorRoutes {
    func addValuation(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/valuation") { request, context in
            var query = try QueryFields(request)
            let moment = try moment(&query)
            let time = try query.time("time") ?? core.time.now()
            let segment = try query.number("segment", 1...Int64.max)
            try query.end()
            let book = try prices()
            let account = try await account(try context.parameter("account"))
            let (holdings, position) = try await holdings(of: account, moment)
            if holdings.isEmpty, try await sheet(of: account, moment) == nil {
                throw GatewayRejection(.unknownAccount, "Name an account by its alias or by its id.")
            }
            let directory = directory
            let json = try await pool.run {
                let currencies = try directory.currencies(of: holdings.map(\.instrument))
                return try Valuation(holdings, book, at: time, asOfSegment: segment).json { currencies[$0] }
            }
            return Response.json(json).at(token(position))
        }
    }

    /// What an account holds at its official marks, with the position that it is of.
    private func holdings(
        of account: AccountID,
        _ moment: ReadMoment
    ) async throws -> (answer: [MarkedHolding], position: Int64) {
        let (log, shard) = (core.log, core.trading.shard)
        let replay: @Sendable (Int64) throws -> [MarkedHolding] = { through in
            try HoldingView.replay(account, ReplayPoint(position: through), log, shard)
                .map { MarkedHolding($0) }
        }
        // The past is no row of a read model.
        if let at = moment.at {
            let through = min(at, try await end())
            return (try await pool.run { try replay(through) }, through)
        }
        return try await answer(moment, ["portfolio"]) {
            snapshots throws(PostgresError) -> [MarkedHolding] in
            try MarkedHolding.read(account, snapshots[0])
        } fold: { through in
            try replay(through)
        }
    }
}

extension MarkedHolding {
    fileprivate static func read(
        _ account: AccountID,
        _ snapshot: ReadSnapshot
    ) throws(PostgresError) -> [MarkedHolding] {
        var holdings: [MarkedHolding] = []
        for figures in try PortfolioProjection.holdings(of: account, at: snapshot) {
            do throws(DecimalError) {
                holdings.append(try MarkedHolding(figures))
            } catch {
                throw .misuse("expected a holding that this build wrote (\(error))")
            }
        }
        return holdings
    }
}
