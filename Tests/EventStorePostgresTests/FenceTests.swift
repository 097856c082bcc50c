import BifrostKernel
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

/// Each half of the fence alone: a takeover ends the old session too, which would hide a fence that lets
/// through.
@Suite("the fence")
struct FenceTests {
    private func answer(_ session: PostgresConnection, _ epoch: Int64, _ head: Head) -> PostgresError? {
        do throws(PostgresError) {
            let hash = hexLiteral(head.hash.bytes)
            _ = try session.query("select bifrost.fence_s0_l1(\(epoch), \(head.position), \(hash))")
            return nil
        } catch {
            return error
        }
    }

    private func expectFenced(_ error: PostgresError?, _ words: String) {
        guard case .server(let answer)? = error else {
            Issue.record("expected a fence that refuses, was \(String(describing: error))")
            return
        }
        #expect(answer.sqlState == "BF001")
        #expect(answer.message.contains(words))
    }

    @Test("another epoch is fenced although the end of the log is right")
    func epoch() throws {
        let fixture = try StoreFixture("fence_epoch")
        var maker = EventMaker()
        let head = try fixture.fill([3], &maker)
        let writer = try fixture.writer()
        let session = try fixture.connect(as: "bifrost_writer")
        #expect(answer(session, writer.epoch.value, head) == nil)
        for other in [writer.epoch.value - 1, writer.epoch.value + 1] {
            expectFenced(answer(session, other, head), "expected epoch \(other)")
        }
        writer.release()
    }

    @Test("another end of the log is fenced although the epoch is right")
    func end() throws {
        let fixture = try StoreFixture("fence_end")
        var maker = EventMaker()
        let head = try fixture.fill([3], &maker)
        let writer = try fixture.writer()
        let session = try fixture.connect(as: "bifrost_writer")
        for position in [head.position - 1, head.position + 1] {
            let other = Head(position: position, hash: head.hash, recordedAt: head.recordedAt)
            expectFenced(answer(session, writer.epoch.value, other), "to end at \(position)")
        }
        let forged = Head(position: head.position, hash: EventHash(1, 2, 3, 4), recordedAt: head.recordedAt)
        expectFenced(answer(session, writer.epoch.value, forged), "to end at \(head.position)")
        writer.release()
    }
}
