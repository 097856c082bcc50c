internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Orders
internal import Sagas

/// Orders of which one does something to another.
extension DoorRoutes {
    private static let classes: [(String, Contingency)] = [
        ("oco", .oneCancelsOther), ("oto", .oneTriggersOther), ("bracket", .bracket),
    ]

    func addGroups(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/order-groups") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = try groupPlacement(&fields)
            try fields.end()
            let account = try await account(try context.parameter("account"))
            for index in command.legs.indices {
                command.legs[index].seen = try await seen(command.legs[index].symbol)
            }
            return try await pose(.placeGroup(account, command), id, created: true)
        }
        routes.delete("accounts/:account/order-groups/:order") { request, context in
            let id = try commandID(request)
            let group = try order(context)
            let account = try await account(try context.parameter("account"))
            return try await pose(.cancelGroup(account, group), id)
        }
        routes.post("accounts/:account/order-groups/:order/resolution") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ResolveOrder()
            command.order = try order(context)
            command.retry = try fields.choice("resolution", [("retry", true), ("closed", false)])
            try fields.end()
            let account = try await account(try context.parameter("account"))
            return try await pose(.resolveGroup(account, command), id)
        }
        routes.get("accounts/:account/order-groups") { _, context in
            let account = try await account(try context.parameter("account"))
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await pool.run { () throws -> [JSON] in
                try GroupView.list(account, countMax: Self.listCountMax, log, shard).map(\.json)
            }
            return Response.json(["groups": .array(found)])
        }
    }

    /// An order as it stands alone, with `takeProfit` and `stopLoss` beside it; a pair is these two.
    private func groupPlacement(_ fields: inout RequestFields) throws(GatewayRejection) -> PlaceGroup {
        var command = PlaceGroup()
        command.contingency = try fields.choice("orderClass", Self.classes)
        let profit = try exit("takeProfit", &fields)
        let loss = try exit("stopLoss", &fields)
        var exit = PlaceOrder()
        if command.contingency.hasEntry {
            let entry = try placement(&fields)
            command.legs.append(entry)
            exit = entry
            exit.side = entry.side == .buy ? .sell : .buy
            exit.clientOrderID = nil
            exit.review = false
            exit.special = .none
            exit.special.expireDate = entry.special.expireDate
            exit.special.expireAt = entry.special.expireAt
            // What has to trade at once is the entry; its legs rest.
            if exit.timeInForce == .immediateOrCancel || exit.timeInForce == .fillOrKill {
                exit.timeInForce = .day
            }
        } else {
            exit.symbol = try fields.symbol("symbol")
            exit.side = try fields.choice("side", [("buy", .buy), ("sell", .sell)])
            exit.quantity = try fields.quantity("quantity")
            exit.timeInForce = try fields.optionalChoice("timeInForce", Self.lives) ?? .day
            exit.special.expireDate = try fields.optionalDate("expireDate")
            exit.special.expireAt = try fields.optionalTime("expireAt")
            exit.book = try fields.label("book") ?? ""
            exit.strategy = try fields.label("strategy") ?? ""
        }
        if let profit {
            exit.type = .limit
            exit.limitPrice = profit.limit
            exit.clientOrderID = profit.name
            command.legs.append(exit)
        }
        if let loss {
            exit.type = loss.limit == nil ? .stop : .stopLimit
            exit.limitPrice = loss.limit
            exit.special.stopPrice = loss.stop
            exit.clientOrderID = loss.name
            command.legs.append(exit)
        }
        return command
    }

    private typealias Exit = (limit: Price?, stop: Price?, name: ClientName?)

    private func exit(_ name: String, _ fields: inout RequestFields) throws(GatewayRejection) -> Exit? {
        guard let value = fields.optional(name), value != .null else { return nil }
        var members = try RequestFields(value, at: "`\(name)`")
        let limit = try members.optionalPrice("limitPrice")
        let stop = name == "stopLoss" ? try members.price("stopPrice") : nil
        let client = try clientOrderID(&members)
        try members.end()
        return (limit, stop, client)
    }
}
