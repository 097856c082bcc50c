import BifrostKernel
import EventStore
import EventStoreTesting
import Testing

@testable import EventStorePostgres

@Suite("who follows the log closely")
struct RecentRowsTests {
    private static let shard = ShardNumber.reference

    /// The same log for one who cannot reach the database: what it answers comes from memory.
    private func offline(_ store: StoreFixture) -> any EventLog {
        store.log.withReaders(atMost: 1, as: "host=/nowhere").followed
    }

    private func events(
        _ log: any EventLog,
        _ selection: LogSelection,
        limit: Int = .max
    ) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        let count = try log.read(Self.shard, selection, limit: limit) { events.append($0) }
        #expect(count == events.count)
        return events
    }

    @Test("gets from memory what the log would give")
    func same() throws {
        let store = try StoreFixture("recent_same")
        var maker = EventMaker()
        let writer = try store.writer()
        var head = writer.headAtStart
        // Pieces of 16 kB end within the larger of them.
        for size in [1, 7, 64, 300, 1, 2, 150] {
            let batch = maker.batch(after: head, count: size)
            head = try writer.append(batch, after: head, epoch: writer.epoch)
        }
        let offline = offline(store)
        for after in [0, 1, 7, 8, 71, 72, 200, 371, 374, 523, 524] as [Int64] {
            for limit in [0, 1, 7, 100, .max] {
                for selection in [.all(after: after), .account(AccountOrdinal(2), after: after)]
                    as [LogSelection]
                {
                    let found = try events(offline, selection, limit: limit)
                    #expect(found == (try events(store.log, selection, limit: limit)))
                }
            }
        }
        #expect(try events(store.log.followed, .all(after: head.position)).isEmpty)
        #expect(throws: ReadError.self) { try events(offline, .all(after: head.position)) }
        let stream = LogSelection.stream(AccountOrdinal(2), StreamOrdinal(.order, birth: 2), afterVersion: 0)
        #expect(try events(store.log.followed, stream) == (try events(store.log, stream)))
        writer.release()
    }

    @Test("reads the log where memory does not reach back")
    func bounded() throws {
        var limits = PostgresLimits()
        limits.recentBytesMax = 20_000
        let store = try StoreFixture("recent_bounded", limits: limits)
        var maker = EventMaker()
        let writer = try store.writer()
        var head = writer.headAtStart
        for size in [30, 30, 30, 30] {
            let batch = maker.batch(after: head, count: size)
            head = try writer.append(batch, after: head, epoch: writer.epoch)
        }
        let offline = offline(store)
        let held = store.log.recent.heldBytes(Self.shard)
        #expect(held > 10_000 && held <= limits.recentBytesMax, "\(held)")
        #expect(throws: ReadError.self) { try events(offline, .all(after: 29)) }
        #expect(try events(offline, .all(after: 90)).count == 30)
        #expect(try events(store.log.followed, .all(after: 0)) == (try store.events()))

        // One that is larger than all of it leaves nothing, rather than a gap.
        head = try writer.append(maker.batch(after: head, count: 200), after: head, epoch: writer.epoch)
        #expect(throws: ReadError.self) { try events(offline, .all(after: 120)) }
        #expect(try events(store.log.followed, .all(after: 120)).count == 200)
        writer.release()
    }

    @Test("sees nothing of a batch that was not committed, and all that somebody else wrote")
    func other() throws {
        let store = try StoreFixture("recent_other")
        var maker = EventMaker()
        let writer = try store.writer()
        let batch = maker.batch(after: writer.headAtStart, count: 5)
        let head = try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        let offline = offline(store)
        #expect(try events(offline, .all(after: 0)).count == 5)

        // Another process, with a memory of its own, takes the shard.
        let elsewhere = try PostgresLog.open(store.access)
        let successor = try #require(
            elsewhere.acquire(Self.shard, holder: "other", takingOver: true) as? PostgresWriter
        )
        _ = try successor.append(maker.batch(after: head, count: 3), after: head, epoch: successor.epoch)
        #expect(try events(store.log.followed, .all(after: 5)).count == 3)
        let late = maker.batch(after: head, count: 3)
        #expect(throws: AppendError.self) { try writer.append(late, after: head, epoch: writer.epoch) }
        // What it wrote is still true; but it cannot say any longer that nothing followed.
        #expect(throws: ReadError.self) { try events(offline, .all(after: 0)) }
        #expect(try events(store.log.followed, .all(after: 0)).count == 8)
        successor.release()
    }

    @Test("has nothing from memory once the shard was given back or taken anew")
    func ended() throws {
        let store = try StoreFixture("recent_ended")
        var maker = EventMaker()
        let writer = try store.writer()
        let batch = maker.batch(after: writer.headAtStart, count: 5)
        let head = try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        let offline = offline(store)
        #expect(try events(offline, .all(after: 0)).count == 5)
        writer.release()
        #expect(throws: ReadError.self) { try events(offline, .all(after: 0)) }

        let next = try store.writer()
        _ = try next.append(maker.batch(after: head, count: 4), after: head, epoch: next.epoch)
        #expect(throws: ReadError.self) { try events(offline, .all(after: 4)) }
        #expect(try events(offline, .all(after: 5)).count == 4)
        #expect(try events(store.log.followed, .all(after: 4)).count == 5)
        next.release()
    }
}
