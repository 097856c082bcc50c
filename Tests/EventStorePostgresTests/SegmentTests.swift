import BifrostKernel
import ColdSegments
import EventStore
import EventStoreTesting
import Glibc
import PostgresClient
import Testing

@testable import EventStorePostgres

/// A log of three full leaves of 100 events and an open one, with ten events a frame.
struct SegmentScene {
    let fixture: StoreFixture
    let store: ColdStore
    let head: Head
    let events: [RecordedEvent]

    init(_ name: String) throws {
        var limits = PostgresLimits()
        limits.leafEventsMax = 100
        limits.batchEventsMax = 30
        limits.frameEventsMax = 10
        fixture = try StoreFixture(name, limits: limits)
        store = ColdStore(fixture.log)
        var maker = EventMaker()
        maker.streams = 7
        head = try fixture.fill([30, 30, 30, 10, 30, 30, 30, 7, 30, 30, 30, 30, 12], &maker)
        events = try fixture.events()
    }

    func read(_ selection: LogSelection, limit: Int = .max) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        let count = try fixture.log.read(.reference, selection, limit: limit) { events.append($0) }
        #expect(count == events.count)
        return events
    }

    /// Every way of reading gives what the tables gave.
    func expectSame(_ comment: Comment) throws {
        #expect(try read(.all(after: 0)) == events, comment)
        for after in [0, 1, 9, 10, 55, 99, 100, 101, 150, 196, 197, 200, 290, 320, 328] as [Int64] {
            let rest = events.filter { $0.header.position > after }
            #expect(try read(.all(after: after), limit: 37) == Array(rest.prefix(37)), comment)
            for account in 1...7 as ClosedRange<Int64> {
                let own = events.filter { $0.header.account.value == account }
                let later = own.filter { $0.header.position > after }
                let found = try read(.account(AccountOrdinal(account), after: after), limit: 20)
                #expect(found == Array(later.prefix(20)), comment)
                let stream = StreamOrdinal(.order, birth: account)
                let versions = own.filter { $0.header.version > after }
                let selection = LogSelection.stream(AccountOrdinal(account), stream, afterVersion: after)
                #expect(try read(selection, limit: 20) == Array(versions.prefix(20)), comment)
            }
        }
        var some: [Int64] = []
        try fixture.log.read(.reference, at: [1, 10, 11, 100, 150, 197, 198, 329, 400]) {
            some.append($0.header.position)
        }
        #expect(some == [1, 10, 11, 100, 150, 197, 198, 329], comment)
        #expect(try fixture.log.head(of: .reference) == head, comment)
        #expect(
            try ChainVerifier(fixture.log, .reference).verify(against: head) == .intact(head),
            comment
        )
    }
}

@Suite("cold segments")
struct SegmentTests {
    @Test("a sealed leaf reads as its table did, before and after the table is dropped")
    func sameEvents() throws {
        let scene = try SegmentScene("segment_same")
        try scene.expectSame("tables")
        for leaf in [2, 1, 3] as [Int32] {
            #expect(try scene.store.seal(.reference, leaf, by: "clerk"))
            #expect(try !scene.store.seal(.reference, leaf, by: "clerk"), "it is sealed once")
            try scene.expectSame("leaf \(leaf) sealed")
        }
        let sealed = try scene.store.leaves(.reference)
        #expect(sealed.map { $0.seal?.by } == ["clerk", "clerk", "clerk", nil])
        for leaf in [1, 3, 2] as [Int32] {
            #expect(try scene.store.drop(.reference, leaf, by: "clerk"))
            #expect(try !scene.store.drop(.reference, leaf, by: "clerk"), "it is dropped once")
            try scene.expectSame("leaf \(leaf) dropped")
        }
        let admin = try scene.fixture.admin()
        let tables = try admin.query(
            "select count(*) from pg_class where relname like 'event\\_s0\\_l%' and relkind = 'r'"
        )
        // The open leaf and the one that may have been made ahead.
        #expect(try (1...2).contains(tables.int64(0, 0)))
        let dropped = try scene.store.leaves(.reference)
        #expect(dropped.prefix(3).map(\.tableBytes) == sealed.prefix(3).map(\.tableBytes))
        #expect(dropped.prefix(3).allSatisfy { $0.seal?.droppedAt != nil })
        #expect(try admin.query("select count(*) from bifrost.event").int64(0, 0) == 42)
        try scene.store.checkIndexes(.reference)
    }

    @Test("accounts and streams that stand on several pages of the index are read whole")
    func severalPages() throws {
        var limits = PostgresLimits()
        limits.leafEventsMax = 9_000
        let fixture = try StoreFixture("segment_pages", limits: limits)
        var maker = EventMaker()
        maker.streams = 3
        _ = try fixture.fill([3_000, 3_000, 3_000, 1], &maker)
        let events = try fixture.events()
        #expect(try ColdStore(fixture.log).seal(.reference, 1, by: "clerk"))
        let pages = try fixture.admin().query("select count(*) from bifrost.cold_index").int64(0, 0)
        #expect(pages == 3)
        func expect(_ selection: LogSelection, _ isSelected: (EventHeader) -> Bool) throws {
            var found: [RecordedEvent] = []
            _ = try fixture.log.read(.reference, selection, limit: .max) { found.append($0) }
            #expect(found == events.filter { isSelected($0.header) })
        }
        // The second one's events stand on two pages, and the third's end on the last one.
        for account in 1...3 as ClosedRange<Int64> {
            for after in [0, 4_000, 8_900] as [Int64] {
                try expect(.account(AccountOrdinal(account), after: after)) {
                    $0.account.value == account && $0.position > after
                }
            }
            for version in [0, 1_096, 2_191, 2_192, 2_999] as [Int64] {
                let stream = StreamOrdinal(.order, birth: account)
                try expect(.stream(AccountOrdinal(account), stream, afterVersion: version)) {
                    $0.account.value == account && $0.version > version
                }
            }
        }
    }

    @Test("each shard reads its own sealed leaves, where another has the same accounts at the same positions")
    func severalShards() throws {
        var limits = PostgresLimits()
        limits.leafEventsMax = 100
        limits.frameEventsMax = 10
        let fixture = try StoreFixture("segment_shards", limits: limits)
        for (number, streams) in [(0, 7), (1, 5), (2, 3)] as [(UInt16, Int64)] {
            var maker = EventMaker()
            maker.streams = streams
            try fixture.fill([100, 1], shard: ShardNumber(number), &maker)
        }
        let shards = (0...2).map { ShardNumber($0) }
        let events = try shards.map { try fixture.events($0) }
        for shard in shards { #expect(try ColdStore(fixture.log).seal(shard, 1, by: "clerk")) }
        for (shard, events) in zip(shards, events) {
            for account in 1...7 as ClosedRange<Int64> {
                var found: [RecordedEvent] = []
                let selection = LogSelection.account(AccountOrdinal(account), after: 0)
                _ = try fixture.log.read(shard, selection, limit: .max) { found.append($0) }
                #expect(found == events.filter { $0.header.account.value == account })
            }
        }
    }

    @Test("the writer goes on behind a dropped leaf, and a new one finds the end")
    func writing() throws {
        let scene = try SegmentScene("segment_writing")
        for leaf in 1...3 as ClosedRange<Int32> {
            try scene.store.seal(.reference, leaf, by: "clerk")
            try scene.store.drop(.reference, leaf, by: "clerk")
        }
        var maker = EventMaker()
        maker.firstAccount = 1_000
        let end = try scene.fixture.fill([30, 30, 30, 30, 30], &maker)
        #expect(end.position == 479)
        #expect(try ChainVerifier(scene.fixture.log, .reference).verify(against: end) == .intact(end))
    }

    @Test("an open leaf, one that is not there, and one that is not sealed are refused")
    func refused() throws {
        let scene = try SegmentScene("segment_refused")
        #expect(throws: SegmentError.self) { try scene.store.seal(.reference, 4, by: "clerk") }
        #expect(throws: SegmentError.self) { try scene.store.seal(.reference, 9, by: "clerk") }
        #expect(throws: SegmentError.self) { try scene.store.drop(.reference, 1, by: "clerk") }
        let writer = try scene.fixture.connect(as: "bifrost_writer")
        for call in ["seal_leaf(0, 4, 10, 'x')", "seal_leaf(0, 1, 10, 'x')", "drop_leaf(0, 1, 'x')"] {
            let state = try sqlState { () throws(PostgresError) in
                _ = try writer.query("select bifrost.\(call)")
            }
            #expect(state == "BF003", "\(call)")
        }
        try scene.expectSame("nothing happened")
    }

    @Test("sealing that ends anywhere leaves the leaf serving, and the next run goes on")
    func interrupted() throws {
        let scene = try SegmentScene("segment_interrupted")
        let admin = try scene.fixture.admin()
        let frames = "select count(*) from bifrost.cold_frame where first_position <= 100"
        // The person stops it behind the frames; then its session dies while both forms are compared.
        #expect(throws: SegmentError.stopped) {
            try scene.store.seal(.reference, 1, by: "clerk") { step, _, _ in step != .writing }
        }
        #expect(try admin.query(frames).int64(0, 0) == 10)
        try scene.expectSame("stopped")
        #expect(throws: SegmentError.self) {
            try scene.store.seal(.reference, 1, by: "clerk") { step, _, _ in
                if step == .comparing {
                    _ = try? admin.query(
                        """
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where usename = 'bifrost_writer' and datname = current_database()
                        """
                    )
                }
                return true
            }
        }
        #expect(try scene.store.leaves(.reference).allSatisfy { $0.seal == nil })
        try scene.expectSame("killed")
        // Some frames, and no index: as a crash in the middle of writing leaves it.
        try admin.execute(
            """
            alter table bifrost.cold_frame disable trigger append_only;
            alter table bifrost.cold_index disable trigger append_only;
            delete from bifrost.cold_frame where first_position > 30;
            delete from bifrost.cold_index;
            """
        )
        #expect(try scene.store.seal(.reference, 1, by: "clerk"))
        #expect(try admin.query(frames).int64(0, 0) == 10)
        try scene.expectSame("sealed")
    }

    @Test("frames that differ from the leaf are found before the switch, and before the drop")
    func differs() throws {
        let scene = try SegmentScene("segment_differs")
        let admin = try scene.fixture.admin()
        #expect(throws: SegmentError.stopped) {
            try scene.store.seal(.reference, 1, by: "clerk") { step, _, _ in step != .comparing }
        }
        try admin.execute(
            """
            alter table bifrost.event_s0_l1 disable trigger append_only;
            update bifrost.event_s0_l1 set actor = 'nobody' where position = 44;
            """
        )
        expectDamage(at: 44) { () throws(SegmentError) in
            _ = try scene.store.seal(.reference, 1, by: "clerk")
        }
        try admin.execute("update bifrost.event_s0_l1 set actor = 'trader-1' where position = 44")
        #expect(try scene.store.seal(.reference, 1, by: "clerk"))
        try admin.execute("delete from bifrost.event_s0_l1 where position = 71")
        expectDamage(at: 71) { () throws(SegmentError) in
            _ = try scene.store.drop(.reference, 1, by: "clerk")
        }
        try scene.expectSame("the segment serves")
    }

    @Test("a reader who looked before the table was dropped goes on with the segment")
    func stale() throws {
        let scene = try SegmentScene("segment_stale")
        let stale = Leaf(shard: .reference, number: 1, lastPosition: 100)
        try scene.store.seal(.reference, 1, by: "clerk")
        try scene.store.drop(.reference, 1, by: "clerk")
        let reader = try scene.fixture.connect(as: "bifrost_reader")
        var seen: [Int64] = []
        try scene.fixture.log.withLeaf(stale, reader) { leaf throws(PostgresError) in
            let count = try scene.fixture.log.read(leaf, .all(after: 90), limit: 99, reader) {
                seen.append($0.header.position)
            }
            #expect(count == 10)
        }
        #expect(seen == Array(91...100))
    }

    @Test("a table stays under a hold and for its retention, and the record says who and why")
    func kept() throws {
        let scene = try SegmentScene("segment_kept")
        for leaf in 1...2 as ClosedRange<Int32> { try scene.store.seal(.reference, leaf, by: "clerk") }
        let hold = try scene.store.hold(.reference, 50...60, reason: "case 7", by: "counsel")
        #expect(throws: SegmentError.refused("The table of leaf 0/1 stays: hold \(hold) keeps it (case 7)."))
        {
            try scene.store.drop(.reference, 1, by: "clerk")
        }
        #expect(try scene.store.drop(.reference, 2, by: "clerk"), "the hold does not reach it")
        try scene.store.release(hold, reason: "settled", by: "counsel")
        #expect(throws: SegmentError.self) {
            try scene.store.release(hold, reason: "again", by: "counsel")
        }
        try scene.store.retain(.reference, days: 730, reason: "17a-4", by: "compliance")
        do throws(SegmentError) {
            try scene.store.drop(.reference, 1, by: "clerk")
            Issue.record("expected a refusal")
        } catch {
            #expect(
                error.description.contains("it is kept until 20") && error.description.contains("(17a-4)")
            )
        }
        try scene.store.retain(.reference, days: 0, reason: "approved", by: "compliance")
        #expect(try scene.store.drop(.reference, 1, by: "clerk"))
        let holds = try scene.store.holds()
        #expect(holds.map(\.reason) == ["case 7"] && holds[0].release?.reason == "settled")
        try scene.expectSame("both dropped")
    }

    @Test("an exported segment is proven alone, and ends in the log's own hash")
    func exported() throws {
        let scene = try SegmentScene("segment_exported")
        try scene.store.seal(.reference, 2, by: "clerk")
        let path = "/tmp/bf-\(scene.fixture.log.id.text).segment"
        try scene.store.export(.reference, 2, to: path)
        defer { unlink(path) }
        let verdict = try SegmentFile.verify(path)
        #expect(verdict.head.firstPosition == 101 && verdict.head.lastPosition == 197)
        #expect(verdict.head.before == scene.events[99].hash && verdict.last == scene.events[196].hash)
        #expect(throws: SegmentError.self) { try scene.store.export(.reference, 2, to: path) }
        #expect(throws: SegmentError.self) { try scene.store.export(.reference, 1, to: path + "2") }
    }

    @Test("an event of a dropped table has no transaction to restore to, and the text says what to name")
    func commits() throws {
        let scene = try SegmentScene("segment_commits")
        try scene.store.seal(.reference, 1, by: "clerk")
        #expect(try scene.fixture.log.commit(of: 5, in: .reference)?.lastPosition == 30)
        try scene.store.drop(.reference, 1, by: "clerk")
        #expect(throws: ReadError.self) { try scene.fixture.log.commit(of: 5, in: .reference) }
        #expect(try scene.fixture.log.commit(of: 105, in: .reference)?.lastPosition == 130)
    }
}

/// Expects a leaf or a segment to be found damaged at `position`.
func expectDamage(at position: Int64, _ body: () throws(SegmentError) -> Void) {
    do throws(SegmentError) {
        try body()
        Issue.record("expected damage at \(position)")
    } catch {
        guard case .damaged(.reference, position: position, _) = error else {
            Issue.record("expected damage at \(position), was \(error)")
            return
        }
    }
}
