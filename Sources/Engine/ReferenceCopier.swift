public import BifrostKernel
internal import EventRegistry
public import EventStore
internal import References
internal import Sagas
internal import Threads

/// Copies the facts of the reference shard into a trading shard's log, in order, each once.
///
/// What a trading shard decides by is then in its own log. The copier has no store: where it stands is in the
/// trading shard's state, and a fact that is copied already is a repeated command.
public final class ReferenceCopier: Sendable {
    private let log: any EventLog
    private let target: ShardEngine
    private let time: any TimeSource
    private let progress: Monitor<Progress>
    private let thread: Monitor<SystemThread?>

    private struct Progress {
        var nudged = true
        var copiedUpTo: Int64 = 0
        /// Queued and not answered.
        var unanswered = 0
        /// What stands in the target's queue: a command submitted now is decided after it.
        var queuedUpTo: Int64 = 0
        var stopping = false
        var failure: String? = nil
    }

    /// How long a missed nudge can stay unnoticed.
    private static let pollMillis = 50

    /// Copies from the reference shard of `log` into `target`, once started.
    public init(log: any EventLog, into target: ShardEngine, time: any TimeSource) {
        self.log = log
        self.target = target
        self.time = time
        self.progress = Monitor(Progress())
        self.thread = Monitor(nil)
    }

    /// Begins to copy behind what `target` has.
    public func start() {
        let started = SystemThread.needed { [self] in run() }
        thread.change { $0 = started }
    }

    /// Says that the reference shard has committed something.
    public func nudge() { progress.change { $0.nudged = true } }

    /// Waits until everything up to `position` of the reference shard is in the target's log; `nil` when it
    /// is, else why it will not be.
    public func wait(for position: Int64) -> String? {
        progress.await { progress -> String?? in
            if progress.copiedUpTo >= position { return .some(nil) }
            if let failure = progress.failure { return .some(failure) }
            return progress.stopping ? .some("the copier is stopping") : nil
        }
    }

    /// Waits until everything up to `position` of the reference shard stands in the target's queue, so that a
    /// command submitted from now on is decided after it; `nil` when it does, else why it will not.
    public func waitUntilQueued(_ position: Int64) -> String? {
        progress.await { progress -> String?? in
            if max(progress.queuedUpTo, progress.copiedUpTo) >= position { return .some(nil) }
            if let failure = progress.failure { return .some(failure) }
            return progress.stopping ? .some("the copier is stopping") : nil
        }
    }

    /// Ends the copying and returns when its thread has ended.
    public func stop() {
        progress.change { $0.stopping = true }
        thread.change { thread -> SystemThread? in
            defer { thread = nil }
            return thread
        }?.join()
    }

    private func run() {
        var copying = begin()
        while true {
            switch copying.turn() {
            case .worked: break
            case .idle, .failed: waitForNudge()
            case .ended: return
            }
        }
    }

    private func waitForNudge() {
        _ = progress.await(until: .now.advanced(millis: Self.pollMillis)) { progress -> Void? in
            guard progress.nudged || progress.stopping else { return nil }
            progress.nudged = false
            return ()
        }
    }

    /// The loop that goes on behind what the target has.
    package func begin() -> Copying {
        let start = target.inbox.look { $0.copiedAtStart }
        progress.change { $0.copiedUpTo = start }
        return Copying(self, after: start)
    }

    /// The loop that reads a page, queues its facts, and waits until all are answered: durable, that is.
    package struct Copying {
        private let copier: ReferenceCopier
        private var subscription: LogSubscription
        /// Read and not queued.
        private var requests: ArraySlice<CommandRequest> = []

        init(_ copier: ReferenceCopier, after position: Int64) {
            self.copier = copier
            self.subscription = LogSubscription(copier.log, .reference, after: position)
        }

        /// Queues what was read, or reads on once that is answered.
        package mutating func turn() -> Turn {
            while let request = requests.first {
                guard copier.queue(request) else { return .failed }
                requests.removeFirst()
            }
            let position = subscription.position
            let isOver = copier.progress.change { progress -> Bool? in
                progress.queuedUpTo = position
                guard progress.unanswered == 0 else { return nil }
                guard progress.failure == nil else { return true }
                progress.copiedUpTo = position
                return progress.stopping
            }
            guard let isOver else { return .idle }
            return isOver ? .ended : read()
        }

        private mutating func read() -> Turn {
            let copier = copier
            do throws(ReadError) {
                var page: [CommandRequest] = []
                var failure: String? = nil
                let count = try subscription.next { event in
                    do throws(WireError) {
                        if let request = try copier.copy(of: event) { page.append(request) }
                    } catch {
                        failure = "position \(event.header.position) of the reference shard: \(error)"
                    }
                }
                if let failure { return copier.end(failure) }
                requests = page[...]
                return count > 0 ? .worked : .idle
            } catch .corrupt(let reason) {
                return copier.end(reason)
            } catch {
                return .failed
            }
        }
    }

    private func end(_ reason: String) -> Turn {
        progress.change { $0.failure = reason }
        return .ended
    }

    /// Queues one; `false` when the target is busy.
    private func queue(_ request: CommandRequest) -> Bool {
        let isBusy = Monitor(false)
        progress.change { $0.unanswered += 1 }
        target.submit(request) { [progress] answer in
            if answer == .busy { isBusy.change { $0 = true } }
            progress.change { progress in
                progress.unanswered -= 1
                if case .stopped = answer { progress.failure = "the trading shard has stopped" }
                if progress.unanswered == 0 { progress.nudged = true }
            }
        }
        return !isBusy.look { $0 }
    }

    private func copy(of event: RecordedEvent) throws(WireError) -> CommandRequest? {
        guard case .reference(let fact) = try EventRegistry.decode(event) else { return nil }
        var copy = ReferenceFactCopied()
        copy.sourcePosition = event.header.position
        copy.sourceHash = event.hash.bytes
        copy.type = event.header.type
        copy.schemaVersion = event.header.schemaVersion
        copy.payload = event.payload
        let name = CommandRequest.reservedPrefix + "reference:\(event.header.position)"
        guard let id = ClientName(name), let actor = Sequencer.core else { return nil }
        return CommandRequest(
            id: id,
            .copyReference(copy, fact),
            actor: actor,
            receivedAt: time.now(),
            effectiveAt: event.header.effectiveAt
        )
    }
}
