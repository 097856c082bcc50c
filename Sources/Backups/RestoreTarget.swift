public import BifrostKernel
public import EventStore

/// How far a log is restored.
public enum RestoreTarget: Equatable, Sendable {
    /// Whatever backup and archive hold.
    case end
    /// What was committed by this moment of the database's clock.
    case moment(Timestamp)
    /// The batch that holds this position of a shard, and whatever was committed before it.
    case position(ShardNumber, Int64)

    /// Reads `2026-11-29T12:00:00Z`, `POSITION` of `shard`, or `SHARD:POSITION`; `nil` for anything else.
    public init?(_ text: String, shard: ShardNumber) {
        if let moment = Timestamp(text) {
            self = .moment(moment)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last, let position = Int64(last), position > 0 else {
            return nil
        }
        guard parts.count == 2 else {
            self = .position(shard, position)
            return
        }
        guard let number = UInt16(parts[0]), number < KnownHead.shardsMax else { return nil }
        self = .position(ShardNumber(number), position)
    }

    /// The target as a person names it.
    var text: String {
        switch self {
        case .end: "The end"
        case .moment(let moment): moment.text
        case .position(let shard, let position): "Position \(position) of shard \(shard.value)"
        }
    }
}
