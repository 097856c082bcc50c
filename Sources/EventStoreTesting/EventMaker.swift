internal import BifrostKernel
public import EventStore

/// Makes events for tests: valid, all different, the same for the same calls.
public struct EventMaker: Sendable {
    /// Bytes of each payload.
    public var payloadBytes = 40
    /// Streams over which the events are spread, each of an account of its own.
    public var streams: Int64 = 3
    /// The number of the first account, so that makers that do not know each other share no stream.
    public var firstAccount: Int64 = 1
    private var versions: [StreamOrdinal: Int64] = [:]

    /// A maker that has made nothing.
    public init() {}

    /// `count` events behind `head`, with versions that go on where the last batch ended.
    public mutating func batch(after head: Head, count: Int) -> EventBatch {
        var batch = EventBatch()
        for offset in 1...Int64(max(count, 1)) where count > 0 {
            let position = head.position + offset
            let header = header(at: position)
            batch.append(header, payload: payload(at: position))
        }
        return batch
    }

    /// The batch was not appended: forget its versions.
    public mutating func takeBack(_ batch: EventBatch) {
        for header in batch.headers.reversed() { versions[header.stream] = header.version - 1 }
    }

    private mutating func header(at position: Int64) -> EventHeader {
        let account = position % streams + firstAccount
        let stream = StreamOrdinal(.order, birth: account)
        let version = versions[stream, default: 0] + 1
        versions[stream] = version
        return EventHeader(
            position: position,
            account: AccountOrdinal(account),
            stream: stream,
            version: version,
            type: UInt32(truncatingIfNeeded: position % 7 + 1),
            schemaVersion: 1,
            receivedAt: Timestamp(nanos: 1_700_000_000_000_000_000 + position * 1_000),
            recordedAt: Timestamp(nanos: 1_700_000_000_000_000_000 + position * 1_001),
            effectiveAt: Timestamp(nanos: 1_700_000_000_000_000_000 - position),
            businessDate: BusinessDate(days: 19_675 + Int32(truncatingIfNeeded: position % 5)),
            commandID: Self.commandID(position),
            commandDigest: position % 2 == 0
                ? CommandDigest(high: UInt64(position) &* 0x9e37_79b9_7f4a_7c15, low: UInt64(position)) : nil,
            causation: position - 1,
            correlation: Identifier(.order, slot: 1, shard: 0, birth: account),
            actor: Self.actor
        )
    }

    private func payload(at position: Int64) -> [UInt8] {
        (0..<payloadBytes).map { UInt8(truncatingIfNeeded: Int64($0) &* 31 &+ position) }
    }

    private static let actor = ActorName("trader-1") ?? { preconditionFailure("a plain name is one") }()

    private static func commandID(_ position: Int64) -> ClientName {
        ClientName("command-\(position)") ?? { preconditionFailure("a plain name is one") }()
    }
}
