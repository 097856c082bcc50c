internal import BifrostKernel
internal import Dispatch
internal import EventStore

extension EventLogConformance {
    static let reading: [EventLogCheck] = [
        EventLogCheck("a read of all gives a range in order of position") { subject in
            var maker = EventMaker()
            let all = try subject.fill([40, 60], &maker)
            for (after, limit) in [(0, 10), (35, 10), (95, 10), (100, 10), (500, 10), (0, 0), (-5, 3)] {
                let expected = all.filter { $0.header.position > Int64(after) }.prefix(limit)
                let events = try subject.events(.all(after: Int64(after)), limit: limit)
                try expect(events, Array(expected), "\(limit) events after \(after)")
            }
        },
        EventLogCheck("a read of a stream gives its versions in order and nothing else") { subject in
            var maker = EventMaker()
            let all = try subject.fill([40, 60], &maker)
            let account = AccountOrdinal(2)
            let stream = StreamOrdinal(.order, birth: 2)
            for (after, limit) in [(0, 1_000), (5, 7), (32, 10), (99, 10)] as [(Int64, Int)] {
                let expected = all.filter { $0.header.stream == stream && $0.header.version > after }
                let selection = LogSelection.stream(account, stream, afterVersion: after)
                let events = try subject.events(selection, limit: limit)
                try expect(events, Array(expected.prefix(limit)), "\(limit) of the stream after \(after)")
            }
            for behind in [-1, 0, 1, 17, 40, 41, 99, 100, .max] as [Int64] {
                let expected = all.filter {
                    $0.header.stream == stream && $0.header.version > 3 && $0.header.position > behind
                }
                let selection = LogSelection.stream(account, stream, afterVersion: 3, behind: behind)
                let events = try subject.events(selection, limit: 20)
                try expect(events, Array(expected.prefix(20)), "20 of the stream behind \(behind)")
            }
            let strange = LogSelection.stream(account, StreamOrdinal(.risk, birth: 2), afterVersion: 0)
            try expect(try subject.events(strange).count, 0, "the events of an unknown stream")
        },
        EventLogCheck("a read of an account gives its events in order of position") { subject in
            var maker = EventMaker()
            let all = try subject.fill([40, 60], &maker)
            let account = AccountOrdinal(3)
            for (after, limit) in [(0, 1_000), (50, 7), (98, 10), (100, 10)] as [(Int64, Int)] {
                let expected = all.filter {
                    $0.header.account == account && $0.header.position > after
                }
                let events = try subject.events(.account(account, after: after), limit: limit)
                try expect(events, Array(expected.prefix(limit)), "\(limit) of the account after \(after)")
            }
        },
        EventLogCheck("a read of an account of a long log gives its events near and far") { subject in
            var maker = EventMaker()
            let batches = [Int](repeating: 200, count: 12)
            let all = try subject.fill(batches, &maker).filter { $0.header.account.value == 3 }
            let last = all.last?.header.position ?? 0
            for after in [-1, 0, 1, 351, 352, 353, 2_047, 2_048, last - 1, last, .max] as [Int64] {
                for limit in [1, 682, 683, .max] {
                    let expected = all.filter { $0.header.position > after }.prefix(limit)
                    let events = try subject.events(.account(AccountOrdinal(3), after: after), limit: limit)
                    try expect(events, Array(expected), "\(limit) of the account after \(after)")
                }
            }
        },
        EventLogCheck("hashes recomputed from what is read are those that are stored") { subject in
            var maker = EventMaker()
            _ = try subject.fill([7, 70], &maker)
            var chain = Chain(log: subject.log.id, shard: subject.shard)
            var hash = chain.genesis
            for event in try subject.events() {
                hash = chain.hash(after: hash, event.header, payload: event.payload[...])
                try expect(event.hash, hash, "the hash at \(event.header.position)")
            }
        },
        EventLogCheck("a subscription sees everything once and in order while a writer appends") { subject in
            let batches = 60
            let group = DispatchGroup()
            let failure = FailureBox()
            DispatchQueue.global().async(group: group) {
                failure.run {
                    var maker = EventMaker()
                    let writer = try subject.acquire()
                    var head = writer.headAtStart
                    for size in 1...batches {
                        head = try writer.append(
                            maker.batch(after: head, count: size),
                            after: head,
                            epoch: writer.epoch
                        )
                    }
                    writer.release()
                }
            }
            var subscription = LogSubscription(subject.log, subject.shard, after: 0)
            var seen: [Int64] = []
            let total = batches * (batches + 1) / 2
            while seen.count < total {
                let count = try subscription.next { seen.append($0.header.position) }
                if count == 0, group.wait(timeout: .now() + .milliseconds(1)) == .success {
                    _ = try subscription.next { seen.append($0.header.position) }
                    break
                }
            }
            group.wait()
            try failure.rethrow()
            try expect(seen, Array(1...Int64(total)), "the positions seen")
        },
    ]
}
