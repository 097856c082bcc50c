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
        let start = target.inbox.look { $0.copiedAtStart }
        progress.change { $0.copiedUpTo = start }
        var subscription = LogSubscription(log, .reference, after: start)
        while progress.look({ !$0.stopping }) {
            do throws(ReadError) {
                var requests: [CommandRequest] = []
                var failure: String? = nil
                let count = try subscription.next { event in
                    do throws(WireError) {
                        if let request = try copy(of: event) { requests.append(request) }
                    } catch {
                        failure = "position \(event.header.position) of the reference shard: \(error)"
                    }
                }
                guard failure == nil, submit(requests, upTo: subscription.position) else {
                    return progress.change { $0.failure = failure ?? "the trading shard has stopped" }
                }
                let position = subscription.position
                progress.change { $0.copiedUpTo = position }
                if count > 0 { continue }
            } catch .corrupt(let reason) {
                return progress.change { $0.failure = reason }
            } catch {
                pause(millis: Self.pollMillis)
            }
            _ = progress.await(until: .now.advanced(millis: Self.pollMillis)) { progress -> Void? in
                guard progress.nudged || progress.stopping else { return nil }
                progress.nudged = false
                return ()
            }
        }
    }

    /// Queues all and waits for all; each is answered once it is durable.
    private func submit(_ requests: [CommandRequest], upTo position: Int64) -> Bool {
        let answers = Monitor<(done: Int, failed: Bool)>((0, false))
        for request in requests {
            while true {
                let refused = Monitor<Bool>(false)
                target.submit(request) { answer in
                    if answer == .busy { return refused.change { $0 = true } }
                    answers.change { state in
                        state.done += 1
                        if case .stopped = answer { state.failed = true }
                    }
                }
                guard refused.look({ $0 }) else { break }
                pause(millis: 1)
            }
        }
        progress.change { $0.queuedUpTo = position }
        return answers.await { $0.done == requests.count ? !$0.failed : nil }
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
