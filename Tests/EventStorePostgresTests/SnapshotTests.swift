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

    @Test("a snapshot held for 60 s does not slow the appends down")
    func held() throws {
        let fixture = try StoreFixture("snapshot")
        let writer = try fixture.writer()
        let other = try fixture.admin()
        try other.execute("begin isolation level repeatable read")
        _ = try other.query("select count(*) from bifrost.lease, bifrost.heartbeat, bifrost.event_s0_l1")
        var maker = EventMaker()
        var head = writer.headAtStart
        var nanos: [Int64] = []
        let end = MonotonicTime.now.advanced(millis: Self.seconds * 1_000)
        while MonotonicTime.now < end {
            let batch = maker.batch(after: head, count: 1)
            let started = MonotonicTime.now
            head = try writer.append(batch, after: head, epoch: writer.epoch)
            nanos.append(MonotonicTime.now.nanos - started.nanos)
        }
        try other.execute("commit")
        writer.release()
        func median(_ part: ArraySlice<Int64>) -> Double { Double(part.sorted()[part.count / 2]) }
        let third = nanos.count / 3
        let (first, last) = (median(nanos[..<third]), median(nanos[(2 * third)...]))
        print(
            "snapshot held \(Self.seconds) s: \(nanos.count) batches, p50 \(first / 1e6) ms to \(last / 1e6) ms"
        )
        #expect(last <= 1.5 * first, "p50 went from \(first) ns to \(last) ns over \(nanos.count) batches")
    }
}
