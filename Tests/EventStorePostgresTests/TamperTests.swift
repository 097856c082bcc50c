import BifrostKernel
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("the verifier names the first bad position")
struct TamperTests {
    private static let columns = EventRow.columns.split(separator: ",").map {
        String($0.drop { $0 == " " })
    }

    /// Forty events in three leaves, and a superuser who has put every guard aside.
    private struct Scene {
        let fixture: StoreFixture
        let head: Head
        let admin: PostgresConnection
        let verifier: ChainVerifier

        init(_ name: String) throws {
            var limits = PostgresLimits()
            limits.leafEventsMax = 16
            limits.batchEventsMax = 4
            fixture = try StoreFixture(name, limits: limits)
            var maker = EventMaker()
            head = try fixture.fill([4, 4, 4, 4, 4, 4, 4, 4, 4, 4], &maker)
            admin = try fixture.admin()
            for leaf in 1...3 {
                try admin.execute(
                    """
                    alter table bifrost.event_s0_l\(leaf) disable trigger append_only,
                        drop constraint event_s0_l\(leaf)_position_check,
                        drop constraint event_s0_l\(leaf)_hash_check,
                        drop constraint event_s0_l\(leaf)_stream_key,
                        drop constraint event_s0_l\(leaf)_command_digest_check
                    """
                )
            }
            verifier = ChainVerifier(fixture.log, .reference)
        }

        func verify(against kept: Head? = nil) throws -> ChainVerifier.Verdict {
            try verifier.verify(against: kept)
        }
    }

    /// The value of a column with one bit turned; turning it again gives the first value.
    private func flip(_ column: String) -> String {
        switch column {
        case "correlation":
            "encode(set_bit(uuid_send(correlation), 77, 1 - get_bit(uuid_send(correlation), 77)), 'hex')::uuid"
        case "command_id", "actor":
            "convert_from(set_bit(convert_to(\(column), 'UTF8'), 0, 1 - get_bit(convert_to(\(column), 'UTF8'), 0)), 'UTF8')"
        case "command_digest", "payload", "hash": "set_bit(\(column), 9, 1 - get_bit(\(column), 9))"
        case "position": "position # (1::int8 << 40)"
        case "type", "schema_version", "business_date": "\(column) # 4"
        default: "\(column) # 4::int8"
        }
    }

    @Test("one bit flipped in each column")
    func flipped() throws {
        let scene = try Scene("tamper_flip")
        #expect(try scene.verify(against: scene.head) == .intact(scene.head))
        #expect(Self.columns.count == Int(EventRow.fields))
        for position in [1, 18, 40] {
            // Digests stand on the even events only.
            for column in Self.columns where column != "command_digest" || position % 2 == 0 {
                let leaf = (position + 15) / 16
                let place = column == "position" ? "\(flip(column)) = \(position)" : "position = \(position)"
                try scene.admin.execute(
                    "update bifrost.event_s0_l\(leaf) set \(column) = \(flip(column)) where position = \(position)"
                )
                guard case .broken(Int64(position), _) = try scene.verify(against: scene.head) else {
                    Issue.record("\(column) at \(position): was \(try scene.verify(against: scene.head))")
                    return
                }
                try scene.admin.execute(
                    "update bifrost.event_s0_l\(leaf) set \(column) = \(flip(column)) where \(place)"
                )
            }
        }
        #expect(try scene.verify(against: scene.head) == .intact(scene.head))
    }

    @Test("a digest that was taken away or put in")
    func digests() throws {
        let scene = try Scene("tamper_digest")
        try scene.admin.execute(
            "update bifrost.event_s0_l2 set command_digest = decode(repeat('00', 16), 'hex') where position = 21"
        )
        guard case .broken(21, .altered) = try scene.verify() else {
            Issue.record("was \(try scene.verify())")
            return
        }
        try scene.admin.execute("update bifrost.event_s0_l1 set command_digest = null where position = 2")
        guard case .broken(2, .altered) = try scene.verify() else {
            Issue.record("was \(try scene.verify())")
            return
        }
    }

    @Test("an event deleted")
    func deleted() throws {
        let scene = try Scene("tamper_delete")
        try scene.admin.execute("delete from bifrost.event_s0_l2 where position = 20")
        #expect(try scene.verify() == .broken(position: 20, .missing(next: 21)))
        try scene.admin.execute("delete from bifrost.event_s0_l1")
        #expect(try scene.verify() == .broken(position: 1, .missing(next: 17)))
    }

    @Test("two events swapped")
    func swapped() throws {
        let scene = try Scene("tamper_swap")
        try scene.admin.execute(
            """
            update bifrost.event_s0_l2 set position = -1 where position = 19;
            update bifrost.event_s0_l2 set position = 19 where position = 20;
            update bifrost.event_s0_l2 set position = 20 where position = -1;
            """
        )
        guard case .broken(19, .altered) = try scene.verify() else {
            Issue.record("was \(try scene.verify())")
            return
        }
    }

    @Test("the end cut off is found against a head that was kept")
    func truncated() throws {
        let scene = try Scene("tamper_truncate")
        try scene.admin.execute("delete from bifrost.event_s0_l3 where position > 35")
        guard case .intact(let head) = try scene.verify() else {
            Issue.record("was \(try scene.verify())")
            return
        }
        #expect(head.position == 35)
        #expect(try scene.verify(against: scene.head) == .broken(position: 36, .truncated))
        try scene.admin.execute("truncate bifrost.event_s0_l3")
        #expect(try scene.verify(against: scene.head) == .broken(position: 33, .truncated))
    }

    @Test("a rewrite with all its hashes is found against a head that was kept")
    func rewritten() throws {
        let scene = try Scene("tamper_rewrite")
        let events = try scene.fixture.events()
        var chain = Chain(log: scene.fixture.log.id, shard: .reference)
        var hash = events[24].hash
        for event in events[25...] {
            let payload: [UInt8] = event.header.position == 26 ? [1, 2, 3] : event.payload
            hash = chain.hash(after: hash, event.header, payload: payload[...])
            let leaf = (event.header.position + 15) / 16
            _ = try scene.admin.query(
                "update bifrost.event_s0_l\(leaf) set payload = $2, hash = $3 where position = $1",
                [.int64(event.header.position), .bytes(payload), .bytes(hash.bytes)]
            )
        }
        guard case .intact = try scene.verify() else {
            Issue.record("was \(try scene.verify())")
            return
        }
        let expected = ChainVerifier.Fault.rewritten(expected: scene.head.hash, actual: hash)
        #expect(try scene.verify(against: scene.head) == .broken(position: 40, expected))
    }

    @Test("a shard's events under another shard's number")
    func transplanted() throws {
        let scene = try Scene("tamper_transplant")
        var maker = EventMaker()
        try scene.fixture.fill([4], shard: ShardNumber(5), &maker)
        try scene.admin.execute(
            """
            alter table bifrost.event_s5_l1 disable trigger append_only;
            delete from bifrost.event_s5_l1;
            insert into bifrost.event_s5_l1 select * from bifrost.event_s0_l1 where position <= 4;
            """
        )
        guard case .broken(1, .altered) = try ChainVerifier(scene.fixture.log, ShardNumber(5)).verify() else {
            Issue.record("expected a foreign first event")
            return
        }
    }
}
