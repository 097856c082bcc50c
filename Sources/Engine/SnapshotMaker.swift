internal import BifrostKernel
public import EventStore

/// Why no snapshot was made; the text speaks to the person.
public enum SnapshotMakingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The store cannot be reached or does not answer: try again.
    case unavailable(String)
    /// The log is not what it should be.
    case refused(String)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .unavailable(let reason): "No snapshot was made: \(reason). Try again."
        case .refused(let reason): "No snapshot was made: \(reason). Run `bifrost verify`."
        }
    }
}

/// Makes snapshots of a shard beside its writer: from the snapshot before and the events since, which are
/// proven by their hashes on the way.
///
/// It takes as much memory as the engine that it makes the snapshot for.
public struct SnapshotMaker: Sendable {
    /// Events after which another snapshot is worth its work, where there are not too many before them.
    public static let everyEvents: Int64 = 200_000
    /// The part of all events that is worth it where there are: making one costs as much as all that is
    /// known.
    private static let part: Int64 = 50
    /// How many snapshots of this build are kept, and of those before it, for whoever goes back to one.
    private static let keptMax = 2

    /// A snapshot that was made.
    public struct Made: Sendable {
        /// What is kept.
        public let kept: KeptSnapshot
        /// The position of the snapshot that it was made from, 0 when it was made from the first event.
        public let fromPosition: Int64
    }

    private let recovery: Recovery
    private let snapshots: EngineSnapshots

    /// Makes snapshots of `shard`.
    public init(_ log: any EventLog, _ shard: ShardNumber, _ snapshots: EngineSnapshots) {
        self.snapshots = snapshots
        recovery = Recovery(log: log, shard: shard, snapshots: snapshots)
    }

    /// Events after which another snapshot is due behind one at `position`.
    public static func dueAfter(_ position: Int64) -> Int64 { max(everyEvents, position / part) }

    /// Makes one of the log's present end; `nil` when no more events came since the last than `events` says
    /// of its position, or when `goesOn` said no, which it is asked every some thousand events.
    public func make(
        ifMoreThan events: (Int64) -> Int64 = { _ in 0 },
        while goesOn: () -> Bool = { true }
    ) throws(SnapshotMakingError) -> Made? {
        let head: Head
        do throws(ReadError) {
            head = try recovery.log.head(of: recovery.shard)
        } catch {
            switch error {
            case .unavailable(let reason): throw .unavailable("the log cannot be read (\(reason))")
            case .corrupt(let reason): throw .refused("the log cannot be read (\(reason))")
            }
        }
        let last = try storing { () throws(SnapshotError) in try own().first }
        let lastPosition = last?.label.position ?? 0
        guard head.position - lastPosition > events(lastPosition) else { return nil }
        var known = recovery.beginning(upTo: head.position)
        do throws(Recovery.Failure) {
            guard try recovery.go(on: &known, to: head.position, proving: true, while: goesOn) else {
                return nil
            }
        } catch {
            switch error {
            case .unavailable(let reason): throw .unavailable(reason)
            case .refused(let reason): throw .refused(reason)
            }
        }
        guard known.hash == head.hash else { throw .refused("the log moved while it was read") }
        let label = SnapshotLabel(
            shard: recovery.shard,
            position: head.position,
            hash: head.hash,
            build: snapshots.build
        )
        let made = try storing { () throws(SnapshotError) in
            let made = try snapshots.store.keep(label) { put in known.sequencer.save(put) }
            try dropOld()
            return made
        }
        return Made(kept: made, fromPosition: known.snapshotPosition)
    }

    /// Those of this build, newest first.
    private func own() throws(SnapshotError) -> [KeptSnapshot] {
        try snapshots.store.list(recovery.shard).filter { $0.label.build == snapshots.build }
    }

    private func dropOld() throws(SnapshotError) {
        let others = try snapshots.store.list(recovery.shard).filter { $0.label.build != snapshots.build }
        for old in try own().dropFirst(Self.keptMax) + others.dropFirst(Self.keptMax) {
            _ = try snapshots.store.drop(old.label)
        }
    }

    private func storing<Answer>(
        _ body: () throws(SnapshotError) -> Answer
    ) throws(SnapshotMakingError) -> Answer {
        do throws(SnapshotError) {
            return try body()
        } catch {
            switch error {
            case .unavailable(let reason): throw .unavailable(reason)
            case .damaged(let reason): throw .refused(reason)
            }
        }
    }
}
