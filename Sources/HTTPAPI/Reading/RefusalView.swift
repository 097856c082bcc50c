internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Sagas

/// What an account asked for and did not get.
enum RefusalView {
    /// The refusals of an account, newest first, by folding the log.
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
        var symbolByOrder: [OrderID: Symbol] = [:]
        let selection = LogSelection.account(AccountOrdinal(account), after: 0)
        let types = [OrderPlaced.eventType, OrderRejected.eventType, CommandRejected.eventType]
        try EventPages.read(
            log,
            shard,
            selection,
            through: min(through, page.before - 1),
            where: { types.contains($0.type) }
        ) { read in
            if case .order(.placed(let fact)) = read.event { symbolByOrder[fact.order] = fact.symbol }
            if let row = row(read, { symbolByOrder[$0] }) { rows.append(row) }
        }
        return rows.suffix(page.count).reversed()
    }

    /// The row of an event; `nil` when it refused nothing.
    static func row(_ read: EventPages.Read, _ symbol: (OrderID) -> Symbol?) -> JSON? {
        switch read.event {
        case .commandRejected(let fact):
            row(read.header, "core", fact.code, fact.limit, fact.value, nil, nil)
        case .order(.rejected(let fact)):
            row(
                read.header,
                fact.judge.name,
                fact.code,
                fact.limit,
                fact.value,
                fact.order,
                symbol(fact.order)
            )
        default: nil
        }
    }

    private static func row(
        _ header: EventHeader,
        _ judge: String,
        _ code: RejectionCode?,
        _ limit: Int128?,
        _ value: Int128?,
        _ order: OrderID?,
        _ symbol: Symbol?
    ) -> JSON {
        [
            "position": .count(header.position), "at": .string(header.effectiveAt.text),
            "command": .string(header.commandID.text), "by": .string(judge.lowercased()),
            "code": .optional(code?.name), "reason": .optional(code?.title),
            "limit": .optional(limit.map { Decimals.text($0) }),
            "value": .optional(value.map { Decimals.text($0) }),
            "order": .optional(order?.id.text), "symbol": .optional(symbol?.text),
        ]
    }
}
