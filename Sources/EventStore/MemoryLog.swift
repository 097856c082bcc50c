public import BifrostKernel
internal import Synchronization

/// A log in memory: the same promises as the real one except that it ends with the process.
public final class MemoryLog: EventLog {
    private struct Shard {
        var epoch: Int64 = 0
        var holder: String? = nil
        var events: [RecordedEvent] = []
        var versions: [StreamOrdinal: Int64] = [:]

        /// Appends all of `batch`, or nothing.
        mutating func append(_ batch: EventBatch, after head: Head, _ epoch: Epoch, _ chain: Chain)
            -> Result<Head, AppendError>
        {
            guard self.epoch == epoch.value else {
                return .failure(.fenced("expected epoch \(epoch.value), was \(self.epoch)"))
            }
            guard (events.last?.header.position ?? 0) == head.position,
                (events.last?.hash ?? chain.genesis) == head.hash
            else { return .failure(.fenced("expected the log to end at \(head.position)")) }
            if let reason = contradiction(in: batch, after: head.position) {
                return .failure(.refused(reason))
            }
            var chain = chain
            var newHead = head
            for (index, header) in batch.headers.enumerated() {
                versions[header.stream] = header.version
                let payload = batch.payload(at: index)
                let hash = chain.hash(after: newHead.hash, header, payload: payload)
                events.append(RecordedEvent(header: header, payload: Array(payload), hash: hash))
                newHead = Head(position: header.position, hash: hash, recordedAt: header.recordedAt)
            }
            return .success(newHead)
        }

        /// Why the numbers of `batch` do not go on from where the log is.
        private func contradiction(in batch: EventBatch, after position: Int64) -> String? {
            var position = position
            var next: [StreamOrdinal: Int64] = [:]
            for header in batch.headers {
                position += 1
                guard header.position == position else {
                    return "expected position \(position), was \(header.position)"
                }
                let version = (next[header.stream] ?? versions[header.stream] ?? 0) + 1
                guard header.version == version else {
                    return "stream \(header.stream.value) already has version \(header.version)"
                }
                next[header.stream] = version
            }
            return nil
        }
    }

    /// The log's own id.
    public let id: Identifier
    private let shards = Mutex<[ShardNumber: Shard]>([:])

    /// An empty log.
    public init(id: Identifier) { self.id = id }

    /// Takes the shard; a holder that did not release is refused unless `takingOver`.
    public func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter {
        let epoch = shards.withLock { shards -> Int64? in
            var entry = shards[shard, default: Shard()]
            guard takingOver || entry.holder == nil || entry.holder == holder else { return nil }
            entry.epoch += 1
            entry.holder = holder
            shards[shard] = entry
            return entry.epoch
        }
        guard let epoch else { throw .held(by: shards.withLock { $0[shard]?.holder } ?? "unknown") }
        return MemoryWriter(log: self, shard: shard, epoch: Epoch(epoch), head: currentHead(of: shard))
    }

    /// The end of the shard's log.
    public func head(of shard: ShardNumber) throws(ReadError) -> Head { currentHead(of: shard) }

    /// Hands the selected events to `body`.
    public func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        let events = shards.withLock { $0[shard]?.events ?? [] }
        let selected: [RecordedEvent]
        switch selection {
        case .all(let after):
            let start = min(Int(max(after, 0)), events.count)
            selected = Array(events[start...].prefix(max(limit, 0)))
        case .account(let account, let after):
            let wanted = events.lazy.filter { $0.header.account == account && $0.header.position > after }
            selected = Array(wanted.prefix(max(limit, 0)))
        case .stream(let account, let stream, let version, let behind):
            let wanted = events.lazy.filter {
                $0.header.account == account && $0.header.stream == stream && $0.header.version > version
                    && $0.header.position > behind
            }
            selected = Array(wanted.prefix(max(limit, 0)))
        }
        selected.forEach(body)
        return selected.count
    }

    private func currentHead(of shard: ShardNumber) -> Head {
        let last = shards.withLock { $0[shard]?.events.last }
        guard let last else {
            return Head(
                position: 0,
                hash: Chain(log: id, shard: shard).genesis,
                recordedAt: Timestamp(nanos: .min)
            )
        }
        return Head(position: last.header.position, hash: last.hash, recordedAt: last.header.recordedAt)
    }

    fileprivate func append(
        _ batch: EventBatch,
        to shard: ShardNumber,
        after head: Head,
        epoch: Epoch
    ) throws(AppendError) -> Head {
        let chain = Chain(log: id, shard: shard)
        let result = shards.withLock { shards -> Result<Head, AppendError> in
            shards[shard, default: Shard()].append(batch, after: head, epoch, chain)
        }
        return try result.get()
    }

    fileprivate func release(_ shard: ShardNumber, epoch: Epoch) {
        shards.withLock { shards in
            if shards[shard]?.epoch == epoch.value { shards[shard]?.holder = nil }
        }
    }
}

private final class MemoryWriter: ShardWriter {
    let epoch: Epoch
    let headAtStart: Head
    private let log: MemoryLog
    private let shard: ShardNumber

    init(log: MemoryLog, shard: ShardNumber, epoch: Epoch, head: Head) {
        self.log = log
        self.shard = shard
        self.epoch = epoch
        self.headAtStart = head
    }

    func append(_ batch: EventBatch, after head: Head, epoch: Epoch) throws(AppendError) -> Head {
        try log.append(batch, to: shard, after: head, epoch: epoch)
    }

    func release() { log.release(shard, epoch: epoch) }
}
