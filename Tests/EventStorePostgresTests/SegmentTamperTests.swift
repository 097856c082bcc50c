import BifrostKernel
import ColdSegments
import EventStore
import EventStoreTesting
import PostgresClient
import Testing

@testable import EventStorePostgres

@Suite("the verifier names the first bad position of a cold segment")
struct SegmentTamperTests {
    /// Three sealed leaves without their tables, and a superuser who has put every guard aside.
    private struct Scene {
        let scene: SegmentScene
        let admin: PostgresConnection

        init(_ name: String) throws {
            scene = try SegmentScene(name)
            for leaf in 1...3 as ClosedRange<Int32> {
                try scene.store.seal(.reference, leaf, by: "clerk")
                try scene.store.drop(.reference, leaf, by: "clerk")
            }
            admin = try scene.fixture.admin()
            for table in ["cold_frame", "cold_index"] {
                try admin.execute("alter table bifrost.\(table) disable trigger append_only")
            }
        }

        func expectBroken(_ position: Int64, _ comment: Comment) throws {
            let verdict = try ChainVerifier(scene.fixture.log, .reference).verify(against: scene.head)
            guard case .broken(position, _) = verdict else {
                Issue.record("\(comment): expected \(position), was \(verdict)")
                return
            }
        }

        func expectIntact() throws {
            let verdict = try ChainVerifier(scene.fixture.log, .reference).verify(against: scene.head)
            #expect(verdict == .intact(scene.head))
            try scene.store.checkIndexes(.reference)
        }

        /// Puts other events into the frame of a position, with a digest that fits.
        func replace(_ position: Int64, _ events: [RecordedEvent], _ shard: ShardNumber = .reference) throws {
            let frame = ColdFrame(events, Chain(log: scene.fixture.log.id, shard: shard))
            _ = try admin.query(
                "update bifrost.cold_frame set content_bytes = $2, frame = $3, sha256 = $4 where first_position = $1",
                [
                    .int64(position), .int32(Int32(frame.contentBytes)), .bytes(frame.bytes),
                    .bytes(frame.digest.bytes),
                ]
            )
        }
    }

    private static let refit = "update bifrost.cold_frame set sha256 = sha256(frame)"

    @Test("a truncated frame, with or without a digest that fits")
    func truncated() throws {
        let scene = try Scene("tamper_cold_truncated")
        try scene.expectIntact()
        try scene.admin.execute(
            "update bifrost.cold_frame set frame = substr(frame, 1, octet_length(frame) - 9) "
                + "where first_position = 131"
        )
        try scene.expectBroken(131, "cut off")
        try scene.admin.execute(Self.refit)
        try scene.expectBroken(131, "cut off with its digest")
        try scene.admin.execute("delete from bifrost.cold_frame where first_position = 131")
        try scene.expectBroken(131, "deleted")
    }

    @Test("a flipped bit in each column of a frame")
    func flipped() throws {
        let scene = try Scene("tamper_cold_flipped")
        for column in ["frame", "sha256"] {
            for bit in [1, 70, 200] {
                let flip =
                    "update bifrost.cold_frame set \(column) = set_bit(\(column), \(bit), 1 - get_bit(\(column), \(bit))) "
                    + "where first_position = 51"
                try scene.admin.execute(flip)
                try scene.expectBroken(51, "\(column) bit \(bit)")
                try scene.admin.execute(flip)
            }
        }
        for column in ["last_position", "content_bytes"] {
            try scene.admin.execute(
                "update bifrost.cold_frame set \(column) = \(column) - 1 where first_position = 51"
            )
            try scene.expectBroken(51, "\(column)")
            try scene.admin.execute(
                "update bifrost.cold_frame set \(column) = \(column) + 1 where first_position = 51"
            )
        }
        try scene.expectIntact()
    }

    @Test("two frames swapped")
    func swapped() throws {
        let scene = try Scene("tamper_cold_swapped")
        try scene.admin.execute(
            """
            update bifrost.cold_frame as a set frame = b.frame, sha256 = b.sha256, content_bytes = b.content_bytes
            from bifrost.cold_frame as b
            where (a.first_position, b.first_position) in ((21, 41), (41, 21))
            """
        )
        try scene.expectBroken(21, "swapped")
    }

    @Test("a frame that was replaced by a well-formed one names the very event")
    func replaced() throws {
        let scene = try Scene("tamper_cold_replaced")
        var events = Array(scene.scene.events[160..<170])
        events[4].payload = [1, 2, 3]
        try scene.replace(161, events)
        try scene.expectBroken(165, "one payload")
        // With all its hashes: the first event of the next frame does not follow.
        var chain = Chain(log: scene.scene.fixture.log.id, shard: .reference)
        var hash = events[3].hash
        for index in 4..<10 {
            hash = chain.hash(after: hash, events[index].header, payload: events[index].payload[...])
            events[index].hash = hash
        }
        try scene.replace(161, events)
        try scene.expectBroken(171, "rehashed")
    }

    @Test("a segment that was replaced by another's, and two leaves swapped")
    func segments() throws {
        let scene = try Scene("tamper_cold_segments")
        // The frames of leaf 3 in the place of those of leaf 1, and the other way round.
        try scene.admin.execute(
            """
            alter table bifrost.cold_frame drop constraint cold_frame_pkey,
                drop constraint cold_frame_range_check;
            update bifrost.cold_frame set first_position = -first_position, last_position = -last_position
            where first_position <= 100 or first_position > 197;
            update bifrost.cold_frame set first_position = -first_position + 197, last_position = -last_position + 197
            where first_position between -100 and -1;
            update bifrost.cold_frame set first_position = -first_position - 197, last_position = -last_position - 197
            where first_position < 0;
            """
        )
        try scene.expectBroken(1, "swapped segments")
    }

    @Test("two leaf tables swapped")
    func leaves() throws {
        let scene = try SegmentScene("tamper_leaves")
        try scene.fixture.admin().execute(
            """
            alter table bifrost.event_s0_l2 rename to swapped;
            alter table bifrost.event_s0_l1 rename to event_s0_l2;
            alter table bifrost.swapped rename to event_s0_l1;
            """
        )
        let verdict = try ChainVerifier(scene.fixture.log, .reference).verify(against: scene.head)
        guard case .broken(1, _) = verdict else {
            Issue.record("was \(verdict)")
            return
        }
    }

    @Test("an index that hides an event, names a stranger, or cannot be read, where the chain holds")
    func indexes() throws {
        let scene = try Scene("tamper_cold_index")
        let entries = scene.scene.events[100..<197].map {
            StreamEntry($0.header.streamPlace, position: $0.header.position)
        }.sorted { $0.place < $1.place }
        let hidden = entries.filter { $0.position != 120 }
        try replaceIndex(scene.admin, hidden)
        expectDamage(at: 120) { () throws(SegmentError) in
            try scene.scene.store.checkIndexes(.reference)
        }
        // Two streams' first events in each other's place.
        var exchanged = entries
        exchanged[0] = StreamEntry(entries[0].place, position: entries[30].position)
        exchanged[30] = StreamEntry(entries[30].place, position: entries[0].position)
        try replaceIndex(scene.admin, exchanged)
        let first = min(entries[0].position, entries[30].position)
        expectDamage(at: first) { () throws(SegmentError) in
            try scene.scene.store.checkIndexes(.reference)
        }
        let place = entries[0].place
        #expect(throws: ReadError.self) {
            _ = try scene.scene.read(
                .stream(AccountOrdinal(place.account), StreamOrdinal(place.stream), afterVersion: 0)
            )
        }
        try replaceIndex(scene.admin, entries)
        try scene.expectIntact()
        try scene.admin.execute(
            "update bifrost.cold_index set page = set_bit(page, 99, 1 - get_bit(page, 99))"
        )
        expectDamage(at: 1) { () throws(SegmentError) in
            try scene.scene.store.checkIndexes(.reference)
        }
    }

    private func replaceIndex(_ admin: PostgresConnection, _ entries: [StreamEntry]) throws {
        let page = StreamPage(entries)
        _ = try admin.query(
            "update bifrost.cold_index set entries = $1, page = $2, sha256 = $3 where leaf = 2",
            [.int32(Int32(page.count)), .bytes(page.bytes), .bytes(page.digest.bytes)]
        )
    }
}
