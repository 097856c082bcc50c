internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Sagas

/// What an account asked for and did not get.
enum RefusalView {
    /// The refusals of an account, newest first.
    ///
    /// Blocks.
    static func list(
        _ account: AccountID,
        _ page: Page,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [JSON] {
        var rows: [JSON] = []
        var placed: OrderPlaced?
        let selection = LogSelection.account(AccountOrdinal(account), after: 0)
        try EventPages.read(log, shard, selection, through: min(page.through, page.before - 1)) { read in
            switch read.event {
            case .order(.placed(let fact)): placed = fact
            case .commandRejected(let fact):
                rows.append(row(read.header, "core", fact.code, fact.limit, fact.value, nil, nil))
            case .order(.rejected(let fact)):
                let symbol = placed?.order == fact.order ? placed?.symbol : nil
                rows.append(
                    row(read.header, fact.judge.name, fact.code, fact.limit, fact.value, fact.order, symbol)
                )
            default: return
            }
        }
        return rows.suffix(page.count).reversed()
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
