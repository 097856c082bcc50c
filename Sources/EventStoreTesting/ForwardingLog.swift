public import BifrostKernel
public import EventStore

/// A log that does what another one does, but for what a test says.
public protocol ForwardingLog: EventLog {
    associatedtype Inner: EventLog
    /// The other one.
    var inner: Inner { get }
}

extension ForwardingLog {
    /// The other log's id.
    public var id: Identifier { inner.id }

    /// Takes the shard of the other log.
    public func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter {
        try inner.acquire(shard, holder: holder, takingOver: takingOver)
    }

    /// The end of the other log.
    public func head(of shard: ShardNumber) throws(ReadError) -> Head { try inner.head(of: shard) }

    /// Reads the other log.
    public func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        try inner.read(shard, selection, limit: limit, body)
    }
}
