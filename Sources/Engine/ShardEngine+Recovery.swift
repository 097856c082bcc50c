internal import BifrostKernel
internal import EventStore
internal import Orders
internal import References
internal import Sagas
internal import Threads

/// A recovered sequencer with the writer that goes on from it.
struct EngineCore: Sendable {
    var sequencer: Sequencer
    let writer: WriterBox
    var head: Head
}

extension ShardEngine {
    /// Pause between attempts to take a shard that another writer holds.
    private static let standbyPauseMillis = 250

    func acquire(standingBy: Bool) throws(AcquireError) -> WriterBox {
        while true {
            do throws(AcquireError) {
                return WriterBox(try log.acquire(shard, holder: options.holder, takingOver: false))
            } catch .held(let holder) where standingBy {
                _ = holder
                if inbox.look({ $0.status }) == .stopping { throw .held(by: holder) }
                pause(millis: Self.standbyPauseMillis)
            }
        }
    }

    /// Rebuilds the state from the log, which alone decides after a restart (invariant I13).
    func recover(_ box: WriterBox) throws(AcquireError) -> EngineCore {
        let head = box.writer.headAtStart
        var recovery = Recovery(log: log, shard: shard, snapshots: options.snapshots)
        recovery.recentCommandsMin = options.recentCommandsMin
        var known = recovery.beginning(upTo: head.position)
        do throws(Recovery.Failure) {
            try recovery.go(on: &known, to: head.position)
            guard known.position == head.position, known.hash == head.hash else {
                throw .refused("the log moved while it was recovered: expected \(head.position)")
            }
        } catch {
            box.writer.release()
            switch error {
            case .unavailable(let reason): throw .unavailable(reason)
            case .refused(let reason): throw .refused(reason)
            }
        }
        let copied = known.sequencer.state.reference.copiedUpTo
        inbox.change { inbox in
            inbox.committed = head.position
            inbox.copiedAtStart = copied
        }
        return EngineCore(sequencer: known.sequencer, writer: box, head: head)
    }

    /// The commands that every reign begins with: the shard's own beginning, once, and who writes from now
    /// on.
    func beginning(_ core: EngineCore) -> [CommandRequest] {
        guard let actor = Sequencer.core else { return [] }
        let now = options.time.now()
        var requests: [CommandRequest] = []
        func add(_ name: String, _ command: Command) {
            guard let id = ClientName(CommandRequest.reservedPrefix + name) else { return }
            let effectiveAt = core.sequencer.state.opened == nil ? Timestamp(nanos: 0) : nil
            requests.append(
                CommandRequest(id: id, command, actor: actor, receivedAt: now, effectiveAt: effectiveAt)
            )
        }
        if core.sequencer.state.opened == nil {
            var opened = ShardOpened()
            opened.log = log.id
            opened.shard = UInt32(shard.value)
            opened.isReference = options.isReference
            opened.clock = options.simulatedClock ? .simulated : .wall
            add("open", .openShard(opened))
        }
        var started = WriterStarted()
        started.epoch = core.writer.writer.epoch.value
        started.build = options.build
        add("writer:\(started.epoch)", .startWriter(started))
        return requests
    }
}
