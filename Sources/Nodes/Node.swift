public import BifrostKernel
public import Engine
public import EventStore
public import EventStorePostgres
internal import Glibc
public import Venues

/// The wall clock of this machine.
public struct WallTime: TimeSource {
    /// The clock.
    public init() {}
    /// The present moment.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

/// All roles in one process: the reference shard, one trading shard, the copier between them and the venue.
public final class Node: Sendable {
    /// The trading shard's number.
    public static let tradingShard = ShardNumber(1)

    /// The log.
    public let log: PostgresLog
    /// The engine of global facts.
    public let reference: ShardEngine
    /// The engine of accounts and orders.
    public let trading: ShardEngine
    /// The copier between them.
    public let copier: ReferenceCopier
    /// The venue.
    public let venue: any Venue

    /// How a node is set up.
    public struct Options: Sendable {
        /// What this process is called in leases.
        public var holder: String
        /// What this build is called in the log.
        public var build: String
        /// Whether a new log declares a simulated clock.
        public var simulatedClock: Bool
        /// Told why a snapshot is not used.
        public var onSkippedSnapshot: @Sendable (String) -> Void = { _ in }
        /// Whether to wait for a living writer instead of giving up.
        public var standingBy = false
        /// Told once when an engine stops loudly.
        public var onFailure: @Sendable (String) -> Void = { _ in }
        /// Given a batch that the store refused for good.
        public var onRefusedBatch: @Sendable (EventBatch) -> Void = { _ in }

        /// Puts the parts together.
        public init(holder: String, build: String, simulatedClock: Bool) {
            self.holder = holder
            self.build = build
            self.simulatedClock = simulatedClock
        }
    }

    /// Starts the engines on `log` and returns when they take commands.
    public static func start(
        _ log: PostgresLog,
        venue: any Venue,
        _ options: Options
    ) throws(AcquireError) -> Node {
        let node = Node(log, venue, options)
        try node.reference.start(standingBy: options.standingBy)
        do throws(AcquireError) {
            try node.trading.start(standingBy: options.standingBy)
        } catch {
            node.reference.stop()
            throw error
        }
        node.copier.start()
        return node
    }

    private init(_ log: PostgresLog, _ venue: any Venue, _ options: Options) {
        self.log = log
        self.venue = venue
        let time = WallTime()
        var engine = EngineOptions(
            holder: options.holder,
            build: options.build,
            isReference: false,
            simulatedClock: options.simulatedClock,
            time: time
        )
        engine.onFailure = options.onFailure
        engine.snapshots = BuildIdentity.current.map {
            EngineSnapshots(PostgresSnapshots(log), build: $0, onSkipped: options.onSkippedSnapshot)
        }
        engine.onRefusedBatch = options.onRefusedBatch
        trading = ShardEngine(shard: Self.tradingShard, log: log, venue: venue, options: engine)
        let copier = ReferenceCopier(log: log, into: trading, time: time)
        self.copier = copier
        engine.isReference = true
        engine.onCommit = { _ in copier.nudge() }
        reference = ShardEngine(shard: .reference, log: log, venue: nil, options: engine)
    }

    /// Poses a global fact and waits until the trading shard has it too.
    public func declare(_ request: CommandRequest) -> CommandAnswer {
        let answer = reference.perform(request)
        switch answer {
        case .decided(let receipt, _), .repeated(let receipt):
            if let problem = copier.wait(for: receipt.lastPosition) { return .stopped(problem) }
        default: break
        }
        return answer
    }

    /// Poses a global fact and waits until it stands in the trading shard's queue: what is submitted there
    /// from now on is decided after it.
    public func declareAhead(_ request: CommandRequest) -> CommandAnswer {
        let answer = reference.perform(request)
        switch answer {
        case .decided(let receipt, _), .repeated(let receipt):
            if let problem = copier.waitUntilQueued(receipt.lastPosition) { return .stopped(problem) }
        default: break
        }
        return answer
    }

    /// Turns the commands of clients away while there is a shortage, in words.
    public func hold(for shortage: String?) {
        trading.hold(for: shortage)
        reference.hold(for: shortage)
    }

    /// Waits until nothing is under way, then gives the shards back.
    public func stop() {
        copier.stop()
        trading.stop()
        reference.stop()
    }
}
