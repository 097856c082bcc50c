public import BifrostKernel
public import Engine
public import EventStore
public import EventStorePostgres
public import Prices
public import Venues

/// What the door leads to: the engines for commands, the log for everything that is read.
public struct CoreAccess: Sendable {
    /// The log.
    public let log: any EventLog
    /// The same for streams, who read on in it again and again.
    public let followed: any EventLog
    /// The engine of accounts and orders.
    public let trading: ShardEngine
    /// Where orders go; asked for the prices that an order sees when it is received.
    public let venue: any Venue
    /// The clock of the gateway.
    public let time: any TimeSource
    /// The intraday prices beside the log, where they are kept.
    public let prices: PriceBook?
    /// Poses a global fact and waits until the trading shard has it too.
    ///
    /// It blocks.
    public let declare: @Sendable (CommandRequest) -> CommandAnswer
    /// The read models that queries are answered from; where there are none, all is folded from the log.
    public let models: ReadModelAccess?

    /// Snapshots of accounts, from which questions about their past begin, where they are kept.
    public let accountSnapshots: PostgresAccountSnapshots?

    /// Puts the parts together.
    public init(
        log: any EventLog,
        followed: (any EventLog)? = nil,
        trading: ShardEngine,
        venue: any Venue,
        time: any TimeSource,
        prices: PriceBook? = nil,
        models: ReadModelAccess? = nil,
        accountSnapshots: PostgresAccountSnapshots? = nil,
        declare: @escaping @Sendable (CommandRequest) -> CommandAnswer
    ) {
        self.log = log
        self.followed = followed ?? log
        self.trading = trading
        self.venue = venue
        self.time = time
        self.prices = prices
        self.models = models
        self.accountSnapshots = accountSnapshots
        self.declare = declare
    }
}
