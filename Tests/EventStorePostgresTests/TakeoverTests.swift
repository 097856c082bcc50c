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

@Suite("takeover")
struct TakeoverTests {
    private static let lease = """
        select lease.holder is not null, backend_pid, coalesce(activity.state = 'active'
            and activity.wait_event = 'ClientRead' and activity.query like '%; copy %', false)
        from bifrost.lease left join pg_stat_activity as activity on pid = backend_pid where shard = 3
        """

    /// Stops the process at a moment when its session is inside a copy and waits for rows.
    private func stopInsideCopy(_ probe: ProbeProcess, _ admin: PostgresConnection) throws -> Bool {
        try poll(seconds: 30) {
            let rows = try admin.query(Self.lease)
            guard rows.count == 1, try !rows.isNull(0, 1) else { return false }
            probe.stop()
            // What is under way in the sockets arrives; a session that still waits after that is inside.
            for _ in 0..<20 {
                yield()
                let isInside = try admin.query(Self.lease).bool(0, 2)
                guard isInside else {
                    probe.wake()
                    return false
                }
            }
            return true
        }
    }

    @Test("SIGSTOP inside the append, takeover, SIGCONT")
    func stoppedWriter() throws {
        let fixture = try StoreFixture("takeover_stopped")
        let shard = ShardNumber(3)
        let rows = 200
        let probe = try ProbeProcess(database: fixture.database, shard: shard.value, rows: rows)
        #expect(try stopInsideCopy(probe, fixture.admin()))
        let started = MonotonicTime.now
        var standby: (any ShardWriter)?
        var refusals = 0
        _ = poll(seconds: 20) {
            do throws(AcquireError) {
                standby = try fixture.log.acquire(shard, holder: "standby", takingOver: false)
                return true
            } catch {
                #expect(error == .held(by: "probe"))
                refusals += 1
                return false
            }
        }
        let millis = (MonotonicTime.now.nanos - started.nanos) / 1_000_000
        #expect(millis < 10_000, "took over after \(millis) ms")
        #expect(refusals > 0, "a writer that beat a moment ago is left alone")
        let writer = try #require(standby)
        let head = writer.headAtStart
        #expect(head.position % Int64(rows) == 0, "whole batches only")
        #expect(try fixture.events(shard).count == Int(head.position))

        probe.wake()
        var maker = EventMaker()
        maker.streams = 1_000_000
        let after = try writer.append(
            maker.batch(after: head, count: 5),
            after: head,
            epoch: writer.epoch
        )
        let code = probe.wait()
        #expect(code == 3 || code == 4, "the old writer is fenced, or does not know: was \(code)")
        writer.release()
        #expect(try fixture.events(shard).count == Int(head.position) + 5)
        #expect(try ChainVerifier(fixture.log, shard).verify(against: after) == .intact(after))
    }

    @Test("a session that nothing can end blocks the takeover, which says so and does not lie")
    func stoppedBackend() throws {
        var limits = PostgresLimits()
        limits.acquireMillisMax = 1_000
        let fixture = try StoreFixture("takeover_backend", limits: limits)
        let old = try fixture.writer()
        var maker = EventMaker()
        let head = try old.append(
            maker.batch(after: old.headAtStart, count: 2),
            after: old.headAtStart,
            epoch: old.epoch
        )
        kill(old.backend.pid, SIGSTOP)
        do throws(AcquireError) {
            _ = try fixture.log.acquire(.reference, holder: "new", takingOver: true)
            Issue.record("expected a shard that cannot be had")
        } catch {
            guard case .unavailable(let reason) = error else {
                Issue.record("expected unavailable, was \(error)")
                return
            }
            #expect(reason.contains("still locked by the session of test"))
        }
        kill(old.backend.pid, SIGCONT)
        let new = try fixture.writer(.reference, "new", takingOver: true)
        #expect(new.headAtStart == head)
        new.release()
        old.release()
    }

    @Test("a process number that was given away again is not shot")
    func reusedPID() throws {
        let fixture = try StoreFixture("takeover_reused")
        let first = try fixture.writer()
        let innocent = try fixture.connect(as: "bifrost_writer")
        // The lease of a writer that died an hour ago, whose number this session has got since.
        try fixture.admin().execute(
            """
            update bifrost.lease set holder = 'dead', backend_pid = \(innocent.backendPID),
                backend_start = now() - interval '1 hour' where shard = 0
            """
        )
        first.release()
        let writer = try fixture.writer(.reference, "next", takingOver: true)
        #expect(try innocent.query("select 1").int32(0, 0) == 1)
        writer.release()
    }

    @Test("an append that hangs is cut by its own watchdog")
    func watchdog() throws {
        var limits = PostgresLimits()
        limits.appendMillisMax = 300
        let fixture = try StoreFixture("takeover_watchdog", limits: limits)
        let writer = try fixture.writer()
        try fixture.slowCommits(millis: 60_000)
        let started = MonotonicTime.now
        var maker = EventMaker()
        let batch = maker.batch(after: writer.headAtStart, count: 2)
        let error = appendError { () throws(AppendError) in
            try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        }
        guard case .outcomeUnknown = error else {
            Issue.record("expected an unknown outcome, was \(String(describing: error))")
            return
        }
        #expect((MonotonicTime.now.nanos - started.nanos) / 1_000_000 < 5_000)
        let next = try fixture.writer(.reference, "next")
        #expect(next.headAtStart.position == 0)
        next.release()
    }

    @Test("beats go on while an append waits for its commit")
    func beating() throws {
        var limits = PostgresLimits()
        limits.beatMillis = 100
        let fixture = try StoreFixture("takeover_beating", limits: limits)
        let admin = try fixture.admin()
        let writer = try fixture.writer()
        try fixture.slowCommits(millis: 2_000)
        let box = WriterBox(writer)
        let group = DispatchGroup()
        let failures = Failures()
        DispatchQueue.global().async(group: group) {
            failures.run {
                var maker = EventMaker()
                let batch = maker.batch(after: box.writer.headAtStart, count: 1)
                _ = try box.writer.append(batch, after: box.writer.headAtStart, epoch: box.writer.epoch)
            }
        }
        var beats: Set<String> = []
        let isWaiting =
            "select exists (select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep')"
        let began = try poll(seconds: 10) {
            try admin.query(isWaiting, [.int32(box.writer.backend.pid)]).bool(0, 0)
        }
        #expect(began)
        while group.wait(timeout: .now() + .milliseconds(10)) == .timedOut {
            beats.insert(try admin.query("select beaten_at::text from bifrost.heartbeat").text(0, 0))
        }
        #expect(beats.count > 5)
        #expect(failures.all.isEmpty)
        box.writer.release()
    }

    @Test("two engines in a restart loop")
    func restartLoop() throws {
        let fixture = try StoreFixture("takeover_loop")
        let acknowledged = Mutex<[RecordedEvent]>([])
        let epochs = Mutex<[Int64]>([])
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 2) { engine in
            var stays = 0
            let deadline = MonotonicTime.now.advanced(millis: 60_000)
            while stays < 15, MonotonicTime.now < deadline {
                do {
                    let writer = try fixture.writer(.reference, "engine-\(engine)", takingOver: true)
                    stays += 1
                    epochs.withLock { $0.append(writer.epoch.value) }
                    try write(writer, EventLogSubject(fixture.log, .reference), acknowledged)
                } catch let error as AcquireError {
                    // The other one came in between.
                    guard case .unavailable = error else { return failures.run { throw error } }
                } catch let error as AppendError {
                    switch error {
                    case .fenced, .outcomeUnknown, .unavailable: continue
                    case .refused: return failures.run { throw error }
                    }
                } catch {
                    return failures.run { throw error }
                }
            }
        }
        #expect(failures.all.isEmpty)
        let reigns = epochs.withLock { $0 }
        #expect(reigns.count == 30)
        #expect(Set(reigns).count == reigns.count, "each reign has an epoch of its own")
        let events = try fixture.events()
        #expect(events.map(\.header.position) == Array(1...Int64(events.count)))
        let head = try fixture.log.head(of: .reference)
        #expect(try ChainVerifier(fixture.log, .reference).verify(against: head) == .intact(head))
        let kept = Set(events)
        #expect(acknowledged.withLock { $0 }.allSatisfy { kept.contains($0) }, "acknowledged means durable")
    }

    /// Appends a few batches and leaves without a word, as a crash does.
    private func write(
        _ writer: PostgresWriter,
        _ subject: EventLogSubject,
        _ acknowledged: borrowing Mutex<[RecordedEvent]>
    ) throws {
        var head = writer.headAtStart
        var maker = EventMaker()
        // Streams of this reign alone, so that no version was there before.
        maker.firstAccount = writer.epoch.value * 1_000
        for size in [1, 7, 30] {
            let batch = maker.batch(after: head, count: size)
            let events = subject.recorded(batch, after: head)
            head = try writer.append(batch, after: head, epoch: writer.epoch)
            acknowledged.withLock { $0 += events }
        }
    }
}

/// Hands a writer to the one thread that uses it next.
// SAFETY: the threads take turns, ordered by the dispatch group.
final class WriterBox: @unchecked Sendable {
    let writer: PostgresWriter
    init(_ writer: PostgresWriter) { self.writer = writer }
}
