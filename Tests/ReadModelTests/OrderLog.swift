import BifrostKernel
import EventStore
import Orders
import SeededChoices

/// Makes the events of orders that live at the same time: placed, approved, traded in parts, cancelled,
/// expired, taken back; the same for the same seed.
struct OrderLog {
    static let shard = ShardNumber(1)

    private struct Living {
        let order: OrderID
        let account: AccountID
        var version: Int64
        var executions: [OrderExecuted] = []
        var step = 0
    }

    private var choices: Generator
    private var living: [Living] = []
    private(set) var placedAt: [Int64] = []
    private var trades = 0

    init(seed: UInt64) { choices = Generator(seed: seed) }

    static let accounts = (0..<3).map { index in
        AccountID(Identifier(.account, slot: 1, shard: 1, birth: Int64(index + 1)))
    }

    /// So many events behind `head`.
    mutating func batch(after head: Head, count: Int) -> EventBatch {
        var batch = EventBatch()
        for offset in 1...max(count, 1) where count > 0 {
            let position = head.position + Int64(offset)
            if living.isEmpty || choices.chance(33) {
                place(position, &batch)
            } else {
                goOn(position, &batch)
            }
        }
        return batch
    }

    private mutating func place(_ position: Int64, _ batch: inout EventBatch) {
        var placed = OrderPlaced()
        placed.order = OrderID(Identifier(.order, slot: 1, shard: 1, birth: position))
        placed.account = choices.one(of: Self.accounts)
        placed.instrument = InstrumentID(Identifier(.instrument, slot: 0, shard: 0, birth: 7))
        placed.clientOrderID = ClientName("client-\(position)")
        placed.side = choices.chance(50) ? .buy : .sell
        placed.type = .limit
        placed.quantity = Quantity(units: choices.int64(100...999))
        placed.limitPrice = Price(nanos: choices.int64(1...1_000_000))
        placed.symbol = Symbol(choices.one(of: ["AAPL", "KO", "MSFT"]))!
        placedAt.append(position)
        let order = Living(order: placed.order, account: placed.account, version: 1)
        append(placed, of: order, at: position, &batch)
        living.append(order)
        if living.count > 200 { living.remove(at: choices.int(0...199)) }
    }

    private mutating func goOn(_ position: Int64, _ batch: inout EventBatch) {
        let index = choices.int(0...living.count - 1)
        living[index].version += 1
        living[index].step += 1
        let order = living[index]
        switch (order.step, choices.int(0...5)) {
        case (1, _):
            var fact = OrderApproved()
            fact.order = order.order
            fact.venue = "paper"
            append(fact, of: order, at: position, &batch)
        case (2, _):
            var fact = OrderAcknowledged()
            fact.order = order.order
            append(fact, of: order, at: position, &batch)
        case (_, 0):
            var fact = OrderCancelRequested()
            fact.order = order.order
            append(fact, of: order, at: position, &batch)
        case (_, 1):
            var fact = OrderCancelled()
            fact.order = order.order
            append(fact, of: order, at: position, &batch)
        case (_, 2):
            var fact = OrderExpired()
            fact.order = order.order
            append(fact, of: order, at: position, &batch)
        case (_, 3) where !order.executions.isEmpty:
            var fact = ExecutionBusted()
            let report = order.executions[0]
            fact.revision.order = order.order
            fact.revision.venue = "paper"
            fact.revision.venueExecutionID = "bust-\(position)"
            fact.revision.revisedVenueExecutionID = report.venueExecutionID
            fact.revision.revised = report.execution
            living[index].executions.removeFirst()
            append(fact, of: order, at: position, &batch)
        default:
            trades += 1
            var fact = OrderExecuted()
            fact.order = order.order
            fact.execution = Identifier(.execution, slot: 1, shard: 1, birth: position)
            fact.venue = "paper"
            fact.venueExecutionID = "trade-\(trades)"
            fact.quantity = Quantity(units: choices.int64(1...50))
            fact.price = Price(nanos: choices.int64(1...1_000_000))
            living[index].executions.append(fact)
            append(fact, of: order, at: position, &batch)
        }
    }

    private func append<P: EventPayload>(
        _ payload: P,
        of order: Living,
        at position: Int64,
        _ batch: inout EventBatch
    ) {
        let header = Self.header(order.order, order.account, version: order.version, at: position)
        batch.begin(header)
        batch.finish(payload)
    }

    static func header(
        _ order: OrderID,
        _ account: AccountID,
        version: Int64,
        at position: Int64
    ) -> EventHeader {
        EventHeader(
            position: position,
            account: AccountOrdinal(account),
            stream: StreamOrdinal(.order, of: order.id),
            version: version,
            type: OrderPlaced.eventType,
            schemaVersion: 1,
            receivedAt: Timestamp(nanos: position),
            recordedAt: Timestamp(nanos: position),
            effectiveAt: Timestamp(nanos: position / 3),
            businessDate: BusinessDate(days: Int32(position / 1_000)),
            commandID: ClientName("command-\(position)")!,
            commandDigest: CommandDigest(of: Array("command-\(position)".utf8)),
            causation: 0,
            correlation: order.id,
            actor: ActorName("tester")!
        )
    }
}
