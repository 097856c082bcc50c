import BifrostKernel
import EventRegistry
import EventStore
import Orders
import Portfolios
import References
import Sagas

@testable import Engine

/// A log in memory that two sequencers write by hand, command by command, with no thread and no clock.
///
/// The market is one instrument `X` of calendar `XNYS` with fees of 5 basis points.
final class RecordedLog {
    static let trading = ShardNumber(1)

    let log = MemoryLog(id: Identifier(high: 7, low: 9))
    private(set) var sequencers: [ShardNumber: Sequencer] = [:]
    private var writers: [ShardNumber: any ShardWriter] = [:]
    private var heads: [ShardNumber: Head] = [:]
    private var copied: Int64 = 0
    private var seconds: Int64 = 0

    init() throws {
        for shard in [ShardNumber.reference, Self.trading] {
            let writer = try log.acquire(shard, holder: "test", takingOver: false)
            writers[shard] = writer
            heads[shard] = writer.headAtStart
            sequencers[shard] = Sequencer(shard: shard)
            var opened = ShardOpened()
            opened.log = log.id
            opened.shard = UInt32(shard.value)
            opened.isReference = shard == .reference
            opened.clock = .simulated
            try pose("open", .openShard(opened), on: shard)
        }
        try declareMarket()
    }

    /// The state that the trading shard's decisions stand on.
    var state: ShardState { sequencers[Self.trading]?.state ?? Shard.initial }

    @discardableResult
    func pose(
        _ id: String,
        _ command: Command,
        on shard: ShardNumber = RecordedLog.trading,
        at: Timestamp? = nil,
        actor: String = "tester"
    ) throws -> CommandOutcome {
        guard let id = ClientName(id), let actor = ActorName(actor), var sequencer = sequencers[shard],
            let writer = writers[shard], let head = heads[shard]
        else { throw Unexpected() }
        seconds += 1
        let now = Timestamp(nanos: seconds * 1_000_000_000)
        let request = CommandRequest(id: id, command, actor: actor, receivedAt: now, effectiveAt: at ?? now)
        var batch = PreparedBatch()
        sequencer.step(PendingCommand(request: request, answer: { _ in }), now: now, into: &batch)
        sequencers[shard] = sequencer
        heads[shard] = try writer.append(batch.events, after: head, epoch: writer.epoch)
        guard case .decided(_, let outcome)? = batch.settled.first?.answer else { throw Unexpected() }
        return outcome
    }

    /// Poses a global fact and copies it to the trading shard.
    func declare(_ id: String, _ command: Command) throws {
        try pose(id, command, on: .reference)
        var copies: [(ReferenceFactCopied, ReferenceEvent)] = []
        _ = try log.read(.reference, .all(after: copied), limit: 100) { event in
            copied = event.header.position
            guard case .reference(let fact)? = try? EventRegistry.decode(event) else { return }
            var copy = ReferenceFactCopied()
            copy.sourcePosition = event.header.position
            copy.sourceHash = event.hash.bytes
            copy.type = event.header.type
            copy.schemaVersion = event.header.schemaVersion
            copy.payload = event.payload
            copies.append((copy, fact))
        }
        for (copy, fact) in copies {
            try pose("bifrost:reference:\(copy.sourcePosition)", .copyReference(copy, fact), actor: "bifrost")
        }
    }

    private func declareMarket() throws {
        guard let symbol = Symbol("X") else { throw Unexpected() }
        var days = TradingDaysDeclared()
        days.calendar = "XNYS"
        days.source = "test"
        days.days = (0..<300).map { BusinessDate(days: $0) }
        try declare("days", .declareTradingDays(days))
        var instrument = RegisterInstrument()
        instrument.terms.symbol = symbol
        instrument.terms.tickSize = Price(nanos: 10_000_000)
        instrument.terms.lotSize = Quantity(units: 1)
        instrument.terms.tradingCalendar = "XNYS"
        try declare("instrument", .registerInstrument(instrument))
        var fees = FeeScheduleSet()
        fees.venue = "paper"
        fees.commission = BasisPoints(5)
        fees.validFrom = BusinessDate(days: 0)
        try declare("fees", .setFees(fees))
    }

    func openAccount(_ alias: String, deposit: String) throws -> AccountOpened {
        var open = OpenAccount()
        open.alias = alias
        let account = AccountID(try pose("open-\(alias)", .openAccount(open)).subject)
        var move = MoveCash()
        move.amount = try Money(deposit)
        try pose("deposit-\(alias)", .deposit(account, move))
        guard let opened = state.accountByID[account]?.opened else { throw Unexpected() }
        return opened
    }

    /// Lets the instrument have another symbol from a day on.
    func rename(to name: String, from day: Int32) throws {
        guard let old = Symbol("X"), let symbol = Symbol(name),
            let terms = state.reference.instrument(old)
        else { throw Unexpected() }
        var wanted = ChangeInstrument()
        wanted.symbol = old
        wanted.effectiveFrom = BusinessDate(days: day)
        wanted.terms = terms
        wanted.terms.symbol = symbol
        try declare("rename-\(name)", .changeInstrument(wanted))
    }

    func marks(_ price: String, on day: Int32) throws {
        guard let symbol = Symbol("X") else { throw Unexpected() }
        var marks = RecordMarks()
        marks.date = BusinessDate(days: day)
        marks.source = "test"
        marks.marks = [SymbolPrice(symbol, try Price(price))]
        try declare("marks-\(day)-\(price)", .recordMarks(marks))
    }

    func roll(_ day: Int32) throws {
        try pose("roll-\(day)", .rollDay(calendar: "XNYS", BusinessDate(days: day)))
    }

    /// Places an order at a seen price and returns its id.
    func place(
        _ name: String,
        _ account: AccountOpened,
        _ side: Side,
        _ quantity: Int64,
        seen: String = "10"
    ) throws -> CommandOutcome {
        guard let symbol = Symbol("X"), let clientOrderID = ClientName(name) else { throw Unexpected() }
        var order = PlaceOrder()
        order.clientOrderID = clientOrderID
        order.symbol = symbol
        order.side = side
        order.quantity = Quantity(units: quantity)
        order.seen = ReferencePrice(last: try Price(seen), source: "test", at: Timestamp(nanos: 1))
        return try pose("place-\(name)", .placeOrder(account.account, order), actor: "alice")
    }

    /// Fills an order completely at one price, as a venue with books of its own would report it.
    func fill(
        _ order: Identifier,
        _ account: AccountOpened,
        at price: String,
        _ when: Timestamp? = nil,
        fees: [Fee] = []
    ) throws {
        guard let entry = state.orderByID[OrderID(order)], let placed = entry.state.placed,
            let portfolio = state.accountByID[account.account]?.portfolio
        else { throw Unexpected() }
        var ack = OrderAcknowledged()
        ack.order = OrderID(order)
        ack.venueOrderID = "V-\(order.birth)"
        try pose("ack-\(order.birth)", .acknowledgeOrder(account.account, ack), actor: "venue:paper")
        var fact = OrderExecuted()
        fact.order = OrderID(order)
        fact.venue = "paper"
        fact.tradeDate = BusinessDate(days: 0)
        fact.venueExecutionID = "E-\(order.birth)"
        fact.side = placed.side
        fact.quantity = placed.quantity
        fact.price = try Price(price)
        fact.settlementAmount = Money.notional(fact.price, fact.quantity, .halfAwayFromZero)
        fact.commission = try Money("0.05")
        fact.fees = fees
        fact.venueCumulative = placed.quantity
        let sign: Int64 = placed.side == .buy ? 1 : -1
        fact.venuePosition = Quantity(
            nanos: portfolio.position(placed.instrument).nanos + sign * placed.quantity.nanos
        )
        let traded = (portfolio.tradedCash[.usd] ?? .zero).nanos - Int128(sign) * fact.settlementAmount.nanos
        fact.venueCash = Money(nanos: traded - fact.commission.nanos - fees.nanos)
        try pose(
            "exec-\(order.birth)",
            .recordExecution(account.account, fact),
            at: when,
            actor: "venue:paper"
        )
    }

    func events(_ shard: ShardNumber = RecordedLog.trading) throws -> [RecordedEvent] {
        var all: [RecordedEvent] = []
        _ = try log.read(shard, .all(after: 0), limit: .max) { all.append($0) }
        return all
    }
}

struct Unexpected: Error {}
