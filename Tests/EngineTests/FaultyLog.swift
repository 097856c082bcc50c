import BifrostKernel
import EventStore
import EventStoreTesting
import Threads

@testable import Engine

/// A log whose next append can be held, and made to fail before or after it was stored.
final class FaultyLog: ForwardingLog {
    enum Fault: Equatable {
        /// Nothing is stored.
        case lost(AppendError)
        /// Everything is stored, and the writer does not learn it.
        case storedUnknown
    }

    struct Script {
        var fault: Fault? = nil
        var holding = false
        /// Appends that have arrived at the hold.
        var held = 0
        /// Reads of trading shards that still fail, and how.
        var readsFailing = 0
        var readError = ReadError.unavailable("the server ended")
    }

    let inner: MemoryLog
    let script = Monitor(Script())

    init(_ inner: MemoryLog) { self.inner = inner }

    func acquire(_ shard: ShardNumber, holder: String, takingOver: Bool) throws(AcquireError)
        -> any ShardWriter
    {
        FaultyWriter(self, try inner.acquire(shard, holder: holder, takingOver: takingOver), shard)
    }

    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        let error = script.change { script -> ReadError? in
            guard shard != .reference, script.readsFailing > 0 else { return nil }
            script.readsFailing -= 1
            return script.readError
        }
        if let error { throw error }
        return try inner.read(shard, selection, limit: limit, body)
    }

    /// Holds appends to trading shards from now on, and fails the first one as `fault` says when it is let
    /// go.
    func hold(_ fault: Fault?) { script.change { $0 = Script(fault: fault, holding: true) } }

    /// Fails the next reads of trading shards.
    func failReads(_ count: Int, as error: ReadError = .unavailable("the server ended")) {
        script.change {
            $0.readsFailing = count
            $0.readError = error
        }
    }

    func waitUntilHeld() { script.await { $0.held > 0 ? () : nil } }

    func letGo() { script.change { $0.holding = false } }
}

private final class FaultyWriter: ShardWriter {
    private let log: FaultyLog
    private let inner: any ShardWriter
    private let shard: ShardNumber

    init(_ log: FaultyLog, _ inner: any ShardWriter, _ shard: ShardNumber) {
        self.log = log
        self.inner = inner
        self.shard = shard
    }

    var epoch: Epoch { inner.epoch }
    var headAtStart: Head { inner.headAtStart }
    func release() { inner.release() }

    func append(_ batch: EventBatch, after head: Head, epoch: Epoch) throws(AppendError) -> Head {
        guard shard != .reference else { return try inner.append(batch, after: head, epoch: epoch) }
        log.script.change { if $0.holding { $0.held += 1 } }
        let fault = log.script.await { script -> FaultyLog.Fault?? in
            guard !script.holding else { return nil }
            defer { script.fault = nil }
            return .some(script.fault)
        }
        switch fault {
        case .lost(let error): throw error
        case .storedUnknown:
            _ = try inner.append(batch, after: head, epoch: epoch)
            throw .outcomeUnknown("the connection was lost after the last byte")
        case nil: return try inner.append(batch, after: head, epoch: epoch)
        }
    }
}

/// A clock that can make who asks it wait: between two steps of the thread that decides.
final class HeldTime: TimeSource {
    private let state = Monitor((isHeld: false, waiting: 0))

    func now() -> Timestamp {
        state.change { $0.waiting += $0.isHeld ? 1 : 0 }
        return state.await { $0.isHeld ? nil : Timestamp(nanos: 1_000) }
    }

    func hold() { state.change { $0.isHeld = true } }
    func waitUntilHeld() { state.await { $0.waiting > 0 ? () : nil } }
    func letGo() { state.change { $0 = (false, 0) } }
}
