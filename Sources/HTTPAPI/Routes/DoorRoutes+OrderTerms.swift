internal import BifrostKernel
internal import Engine
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Orders
internal import Sagas
internal import Venues

/// Terms beyond a market or limit order for the day, and what changes an order.
extension DoorRoutes {
    /// The words for how an order is priced.
    static let types = words(of: OrderType.self)
    /// The words for how long an order lives.
    static let lives = words(of: TimeInForce.self)
    /// The words for which way an order trades, and how a sale is marked.
    static let sides = words(of: Side.self)

    /// The published names in small letters.
    private static func words<C: WireChoice>(of type: C.Type) -> [(String, C)] {
        C.allCases.map { ($0.name.lowercased(), $0) }
    }

    /// The words for how trades choose among open lots.
    static let lotMethods = words(of: LotMethod.self)

    /// The lots that an order names, none when it names none.
    private func lots(_ fields: inout RequestFields) throws(GatewayRejection) -> [ChosenLot] {
        guard let value = fields.optional("lots") else { return [] }
        guard let elements = value.array else {
            throw GatewayRejection(.fieldMalformed, "Expected `lots` to be an array, was \(value.kind).")
        }
        var lots: [ChosenLot] = []
        for element in elements {
            var line = try RequestFields(element, at: "an element of `lots`")
            let execution = Identifier(try line.text("execution"))
            let quantity = try line.quantity("quantity")
            try line.end()
            guard let execution else {
                throw GatewayRejection(
                    .fieldMalformed,
                    "`execution` is the UUID that `bifrost portfolio lots` shows."
                )
            }
            lots.append(ChosenLot(execution, quantity))
        }
        return lots
    }

    func special(_ fields: inout RequestFields) throws(GatewayRejection) -> SpecialTerms {
        var terms = SpecialTerms()
        terms.stopPrice = try fields.optionalPrice("stopPrice")
        terms.trailingAmount = try fields.optionalPrice("trailingAmount")
        terms.trailingRate = try fields.optionalRate("trailingBasisPoints")
        terms.limitOffset = try fields.optionalPrice("limitOffset")
        terms.minimumQuantity = try fields.optionalQuantity("minimumQuantity")
        terms.displayQuantity = try fields.optionalQuantity("displayQuantity")
        terms.reduceOnly = try fields.flag("reduceOnly")
        terms.postOnly = try fields.flag("postOnly")
        terms.doNotReduce = try fields.flag("doNotReduce")
        terms.expireDate = try fields.optionalDate("expireDate")
        terms.expireAt = try fields.optionalTime("expireAt")
        terms.lotMethod = try fields.optionalChoice("lotMethod", Self.lotMethods)
        terms.lots = try lots(&fields)
        terms.locate = try locate(&fields)
        terms.worked = try fields.flag("worked")
        return terms
    }

    /// The order that an order is a slice of, or the label of the orders that it belongs to, or none.
    func parent(_ fields: inout RequestFields) throws(GatewayRejection) -> OrderID {
        guard let text = try fields.optionalText("parent") else { return .none }
        guard let id = Identifier(text) else {
            throw GatewayRejection(.fieldMalformed, "`parent` is the UUID of an order.")
        }
        return OrderID(id)
    }

    private func locate(_ fields: inout RequestFields) throws(GatewayRejection) -> ClientName? {
        guard let text = try fields.optionalText("locateId") else { return nil }
        guard let name = ClientName(text) else {
            throw GatewayRejection(.fieldMalformed, "`locateId` has 1–128 printable ASCII characters.")
        }
        return name
    }

    func replaceOrder(_ account: String, _ order: OrderID, _ fields: inout RequestFields) throws
        -> CommandDraft
    {
        var terms = ReplaceOrder()
        terms.order = order
        terms.quantity = try fields.optionalQuantity("quantity")
        terms.limitPrice = try fields.optionalPrice("limitPrice")
        terms.stopPrice = try fields.optionalPrice("stopPrice")
        terms.trailingAmount = try fields.optionalPrice("trailingAmount")
        terms.trailingRate = try fields.optionalRate("trailingBasisPoints")
        return CommandDraft([account]) { [terms] in
            var command = terms
            let account = try await self.account(account)
            let (log, shard) = (core.log, core.trading.shard)
            let found = try await pool.run {
                try OrderView.read(order, of: account, through: .max, log, shard)
            }
            // By the instrument: its symbol may be another one since the order was placed.
            let instrument = found?.state.placed?.instrument
            command.seen = instrument.flatMap { core.venue.price(of: $0) } ?? ReferencePrice()
            return .replaceOrder(account, command)
        }
    }

    func addOrderChanges(to routes: RouterGroup<BasicRequestContext>) {
        routes.patch("accounts/:account/orders/:order") { request, context in
            let (account, order) = (try context.parameter("account"), try order(context))
            return try await take(request) { try replaceOrder(account, order, &$0) }
        }
        routes.post("accounts/:account/orders/:order/review") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ReviewOrder()
            command.order = try order(context)
            let words = [("approve", true), ("decline", false)]
            command.approved = try fields.choice("decision", words)
            try fields.end()
            let account = try await account(try context.parameter("account"))
            return try await pose(.reviewOrder(account, command), id)
        }
        routes.post("accounts/:account/orders/:order/resolution") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ResolveOrder()
            command.order = try order(context)
            let words = [("retry", true), ("closed", false)]
            command.retry = try fields.choice("resolution", words)
            try fields.end()
            let account = try await account(try context.parameter("account"))
            return try await pose(.resolveOrder(account, command), id)
        }
    }
}
