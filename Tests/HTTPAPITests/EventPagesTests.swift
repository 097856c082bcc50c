import BifrostKernel
import EventStore
import EventStoreTesting
import Synchronization
import Testing

@testable import HTTPAPI

/// A log that counts its reads, and the events that it hands over.
struct CountingLog<Inner: EventLog>: ForwardingLog {
    let inner: Inner
    let counter = ReadCounter()

    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        let count = try inner.read(shard, selection, limit: limit, body)
        counter.add(count)
        return count
    }
}

final class ReadCounter: Sendable {
    private let counts = Mutex((reads: 0, events: 0))
    func add(_ events: Int) { counts.withLock { $0 = ($0.reads + 1, $0.events + events) } }
    /// The reads since the last time that somebody asked, and the events that they gave.
    func take() -> (reads: Int, events: Int) {
        counts.withLock { counts in
            defer { counts = (0, 0) }
            return counts
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
        let log = CountingLog(inner: MemoryLog(id: Identifier(.log, slot: 0, shard: 0, birth: 1)))
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
        let counted = log.counter.take()
        #expect(counted.events == events && reads.contains(counted.reads), "\(counted)")
    }
}
