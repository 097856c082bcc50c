internal import BifrostKernel
internal import EventStore
internal import Threads

/// A log in memory whose store fails as it is told.
///
/// It keeps its own account of who holds each shard, so that a writer that lost its shard and can still
/// append is noticed here, whatever the log below believes.
final class SimulatedLog: EventLog {
    /// How an append fails.
    enum Fault: CaseIterable {
        /// Nothing is stored, and the store says so.
        case unavailable
        /// Nothing is stored, and nobody can say.
        case lost
        /// All is stored, and nobody can say.
        case stored
        /// Nothing is stored yet; the batch is still under way and lands when the shard is acquired.
        case lingering
    }

    private struct Lingering {
        let writer: any ShardWriter
        let batch: EventBatch
        let head: Head
    }

    private struct Weather {
        var nextAppend: [ShardNumber: Fault] = [:]
        var unreachableCalls = 0
        var holder: [ShardNumber: String] = [:]
        var epoch: [ShardNumber: Epoch] = [:]
        /// Holders whose lease has run out.
        var stopped: Set<String> = []
        var lingering: [ShardNumber: Lingering] = [:]
        /// A writer without its shard has appended.
        var breach: String?
    }

    /// What is stored, for whoever looks from outside.
    let inner: MemoryLog
    private let weather = Monitor(Weather())

    init(id: Identifier) { inner = MemoryLog(id: id) }

    var id: Identifier { inner.id }

    func failNextAppend(of shard: ShardNumber, _ fault: Fault) {
        weather.look { $0.nextAppend[shard] = fault }
    }

    /// Makes the next calls that acquire or read fail.
    func failCalls(_ count: Int) { weather.look { $0.unreachableCalls = count } }

    /// Ends all bad weather.
    func clear() {
        weather.look { weather in
            weather.nextAppend = [:]
            weather.unreachableCalls = 0
        }
    }

    /// Lets the lease of `holder` run out; it may go on, and must not get far.
    func stopHeart(of holder: String) { weather.look { _ = $0.stopped.insert(holder) } }

    /// Whether `holder` has the shard.
    func isHeld(_ shard: ShardNumber, by holder: String) -> Bool {
        weather.look { $0.holder[shard] == holder }
    }

    /// What a writer without its shard has done.
    var breach: String? { weather.look { $0.breach } }

    func acquire(_ shard: ShardNumber, holder: String, takingOver: Bool) throws(AcquireError)
        -> any ShardWriter
    {
        guard isReachable() else { throw .unavailable("the store cannot be reached") }
        let (owner, isLive, lingering) = weather.look { weather in
            let owner = weather.holder[shard]
            return (owner, owner.map { !weather.stopped.contains($0) } ?? false, weather.lingering[shard])
        }
        if let owner, owner != holder, isLive, !takingOver { throw .held(by: owner) }
        if let lingering {
            _ = try? lingering.writer.append(
                lingering.batch,
                after: lingering.head,
                epoch: lingering.writer.epoch
            )
        }
        let writer = try inner.acquire(shard, holder: holder, takingOver: true)
        weather.look { weather in
            weather.lingering[shard] = nil
            weather.holder[shard] = holder
            weather.epoch[shard] = writer.epoch
        }
        return SimulatedWriter(self, writer, shard, holder)
    }

    func head(of shard: ShardNumber) throws(ReadError) -> Head {
        guard isReachable() else { throw .unavailable("the store cannot be reached") }
        return try inner.head(of: shard)
    }

    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        guard isReachable() else { throw .unavailable("the store cannot be reached") }
        return try inner.read(shard, selection, limit: limit, body)
    }

    private func isReachable() -> Bool {
        weather.look { weather in
            guard weather.unreachableCalls > 0 else { return true }
            weather.unreachableCalls -= 1
            return false
        }
    }

    fileprivate func append(
        _ batch: EventBatch,
        after head: Head,
        _ writer: any ShardWriter,
        _ shard: ShardNumber,
        _ holder: String
    ) throws(AppendError) -> Head {
        let fault = weather.look { $0.nextAppend.removeValue(forKey: shard) }
        switch fault {
        case .unavailable: throw .unavailable("the store is full")
        case .lost: throw .outcomeUnknown("the connection was lost before the last byte")
        case .lingering:
            weather.look { $0.lingering[shard] = Lingering(writer: writer, batch: batch, head: head) }
            throw .outcomeUnknown("the connection was lost and the server goes on")
        case .stored, nil: break
        }
        let result = try writer.append(batch, after: head, epoch: writer.epoch)
        weather.look { weather in
            guard weather.holder[shard] != holder || weather.epoch[shard] != writer.epoch else { return }
            weather.breach =
                "\(holder) appended \(batch.count) events to shard \(shard.value) after it had lost it"
        }
        if fault == .stored { throw .outcomeUnknown("the connection was lost after the last byte") }
        return result
    }

    fileprivate func release(_ writer: any ShardWriter, _ shard: ShardNumber) {
        weather.look { weather in
            if weather.epoch[shard] == writer.epoch { weather.holder[shard] = nil }
        }
        writer.release()
    }
}

private final class SimulatedWriter: ShardWriter {
    private let log: SimulatedLog
    private let inner: any ShardWriter
    private let shard: ShardNumber
    private let holder: String

    init(_ log: SimulatedLog, _ inner: any ShardWriter, _ shard: ShardNumber, _ holder: String) {
        self.log = log
        self.inner = inner
        self.shard = shard
        self.holder = holder
    }

    var epoch: Epoch { inner.epoch }
    var headAtStart: Head { inner.headAtStart }

    func append(_ batch: EventBatch, after head: Head, epoch: Epoch) throws(AppendError) -> Head {
        try log.append(batch, after: head, inner, shard, holder)
    }

    func release() { log.release(inner, shard) }
}
