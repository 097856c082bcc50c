public import BifrostKernel
public import EventStore

/// A moment of a log, as people name one: what was known then.
public enum LogMoment: Equatable, Sendable {
    /// Behind the event at this position.
    case position(Int64)
    /// When it was this time by the clock that recorded events.
    case recorded(Timestamp)

    /// Reads a position, or a time of RFC 3339 in UTC; `nil` when it is neither.
    public init?(_ text: String) {
        if let position = Int64(text), position > 0 {
            self = .position(position)
        } else if let time = Timestamp(text) {
            self = .recorded(time)
        } else {
            return nil
        }
    }

    /// The last position that counts: for a time that of the last event recorded by then.
    public func position(in log: any EventLog, _ shard: ShardNumber) throws(ReplayError) -> Int64 {
        switch self {
        case .position(let position): return position
        case .recorded(let time):
            let walk = LogWalk(log, shard)
            // Times of recording never fall, so halving finds the last one.
            var (known, beyond): (Int64, Int64) = (0, try walk.end(nil) + 1)
            while known + 1 < beyond {
                let middle = known + (beyond - known) / 2
                guard let event = try walk.event(at: middle) else {
                    throw .corrupt(shard, position: middle, "it is missing")
                }
                if event.header.recordedAt <= time { known = middle } else { beyond = middle }
            }
            guard known > 0 else { throw .beforeBeginning(shard, time) }
            return known
        }
    }
}
