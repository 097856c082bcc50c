import BifrostKernel
import Dispatch
import EventStore
import EventStoreTesting
import Glibc
import PostgresClient
import Synchronization
import Testing
import Threads

@testable import EventStorePostgres

@Suite("connection cut while the commit runs")
struct LostConnectionTests {
    private let commitMillis = 1_500

    /// Starts an append whose commit is slow, cuts the writer's socket when the commit runs, and returns the
    /// error.
    private func cutAppend(_ fixture: StoreFixture, _ writer: PostgresWriter) throws -> AppendError? {
        try fixture.slowCommits(millis: commitMillis)
        let admin = try fixture.admin()
        let box = WriterBox(writer)
        let answer = Mutex<AppendError?>(nil)
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            var maker = EventMaker()
            let batch = maker.batch(after: box.writer.headAtStart, count: 1)
            let error = appendError { () throws(AppendError) in
                try box.writer.append(batch, after: box.writer.headAtStart, epoch: box.writer.epoch)
            }
            answer.withLock { $0 = error }
        }
        let query = "select exists (select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep')"
        let isCommitting = try poll(seconds: 10) {
            try admin.query(query, [.int32(writer.backend.pid)]).bool(0, 0)
        }
        #expect(isCommitting)
        Glibc.shutdown(writer.socketDescriptor, Int32(SHUT_RDWR))
        group.wait()
        return answer.withLock { $0 }
    }

    private func isUnknown(_ error: AppendError?) -> Bool {
        if case .outcomeUnknown = error { true } else { false }
    }

    @Test("a plain read says no, and a moment later the event is there")
    func plainRead() throws {
        let fixture = try StoreFixture("lost_plain")
        let writer = try fixture.writer()
        #expect(isUnknown(try cutAppend(fixture, writer)))
        #expect(try fixture.events().isEmpty, "this is why a plain read may not decide")
        #expect(try poll(seconds: 10) { try fixture.events().count == 1 })
    }

    @Test("taking the shard ends the old session first, and what it finds stays true")
    func acquire() throws {
        let fixture = try StoreFixture("lost_acquire")
        let writer = try fixture.writer()
        #expect(isUnknown(try cutAppend(fixture, writer)))
        let next = try fixture.writer()
        let seen = next.headAtStart
        let backends = "select exists (select from pg_stat_activity where pid = $1)"
        let isGone = try fixture.admin().query(backends, [.int32(writer.backend.pid)]).bool(0, 0) == false
        #expect(isGone, "nothing of the old writer can still commit")
        #expect(try fixture.log.head(of: .reference) == seen)
        #expect(try fixture.events().count == Int(seen.position))
        next.release()
    }

    @Test("raising the epoch waits for an append that still holds the lease, and finds its event")
    func epochWaits() throws {
        let fixture = try StoreFixture("lost_epoch")
        let writer = try fixture.writer()
        let head = writer.headAtStart
        // A session that lost the advisory lock without noticing, as behind a pooler.
        let session = try fixture.connect(as: "bifrost_writer")
        try session.execute("begin")
        _ = try session.query(
            "select bifrost.fence_s0_l1(\(writer.epoch.value), 0, \(hexLiteral(head.hash.bytes)))"
        )
        try session.execute(
            """
            insert into bifrost.event_s0_l1 (\(EventRow.columns))
            values (1, 1, 18, 1, 0, 0, 0, 0, gen_random_uuid(), 1, 1, 1, 'c', null, 'a', '', sha256('x'))
            """
        )
        let seen = Mutex<Int64?>(nil)
        let failures = Failures()
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            failures.run {
                let next = try fixture.writer(.reference, "next", takingOver: true)
                seen.withLock { $0 = next.headAtStart.position }
                next.release()
            }
        }
        let waits = """
            select exists (select from pg_stat_activity where wait_event_type = 'Lock'
                and wait_event = 'transactionid' and datname = current_database())
            """
        let admin = try fixture.admin()
        #expect(try poll(seconds: 10) { try admin.query(waits).bool(0, 0) })
        #expect(seen.withLock { $0 } == nil)
        try session.execute("commit")
        group.wait()
        #expect(failures.all.isEmpty)
        #expect(seen.withLock { $0 } == 1)
        writer.release()
    }

    @Test("taking the shard waits for a session that is slow to end")
    func acquireWaits() throws {
        let fixture = try StoreFixture("lost_waits")
        let writer = try fixture.writer()
        #expect(isUnknown(try cutAppend(fixture, writer)))
        let pid = writer.backend.pid
        kill(pid, SIGSTOP)
        let started = MonotonicTime.now
        let millis = Mutex<Int64?>(nil)
        let failures = Failures()
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            failures.run {
                let next = try fixture.writer()
                millis.withLock { $0 = (MonotonicTime.now.nanos - started.nanos) / 1_000_000 }
                #expect(next.headAtStart.position == Int64(try fixture.events().count))
                next.release()
            }
        }
        let waits = """
            select exists (select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory'
                and datname = current_database())
            """
        let admin = try fixture.admin()
        #expect(try poll(seconds: 10) { try admin.query(waits).bool(0, 0) })
        #expect(millis.withLock { $0 } == nil)
        kill(pid, SIGCONT)
        group.wait()
        #expect(failures.all.isEmpty)
        #expect(millis.withLock { $0 } != nil)
    }
}
