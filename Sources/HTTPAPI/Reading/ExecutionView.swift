internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Portfolios
internal import Sagas

/// A trade of an account, a correction or a bust of one.
enum ExecutionView {
    static let columns = [
        "position", "at", "kind", "execution", "revises", "order", "clientOrderId", "symbol", "side",
        "quantity",
        "price", "amount", "commission", "fees", "currency", "venue", "venueExecutionId", "tradeDate",
    ]

    private static let types = [
        OrderPlaced.eventType, ExternalOrderFound.eventType, OrderExecuted.eventType,
        ExecutionCorrected.eventType, ExecutionBusted.eventType,
    ]

    /// The trades of an account, newest first, by folding the log.
    ///
    /// Blocks.
    static func fold(
        _ account: AccountID,
        _ page: Page,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [JSON] {
        var rows: [JSON] = []
        var placed: [OrderID: PlacedName] = [:]
        let selection = LogSelection.account(AccountOrdinal(account), after: 0)
        try EventPages.read(
            log,
            shard,
            selection,
            through: min(through, page.before - 1),
            where: { types.contains($0.type) }
        ) { read in
            if let name = PlacedName(read.event) { placed[name.order] = name }
            if let row = row(read, placed) { rows.append(row) }
        }
        return rows.suffix(page.count).reversed()
    }

    /// The row of an event; `nil` when it is no trade.
    static func row(_ read: EventPages.Read, _ placed: [OrderID: PlacedName]) -> JSON? {
        guard case .order(let event) = read.event else { return nil }
        let name = placed[event.order]
        let about: [JSON.Member] = [
            JSON.Member("position", .count(read.header.position)),
            JSON.Member("at", .string(read.header.effectiveAt.text)),
            JSON.Member("order", .string(event.order.id.text)),
            JSON.Member("clientOrderId", .optional(name?.clientOrderID?.text)),
            JSON.Member("symbol", .optional(name?.symbol.text)),
        ]
        guard case .object(let rest)? = facts(event) else { return nil }
        return .object(about + rest)
    }

    private static func facts(_ event: OrderEvent) -> JSON? {
        switch event {
        case .executed(let fact):
            [
                "kind": .string("trade"), "execution": .string(fact.execution.text), "revises": .null,
                "side": .string(fact.side.name.lowercased()), "quantity": .string(fact.quantity.text),
                "price": .string(fact.price.text), "amount": .string(fact.settlementAmount.text),
                "commission": .string(fact.commission.text), "fees": fees(fact.fees),
                "currency": .string(fact.currency.code), "venue": .string(fact.venue),
                "venueExecutionId": .string(fact.venueExecutionID), "tradeDate": .string(fact.tradeDate.text),
            ]
        case .executionCorrected(let fact):
            revision(
                fact.revision,
                "correction",
                quantity: .string(fact.quantity.text),
                price: .string(fact.price.text),
                amount: .string(fact.settlementAmount.text),
                commission: .string(fact.commission.text),
                fees: fees(fact.fees),
                currency: .string(fact.currency.code)
            )
        case .executionBusted(let fact):
            revision(
                fact.revision,
                "bust",
                quantity: .string("0"),
                price: .null,
                amount: .null,
                commission: .optional(fact.commission?.text),
                fees: .array([]),
                currency: .null
            )
        default: nil
        }
    }

    private static func revision(
        _ fact: ExecutionRevision,
        _ kind: String,
        quantity: JSON,
        price: JSON,
        amount: JSON,
        commission: JSON,
        fees: JSON,
        currency: JSON
    ) -> JSON {
        [
            "kind": .string(kind), "execution": .string(fact.execution.text),
            "revises": .string(fact.revised.text), "side": .string(fact.side.name.lowercased()),
            "quantity": quantity, "price": price, "amount": amount, "commission": commission, "fees": fees,
            "currency": currency, "venue": .string(fact.venue),
            "venueExecutionId": .string(fact.venueExecutionID), "tradeDate": .string(fact.tradeDate.text),
        ]
    }

    private static func fees(_ fees: [Fee]) -> JSON {
        .array(
            fees.map { ["kind": .string($0.kind.name.lowercased()), "amount": .string($0.amount.text)] }
        )
    }
}
