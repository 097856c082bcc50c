internal import BifrostKernel
internal import EventStore

extension EventLogConformance {
    static let fencing: [EventLogCheck] = [
        EventLogCheck("an ended writer appends nothing") { subject in
            var maker = EventMaker()
            let old = try subject.acquire("old")
            let first = maker.batch(after: old.headAtStart, count: 3)
            let head = try old.append(first, after: old.headAtStart, epoch: old.epoch)
            let new = try subject.acquire("new", takingOver: true)
            try expect(new.headAtStart, head, "the head of the new writer")
            let lost = maker.batch(after: head, count: 2)
            let error = try appendError("the old writer") { () throws(AppendError) in
                try old.append(lost, after: head, epoch: old.epoch)
            }
            switch error {
            case .fenced, .outcomeUnknown: break
            default: throw ConformanceFailure("expected fenced or unknown, was \(error)")
            }
            try expect(try subject.events().count, 3, "the events")
            maker.takeBack(lost)
            _ = try new.append(maker.batch(after: head, count: 1), after: head, epoch: new.epoch)
            new.release()
            old.release()
            try expect(try subject.events().count, 4, "the events of both")
        },
        EventLogCheck("an append in another epoch is fenced") { subject in
            var maker = EventMaker()
            let old = try subject.acquire("old")
            let new = try subject.acquire("new", takingOver: true)
            let batch = maker.batch(after: new.headAtStart, count: 1)
            for epoch in [old.epoch, Epoch(new.epoch.value + 1)] {
                let error = try appendError("epoch \(epoch.value)") { () throws(AppendError) in
                    try new.append(batch, after: new.headAtStart, epoch: epoch)
                }
                guard case .fenced = error else {
                    throw ConformanceFailure("expected fenced, was \(error)")
                }
            }
            new.release()
            try expect(try subject.events().count, 0, "the events")
        },
        EventLogCheck("an append behind another end than the log's is fenced") { subject in
            var maker = EventMaker()
            let writer = try subject.acquire()
            let genesis = writer.headAtStart
            let first = try writer.append(
                maker.batch(after: genesis, count: 2),
                after: genesis,
                epoch: writer.epoch
            )
            let second = try writer.append(
                maker.batch(after: first, count: 2),
                after: first,
                epoch: writer.epoch
            )
            let forged = Head(position: second.position, hash: first.hash, recordedAt: second.recordedAt)
            let ahead = Head(position: 9, hash: second.hash, recordedAt: second.recordedAt)
            for head in [genesis, first, forged, ahead] {
                var other = EventMaker()
                other.streams = 1_000
                let batch = other.batch(after: head, count: 1)
                let error = try appendError("the head \(head)") { () throws(AppendError) in
                    try writer.append(batch, after: head, epoch: writer.epoch)
                }
                guard case .fenced = error else {
                    throw ConformanceFailure("expected fenced behind \(head), was \(error)")
                }
            }
            _ = try writer.append(maker.batch(after: second, count: 1), after: second, epoch: writer.epoch)
            writer.release()
            try expect(try subject.events().map(\.header.position), Array(1...5), "the positions")
        },
        EventLogCheck("of two writers that take the shard from each other, each event is once or not at all")
        {
            subject in
            var acknowledged: [RecordedEvent] = []
            var epoch = Epoch(0)
            var maker = EventMaker()
            var previous: (any ShardWriter)?
            for turn in 0..<6 {
                let writer = try subject.acquire(turn % 2 == 0 ? "even" : "odd", takingOver: true)
                guard writer.epoch > epoch else {
                    throw ConformanceFailure("expected an epoch above \(epoch.value)")
                }
                epoch = writer.epoch
                let batch = maker.batch(after: writer.headAtStart, count: 4)
                if let previous {
                    _ = try appendError("the writer before") { () throws(AppendError) in
                        try previous.append(batch, after: writer.headAtStart, epoch: previous.epoch)
                    }
                }
                acknowledged += subject.recorded(batch, after: writer.headAtStart)
                _ = try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
                previous = writer
            }
            previous?.release()
            try expect(try subject.events(), acknowledged, "the events")
        },
    ]
}
