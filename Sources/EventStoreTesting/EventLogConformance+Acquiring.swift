internal import EventStore
internal import Synchronization

extension EventLogConformance {
    static let acquiring: [EventLogCheck] = [
        EventLogCheck("a shard with a living writer is held") { subject in
            let writer = try subject.acquire("first")
            try expect(try subject.acquireError("second"), .held(by: "first"), "the error")
            writer.release()
        },
        EventLogCheck("a released shard is free at once, with a higher epoch and the same end") { subject in
            var maker = EventMaker()
            let first = try subject.acquire("first")
            let head = try first.append(
                maker.batch(after: first.headAtStart, count: 2),
                after: first.headAtStart,
                epoch: first.epoch
            )
            first.release()
            let second = try subject.acquire("second")
            try expect(second.epoch > first.epoch, true, "the later epoch is higher")
            try expect(second.headAtStart, head, "the head")
            let error = try appendError("a released writer") { () throws(AppendError) in
                try first.append(maker.batch(after: head, count: 1), after: head, epoch: first.epoch)
            }
            guard case .fenced = error else { throw ConformanceFailure("expected fenced, was \(error)") }
            second.release()
        },
        EventLogCheck("the same holder takes its shard again") { subject in
            let first = try subject.acquire("same")
            let second = try subject.acquire("same")
            try expect(second.epoch > first.epoch, true, "the later epoch is higher")
            second.release()
            first.release()
        },
        EventLogCheck("a late release of an old writer does not free the shard of the new one") { subject in
            let old = try subject.acquire("old")
            let new = try subject.acquire("new", takingOver: true)
            old.release()
            try expect(try subject.acquireError("third"), .held(by: "new"), "the error")
            new.release()
        },
        EventLogCheck("shards do not know each other") { subject in
            let other = EventLogSubject(subject.log, ShardNumber(subject.shard.value + 8_000))
            var maker = EventMaker()
            var otherMaker = EventMaker()
            let first = try subject.acquire("one")
            let second = try other.acquire("two")
            _ = try first.append(
                maker.batch(after: first.headAtStart, count: 2),
                after: first.headAtStart,
                epoch: first.epoch
            )
            _ = try second.append(
                otherMaker.batch(after: second.headAtStart, count: 5),
                after: second.headAtStart,
                epoch: second.epoch
            )
            first.release()
            second.release()
            try expect(try subject.events().count, 2, "the events of the first")
            try expect(try other.events().count, 5, "the events of the second")
        },
    ]
}

/// Carries an error out of another thread.
final class FailureBox: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    func run(_ body: () throws -> Void) {
        do { try body() } catch { self.error.withLock { $0 = error } }
    }

    func rethrow() throws {
        if let error = error.withLock({ $0 }) { throw error }
    }
}
