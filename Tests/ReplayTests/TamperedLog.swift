import BifrostKernel
import EventStore

/// A copy of a log in which somebody changed something.
struct TamperedLog: EventLog {
    let id: Identifier
    private var events: [ShardNumber: [RecordedEvent]] = [:]

    init(_ recorded: RecordedLog) throws {
        id = recorded.log.id
        for shard in [ShardNumber.reference, RecordedLog.trading] {
            events[shard] = try recorded.events(shard)
        }
    }

    /// Changes one event and nothing else.
    mutating func change(_ shard: ShardNumber, _ position: Int64, _ change: (inout RecordedEvent) -> Void) {
        events[shard].map { change(&events[shard, default: $0][Int(position - 1)]) }
    }

    /// Takes one event out.
    mutating func remove(_ shard: ShardNumber, _ position: Int64) {
        events[shard]?.remove(at: Int(position - 1))
    }

    /// Gives every event of the shard the hash that the chain wants, as a forger with access to all of it
    /// would.
    mutating func rehash(_ shard: ShardNumber) {
        var chain = Chain(log: id, shard: shard)
        var last = chain.genesis
        events[shard] = events[shard]?.map { event in
            var event = event
            event.hash = chain.hash(after: last, event.header, payload: event.payload[...])
            last = event.hash
            return event
        }
    }

    func all(_ shard: ShardNumber) -> [RecordedEvent] { events[shard] ?? [] }

    func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter { throw .refused("this log is only read") }

    func head(of shard: ShardNumber) throws(ReadError) -> Head {
        guard let last = all(shard).last else { throw .corrupt("no events") }
        return Head(position: last.header.position, hash: last.hash, recordedAt: last.header.recordedAt)
    }

    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        guard case .all(let after) = selection else { throw .unavailable("only whole shards are read here") }
        let found = all(shard).filter { $0.header.position > after }.prefix(limit)
        found.forEach(body)
        return found.count
    }
}
