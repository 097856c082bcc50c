import BifrostKernel
import Engine
import EventStore
import Orders
import Portfolios
import References
import Sagas
import Testing

@testable import Replays

@Suite("The proof of a log")
struct LogVerificationTests {
    private let recorded: RecordedLog
    private static let trading = RecordedLog.trading

    init() throws {
        recorded = try RecordedLog()
        let account = try recorded.openAccount("main", deposit: "1000")
        try recorded.fill(try recorded.place("o1", account, .buy, 30).subject, account, at: "10")
        try recorded.marks("11", on: 0)
        try recorded.roll(0)
        _ = try recorded.place("o2", account, .buy, 5000)
    }

    private func verify(_ log: any EventLog) throws -> [ShardVerdict] {
        try LogVerification(log).verify([.reference, Self.trading])
    }

    private func fault(_ log: any EventLog) throws -> LogFault? {
        try verify(log).compactMap { $0.fault }.first
    }

    private func position(of type: UInt32, _ shard: ShardNumber = RecordedLog.trading) throws -> Int64 {
        try #require(try recorded.events(shard).first { $0.header.type == type }).header.position
    }

    @Test("an untouched log is proven, and counted")
    func intact() throws {
        var told: [Int64] = []
        let verdicts = try LogVerification(recorded.log).verify([Self.trading]) { _, position, _ in
            told.append(position)
        }
        #expect(verdicts.map { $0.shard } == [.reference, Self.trading])
        #expect(verdicts.allSatisfy { $0.fault == nil })
        #expect(verdicts.map { $0.copies } == [0, 4])
        #expect(verdicts.map { $0.accounts } == [0, 1])
        #expect(verdicts.map { $0.events } == told)
        #expect(verdicts[1].head == (try recorded.log.head(of: Self.trading)))
        #expect(verdicts[1].commands == 12)
    }

    @Test("a flipped bit of any payload is found where it is")
    func flippedPayload() throws {
        for event in try recorded.events() {
            var log = try TamperedLog(recorded)
            log.change(Self.trading, event.header.position) { $0.payload[$0.payload.count - 1] ^= 1 }
            let found = try fault(log)
            #expect(found?.position == event.header.position)
            #expect(found?.kind == .tampering)
            #expect(found?.shard == Self.trading)
        }
    }

    @Test("a missing event is found at its position")
    func missing() throws {
        var log = try TamperedLog(recorded)
        log.remove(Self.trading, 9)
        #expect(try fault(log)?.position == 9)
    }

    private struct Forgery: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let type: UInt32
        let reason: String
        let forge: @Sendable (inout RecordedEvent) -> Void
    }

    private static let forgeries: [Forgery] = [
        Forgery(testDescription: "a version", type: OrderApproved.eventType, reason: "expected version 2") {
            $0.header.version = 7
        },
        Forgery(testDescription: "a time", type: OrderApproved.eventType, reason: "before its predecessor") {
            $0.header.recordedAt = Timestamp(nanos: 1)
        },
        Forgery(testDescription: "a type", type: OrderApproved.eventType, reason: "cannot be read") {
            $0.header.type = 9_999
        },
        Forgery(testDescription: "a posting", type: CashDeposited.eventType, reason: "do not sum to zero") {
            event in
            guard var fact = try? WireDecoder.decode(CashDeposited.self, event.payload) else { return }
            fact.postings.removeLast()
            event.payload = WireEncoder.encode(fact)
        },
        Forgery(testDescription: "a cause", type: OrderApproved.eventType, reason: "whose first event") {
            $0.header.causation = 1
        },
        Forgery(testDescription: "a command id", type: DayRolled.eventType, reason: "took effect before") {
            $0.header.commandID = ClientName("open-main") ?? $0.header.commandID
        },
        Forgery(
            testDescription: "a copy",
            type: ReferenceFactCopied.eventType,
            reason: "it is not what stands"
        ) {
            event in
            guard var copy = try? WireDecoder.decode(ReferenceFactCopied.self, event.payload) else { return }
            copy.sourceHash[0] ^= 1
            event.payload = WireEncoder.encode(copy)
        },
        Forgery(
            testDescription: "the log's id",
            type: ShardOpened.eventType,
            reason: "it opens a shard of log"
        ) {
            event in
            guard var fact = try? WireDecoder.decode(ShardOpened.self, event.payload) else { return }
            fact.log = Identifier(high: 1, low: 1)
            event.payload = WireEncoder.encode(fact)
        },
    ]

    @Test("what is forged under a chain that holds is found by what it says", arguments: forgeries)
    private func forged(_ forgery: Forgery) throws {
        var log = try TamperedLog(recorded)
        let position = try position(of: forgery.type)
        log.change(Self.trading, position, forgery.forge)
        log.rehash(Self.trading)
        let found = try fault(log)
        #expect(found?.position == position)
        #expect(found?.reason.contains(forgery.reason) == true, "\(found?.reason ?? "nothing was found")")
    }

    @Test("a log that was rewritten with all its hashes is found against a head kept elsewhere")
    func rewritten() throws {
        let kept = try recorded.log.head(of: Self.trading)
        var log = try TamperedLog(recorded)
        log.change(Self.trading, try position(of: OrderAcknowledged.eventType)) { event in
            guard var fact = try? WireDecoder.decode(OrderAcknowledged.self, event.payload) else { return }
            fact.venueOrderID = "V-0"
            event.payload = WireEncoder.encode(fact)
        }
        log.rehash(Self.trading)
        #expect(try fault(log) == nil)
        let found = try LogVerification(log).verify(
            [Self.trading],
            against: [Self.trading: ShardWitness(head: kept)]
        )
        #expect(found.last?.fault?.position == kept.position)
        log.remove(Self.trading, kept.position)
        let cut = try LogVerification(log).verify(
            [Self.trading],
            against: [Self.trading: ShardWitness(head: kept)]
        )
        #expect(cut.last?.fault?.position == kept.position)
    }

    /// The log's tree at each size, and the tops of its subtrees of 256 events.
    private func witness(_ log: any EventLog) throws -> ShardWitness {
        var frontier = MerkleFrontier()
        let chain = Chain(log: log.id, shard: Self.trading)
        var witness = ShardWitness()
        _ = try log.read(Self.trading, .all(after: 0), limit: .max) { event in
            if let top = frontier.append(chain.leaf(event)) { witness.subtrees.append(top) }
            witness.trees.append(frontier.head)
        }
        return witness
    }

    private func fault(_ log: any EventLog, _ witness: ShardWitness) throws -> LogFault? {
        try LogVerification(log).verify([Self.trading], against: [Self.trading: witness]).last?.fault
    }

    @Test("signed trees that the log grew through are counted, and one behind its end shows the cut")
    func trees() throws {
        let witness = try witness(recorded.log)
        let verdicts = try LogVerification(recorded.log).verify(
            [Self.trading],
            against: [Self.trading: witness]
        )
        #expect(verdicts.last?.fault == nil)
        #expect(verdicts.last?.trees == witness.trees.count)
        var log = try TamperedLog(recorded)
        let end = try #require(witness.trees.last).size
        log.remove(Self.trading, end)
        let cut = try fault(log, witness)
        #expect(cut?.position == end)
        #expect(cut?.kind == .tampering)
        #expect(cut?.reason.contains("its end was cut off") == true)
    }

    @Test("a log rewritten with all its hashes is found between the checkpoints around the change")
    func rewrittenTree() throws {
        var witness = try witness(recorded.log)
        var log = try TamperedLog(recorded)
        let changed = try position(of: OrderAcknowledged.eventType)
        log.change(Self.trading, changed) { event in
            guard var fact = try? WireDecoder.decode(OrderAcknowledged.self, event.payload) else { return }
            fact.venueOrderID = "V-0"
            event.payload = WireEncoder.encode(fact)
        }
        log.rehash(Self.trading)
        #expect(try fault(log, witness)?.position == changed)
        witness.trees = witness.trees.filter { $0.size % 10 == 0 }
        #expect(try fault(log, witness)?.position == (changed - 1) / 10 * 10 + 1)
    }

    @Test("tops of subtrees in the database name the 256 events among which one was rewritten")
    func rewrittenSubtree() throws {
        let account = try recorded.openAccount("busy", deposit: "1000")
        while try recorded.log.head(of: Self.trading).position < 600 {
            let name = "b\(try recorded.log.head(of: Self.trading).position)"
            _ = try recorded.place(name, account, .buy, 5000)
        }
        var witness = try witness(recorded.log)
        witness.trees = []
        #expect(try fault(recorded.log, witness) == nil)
        var log = try TamperedLog(recorded)
        log.change(Self.trading, 400) { $0.header.receivedAt = Timestamp(nanos: 5) }
        log.rehash(Self.trading)
        let found = try fault(log, witness)
        #expect(found?.position == 257)
        #expect(found?.reason.contains("events 257 to 512") == true)
    }

    @Test("cash below zero is a broken promise of the core, not tampering")
    func negativeCash() throws {
        let account = try recorded.openAccount("poor", deposit: "100")
        let order = try recorded.place("dear", account, .buy, 9).subject
        try recorded.fill(order, account, at: "12")
        let found = try fault(recorded.log)
        #expect(found?.kind == .brokenPromise)
        #expect(found?.reason.contains("falls to -8.05 USD") == true)
    }
}
