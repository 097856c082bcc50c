internal import BifrostKernel
internal import EventRegistry
internal import EventStore
internal import Portfolios
internal import Sagas

/// The demo's own view of its account: it reads the log, as any client would, and never asks the engine.
struct AccountFollower {
    private let log: any EventLog
    private let shard: ShardNumber
    private let account: AccountOrdinal
    /// The account as it stood before the day in `pending`.
    private var base = Portfolio.initial
    /// Events read and not yet part of `base`, in order.
    private var pending: [(date: BusinessDate, event: PortfolioEvent)] = []
    private var position: Int64 = 0

    init(_ log: any EventLog, _ shard: ShardNumber, _ account: AccountID) {
        self.log = log
        self.shard = shard
        self.account = AccountOrdinal(account)
    }

    /// The last day that the account closed.
    mutating func lastClosedDay() throws -> BusinessDate? {
        try read()
        var last = base.closedDay?.date
        for entry in pending {
            if case .dayClosed(let closed) = entry.event { last = closed.date }
        }
        return last
    }

    /// The account on `date`, of that day's trades only those that `counting` accepts.
    ///
    /// A run that was killed in the middle of a day so finds the numbers that the first run saw.
    mutating func state(on date: BusinessDate, counting: (TradeBooked) -> Bool) throws -> PortfolioState {
        try read()
        while let first = pending.first, first.date < date {
            Portfolio.evolve(&base, by: first.event)
            pending.removeFirst()
        }
        var state = base
        for entry in pending where entry.date == date {
            if case .tradeBooked(let trade) = entry.event, !counting(trade) { continue }
            Portfolio.evolve(&state, by: entry.event)
        }
        return state
    }

    private mutating func read() throws {
        var failure: WireError? = nil
        var more: [(BusinessDate, PortfolioEvent)] = []
        var last = position
        try log.read(shard, .account(account, after: position), limit: .max) { row in
            last = row.header.position
            do throws(WireError) {
                if case .portfolio(let event) = try EventRegistry.decode(
                    type: row.header.type,
                    schemaVersion: row.header.schemaVersion,
                    payload: row.payload
                ) {
                    more.append((row.header.businessDate, event))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        position = last
        pending += more.map { (date: $0.0, event: $0.1) }
    }
}
