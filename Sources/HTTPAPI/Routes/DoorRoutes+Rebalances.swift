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
            let account = try context.parameter("account")
            return try await take(request) { try startRebalance(account, &$0) }
        }
        routes.delete("accounts/:account/rebalances/:rebalance") { request, context in
            let id = try commandID(request)
            let account = try context.parameter("account")
            return try await pose(try stopRebalance(account, try context.parameter("rebalance")), id)
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

    func startRebalance(_ account: String, _ fields: inout RequestFields) throws -> CommandDraft {
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
        command.onRefusal = try fields.optionalChoice("onRefusal", Self.refusalPolicies) ?? command.onRefusal
        command.secondsMax = try fields.optionalCount("secondsMax") ?? 0
        command.lotMethod = try fields.optionalChoice("lotMethod", Self.lotMethods)
        command.book = try fields.label("book") ?? ""
        command.strategy = try fields.label("strategy") ?? ""
        return CommandDraft([account], created: true) { [command] in
            var priced = command
            let account = try await self.account(account)
            for index in priced.targets.indices {
                priced.targets[index].seen = try await seen(priced.targets[index].symbol)
            }
            return .rebalance(account, priced)
        }
    }

    func stopRebalance(_ account: String, _ text: String) throws -> CommandDraft {
        guard let rebalance = Identifier(text) else {
            throw GatewayRejection(
                .rebalanceIDMalformed,
                "A rebalance's id is the UUID that its start was answered with."
            )
        }
        return CommandDraft([account]) { .stopRebalance(try await self.account(account), rebalance) }
    }
}
