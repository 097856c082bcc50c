import BifrostKernel
import EventStore
import EventStoreTesting
import Sagas
import Synchronization
import Testing

@testable import Engine

@Suite("snapshots of an engine")
struct SnapshotMakingTests {
    private let log = MemoryLog(id: Identifier(high: 1, low: 2))
    private let snapshots = MemorySnapshots()
    private static let shard = ShardNumber(1)

    private func maker(_ build: String = "new") -> SnapshotMaker {
        SnapshotMaker(log, Self.shard, EngineSnapshots(snapshots, build: build))
    }

    private func recovery(_ skips: Skips = Skips(), build: String = "new", without: Bool = false) -> Recovery
    {
        Recovery(
            log: log,
            shard: Self.shard,
            snapshots: without ? nil : EngineSnapshots(snapshots, build: build) { skips.add($0) }
        )
    }

    /// What an engine knows at the log's end, as bytes, and the position of the snapshot it began with.
    private func known(_ recovery: Recovery) throws -> (bytes: [UInt8], from: Int64) {
        let head = try log.head(of: Self.shard)
        var known = recovery.beginning(upTo: head.position)
        try recovery.go(on: &known, to: head.position)
        var bytes: [UInt8] = []
        known.sequencer.save { bytes += $0 }
        return (bytes, known.snapshotPosition)
    }

    private func trade(_ desk: TestDesk, _ names: ClosedRange<Int>) throws {
        let account =
            names.lowerBound == 1
            ? try desk.openAccount("a", deposit: "100000")
            : try #require(try desk.events().compactMap { $0.event.openedAccount }.first)
        for index in names {
            desk.perform("o\(index)", .placeOrder(account, try desk.order(Int64(index % 7 + 1))))
            desk.perform("r\(index)", .placeOrder(account, try desk.order(1, limit: "9")))
        }
        desk.settle()
    }

    /// A log with two snapshots in its midst and some events behind the second.
    private func fill() throws {
        let desk = TestDesk(log)
        try desk.start()
        defer { desk.stop() }
        desk.declareMarket()
        try trade(desk, 1...40)
        #expect(try maker().make()?.fromPosition == 0)
        try trade(desk, 41...50)
        #expect(try maker().make()?.fromPosition != 0)
        try trade(desk, 51...60)
    }

    @Test("a snapshot and the events behind it lead to what the whole log leads to, byte for byte")
    func same() throws {
        try fill()
        let short = try known(recovery())
        let whole = try known(recovery(without: true))
        #expect(short.from > 0 && whole.from == 0)
        #expect(short.bytes == whole.bytes)
    }

    @Test("an engine that starts from a snapshot goes on, and knows every command's id")
    func goesOn() throws {
        try fill()
        let desk = TestDesk(log, holder: "second", snapshots: EngineSnapshots(snapshots, build: "new"))
        try desk.start()
        defer { desk.stop() }
        let account = try #require(try desk.events().compactMap { $0.event.openedAccount }.first)
        for name in [1, 45, 55] {
            let answer = desk.perform("r\(name)", .placeOrder(account, try desk.order(1, limit: "9")))
            guard case .repeated = answer else {
                Issue.record("r\(name) was \(answer)")
                continue
            }
        }
        let other = desk.perform("r1", .placeOrder(account, try desk.order(2, limit: "9")))
        guard case .idReused = other else {
            Issue.record("another order under the same id was \(other)")
            return
        }
        guard case .decided = desk.perform("new", .placeOrder(account, try desk.order(1))) else {
            Issue.record("a new order was not decided")
            return
        }
    }

    @Test("another build reads the log")
    func anotherBuild() throws {
        try fill()
        #expect(try known(recovery(build: "old")).from == 0)
    }

    @Test("a damaged snapshot is left for the one before it, and said so")
    func damaged() throws {
        try fill()
        let kept = snapshots.list(Self.shard)
        var parts: [[UInt8]] = []
        try snapshots.read(kept[0].label) {
            $0
        } take: {
            parts.append($0)
        }
        parts[parts.count - 1].removeLast()
        _ = snapshots.keep(kept[0].label) { put in parts.forEach(put) }
        let skips = Skips()
        let short = try known(recovery(skips))
        #expect(short.from == kept[1].label.position)
        #expect(short.bytes == (try known(recovery(without: true)).bytes))
        #expect(skips.texts.count == 1)
        #expect(skips.texts.first?.contains("position \(kept[0].label.position) is not used") == true)
    }

    @Test("a snapshot of another history is not used")
    func anotherHistory() throws {
        try fill()
        for kept in snapshots.list(Self.shard) {
            var parts: [[UInt8]] = []
            try snapshots.read(kept.label) {
                $0
            } take: {
                parts.append($0)
            }
            _ = snapshots.drop(kept.label)
            var label = kept.label
            label.hash = EventHash(1, 2, 3, 4)
            _ = snapshots.keep(label) { put in parts.forEach(put) }
        }
        let skips = Skips()
        #expect(try known(recovery(skips)).from == 0)
        #expect(skips.texts.count == 2)
    }

    @Test("two are kept of this build and two of those before it")
    func keepsTwo() throws {
        let desk = TestDesk(log)
        try desk.start()
        defer { desk.stop() }
        desk.declareMarket()
        for round in 0..<4 {
            try trade(desk, (round * 5 + 1)...(round * 5 + 5))
            _ = try maker("old").make()
            _ = try maker("new").make()
        }
        let builds = snapshots.list(Self.shard).map(\.label.build)
        #expect(builds.count { $0 == "new" } == 2)
        #expect(builds.count { $0 == "old" } == 2)
        #expect(try maker("new").make() == nil, "nothing has come since")
    }

    @Test("a job makes none before enough has come, and gives up when it is told to")
    func waits() throws {
        try fill()
        let last = try #require(snapshots.list(Self.shard).first?.label.position)
        let since = try log.head(of: Self.shard).position - last
        #expect(try maker().make(ifMoreThan: { _ in since }) == nil)
        #expect(try maker().make(while: { false }) == nil)
        #expect(snapshots.list(Self.shard).first?.label.position == last)
        #expect(try maker().make(ifMoreThan: { _ in since - 1 })?.fromPosition == last)
    }

    @Test("what is known takes longer to write down the more there is, and is written down less often")
    func due() {
        #expect(SnapshotMaker.dueAfter(0) == 200_000 && SnapshotMaker.dueAfter(10_000_000) == 200_000)
        #expect(SnapshotMaker.dueAfter(50_000_000) == 1_000_000)
    }

    @Test("an event that was changed behind the last snapshot is found before another one is made")
    func proves() throws {
        try fill()
        let last = try #require(snapshots.list(Self.shard).first?.label.position)
        let maker = SnapshotMaker(
            AlteredLog(inner: log, position: last + 3),
            Self.shard,
            EngineSnapshots(snapshots, build: "new")
        )
        let error = #expect(throws: SnapshotMakingError.self) { try maker.make() }
        #expect(
            error
                == .refused("position \(last + 3) does not have the hash of its content")
        )
    }

    @Test("no bytes of a part that are changed or missing trap")
    func noTrap() throws {
        try fill()
        var parts: [[UInt8]] = []
        try snapshots.read(snapshots.list(Self.shard)[0].label) {
            $0
        } take: {
            parts.append($0)
        }
        var generator = SystemRandomNumberGenerator()
        for part in parts.shuffled().prefix(20) {
            for _ in 0..<200 {
                var altered = part
                altered[Int.random(in: 0..<part.count, using: &generator)] = UInt8.random(in: 0...255)
                if Bool.random() { altered = Array(altered.prefix(Int.random(in: 0...part.count))) }
                var sequencer = Sequencer(shard: Self.shard)
                do throws(WireError) {
                    try sequencer.take(WireDecoder.decode(MemoryPart.self, altered))
                } catch {
                    _ = error
                }
            }
        }
    }
}

/// What was told about snapshots that are not used.
final class Skips: Sendable {
    private let reasons = Mutex<[String]>([])
    func add(_ reason: String) { reasons.withLock { $0.append(reason) } }
    var texts: [String] { reasons.withLock { $0 } }
}

/// A log with one event's payload changed and its hash kept.
private struct AlteredLog: ForwardingLog {
    let inner: MemoryLog
    let position: Int64
    func read(
        _ shard: ShardNumber,
        _ selection: LogSelection,
        limit: Int,
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) -> Int {
        try inner.read(shard, selection, limit: limit) { event in
            guard event.header.position == position else { return body(event) }
            var header = event.header
            header.effectiveAt = Timestamp(nanos: header.effectiveAt.nanos + 1)
            body(RecordedEvent(header: header, payload: event.payload, hash: event.hash))
        }
    }
}

extension DomainEvent {
    var openedAccount: AccountID? {
        guard case .accountOpened(let fact) = self else { return nil }
        return fact.account
    }
}
