internal import BifrostKernel
internal import EventStore
package import Sagas
internal import Threads
internal import Venues

/// The loop that owns a shard's state.
///
/// It collects what waits, decides it, and hands over the batch as soon as none is in flight: one waiting
/// command is a batch of one, a flood is a batch of thousands.
package struct DecidingThread: Sendable {
    private let engine: ShardEngine
    private var core: EngineCore
    /// Decided and not handed over.
    private var prepared = PreparedBatch()
    /// Handed over and not landed.
    private var flying: PreparedBatch? = nil
    /// Set while the shard has to be taken again.
    private var loss: Loss? = nil
    private var failures = 0

    /// Old commands that a turn asks the log for, some fraction of a millisecond each.
    private static let lookUpsMax = 8

    /// Attempts to take the shard again after a failure, before the engine stops.
    private static let recoveriesMax = 60

    /// A writer that was lost, and those who wait for what becomes of their commands.
    private struct Loss {
        let waiting: [PendingCommand]
        var reason: String
    }

    /// Begins the reign: its own first commands, and after a restart what was still open.
    init(_ engine: ShardEngine, _ core: EngineCore) {
        self.engine = engine
        self.core = core
        begin()
    }

    consuming func run() {
        var loop = self
        loop.engine.repeatTurns(
            {
                let turn = loop.turn()
                return turn != .ended && loop.engine.appendOwn() ? .worked : turn
            },
            while: { loop.isDue($0) },
            orAfter: { loop.nanosToDeadline }
        )
    }

    /// Takes in what landed, decides what waits and hands it over; or, when the writer was lost, tries once
    /// to take the shard again.
    package mutating func turn() -> Turn {
        if let loss { return takeAgain(loss) }
        let work = engine.inbox.change { inbox in
            inbox.isDeciding = false
            return takeWork(&inbox)
        }
        guard let work else { return reachDeadlines() ? .worked : .idle }
        guard let work else {
            core.writer.writer.release()
            finish(nil)
            return .ended
        }
        if let landed = work.landed, let turn = settle(landed, before: work.commands) { return turn }
        let trouble = decide(work.commands)
        // A batch in flight lands first: its commands are answered by it, and its writer is in use.
        if case .corrupt(let reason) = trouble, flying == nil {
            return end("what shard \(engine.shard.value) answered before cannot be read: \(reason)")
        }
        if !isSimulated { reachDeadlines() }
        handOver()
        return trouble == nil ? .worked : .failed
    }

    private var isSimulated: Bool { core.sequencer.state.opened?.clock == .simulated }

    /// How long there is nothing to do but for commands; `nil` for ever.
    ///
    /// No simulated time passes while there are none.
    private var nanosToDeadline: Int64? {
        guard !isSimulated, let next = core.sequencer.nextDeadline else { return nil }
        return next.nanos.subtractingReportingOverflow(engine.options.time.now().nanos).partialValue
    }

    /// Decides which deadlines are over; `false` when none is.
    ///
    /// Simulated time goes as fast as its commands come, so that what a venue says counts before its time
    /// does: it is looked at only when nothing else is under way.
    @discardableResult
    private mutating func reachDeadlines() -> Bool {
        guard hasRoom, let next = core.sequencer.nextDeadline else { return false }
        let simulated = isSimulated
        if simulated {
            guard flying == nil, engine.inbox.look({ $0.instructions.isEmpty && !$0.linkIsBusy }) else {
                return false
            }
        }
        let present = simulated ? core.sequencer.state.effectiveAt : engine.options.time.now()
        guard next <= present else { return false }
        let reached = core.sequencer.deadlines(reachedAt: present)
        decide(reached.map { PendingCommand(request: $0, answer: { _ in }) })
        handOver()
        return !reached.isEmpty
    }

    /// The state that the next command is decided by; it runs ahead of the log unless `isSettled`.
    package var state: ShardState { core.sequencer.state }

    /// Whether all that was decided is known to be in the log.
    package var isSettled: Bool { flying == nil && prepared.isEmpty && loss == nil }

    private struct Work {
        var landed: Result<Head, AppendError>?
        var commands: [PendingCommand]
    }

    private mutating func begin() {
        let own = engine.beginning(core).map { PendingCommand(request: $0, answer: { _ in }) }
        decide(own)
        let open = core.sequencer.unfinished()
        prepared.instructions += open.instructions
        prepared.followUps += open.followUps
        handOver()
    }

    private var hasRoom: Bool { prepared.events.count < ShardEngine.batchEventsMax }

    private func isDue(_ inbox: ShardEngine.Inbox) -> Bool {
        inbox.landed != nil || (hasRoom && inbox.hasCommands) || inbox.isOver
    }

    /// Commands, what became of the batch in flight, or the end, which is `.some(nil)`; `nil` when nothing is
    /// due.
    private func takeWork(_ inbox: inout ShardEngine.Inbox) -> Work?? {
        guard isDue(inbox) else { return nil }
        let landed = inbox.landed
        inbox.landed = nil
        let commands = hasRoom ? inbox.takeCommands() : []
        guard landed != nil || !commands.isEmpty else { return .some(nil) }
        inbox.isDeciding = true
        return .some(Work(landed: landed, commands: commands))
    }

    /// Decides one command after another.
    ///
    /// Repeats that the log has to answer for go to the end of the lane when there are more of them than a
    /// turn may look up, and when the log cannot be read: nobody else waits for them.
    @discardableResult
    private mutating func decide(_ commands: [PendingCommand]) -> ReadError? {
        guard !commands.isEmpty else { return nil }
        let now = engine.options.time.now()
        var lookUps = 0
        var postponed: [PendingCommand] = []
        var trouble: ReadError?
        for (index, pending) in commands.enumerated() {
            guard hasRoom else {
                putBack(commands[index...])
                break
            }
            guard let doubt = core.sequencer.step(pending, now: now, into: &prepared) else { continue }
            guard lookUps < Self.lookUpsMax, trouble == nil else {
                postponed.append(pending)
                continue
            }
            lookUps += 1
            do throws(ReadError) {
                let stored = try stored(doubt)
                core.sequencer.step(pending, now: now, stored: stored, into: &prepared)
            } catch {
                trouble = error
                postponed.append(pending)
            }
        }
        if !postponed.isEmpty { engine.inbox.change { $0.normal += postponed } }
        return trouble
    }

    /// What the log says of a command.
    private func stored(_ doubt: Sequencer.Doubt) throws(ReadError) -> CommandIndex.Entry {
        let position = doubt.position
        guard position <= core.head.position else {
            throw .unavailable("position \(position) is not durable yet")
        }
        guard
            let entry = try CommandIndex.Entry.stored(
                doubt.key,
                at: position,
                of: engine.shard,
                in: engine.log
            )
        else { throw .corrupt("position \(position) is not the first event of the command that stood there") }
        return entry
    }

    private func putBack(_ commands: ArraySlice<PendingCommand>) {
        engine.inbox.change { $0.normal.insert(contentsOf: commands, at: 0) }
    }

    private mutating func handOver() {
        guard flying == nil, !prepared.isEmpty || !prepared.instructions.isEmpty else { return }
        let batch = prepared
        prepared = PreparedBatch()
        flying = batch
        let handed = ShardEngine.HandedBatch(batch: batch, writer: core.writer, head: core.head)
        engine.inbox.change { inbox in
            inbox.handed = handed
            inbox.isHandedToSelf =
                batch.events.count <= engine.options.ownBatchEventsMax && !inbox.hasCommands
            inbox.inFlight = true
        }
    }

    /// Takes in what became of the batch in flight; `commands` were taken with it and are not decided yet.
    ///
    /// `nil` leaves them to be decided; otherwise the turn is over, and they were taken care of.
    private mutating func settle(_ landed: Result<Head, AppendError>, before commands: [PendingCommand])
        -> Turn?
    {
        switch landed {
        case .success(let head):
            flying = nil
            failures = 0
            core.head = head
            return nil
        case .failure(.fenced(let reason)):
            putBack(commands[...])
            return end("another writer has shard \(engine.shard.value): \(reason)")
        case .failure(.refused(let reason)):
            if let flying { engine.options.onRefusedBatch(flying.events) }
            putBack(commands[...])
            return end("the store refused a batch of shard \(engine.shard.value): \(reason)")
        case .failure(.outcomeUnknown(let reason)), .failure(.unavailable(let reason)):
            // The next reign names its own writer: the one that was lost must not be named after it.
            let unanswered = ((flying?.settled ?? []) + prepared.settled).map { $0.pending }
                .filter { !$0.request.command.isStartOfWriter }
            flying = nil
            prepared = PreparedBatch()
            core.writer.writer.release()
            let loss = Loss(waiting: unanswered + commands, reason: reason)
            self.loss = loss
            return takeAgain(loss)
        }
    }

    /// One attempt of the outcome-unknown protocol: take the shard anew, which ends whatever still commits,
    /// read the log, and pose again every command whose answer has not left.
    ///
    /// Those that are in the log are answered from it.
    private mutating func takeAgain(_ loss: Loss) -> Turn {
        var problem = loss.reason
        if failures < Self.recoveriesMax {
            failures += 1
            do throws(AcquireError) {
                core = try engine.recover(try engine.acquire(standingBy: false))
                self.loss = nil
                begin()
                decide(loss.waiting)
                handOver()
                return .worked
            } catch .unavailable(let reason) {
                self.loss?.reason = reason
                return .failed
            } catch {
                problem = "\(error)"
            }
        }
        flying = PreparedBatch(waiting: loss.waiting)
        return end("shard \(engine.shard.value) cannot be taken again: \(problem)")
    }

    private mutating func end(_ reason: String) -> Turn {
        core.writer.writer.release()
        engine.options.onFailure(reason)
        finish(reason)
        return .ended
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

extension Command {
    fileprivate var isStartOfWriter: Bool {
        if case .startWriter = self { true } else { false }
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
    var hasCommands: Bool { !urgent.isEmpty || !normal.isEmpty }

    /// Everything that waits, the urgent lane first.
    mutating func takeCommands() -> [PendingCommand] {
        let commands = urgent + normal
        urgent.removeAll(keepingCapacity: true)
        normal.removeAll(keepingCapacity: true)
        return commands
    }

    /// Whether the engine was asked to stop, nothing waits, and the venue has been told everything.
    fileprivate var isOver: Bool {
        status == .stopping && !inFlight && !hasCommands && instructions.isEmpty && !linkIsBusy
    }
}
