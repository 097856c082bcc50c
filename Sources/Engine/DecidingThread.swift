internal import BifrostKernel
internal import EventStore
internal import Sagas
internal import Threads
internal import Venues

/// The loop that owns a shard's state.
///
/// It collects what waits, decides it, and hands over the batch as soon as none is in flight: one waiting
/// command is a batch of one, a flood is a batch of thousands.
struct DecidingThread {
    private let engine: ShardEngine
    private var core: EngineCore
    /// Decided and not handed over.
    private var prepared = PreparedBatch()
    /// Handed over and not landed.
    private var flying: PreparedBatch? = nil
    private var failures = 0

    /// Attempts to take the shard again after a failure, before the engine stops.
    private static let recoveriesMax = 60
    private static let recoveryPauseMillis = 250

    init(_ engine: ShardEngine, _ core: EngineCore) {
        self.engine = engine
        self.core = core
    }

    consuming func run() {
        begin()
        while let work = next() {
            if let landed = work.landed {
                // Commands that were taken out with the landing have nobody else who answers them.
                guard settle(landed) else { return Self.turnAway(work.commands) }
            }
            decide(work.commands)
            handOver()
        }
        core.writer.writer.release()
        finish(nil)
    }

    private struct Work {
        var landed: Result<Head, AppendError>?
        var commands: [PendingCommand]
    }

    /// The reign's own first commands, and after a restart what was still open.
    private mutating func begin() {
        let own = engine.beginning(core).map { PendingCommand(request: $0, answer: { _ in }) }
        decide(own)
        let open = core.sequencer.unfinished()
        prepared.instructions += open.instructions
        prepared.followUps += open.followUps
        handOver()
    }

    /// Waits for commands, for the batch in flight, or for the end; `nil` is the end.
    private func next() -> Work? {
        let room = prepared.events.count < ShardEngine.batchEventsMax
        engine.inbox.change { $0.isDeciding = false }
        return engine.inbox.await { inbox -> Work?? in
            let landed = inbox.landed
            inbox.landed = nil
            let commands = room ? inbox.takeCommands() : []
            if landed != nil || !commands.isEmpty {
                inbox.isDeciding = true
                return .some(Work(landed: landed, commands: commands))
            }
            guard inbox.status == .stopping, !inbox.inFlight, inbox.isDrained else { return nil }
            return .some(nil)
        }
    }

    private mutating func decide(_ commands: [PendingCommand]) {
        guard !commands.isEmpty else { return }
        let now = engine.options.time.now()
        for (index, pending) in commands.enumerated() {
            guard prepared.events.count < ShardEngine.batchEventsMax else {
                engine.inbox.change { $0.normal.insert(contentsOf: commands[index...], at: 0) }
                return
            }
            core.sequencer.step(pending, now: now, into: &prepared)
        }
    }

    private mutating func handOver() {
        guard flying == nil, !prepared.isEmpty || !prepared.instructions.isEmpty else { return }
        let batch = prepared
        prepared = PreparedBatch()
        flying = batch
        let handed = ShardEngine.HandedBatch(batch: batch, writer: core.writer, head: core.head)
        engine.inbox.change { inbox in
            inbox.handed = handed
            inbox.inFlight = true
        }
    }

    /// Takes in what became of the batch in flight; `false` ends the thread.
    private mutating func settle(_ landed: Result<Head, AppendError>) -> Bool {
        switch landed {
        case .success(let head):
            flying = nil
            failures = 0
            core.head = head
            return true
        case .failure(.fenced(let reason)):
            return end("another writer has shard \(engine.shard.value): \(reason)")
        case .failure(.refused(let reason)):
            if let flying { engine.options.onRefusedBatch(flying.events) }
            return end("the store refused a batch of shard \(engine.shard.value): \(reason)")
        case .failure(.outcomeUnknown(let reason)), .failure(.unavailable(let reason)):
            return takeAgain(reason)
        }
    }

    /// The outcome-unknown protocol: take the shard anew, which ends whatever still commits, read the log,
    /// and pose again every command whose answer has not left.
    ///
    /// Those that are in the log are answered from it.
    private mutating func takeAgain(_ reason: String) -> Bool {
        let waiting = ((flying?.settled ?? []) + prepared.settled).map { $0.pending }
        flying = nil
        prepared = PreparedBatch()
        core.writer.writer.release()
        var last = reason
        while failures < Self.recoveriesMax {
            failures += 1
            do throws(AcquireError) {
                core = try engine.recover(try engine.acquire(standingBy: false))
                begin()
                decide(waiting)
                handOver()
                return true
            } catch .unavailable(let problem) {
                last = problem
                pause(millis: Self.recoveryPauseMillis)
            } catch {
                flying = PreparedBatch(waiting: waiting)
                return end("shard \(engine.shard.value) cannot be taken again: \(error)")
            }
        }
        flying = PreparedBatch(waiting: waiting)
        return end("shard \(engine.shard.value) cannot be taken again: \(last)")
    }

    private mutating func end(_ reason: String) -> Bool {
        core.writer.writer.release()
        engine.options.onFailure(reason)
        finish(reason)
        return false
    }

    private static func turnAway(_ commands: [PendingCommand]) {
        for pending in commands { pending.answer(.stopped("the engine has stopped")) }
    }

    /// Answers everybody who still waits: they may ask again with the same id.
    private func finish(_ reason: String?) {
        let left = engine.inbox.change { inbox -> [PendingCommand] in
            inbox.status = .stopped(reason)
            return inbox.takeCommands()
        }
        let told = reason ?? "the engine has stopped"
        for settled in (flying?.settled ?? []) + prepared.settled { settled.pending.answer(.stopped(told)) }
        for pending in left { pending.answer(.stopped(told)) }
    }
}

extension PreparedBatch {
    /// Commands whose answer is not known.
    fileprivate init(waiting: [PendingCommand]) {
        self.init()
        settled = waiting.map { Settled(pending: $0, answer: .stopped("")) }
    }
}

extension ShardEngine.Inbox {
    /// Everything that waits, the urgent lane first.
    mutating func takeCommands() -> [PendingCommand] {
        let commands = urgent + normal
        urgent.removeAll(keepingCapacity: true)
        normal.removeAll(keepingCapacity: true)
        return commands
    }

    /// Whether nothing waits and the venue has been told everything.
    var isDrained: Bool { urgent.isEmpty && normal.isEmpty && instructions.isEmpty && !linkIsBusy }
}
