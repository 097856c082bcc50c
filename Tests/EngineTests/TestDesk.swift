import BifrostKernel
import EventRegistry
import EventStore
import Orders
import Portfolios
import References
import Sagas
import Synchronization

@testable import Engine

struct StillTime: TimeSource {
    func now() -> Timestamp { Timestamp(nanos: 1_000) }
}

/// A clock that the test sets.
final class SetTime: TimeSource {
    private let present = Mutex(Timestamp(nanos: 1_000))
    func now() -> Timestamp { present.withLock { $0 } }
    func pass(seconds: Int64) {
        present.withLock { $0 = Timestamp(nanos: $0.nanos + seconds * 1_000_000_000) }
    }
}

/// Both shards on one log, with an instrument `X` at a price of 10 and helpers to pose commands.
final class TestDesk: Sendable {
    let log: any EventLog
    let venue: TestVenue
    let reference: ShardEngine
    let trading: ShardEngine
    let copier: ReferenceCopier

    init(
        _ log: any EventLog,
        venue: TestVenue = TestVenue(price: Price(nanos: 10_000_000_000)),
        holder: String = "test",
        time: any TimeSource = StillTime(),
        simulatedClock: Bool = true,
        snapshots: EngineSnapshots? = nil,
        ownBatchEventsMax: Int = 64,
        recentCommandsMin: Int = 8
    ) {
        self.log = log
        self.venue = venue
        var options = EngineOptions(
            holder: holder,
            build: "test",
            isReference: false,
            simulatedClock: simulatedClock,
            time: time
        )
        options.snapshots = snapshots
        options.ownBatchEventsMax = ownBatchEventsMax
        options.recentCommandsMin = recentCommandsMin
        trading = ShardEngine(shard: ShardNumber(1), log: log, venue: venue, options: options)
        let copier = ReferenceCopier(log: log, into: trading, time: StillTime())
        self.copier = copier
        options.isReference = true
        options.onCommit = { _ in copier.nudge() }
        reference = ShardEngine(shard: .reference, log: log, venue: nil, options: options)
    }

    func start(standingBy: Bool = false) throws {
        try reference.start(standingBy: standingBy)
        try trading.start(standingBy: standingBy)
        copier.start()
    }

    func stop() {
        copier.stop()
        trading.stop()
        reference.stop()
    }

    func request(_ id: String, _ command: Command) -> CommandRequest {
        CommandRequest(
            id: ClientName(id)!,
            command,
            actor: ActorName("tester")!,
            receivedAt: Timestamp(nanos: 5)
        )
    }

    @discardableResult
    func perform(_ id: String, _ command: Command) -> CommandAnswer { trading.perform(request(id, command)) }

    /// Calendar, instrument and fees, copied to the trading shard.
    func declareMarket() {
        var days = TradingDaysDeclared()
        days.calendar = "XNYS"
        days.source = "test"
        days.days = (0..<300).map { BusinessDate(days: $0) }
        declare("days", .declareTradingDays(days))
        var instrument = RegisterInstrument()
        instrument.terms.symbol = Symbol("X")!
        instrument.terms.tickSize = Price(nanos: 1_000_000)
        instrument.terms.lotSize = Quantity(units: 1)
        instrument.terms.tradingCalendar = "XNYS"
        declare("instrument", .registerInstrument(instrument))
    }

    func declare(_ id: String, _ command: Command) {
        if case .decided(let receipt, _) = reference.perform(request(id, command)) {
            _ = copier.wait(for: receipt.lastPosition)
        }
    }

    /// An open account with a deposit.
    func openAccount(_ alias: String, deposit: String) throws -> AccountID {
        var open = OpenAccount()
        open.alias = alias
        guard case .decided(_, let outcome) = perform("open-\(alias)", .openAccount(open)) else {
            throw NoAnswer()
        }
        let account = AccountID(outcome.subject)
        var move = MoveCash()
        move.amount = try Money(deposit)
        perform("deposit-\(alias)", .deposit(account, move))
        return account
    }

    func order(_ quantity: Int64, limit: String? = nil, side: Side = .buy) throws -> PlaceOrder {
        var order = PlaceOrder()
        order.symbol = Symbol("X")!
        order.side = side
        order.quantity = Quantity(units: quantity)
        if let limit {
            order.type = .limit
            order.limitPrice = try Price(limit)
        }
        order.seen = ReferencePrice(
            last: Price(nanos: 10_000_000_000),
            source: "test",
            at: Timestamp(nanos: 0)
        )
        return order
    }

    /// Waits until nothing is under way on the trading shard.
    func settle() { trading.waitUntilIdle() }

    /// Every event of a shard, decoded.
    func events(_ shard: ShardNumber = ShardNumber(1)) throws -> [(header: EventHeader, event: DomainEvent)] {
        var all: [(header: EventHeader, event: DomainEvent)] = []
        var subscription = LogSubscription(log, shard, after: 0)
        var failure: WireError? = nil
        while try subscription.next({ event in
            do throws(WireError) {
                all.append((event.header, try EventRegistry.decode(event)))
            } catch {
                failure = error
            }
        }) > 0 {}
        if let failure { throw failure }
        return all
    }
}

struct NoAnswer: Error {}

extension DomainEvent {
    var isTrade: Bool {
        guard case .portfolio(.tradeBooked) = self else { return false }
        return true
    }

    var isBreak: Bool {
        guard case .portfolio(.reconciliationBroke) = self else { return false }
        return true
    }
}
