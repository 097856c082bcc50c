import BifrostKernel
import EventStore
import EventStorePostgres
import Testing

@testable import Proofs

@Suite("Proof files")
struct ProofFileTests {
    private static let order = Identifier(.order, slot: 1, shard: 0, birth: 2)

    private static func refusal(_ body: () throws -> Void) -> ProofError? {
        do { try body() } catch { return error as? ProofError }
        return nil
    }

    @Test("a proof holds the events' canonical bytes, and a path from each to the root that is signed")
    func order() throws {
        let fixture = try ProofFixture("proof_of_order", events: 700)
        let under = try fixture.sign()
        let events = try fixture.events.filter { $0.header.correlation == Self.order }.prefix(30)
        let text = try ProofFile(fixture.log).order(
            Self.order,
            Array(events),
            in: ProofFixture.shard,
            under: under
        )
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "bifrost-proof-of-order 1")
        #expect(lines[1] == "order \(Self.order.text)")
        let chain = Chain(log: fixture.log.id, shard: ProofFixture.shard)
        for (number, event) in events.enumerated() {
            let bytes = chain.canonicalBytes(event.header, payload: event.payload)
            #expect(lines[2 + 2 * number] == "event \(Base64.text(bytes))")
            // 700 leaves stand at most ten levels below their root.
            let hashes = lines[3 + 2 * number].split(separator: " ").count - 1
            #expect((8...10).contains(hashes))
        }
        #expect(text.hasSuffix("\ncheckpoint\n" + under.note))
    }

    @Test("an order that goes on behind the checkpoint is not proven against it")
    func later() throws {
        let fixture = try ProofFixture("proof_of_later", events: 20)
        let under = try fixture.sign()
        try fixture.grow(by: 10)
        let events = try fixture.events.filter { $0.header.correlation == Self.order }
        let proof = ProofFile(fixture.log)
        let refused = Self.refusal {
            _ = try proof.order(Self.order, events, in: ProofFixture.shard, under: under)
        }
        #expect(refused?.description.contains("the checkpoint ends at 20") == true)
        let elsewhere = Self.refusal { _ = try proof.order(Self.order, [], in: .reference, under: under) }
        #expect(elsewhere?.description.contains("the checkpoint is of shard 1") == true)
    }

    @Test("two checkpoints are shown to be of one growing log, and swapped or foreign ones refused")
    func consistency() throws {
        let fixture = try ProofFixture("proof_of_consistency", events: 300)
        let old = try fixture.sign()
        try fixture.grow(by: 400)
        let new = try fixture.sign()
        let proof = ProofFile(fixture.log)
        let text = try proof.consistency(old, new)
        #expect(text.hasPrefix("bifrost-proof-of-consistency 1\npath "))
        #expect(text.contains("\ncheckpoint 5\n" + old.note + "checkpoint\n" + new.note))
        let swapped = Self.refusal { _ = try proof.consistency(new, old) }
        #expect(swapped?.description.contains("give the older one first") == true)
        let other = try ProofFixture("proof_of_others", events: 2)
        let foreign = try other.sign()
        #expect(Self.refusal { _ = try proof.consistency(foreign, new) } != nil)
        #expect(Self.refusal { _ = try proof.consistency(foreign, foreign) } != nil)
    }

    @Test("nothing is proven under a checkpoint that the log does not agree with")
    func rewritten() throws {
        let fixture = try ProofFixture("proof_of_rewritten", events: 40)
        let under = try fixture.sign()
        try fixture.forge("update bifrost.event_s1_l1 set payload = '\\x00' where position = 7")
        let events = try fixture.events.filter { $0.header.correlation == Self.order }
        guard
            case .tampered? = Self.refusal({
                _ = try ProofFile(fixture.log).order(
                    Self.order,
                    events,
                    in: ProofFixture.shard,
                    under: under
                )
            })
        else {
            Issue.record("a rewritten log was proven")
            return
        }
    }
}
