public import AMQPClient
public import EventStore
public import EventStorePostgres
internal import Threads

/// How a publisher works.
public struct PublisherOptions: Sendable {
    /// The broker.
    public var address: AMQPAddress
    /// The durable topic exchange.
    public var exchange = exchangeStandard
    /// Whether to end once everything is confirmed that the log held at the start.
    public var endsWithLog = false
    /// Told when something goes wrong, and when it is something else than before.
    public var onTrouble: @Sendable (String) -> Void = { _ in }
    var limits = PublisherLimits()

    /// The exchange unless another is named.
    public static let exchangeStandard = "bifrost.events"

    /// Publishes to a broker.
    public init(_ address: AMQPAddress) { self.address = address }
}

/// The numbers by which publishers keep their time and their size.
struct PublisherLimits: Sendable {
    /// Messages that are published and not below the checkpoint.
    var windowMessagesMax = 4_096
    /// Confirmed events after which the checkpoint moves.
    var checkpointEventsMax = 2_048
    /// How long confirmed events wait for the checkpoint to move.
    var checkpointMillisMax = 200
    /// How often an idle session shows whether it still has its lock.
    var aliveMillis = 1_000
    /// How long the log is left alone while events come, and while none do.
    var pollMillisMin = 5
    var pollMillisMax = 50
    /// How soon it begins anew after a failure, at first and at most.
    var retryMillisMin = 100
    var retryMillisMax = 5_000
    /// How often one that stands by looks for its turn.
    var standbyMillis = 250
    /// How long an end waits for what is under way.
    var drainMillisMax = 2_000
    /// The times of the session with the broker.
    var broker = AMQPLimits()
}

/// Where a shard's publisher stands.
public enum PublisherState: Sendable, Equatable {
    /// It looks for database and broker, or waits to try again.
    case starting
    /// Another publisher has the shard.
    case standingBy
    /// It publishes what the log gets.
    case publishing
    /// The broker takes nothing for now.
    case blocked(reason: String)
    /// The checkpoint is not one of this log, or the broker says no; somebody has to do something.
    case refused
    /// It ended.
    case over
}

/// What is known in this process of a shard's publisher.
public struct PublisherStatus: Sendable, Equatable {
    /// The shard.
    public let shard: ShardNumber
    /// Where it stands.
    public var state = PublisherState.starting
    /// The last position below which everything is confirmed.
    public var confirmedPosition: Int64 = 0
    /// Events confirmed by this process.
    public var confirmed: Int64 = 0
    /// What went wrong last.
    public var lastError: String?
}

/// Publishes the log to a broker, a thread and a session for each shard.
///
/// Nobody waits for it: it reads the log as any reader does, with connections of its own, and whatever
/// happens to it or to the broker is tried again and shown in its statuses.
public final class LogPublisher: Sendable {
    private let publishers: [ShardPublisher]
    private let threads: [SystemThread]

    /// Starts publishing; broker and database may come later.
    public static func start(
        _ log: PostgresLog,
        _ shards: [ShardNumber],
        _ options: PublisherOptions
    ) -> LogPublisher {
        let log = log.withReadersOfItsOwn()
        return LogPublisher(shards.map { ShardPublisher(log, $0, options) })
    }

    private init(_ publishers: [ShardPublisher]) {
        self.publishers = publishers
        threads = publishers.map { publisher in SystemThread.needed { publisher.run() } }
    }

    /// Where each shard stands.
    public var statuses: [PublisherStatus] { publishers.map(\.status) }

    /// Whether all have ended, as with `endsWithLog`.
    public var isOver: Bool { statuses.allSatisfy { $0.state == .over } }

    /// Waits a little for what is under way, then ends; call it once.
    public func stop() {
        for publisher in publishers { publisher.beginStop() }
        for publisher in publishers { publisher.cutWhenLate() }
        for thread in threads { thread.join() }
    }
}
