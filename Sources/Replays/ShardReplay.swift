internal import BifrostKernel
public import EventStore
public import Sagas

/// Folds a whole shard from its first event, with the same function that the engine decides by.
public struct ShardReplay: Sendable {
    /// The shard.
    public let shard: ShardNumber
    /// The state after the last event taken in.
    public private(set) var state = Shard.initial
    /// The last position taken in.
    public private(set) var position: Int64 = 0
    /// The number of commands among the events.
    public private(set) var commandCount: Int64 = 0

    /// Progress is told once in this many events.
    public static let progressEventsStep: Int64 = 5_000

    /// Before the first event of `shard`.
    public init(_ shard: ShardNumber) { self.shard = shard }

    /// Folds on from where it stands to position `last`, or to the end; tells how far it is and how far it
    /// goes.
    public mutating func advance(
        _ log: any EventLog,
        to last: Int64? = nil,
        _ progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(ReplayError) {
        let walk = LogWalk(log, shard)
        let end = try walk.end(last)
        var replay = self
        try walk.events(.all(after: position), upTo: end) { event throws(ReplayError) in
            guard event.header.position == replay.position + 1 else {
                throw .corrupt(
                    walk.shard,
                    position: replay.position + 1,
                    "the next event stands at \(event.header.position)"
                )
            }
            try replay.take(event, walk)
            if replay.position % Self.progressEventsStep == 0 { progress(replay.position, end) }
            return true
        }
        self = replay
        progress(position, end)
    }

    private mutating func take(_ event: RecordedEvent, _ walk: LogWalk) throws(ReplayError) {
        let header = event.header
        Shard.evolve(&state, by: Fact(header, try walk.decode(event)))
        position = header.position
        if header.commandDigest != nil { commandCount += 1 }
    }

    /// The SHA-256 of the state's canonical bytes: equal states, equal digests, in every process.
    public var digest: EventHash { Self.digest(of: state) }

    /// The same of a state that was come by in another way.
    package static func digest(of state: ShardState) -> EventHash {
        var bytes = WireEncoder()
        state.parts { bytes.append($0) }
        return EventHash(digesting: bytes.bytes)
    }
}
