public import EventStore
internal import Threads

/// One promise of a store of snapshots and the check of it.
public struct SnapshotStoreCheck: Sendable, CustomStringConvertible {
    /// The promise as a sentence.
    public let description: String
    /// Throws where the promise does not hold.
    public let run: @Sendable (any SnapshotStore, ShardNumber) throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any SnapshotStore, ShardNumber) throws -> Void) {
        self.description = description
        self.run = run
    }
}

/// What every adapter of `SnapshotStore` promises; a check needs a shard that has no snapshots.
public enum SnapshotStoreConformance {
    /// All checks; run each with a shard of its own.
    public static let checks: [SnapshotStoreCheck] = [
        SnapshotStoreCheck("what is kept is read as it was, an empty part and a large one too") {
            store,
            shard in
            let parts: [[UInt8]] = [[1, 2, 3], [], large(seed: 7), [9]]
            let label = label(shard, 5)
            let kept = try store.keep(label) { put in parts.forEach(put) }
            try expect(kept.label, label, "the label")
            try expect(read(store, label), parts, "the parts")
            try expect(try store.list(shard), [kept], "the list")
        },
        SnapshotStoreCheck("parts come in their order, whichever is decoded first") { store, shard in
            let label = label(shard, 5)
            _ = try store.keep(label) { put in
                for number in 0..<8 { put([UInt8(number)] + large(seed: 3)) }
            }
            var order: [UInt8] = []
            try store.read(label) { part in
                // The first of each two takes the longest.
                if part[0] % 2 == 0 { pause(millis: 20) }
                return part[0]
            } take: {
                order.append($0)
            }
            try expect(order, Array(0..<8), "the order")
        },
        SnapshotStoreCheck("the list has the newest first, of every build and of one shard") { store, shard in
            for (position, build) in [(5, "a"), (9, "b"), (7, "a")] as [(Int64, String)] {
                _ = try store.keep(label(shard, position, build)) { put in put([1]) }
            }
            try expect(try store.list(shard).map(\.label.position), [9, 7, 5], "the positions")
            try expect(try store.list(shard).map(\.label.build), ["b", "a", "a"], "the builds")
        },
        SnapshotStoreCheck("another one of the same label takes the place of the first") { store, shard in
            let label = label(shard, 5)
            _ = try store.keep(label) { put in (0..<3).forEach { _ in put(large(seed: 1)) } }
            _ = try store.keep(label) { put in put([4]) }
            try expect(read(store, label), [[4]], "the parts")
            try expect(try store.list(shard).count, 1, "the count")
        },
        SnapshotStoreCheck("what is dropped is gone, and nothing else") { store, shard in
            _ = try store.keep(label(shard, 5)) { put in put([5]) }
            _ = try store.keep(label(shard, 6)) { put in put([6]) }
            try expect(try store.drop(label(shard, 5)), true, "the first drop")
            try expect(try store.drop(label(shard, 5)), false, "the second drop")
            try expect(try store.list(shard).map(\.label.position), [6], "what is left")
            try expect(isDamaged(store, label(shard, 5)), true, "that it can't be read")
        },
    ]

    private static func label(_ shard: ShardNumber, _ position: Int64, _ build: String = "a") -> SnapshotLabel
    {
        let hash = EventHash(digesting: [UInt8(truncatingIfNeeded: position)])
        return SnapshotLabel(shard: shard, position: position, hash: hash, build: build)
    }

    private static func read(_ store: any SnapshotStore, _ label: SnapshotLabel) throws -> [[UInt8]] {
        var parts: [[UInt8]] = []
        try store.read(label) {
            $0
        } take: {
            parts.append($0)
        }
        return parts
    }

    private static func isDamaged(_ store: any SnapshotStore, _ label: SnapshotLabel) -> Bool {
        do throws(SnapshotError) {
            try store.read(label) {
                $0
            } take: { _ in
            }
            return false
        } catch {
            guard case .damaged = error else { return false }
            return true
        }
    }

    /// More bytes than a store puts into one frame, and none that compress.
    private static func large(seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<3_000_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}
