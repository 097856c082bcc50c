import BifrostKernel
import EventStore
import EventStoreTesting
import Glibc
import PostgresClient
import Testing
import Threads

@testable import EventStorePostgres

@Suite("a snapshot held for 60 s")
struct SnapshotTests {
    /// A minute with `BIFROST_LONG=1`, as the build machine runs it; shorter while working.
    private static var seconds: Int { getenv("BIFROST_LONG") == nil ? 10 : 60 }

    /// Others on the machine slow both down alike, so each append is held against a plain insert beside it.
    @Test("a snapshot held for 60 s does not slow the appends down")
    func held() throws {
        let fixture = try StoreFixture("snapshot")
        let writer = try fixture.writer()
        let other = try fixture.admin()
        let peer = try fixture.admin()
        try peer.execute("create table public.peer (number int8)")
        try other.execute("begin isolation level repeatable read")
        _ = try other.query("select count(*) from bifrost.lease, bifrost.heartbeat, bifrost.event_s0_l1")
        var maker = EventMaker()
        var head = writer.headAtStart
        var appends: [Int64] = []
        var inserts: [Int64] = []
        let end = MonotonicTime.now.advanced(millis: Self.seconds * 1_000)
        while MonotonicTime.now < end {
            let batch = maker.batch(after: head, count: 1)
            let started = MonotonicTime.now
            head = try writer.append(batch, after: head, epoch: writer.epoch)
            let appended = MonotonicTime.now
            try peer.execute("insert into public.peer values (1)")
            appends.append(appended.nanos - started.nanos)
            inserts.append(MonotonicTime.now.nanos - appended.nanos)
        }
        try other.execute("commit")
        writer.release()
        func median(_ part: ArraySlice<Int64>) -> Double { Double(part.sorted()[part.count / 2]) }
        let third = appends.count / 3
        let first = median(appends[..<third]) / median(inserts[..<third])
        let last = median(appends[(2 * third)...]) / median(inserts[(2 * third)...])
        print(
            "snapshot held \(Self.seconds) s: \(appends.count) batches, p50 \(first) to \(last) plain inserts"
        )
        #expect(last <= 1.25 * first, "an append went from \(first) to \(last) plain inserts")
    }
}
