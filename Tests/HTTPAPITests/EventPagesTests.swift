import BifrostKernel
import EventStore
import EventStoreTesting
import Synchronization
import Testing

@testable import HTTPAPI

/// A log that counts its reads, and the events that it hands over.
struct CountingLog: EventLog {
    let log: any EventLog
    let counter = EventCounter()

    var id: Identifier { log.id }
    func acquire(
        _ shard: ShardNumber,
        holder: String,
        takingOver: Bool
    ) throws(AcquireError) -> any ShardWriter {
        try log.acquire(shard, holder: holder, takingOver: takingOver)
    }
    func head(of shard: ShardNumber) throws(ReadError) -> Head { try log.head(of: shard) }
    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        let count = try log.read(shard, selection, limit: limit, body)
        counter.add(count)
        return count
    }
}

final class EventCounter: Sendable {
    private let count = Mutex(0)
    private let reads = Mutex(0)
    func add(_ more: Int) {
        count.withLock { $0 += more }
        reads.withLock { $0 += 1 }
    }
    var readCount: Int { reads.withLock { $0 } }
    func take() -> Int {
        count.withLock { count in
            defer { count = 0 }
            return count
        }
    }
}

@Suite("A selection is read page by page")
struct EventPagesTests {
    private static let shard = ShardNumber(1)

    @Test(
        "to its end, an account's long history in pages of which each is twice as long as the one before",
        arguments: [
            (LogSelection.account(AccountOrdinal(1), after: 0), 1_000, 1...8),
            (.all(after: 0), 3_000, 300...301),
        ]
    )
    func growing(selection: LogSelection, events: Int, reads: ClosedRange<Int>) throws {
        let log = CountingLog(log: MemoryLog(id: Identifier(.log, slot: 0, shard: 0, birth: 1)))
        let writer = try log.acquire(Self.shard, holder: "test", takingOver: false)
        var maker = EventMaker()
        let batch = maker.batch(after: writer.headAtStart, count: 3_000)
        _ = try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        var positions: [Int64] = []
        let count = try EventPages.read(
            log,
            Self.shard,
            selection,
            pageEventsMax: 10,
            where: {
                positions.append($0.position)
                return false
            },
            { _ in Issue.record("nothing concerned") }
        )
        #expect(count == events && positions.count == events)
        #expect(positions == positions.sorted() && Set(positions).count == events)
        #expect(reads.contains(log.counter.readCount), "\(log.counter.readCount)")
    }
}
