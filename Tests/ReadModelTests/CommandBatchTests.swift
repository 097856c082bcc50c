import AuditViewProjection
import BifrostKernel
import EventStore
import PostgresClient
import ProjectionKit
import SeededChoices
import Testing

@testable import ReadModels

@Suite("A batch ends where a command does", .serialized)
struct CommandBatchTests {
    private static let audit = ReadModel(AuditView.self, reference: .reference, trading: [ReadFixture.shard])

    /// Appends events of orders as commands of so many each, all of one story; the last position of each.
    ///
    /// What stands at `spoiled` cannot be read.
    private func append(_ counts: [Int], to fixture: ReadFixture, spoiled: Int64 = 0) throws -> [Int64] {
        let plain = fixture.orders.batch(after: fixture.head, count: counts.reduce(0, +))
        var batch = EventBatch()
        var ends: [Int64] = []
        for count in counts {
            let first = plain.headers[batch.count]
            for index in batch.count..<batch.count + count {
                var header = first
                header.position = plain.headers[index].position
                header.stream = plain.headers[index].stream
                header.version = plain.headers[index].version
                header.type = plain.headers[index].type
                if header.position > first.position { header.commandDigest = nil }
                let isSpoiled = header.position == spoiled
                batch.append(header, payload: isSpoiled ? [0xff] : plain.payload(at: index))
            }
            ends.append(first.position + Int64(count) - 1)
        }
        try fixture.append(batch)
        return ends
    }

    @Test("or at a multiple of fifty, and rows equal a fresh fold", arguments: [1, 2, 3] as [UInt64])
    func ends(seed: UInt64) throws {
        let fixture = try ReadFixture("read_commands_\(seed)", seed: seed)
        let build = try fixture.build(Self.audit)
        var choices = Generator(seed: seed)
        var ends: Set<Int64> = []
        for _ in 0..<6 {
            let counts = (0..<30).map { _ in
                choices.chance(5) ? choices.int(40...170) : choices.int(1...9)
            }
            ends.formUnion(try append(counts, to: fixture))
            let runner = try Self.audit.makeRunner(
                fixture.seat(build, batchEventsMax: choices.int(1...70))
            )
            while try runner.turn() > 0 {
                let end = runner.position
                #expect(ends.contains(end) || end % FoldedBatch.positions == 0, "at \(end)")
            }
            let verdicts = try ReadModelVerification(Self.audit, fixture.log).run { _, _ in }
            #expect(verdicts.allSatisfy { $0.isProven }, "\(verdicts)")
            #expect(verdicts.last?.position == fixture.head.position)
        }
        let rows = try fixture.admin().query(
            "select sum(cardinality(types)), max(cardinality(types)) from audit_v1.entries where shard = 1"
        )
        #expect(try rows.int64(0, 0) == fixture.head.position)
        // Those of a long command end where a batch may.
        #expect(try rows.int32(0, 1) == Int32(FoldedBatch.positions))
    }

    @Test("before the command of an event that cannot be read")
    func poison() throws {
        let fixture = try ReadFixture("read_commands_poison")
        let build = try fixture.build(Self.audit)
        let ends = try append([33, 2, 9, 4], to: fixture, spoiled: 40)
        let runner = try Self.audit.makeRunner(fixture.seat(build))
        #expect(try runner.turn() == 35)
        let error = projectionError { () throws(ProjectionError) in _ = try runner.turn() }
        guard case .poison(let position, _) = error else {
            Issue.record("expected the event to be named, was \(String(describing: error))")
            return
        }
        #expect(position == 40)
        #expect(try fixture.checkpoint(build).position == ends[1])
    }
}
