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
        var sequencer = Sequencer(shard: shard)
        var subscription = LogSubscription(log, shard, after: 0)
        var last: EventHash? = nil
        var failure: String? = nil
        while subscription.position < head.position {
            do throws(ReadError) {
                let count = try subscription.next { event in
                    guard failure == nil else { return }
                    do throws(WireError) {
                        try sequencer.recover(event)
                        last = event.hash
                    } catch {
                        failure = "position \(event.header.position) cannot be read: \(error)"
                    }
                }
                guard count > 0 else { throw .corrupt("expected events up to \(head.position)") }
            } catch {
                box.writer.release()
                // A server that ends while it is read comes back: only what was read can be refused.
                switch error {
                case .unavailable(let reason): throw .unavailable(reason)
                case .corrupt(let reason): throw .refused("the log cannot be read: \(reason)")
                }
            }
            if let failure {
                box.writer.release()
                throw .refused(failure)
            }
        }
        guard subscription.position == head.position, last == nil || last == head.hash else {
            box.writer.release()
            throw .refused("the log moved while it was recovered: expected \(head.position)")
        }
        let copied = sequencer.state.reference.copiedUpTo
        inbox.change { inbox in
            inbox.committed = head.position
            inbox.copiedAtStart = copied
        }
        return EngineCore(sequencer: sequencer, writer: box, head: head)
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
