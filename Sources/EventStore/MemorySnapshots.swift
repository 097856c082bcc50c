internal import BifrostKernel
internal import Synchronization

/// Snapshots in memory.
public final class MemorySnapshots: SnapshotStore {
    private let kept = Mutex<[SnapshotLabel: [[UInt8]]]>([:])

    /// None.
    public init() {}

    /// What is kept of `shard`, newest first.
    public func list(_ shard: ShardNumber) -> [KeptSnapshot] {
        kept.withLock { kept in
            kept.filter { $0.key.shard == shard }.map { label, parts in
                let bytes = Int64(parts.reduce(0) { $0 + $1.count })
                return KeptSnapshot(label, madeAt: Timestamp(), contentBytes: bytes, storedBytes: bytes)
            }.sorted { ($0.label.position, $0.label.build) > ($1.label.position, $1.label.build) }
        }
    }

    /// Keeps what `parts` puts.
    public func keep(_ label: SnapshotLabel, _ parts: (_ put: ([UInt8]) -> Void) -> Void) -> KeptSnapshot {
        var all: [[UInt8]] = []
        parts { all.append($0) }
        let bytes = Int64(all.reduce(0) { $0 + $1.count })
        kept.withLock { $0[label] = all }
        return KeptSnapshot(label, madeAt: Timestamp(), contentBytes: bytes, storedBytes: bytes)
    }

    /// Hands what `decode` makes of the parts to `take`.
    public func read<Part>(
        _ label: SnapshotLabel,
        decode: ([UInt8]) -> Part,
        take: (Part) -> Void
    ) throws(SnapshotError) {
        guard let parts = kept.withLock({ $0[label] }) else { throw .damaged("it is not there") }
        for part in parts { take(decode(part)) }
    }

    /// Drops one.
    public func drop(_ label: SnapshotLabel) -> Bool {
        kept.withLock { $0.removeValue(forKey: label) != nil }
    }
}
