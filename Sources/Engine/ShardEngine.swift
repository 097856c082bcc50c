public import BifrostKernel
public import EventStore
internal import Sagas
internal import Threads
public import Venues

/// How an engine is set up.
public struct EngineOptions: Sendable {
    /// Who this process is, as the lease names it.
    public var holder: String
    /// The build, as the log names it.
    public var build: String
    /// Whether the shard is the reference shard.
    public var isReference: Bool
    /// The clock that a new shard declares.
    public var simulatedClock: Bool
    /// Where the time comes from.
    public var time: any TimeSource
    /// The snapshots that a start begins with; without them it reads the whole log.
    public var snapshots: EngineSnapshots?
    /// A batch of so few events is appended by the thread that decided it when nothing else waits: handing it
    /// over and back takes longer than deciding what may come meanwhile.
    package var ownBatchEventsMax = 64
    /// At least so many of the latest commands are known by heart; a repeat of one before them is answered
    /// from the log.
    package var recentCommandsMin = Self.recentCommandsMin
    package static let recentCommandsMin = 65_536
    /// Told once when the engine stops loudly, with the reason.
    public var onFailure: @Sendable (String) -> Void = { _ in }
    /// Given a batch that the store refused for good, to be kept for whoever looks into it.
    public var onRefusedBatch: @Sendable (EventBatch) -> Void = { _ in }
    /// Told after each commit, with the last position.
    public var onCommit: @Sendable (Int64) -> Void = { _ in }

    /// Puts the parts together.
    public init(holder: String, build: String, isReference: Bool, simulatedClock: Bool, time: any TimeSource)
    {
        self.holder = holder
        self.build = build
        self.isReference = isReference
        self.simulatedClock = simulatedClock
        self.time = time
    }
}

/// The snapshots of one build.
public struct EngineSnapshots: Sendable {
    /// Where they are kept.
    public var store: any SnapshotStore
    /// The exact build: what another one kept may mean something else by now.
    public var build: String
    /// Told why one is not used.
    public var onSkipped: @Sendable (String) -> Void

    /// Puts the parts together.
    public init(
        _ store: any SnapshotStore,
        build: String,
        onSkipped: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.build = build
        self.onSkipped = onSkipped
    }
}

/// How an engine is doing.
public enum EngineStatus: Equatable, Sendable {
    /// Reading the log.
    case recovering
    /// Taking commands.
    case running
    /// Finishing what it has; no new commands.
    case stopping
    /// Ended, with the reason when it was not asked to.
    case stopped(String?)
}

/// The one writer of one shard: a thread that decides and a thread that appends.
///
/// One batch is in flight and one is being decided. Nothing that a batch leads to — an answer, a route to the
/// venue, a follow-up — leaves before that batch and all before it are durable.
public final class ShardEngine: Sendable {
    /// Most commands that wait; beyond it callers are told to try again.
    public static let queueCommandsMax = 20_000
    /// Most urgent commands (cancels, fills) that wait.
    public static let urgentCommandsMax = 200_000
    /// A batch is handed over when it has this many events.
    public static let batchEventsMax = 4_000

    /// The shard.
    public let shard: ShardNumber
    let log: any EventLog
    let options: EngineOptions
    let venue: (any Venue)?
    let inbox = Monitor(Inbox())
    let threads = Monitor<[SystemThread]>([])

    /// What the threads share.
    struct Inbox {
        var status = EngineStatus.recovering
        var urgent: [PendingCommand] = []
        var normal: [PendingCommand] = []
        /// The batch that is to be appended.
        var handed: HandedBatch? = nil
        /// Whether the deciding thread appends it itself.
        var isHandedToSelf = false
        /// What became of the batch in flight.
        var landed: Result<Head, AppendError>? = nil
        var inFlight = false
        /// Whether commands were taken out of the lanes and their batch is not handed over yet.
        var isDeciding = true
        /// The last position that is durable.
        var committed: Int64 = 0
        /// What the last recovery found copied from the reference shard.
        var copiedAtStart: Int64 = 0
        var instructions: [VenueInstruction] = []
        var linkIsBusy = false
        /// Why the commands of clients are turned away, urgent ones excepted.
        var shortage: String? = nil

        var isIdle: Bool {
            urgent.isEmpty && normal.isEmpty && !inFlight && !isDeciding && landed == nil && handed == nil
                && instructions.isEmpty && !linkIsBusy
        }
    }

    struct HandedBatch {
        let batch: PreparedBatch
        let writer: WriterBox
        let head: Head
    }

    /// An engine for `shard`; it does nothing before `start`.
    public init(shard: ShardNumber, log: any EventLog, venue: (any Venue)?, options: EngineOptions) {
        self.shard = shard
        self.log = log
        self.venue = venue
        self.options = options
    }

    /// Takes the shard, recovers and begins to take commands; returns when it does, or throws why it cannot.
    ///
    /// With `standingBy` it waits as long as another writer lives and takes over when that one's heart stops.
    public func start(standingBy: Bool = false) throws(AcquireError) {
        let deciding = try takeShard(standingBy: standingBy)
        let decider = SystemThread.needed { deciding.run() }
        let appender = SystemThread.needed { [self] in appendBatches() }
        let link = SystemThread.needed { [self] in carryInstructions() }
        threads.change { $0 = [decider, appender, link] }
        listen()
        let status = inbox.await { inbox -> EngineStatus? in inbox.status == .recovering ? nil : inbox.status
        }
        if case .stopped(let reason) = status {
            throw .unavailable(reason ?? "the engine stopped while starting")
        }
    }

    /// Takes the shard and recovers; the loop that goes on from there.
    package func takeShard(standingBy: Bool) throws(AcquireError) -> DecidingThread {
        DecidingThread(self, try recover(try acquire(standingBy: standingBy)))
    }

    /// Lets the venue report from now on.
    package func listen() { venue?.start { [weak self] reports in self?.receive(reports) } }

    /// Queues a command; `answer` is called once, on a thread of the engine, and must not block.
    public func submit(_ request: CommandRequest, _ answer: @escaping @Sendable (CommandAnswer) -> Void) {
        let refusal = inbox.change { inbox -> CommandAnswer? in
            switch inbox.status {
            case .running: break
            case .recovering: return .busy
            case .stopping: return .stopped("the engine is stopping")
            case .stopped(let reason): return .stopped(reason ?? "the engine has stopped")
            }
            if let shortage = inbox.shortage, request.mayWait { return .storageLow(shortage) }
            if request.command.isUrgent {
                guard inbox.urgent.count < Self.urgentCommandsMax else { return .busy }
                inbox.urgent.append(PendingCommand(request: request, answer: answer))
            } else {
                guard inbox.normal.count < Self.queueCommandsMax else { return .busy }
                inbox.normal.append(PendingCommand(request: request, answer: answer))
            }
            return nil
        }
        if let refusal { answer(refusal) }
    }

    /// Queues a command and waits for its answer; `busy` is retried.
    ///
    /// Never call it from the cooperative pool.
    public func perform(_ request: CommandRequest) -> CommandAnswer {
        while true {
            let slot = Monitor<CommandAnswer?>(nil)
            submit(request) { answer in slot.change { $0 = answer } }
            let answer = slot.await { $0 }
            guard answer == .busy else { return answer }
            pause(millis: 1)
        }
    }

    /// Queues a command and suspends until its answer.
    public func submit(_ request: CommandRequest) async -> CommandAnswer {
        await withCheckedContinuation { continuation in
            submit(request) { continuation.resume(returning: $0) }
        }
    }

    /// Turns the commands of clients away while the store has a shortage, in words; `nil` takes them again.
    ///
    /// What lowers risk is taken all the same, and so is all that the core and its venues have to say.
    public func hold(for shortage: String?) { inbox.change { $0.shortage = shortage } }

    /// What the store is short of.
    public var shortage: String? { inbox.look { $0.shortage } }

    /// The last durable position.
    public var committed: Int64 { inbox.look { $0.committed } }

    /// How the engine is doing.
    public var status: EngineStatus { inbox.look { $0.status } }

    /// Whether nothing waits, nothing is in flight, and the venue was told all that it should know.
    public var isIdle: Bool { inbox.look { $0.isIdle } }

    /// Waits until the engine is idle or has stopped.
    ///
    /// Never call it from the cooperative pool.
    public func waitUntilIdle() {
        inbox.await { inbox -> Void? in
            if case .stopped = inbox.status { return () }
            return inbox.isIdle ? () : nil
        }
    }

    /// Takes no more commands, finishes those it has, gives the shard back, and returns when all that is
    /// done.
    public func stop() {
        inbox.change { inbox in
            if inbox.status == .running || inbox.status == .recovering { inbox.status = .stopping }
        }
        for thread in threads.change({ threads in
            defer { threads = [] }
            return threads
        }) { thread.join() }
    }
}

/// A writer on its way between the two threads that use it by turns.
// SAFETY: the deciding thread hands it over with a batch and touches it again only after that batch has
// landed.
final class WriterBox: @unchecked Sendable {
    let writer: any ShardWriter
    init(_ writer: any ShardWriter) { self.writer = writer }
}
