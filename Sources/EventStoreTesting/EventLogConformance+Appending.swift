internal import BifrostKernel
internal import EventStore

extension EventLogConformance {
    static let appending: [EventLogCheck] = [
        EventLogCheck("an empty shard ends at its genesis") { subject in
            let genesis = Head(
                position: 0,
                hash: Chain(log: subject.log.id, shard: subject.shard).genesis,
                recordedAt: Timestamp(nanos: .min)
            )
            try expect(try subject.log.head(of: subject.shard), genesis, "the head")
            try expect(try subject.events().count, 0, "the events")
            let writer = try subject.acquire()
            try expect(writer.headAtStart, genesis, "the head of the first writer")
            writer.release()
        },
        EventLogCheck("positions are dense and every event is read back as it was appended") { subject in
            var maker = EventMaker()
            let expected = try subject.fill([1, 5, 50, 1, 200], &maker)
            let events = try subject.events()
            try expect(events.map(\.header.position), Array(1...257), "the positions")
            try expect(events, expected, "the events")
            let head = try subject.log.head(of: subject.shard)
            try expect(head.position, 257, "the last position")
            try expect(head.hash, expected[256].hash, "the last hash")
            try expect(head.recordedAt, expected[256].header.recordedAt, "the last time")
        },
        EventLogCheck("every column survives at its limits") { subject in
            let batch = limits()
            let writer = try subject.acquire()
            let head = writer.headAtStart
            _ = try writer.append(batch, after: head, epoch: writer.epoch)
            writer.release()
            try expect(try subject.events(), subject.recorded(batch, after: head), "the events")
        },
        EventLogCheck("a batch is appended whole or not at all") { subject in
            var maker = EventMaker()
            let before = try subject.fill([10], &maker)
            let writer = try subject.acquire()
            var batch = maker.batch(after: writer.headAtStart, count: 20)
            var last = batch.headers[19]
            last.position += 1
            batch.append(last, payload: [])
            let error = try appendError("a version that exists") { () throws(AppendError) in
                try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
            }
            guard case .refused = error else { throw ConformanceFailure("expected a refusal, was \(error)") }
            writer.release()
            try expect(try subject.events(), before, "the events after a refused batch")
            maker.takeBack(batch)
            let more = try subject.fill([3], &maker)
            try expect(try subject.events(), before + more, "the events after a good batch")
        },
        EventLogCheck("a version of a stream exists once, across batches too") { subject in
            var maker = EventMaker()
            _ = try subject.fill([30], &maker)
            let writer = try subject.acquire()
            var fresh = EventMaker()
            let batch = fresh.batch(after: writer.headAtStart, count: 1)
            let error = try appendError("a version that exists") { () throws(AppendError) in
                try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
            }
            guard case .refused = error else { throw ConformanceFailure("expected a refusal, was \(error)") }
            writer.release()
            try expect(try subject.events().count, 30, "the events")
        },
        EventLogCheck("a batch with a hole or a repetition is refused") { subject in
            let writer = try subject.acquire()
            for positions in [[2], [1, 3], [1, 1], [0]] as [[Int64]] {
                var maker = EventMaker()
                let good = maker.batch(after: writer.headAtStart, count: 1).headers[0]
                var batch = EventBatch()
                for (index, position) in positions.enumerated() {
                    var header = good
                    header.position = position
                    header.version = Int64(index) + 1
                    batch.append(header, payload: [])
                }
                let error = try appendError("positions \(positions)") { () throws(AppendError) in
                    try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
                }
                guard case .refused = error else {
                    throw ConformanceFailure("expected a refusal of \(positions), was \(error)")
                }
            }
            writer.release()
            try expect(try subject.events().count, 0, "the events")
        },
        EventLogCheck("the verifier finds a log of many batches intact") { subject in
            var maker = EventMaker()
            _ = try subject.fill([1, 2, 3, 100, 1], &maker)
            let head = try subject.log.head(of: subject.shard)
            let verdict = try ChainVerifier(subject.log, subject.shard).verify(against: head)
            try expect(verdict, .intact(head), "the verdict")
        },
    ]

    /// Events whose every column is at an end of its range.
    private static func limits() -> EventBatch {
        var batch = EventBatch()
        let longest = String(repeating: "~", count: ClientName.bytesMax)
        guard let shortID = ClientName("!"), let longID = ClientName(longest),
            let shortActor = ActorName("a"), let longActor = ActorName(String(repeating: "\\", count: 64))
        else { preconditionFailure("these are names") }
        for (position, isLow) in [(1, true), (2, false)] as [(Int64, Bool)] {
            let number: Int64 = isLow ? .min : .max
            let header = EventHeader(
                position: position,
                account: AccountOrdinal(number),
                stream: StreamOrdinal(number),
                version: 1,
                type: isLow ? 0 : .max,
                schemaVersion: isLow ? .max : 0,
                receivedAt: Timestamp(nanos: number),
                recordedAt: Timestamp(nanos: number),
                effectiveAt: Timestamp(nanos: number),
                businessDate: BusinessDate(days: isLow ? .min : .max),
                commandID: isLow ? shortID : longID,
                commandDigest: isLow ? nil : CommandDigest(high: .max, low: 0),
                causation: number,
                correlation: isLow ? .none : Identifier(high: .max, low: .max),
                actor: isLow ? shortActor : longActor
            )
            batch.append(header, payload: isLow ? [] : (0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
        }
        return batch
    }
}
