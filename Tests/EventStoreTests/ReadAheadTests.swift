import BifrostKernel
import EventStore
import EventStoreTesting
import SeededChoices
import Testing
import Threads

/// A log that notes what it is asked for, and refuses where a test says so.
private final class WatchedLog: ForwardingLog {
    struct Notes {
        /// The positions behind which pages were asked for.
        var asked: [Int64] = []
        var underWay = 0
        /// The position behind which nothing is read while it is set.
        var refused: Int64?
    }

    let inner: MemoryLog
    let notes = Monitor(Notes())

    init(_ inner: MemoryLog) { self.inner = inner }

    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        guard case .all(let after) = selection else {
            return try inner.read(shard, selection, limit: limit, body)
        }
        let isRefused = notes.change { notes in
            notes.asked.append(after)
            notes.underWay += 1
            return notes.refused == after
        }
        defer { notes.change { $0.underWay -= 1 } }
        if isRefused { throw .unavailable("the test says so") }
        return try inner.read(shard, selection, limit: limit, body)
    }
}

@Suite("A log that is read ahead")
struct ReadAheadTests {
    private let shard = ShardNumber(3)

    /// A log of that many events, and what appends more.
    private func log(_ count: Int) throws -> (MemoryLog, append: (Int) throws -> Void) {
        let log = MemoryLog(id: Identifier(high: 7, low: 9))
        let writer = try log.acquire(shard, holder: "test", takingOver: false)
        var (maker, head) = (EventMaker(), writer.headAtStart)
        let append = { (count: Int) in
            head = try writer.append(maker.batch(after: head, count: count), after: head, epoch: writer.epoch)
        }
        try append(count)
        return (log, append)
    }

    private func positions(_ log: any EventLog, after: Int64, limit: Int) throws(ReadError) -> [Int64] {
        var positions: [Int64] = []
        _ = try log.read(shard, .all(after: after), limit: limit) { positions.append($0.header.position) }
        return positions
    }

    @Test("reads a page while its reader is at the one before")
    func ahead() throws {
        let watched = WatchedLog(try log(1_000).0)
        let ahead = ReadAhead(watched, shard)
        #expect(try positions(ahead, after: 0, limit: 300) == Array(1...300))
        watched.notes.wait(until: { $0.asked == [0, 300] }, orDeadline: .now.advanced(millis: 10_000))
        #expect(try positions(ahead, after: 300, limit: 300) == Array(301...600))
        watched.notes.wait(until: { $0.asked == [0, 300, 600] }, orDeadline: .now.advanced(millis: 10_000))
        #expect(watched.notes.look { $0.asked } == [0, 300, 600], "each page was read once")
    }

    @Test("leaves the log alone when a page was not full, or small")
    func rest() throws {
        let watched = WatchedLog(try log(400).0)
        let ahead = ReadAhead(watched, shard)
        #expect(try positions(ahead, after: 200, limit: 300).count == 200)
        #expect(try positions(ahead, after: 0, limit: 200).count == 200)
        pause(millis: 20)
        #expect(watched.notes.look { $0.asked } == [200, 0])
    }

    @Test("shows what came after a page was read ahead and was not full")
    func late() throws {
        let (inner, append) = try log(302)
        let watched = WatchedLog(inner)
        let ahead = ReadAhead(watched, shard)
        #expect(try positions(ahead, after: 0, limit: 300).count == 300)
        watched.notes.wait(
            until: { $0.asked == [0, 300] && $0.underWay == 0 },
            orDeadline: .now.advanced(millis: 10_000)
        )
        try append(5)
        #expect(try positions(ahead, after: 300, limit: 300) == Array(301...307))
    }

    @Test("a page that could not be read ahead is read when it is asked for, and refused then")
    func refused() throws {
        let watched = WatchedLog(try log(1_000).0)
        watched.notes.change { $0.refused = 300 }
        let ahead = ReadAhead(watched, shard)
        #expect(try positions(ahead, after: 0, limit: 300).count == 300)
        #expect(throws: ReadError.unavailable("the test says so")) {
            try positions(ahead, after: 300, limit: 300)
        }
        watched.notes.change { $0.refused = nil }
        #expect(try positions(ahead, after: 300, limit: 300) == Array(301...600))
    }

    @Test("whatever is asked for in whatever order is what the log has", arguments: 0..<20 as Range<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var dice = Generator(seed: seed)
        let (inner, append) = try log(500)
        let ahead = ReadAhead(inner, shard, pageEventsMin: 8)
        var after: Int64 = 0
        for _ in 0..<200 {
            let limit = dice.int(1...40)
            let found = try positions(ahead, after: after, limit: limit)
            #expect(found == (try positions(inner, after: after, limit: limit)))
            switch dice.int(0...9) {
            case 0: after = Int64(dice.int(0...600))
            case 1: try append(dice.int(1...30))
            default: after = found.last ?? after
            }
        }
    }

    @Test("ends with its reader: nothing is read any more")
    func end() throws {
        let watched = WatchedLog(try log(100_000).0)
        do {
            let ahead = ReadAhead(watched, shard)
            #expect(try positions(ahead, after: 0, limit: 50_000).count == 50_000)
        }
        #expect(watched.notes.look { $0.underWay } == 0)
    }
}
