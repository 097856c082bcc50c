/// The numbers by which the store keeps its time and its size; the standard ones are for use, others for
/// tests.
public struct PostgresLimits: Equatable, Sendable {
    /// Positions of a leaf table, fixed for a shard when it is first acquired.
    public var leafEventsMax: Int64 = 10_000_000
    /// Most events of one batch, fixed for a shard when it is first acquired.
    public var batchEventsMax = 10_000
    /// Events of a frame when a leaf is sealed; fixed for each segment by its sealing.
    public var frameEventsMax: Int32 = 256
    /// How often a writer says that it is alive.
    public var beatMillis = 1_000
    /// How long a writer may be silent before another may end it.
    public var silenceMillisMax = 5_000
    /// How long one append may be under way before the writer cuts its own session.
    public var appendMillisMax = 4_000
    /// How long taking a shard waits for a predecessor to be gone.
    public var acquireMillisMax = 8_000
    /// How much of what was committed last a writer's process keeps of each shard, for those who follow.
    public var recentBytesMax = 16 << 20
    /// Most connections of readers.
    public var readersMax = 4
    /// How long a read waits for one of them.
    public var readerWaitMillisMax = 5_000

    /// The standard numbers.
    public init() {}
}
