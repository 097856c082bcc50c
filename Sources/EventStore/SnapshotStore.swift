public import BifrostKernel

/// What a snapshot is of, and who made it.
public struct SnapshotLabel: Hashable, Sendable {
    /// The shard.
    public var shard: ShardNumber
    /// The last event that it knows: the log decides whether that is so.
    public var position: Int64
    /// The hash of that event.
    public var hash: EventHash
    /// The build that made it and the only one that uses it.
    public var build: String
    /// Puts the parts together.
    public init(shard: ShardNumber, position: Int64, hash: EventHash, build: String) {
        self.shard = shard
        self.position = position
        self.hash = hash
        self.build = build
    }
}

/// A snapshot that is kept.
public struct KeptSnapshot: Hashable, Sendable {
    /// What it is of.
    public var label: SnapshotLabel
    /// When it was made.
    public var madeAt: Timestamp
    /// Its bytes before compression.
    public var contentBytes: Int64
    /// Its bytes as they are kept.
    public var storedBytes: Int64
    /// Puts the parts together.
    public init(_ label: SnapshotLabel, madeAt: Timestamp, contentBytes: Int64, storedBytes: Int64) {
        self.label = label
        self.madeAt = madeAt
        self.contentBytes = contentBytes
        self.storedBytes = storedBytes
    }
}

/// Why a snapshot was not kept, found or read; each text speaks to the person.
///
/// Nothing is lost by any of it: the log decides after a restart, and a snapshot only saves the time of
/// reading all of it (invariant I13).
public enum SnapshotError: Error, Equatable, Sendable {
    /// The store cannot be reached or does not answer: try again.
    case unavailable(String)
    /// It is not what was kept.
    case damaged(String)

    /// What happened.
    public var reason: String {
        switch self {
        case .unavailable(let reason), .damaged(let reason): reason
        }
    }
}

/// Where the state of shards is kept, to shorten their restart.
public protocol SnapshotStore: Sendable {
    /// What is kept of `shard`, newest first, for every build.
    func list(_ shard: ShardNumber) throws(SnapshotError) -> [KeptSnapshot]

    /// Keeps what `parts` puts, all of it or nothing; one of the same label is replaced.
    func keep(
        _ label: SnapshotLabel,
        _ parts: (_ put: ([UInt8]) -> Void) -> Void
    ) throws(SnapshotError) -> KeptSnapshot

    /// Has `decode` read each part, and hands what it makes of them to `take` on this thread in the order of
    /// the parts; throws at the end if they are not those that were kept.
    ///
    /// Several threads may call `decode` at once, in any order.
    func read<Part: Sendable>(
        _ label: SnapshotLabel,
        decode: @escaping @Sendable ([UInt8]) -> Part,
        take: (Part) -> Void
    ) throws(SnapshotError)

    /// Drops one; `false` when it was not there.
    func drop(_ label: SnapshotLabel) throws(SnapshotError) -> Bool
}
