internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Orders
internal import Sagas

extension DoorRoutes {
    private static let refusalPolicies: [(String, RefusalPolicy)] = [("go_on", .goOn), ("stop", .stop)]

    func addRebalances(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/rebalances") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = RebalanceAccount()
            for element in try fields.list("targets", countMax: RebalanceAccount.targetsMax) {
                var line = try RequestFields(element, at: "an element of `targets`")
                let symbol = try line.symbol("symbol")
                let weight = try line.rate("weightBasisPoints")
                try line.end()
                command.targets.append(WantedWeight(symbol, weight))
            }
            command.band = try fields.optionalRate("bandBasisPoints") ?? command.band
            command.minimumTrade = try fields.optionalMoney("minimumTrade") ?? command.minimumTrade
            command.buffer = try fields.optionalRate("bufferBasisPoints") ?? command.buffer
            command.slippage = try fields.optionalRate("slippageBasisPoints") ?? command.slippage
            command.onRefusal =
                try fields.optionalChoice("onRefusal", Self.refusalPolicies) ?? command.onRefusal
            command.secondsMax = try fields.optionalCount("secondsMax") ?? 0
            command.lotMethod = try fields.optionalChoice("lotMethod", Self.lotMethods)
            command.book = try fields.label("book") ?? ""
            command.strategy = try fields.label("strategy") ?? ""
            try fields.end()
            let account = try await account(try context.parameter("account"))
            for index in command.targets.indices {
                command.targets[index].seen = try await seen(command.targets[index].symbol)
            }
            return try await pose(.rebalance(account, command), id, created: true)
        }
        routes.delete("accounts/:account/rebalances/:rebalance") { request, context in
            let id = try commandID(request)
            guard let rebalance = Identifier(try context.parameter("rebalance")) else {
                throw GatewayRejection(
                    .rebalanceIDMalformed,
                    "A rebalance's id is the UUID that its start was answered with."
                )
            }
            let account = try await account(try context.parameter("account"))
            return try await pose(.stopRebalance(account, rebalance), id)
        }
        routes.get("accounts/:account/rebalances") { _, context in
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await pool.run { () throws -> [JSON] in
                try RebalanceView.list(account, countMax: Self.listCountMax, log, shard).map(\.json)
            }
            return Response.json(["rebalances": .array(found)])
        }
    }
}
