import BifrostKernel
import Dispatch
import EventStore
import EventStoreTesting
import PostgresClient
import Synchronization
import Testing

@testable import EventStorePostgres

@Suite("leaves")
struct LeafTests {
    private func fixture(_ name: String) throws -> StoreFixture {
        var limits = PostgresLimits()
        limits.leafEventsMax = 100
        limits.batchEventsMax = 30
        return try StoreFixture(name, limits: limits)
    }

    private func catalogue(_ fixture: StoreFixture) throws -> [[Int64?]] {
        let rows = try fixture.admin().query(
            "select number, first_position, last_position from bifrost.leaf where shard = 0 order by number"
        )
        return try (0..<rows.count).map { row in
            try (0..<3).map { try rows.optionalInt64(row, $0) }
        }
    }

    @Test("an event's commit is that of its whole batch, in whichever leaf, frozen or not")
    func commits() throws {
        let fixture = try fixture("leaf_commits")
        var maker = EventMaker()
        try fixture.fill([30, 30, 30, 10, 20], &maker)
        try fixture.admin().execute("vacuum (freeze) bifrost.event_s0_l1")
        var transactions: [UInt32] = []
        for (first, last) in [(1, 30), (31, 60), (61, 90), (91, 100), (101, 120)] as [(Int64, Int64)] {
            let commits = try [first, (first + last) / 2, last].map {
                try fixture.log.commit(of: $0, in: .reference)
            }
            #expect(commits.allSatisfy { $0 == commits[0] && $0?.lastPosition == last })
            transactions.append(try #require(commits[0]).transaction)
        }
        #expect(transactions == transactions.sorted() && Set(transactions).count == 5)
        #expect(try fixture.log.commit(of: 121, in: .reference) == nil)
    }

    @Test("the next leaf is made ahead of time")
    func ahead() throws {
        let fixture = try fixture("leaf_ahead")
        let writer = try fixture.writer()
        #expect(try poll(seconds: 10) { try catalogue(fixture) == [[1, 1, nil], [2, nil, nil]] })
        var maker = EventMaker()
        var head = writer.headAtStart
        for _ in 0..<4 {
            head = try writer.append(
                maker.batch(after: head, count: 30),
                after: head,
                epoch: writer.epoch
            )
        }
        #expect(
            try poll(seconds: 10) {
                try catalogue(fixture) == [[1, 1, 90], [2, 91, nil], [3, nil, nil]]
            }
        )
        let admin = try fixture.admin()
        #expect(
            try poll(seconds: 10) {
                try admin.query("select count(*) from bifrost.event").int64(0, 0) == 120
            }
        )
        writer.release()
    }

    @Test("a batch that does not fit closes its leaf early, in the transaction that opens the next")
    func across() throws {
        let fixture = try fixture("leaf_across")
        var maker = EventMaker()
        let head = try fixture.fill([30, 30, 29, 12, 30, 30, 30, 30, 1, 29, 1, 2], &maker)
        #expect(head.position == 254)
        #expect(
            try catalogue(fixture).prefix(3) == [[1, 1, 89], [2, 90, 191], [3, 192, nil]]
        )
        #expect(try fixture.events().map(\.header.position) == Array(1...254))
        #expect(try ChainVerifier(fixture.log, .reference).verify(against: head) == .intact(head))
        for after in [0, 50, 88, 89, 90, 191, 253, 254] as [Int64] {
            var positions: [Int64] = []
            _ = try fixture.log.read(.reference, .all(after: after), limit: 60) {
                positions.append($0.header.position)
            }
            #expect(positions == Array(((after + 1)...(after + 60)).prefix { $0 <= 254 }))
        }
    }

    @Test("a leaf that is exactly full is closed by the next batch")
    func full() throws {
        let fixture = try fixture("leaf_full")
        var maker = EventMaker()
        try fixture.fill([30, 30, 30, 10], &maker)
        #expect(try catalogue(fixture).first == [1, 1, nil])
        #expect(try fixture.log.head(of: .reference).position == 100)
        try fixture.fill([1], &maker)
        #expect(try catalogue(fixture).prefix(2) == [[1, 1, 100], [2, 101, nil]])
        #expect(try fixture.log.head(of: .reference).position == 101)
    }

    @Test("a batch that is refused on its way over the end leaves the leaf open")
    func refused() throws {
        let fixture = try fixture("leaf_refused")
        var maker = EventMaker()
        let head = try fixture.fill([30, 30, 30], &maker)
        let writer = try fixture.writer()
        var batch = maker.batch(after: head, count: 20)
        let again = batch.headers[19]
        batch.append(
            {
                var header = again; header.position += 1; return header
            }(),
            payload: []
        )
        let error = appendError { () throws(AppendError) in
            try writer.append(batch, after: head, epoch: writer.epoch)
        }
        guard case .refused = error else {
            Issue.record("expected a refusal, was \(String(describing: error))")
            return
        }
        #expect(try catalogue(fixture).first == [1, 1, nil])
        maker.takeBack(batch)
        _ = try writer.append(maker.batch(after: head, count: 20), after: head, epoch: writer.epoch)
        writer.release()
        #expect(try fixture.events().count == 110)
    }

    @Test("a batch above the limit is refused before anything is sent")
    func tooLarge() throws {
        let fixture = try fixture("leaf_large")
        let writer = try fixture.writer()
        var maker = EventMaker()
        let batch = maker.batch(after: writer.headAtStart, count: 31)
        let error = appendError { () throws(AppendError) in
            try writer.append(batch, after: writer.headAtStart, epoch: writer.epoch)
        }
        #expect(error == .refused("expected at most 30 events, was 31"))
        writer.release()
    }

    @Test("a turn of the leaf is fenced like any append")
    func turnIsFenced() throws {
        let fixture = try fixture("leaf_fenced")
        var maker = EventMaker()
        let head = try fixture.fill([30, 30, 30], &maker)
        let writer = try fixture.writer()
        let connection = try fixture.connect(as: "bifrost_writer")
        _ = try connection.query("select bifrost.add_leaf(0, 2)")
        let hash = hexLiteral(head.hash.bytes)
        let zero = hexLiteral([UInt8](repeating: 0, count: 32))
        let epoch = writer.epoch.value
        for call in [
            "turn_leaf(0, \(epoch - 1), 2, 90, \(hash))", "turn_leaf(0, \(epoch), 3, 90, \(hash))",
            "turn_leaf(0, \(epoch), 1, 90, \(hash))", "turn_leaf(0, \(epoch), 2, 89, \(hash))",
            "turn_leaf(0, \(epoch), 2, 90, \(zero))", "fence_s0_l2(\(epoch), 90, \(hash))",
        ] {
            let state = try sqlState { () throws(PostgresError) in
                _ = try connection.query("select bifrost.\(call)")
            }
            #expect(state == "BF001", "\(call)")
        }
        _ = try writer.append(maker.batch(after: head, count: 30), after: head, epoch: writer.epoch)
        let state = try sqlState { () throws(PostgresError) in
            _ = try connection.query("select bifrost.fence_s0_l1(\(epoch), 90, \(hash))")
        }
        #expect(state == "BF001", "the closed leaf takes nothing more, though its end is as it was")
        writer.release()
    }

    @Test("the first append ever, by eight at once")
    func firstAppend() throws {
        let fixture = try fixture("leaf_first")
        let failures = Failures()
        let positions = Mutex<[Int64]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            failures.run {
                let isIn = try poll(seconds: 30) {
                    let writer: any ShardWriter
                    do throws(AcquireError) {
                        writer = try fixture.log.acquire(.reference, holder: "\(index)", takingOver: false)
                    } catch {
                        guard case .refused = error else { return false }
                        throw error
                    }
                    var maker = EventMaker()
                    maker.firstAccount = Int64(index) * 1_000
                    let head = writer.headAtStart
                    let batch = maker.batch(after: head, count: 2)
                    let end = try writer.append(batch, after: head, epoch: writer.epoch)
                    positions.withLock { $0.append(end.position) }
                    writer.release()
                    return true
                }
                if !isIn { throw ConformanceFailure("engine \(index) never got in") }
            }
        }
        #expect(failures.all.isEmpty)
        #expect(positions.withLock { $0.sorted() } == [2, 4, 6, 8, 10, 12, 14, 16])
        #expect(try fixture.events().count == 16)
    }
}
