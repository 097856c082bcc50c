internal import BifrostKernel
internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import Orders
internal import Sagas
internal import Venues

extension DoorRoutes {
    /// Most rows in one answer.
    static let listCountMax = Page.countMax

    func addOrders(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/orders") { request, context in
            let account = try context.parameter("account")
            return try await take(request) { try placeOrder(account, &$0) }
        }
        routes.delete("accounts/:account/orders/:order") { request, context in
            let id = try commandID(request)
            return try await pose(cancelOrder(try context.parameter("account"), try order(context)), id)
        }
        addOrderChanges(to: routes)
        addOrderQueries(to: routes)
    }

    func placeOrder(_ account: String, _ fields: inout RequestFields) throws -> CommandDraft {
        let placement = try placement(&fields)
        return CommandDraft([account], created: true) {
            var command = placement
            let account = try await self.account(account)
            command.seen = try await seen(command.symbol)
            return .placeOrder(account, command)
        }
    }

    func cancelOrder(_ account: String, _ order: OrderID) -> CommandDraft {
        CommandDraft([account]) { .cancelOrder(try await self.account(account), order) }
    }

    func order(_ context: BasicRequestContext) throws -> OrderID {
        try order(try context.parameter("order"))
    }

    func order(_ text: String) throws -> OrderID {
        guard let id = Identifier(text), id.kind == .order else {
            throw GatewayRejection(
                .orderIDMalformed,
                "An order's id is the UUID that its placement was answered with."
            )
        }
        return OrderID(id)
    }

    func placement(_ fields: inout RequestFields) throws(GatewayRejection) -> PlaceOrder {
        var command = PlaceOrder()
        command.symbol = try fields.symbol("symbol")
        command.side = try fields.choice("side", Self.sides)
        command.type = try fields.choice("type", Self.types)
        command.quantity = try fields.quantity("quantity")
        command.limitPrice = try fields.optionalPrice("limitPrice")
        command.timeInForce = try fields.optionalChoice("timeInForce", Self.lives) ?? .day
        command.special = try special(&fields)
        command.review = try fields.flag("review")
        command.clientOrderID = try clientOrderID(&fields)
        command.book = try fields.label("book") ?? ""
        command.strategy = try fields.label("strategy") ?? ""
        command.parent = try parent(&fields)
        return command
    }

    func clientOrderID(_ fields: inout RequestFields) throws(GatewayRejection) -> ClientName? {
        guard let text = try fields.optionalText("clientOrderId") else { return nil }
        guard let name = ClientName(text) else {
            throw GatewayRejection(
                .clientOrderIDMalformed,
                "`clientOrderId` has 1–128 printable ASCII characters."
            )
        }
        return name
    }

    /// The prices that the venue has now; empty where it has none, which the rules judge.
    func seen(_ symbol: Symbol) async throws -> ReferencePrice {
        let directory = directory
        var instrument = directory.known(symbol)
        if instrument == nil { instrument = try await pool.run { try directory.instrument(symbol) } }
        return instrument.flatMap { core.venue.price(of: $0) } ?? ReferencePrice()
    }
}
