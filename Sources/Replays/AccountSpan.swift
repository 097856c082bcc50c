internal import BifrostKernel
public import EventStore
public import Sagas

/// The events of an account in a span of positions, and those that stand next to the span in their streams.
public struct AccountSpan: Sendable {
    /// The account.
    public let account: AccountOpened
    /// The positions.
    public let positions: ClosedRange<Int64>
    /// The account's events in the span, in order.
    public let events: [RecordedEvent]
    /// Of each stream that has events in the span, and of each of the account's own, the last event before it
    /// and the first behind it: what stands between two versions that follow on each other was not left out.
    public let edges: [RecordedEvent]

    /// Most events of one span: about 200 MB in memory, and as much on disk when they are proven.
    public static let eventsMax = 100_000

    /// The streams that an account has of its own, whatever it traded.
    private static let ownKinds: [StreamKind] = [.account, .risk, .compliance, .portfolio]

    /// Reads the account's events up to position `end`, which is not before the end of the span.
    public static func read(
        _ positions: ClosedRange<Int64>,
        of account: AccountOpened,
        _ log: any EventLog,
        _ shard: ShardNumber,
        upTo end: Int64
    ) throws(ReplayError) -> AccountSpan {
        let walk = LogWalk(log, shard)
        let number = AccountOrdinal(account.account)
        var lastBefore: [StreamOrdinal: Int64] = [:]
        var firstBehind: [StreamOrdinal: RecordedEvent] = [:]
        var events: [RecordedEvent] = []
        var wanted = Set(ownKinds.map { StreamOrdinal($0, birth: number.value) })
        var isTooLong = false
        try walk.events(.account(number, after: 0), upTo: try walk.end(end)) { event in
            let (position, stream) = (event.header.position, event.header.stream)
            if position < positions.lowerBound {
                lastBefore[stream] = position
            } else if position <= positions.upperBound {
                isTooLong = events.count == eventsMax
                if !isTooLong { events.append(event) }
                wanted.insert(stream)
            } else if wanted.contains(stream), firstBehind[stream] == nil {
                firstBehind[stream] = event
            }
            return !isTooLong
        }
        guard !isTooLong else { throw .tooMany(eventsMax: eventsMax) }
        var edges: [RecordedEvent] = []
        for position in wanted.compactMap({ lastBefore[$0] }).sorted() {
            guard let event = try walk.event(at: position) else {
                throw .corrupt(shard, position: position, "it is missing")
            }
            edges.append(event)
        }
        edges += firstBehind.values.sorted { $0.header.position < $1.header.position }
        return AccountSpan(account: account, positions: positions, events: events, edges: edges)
    }
}
