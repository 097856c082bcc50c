import BifrostKernel
import EventStore
import PostgresClient
import Testing
import Threads

@testable import Prices

@Suite("Intraday prices")
struct PriceBookTests {
    private typealias F = PriceFixture

    @Test("the last trade and the last quote of a moment, whatever order they came in")
    func latest() throws {
        let fixture = try PriceFixture("prices_latest")
        try fixture.record(
            "one",
            [
                PriceTick(F.acme, at: F.at(10), last: F.price(100)),
                PriceTick(F.acme, at: F.at(20), bid: F.price(101), ask: F.price(103)),
                PriceTick(F.zeta, at: F.at(15), last: F.price(7)),
            ]
        )
        // A correction of the same moment, and a price that came late.
        try fixture.record("two", [PriceTick(F.acme, at: F.at(10), last: F.price(99))])
        try fixture.record("three", [PriceTick(F.acme, at: F.at(5), last: F.price(50))])
        let all = try fixture.book.latest(of: [F.acme, F.zeta], after: F.at(0), through: F.at(60))
        #expect(all[F.acme]?.trade?.tick.last == F.price(99))
        #expect(all[F.acme]?.trade?.place == .init(at: F.at(10), segment: 2, ordinal: 0))
        #expect(all[F.acme]?.quote?.tick.ask == F.price(103))
        #expect(all[F.zeta]?.trade?.tick.last == F.price(7))
        #expect(all[F.zeta]?.quote == nil)

        let known = try fixture.book.latest(
            of: [F.acme],
            after: F.at(0),
            through: F.at(60),
            asOfSegment: 1
        )
        #expect(known[F.acme]?.trade?.tick.last == F.price(100))
        let early = try fixture.book.latest(of: [F.acme], after: F.at(0), through: F.at(9))
        #expect(early[F.acme]?.trade?.tick.last == F.price(50))
        let later = try fixture.book.latest(of: [F.acme], after: F.at(20), through: F.at(60))
        #expect(later.isEmpty)
    }

    @Test("a repeated key records once, and one with other prices is refused")
    func repeated() throws {
        let fixture = try PriceFixture("prices_repeated")
        let ticks = [PriceTick(F.acme, at: F.at(1), last: F.price(1))]
        let first = try fixture.record("mine", ticks)
        #expect(!first.isRepeated)
        let again = try fixture.record("mine", ticks)
        #expect(again.isRepeated)
        #expect(again.segment == first.segment)
        #expect(throws: PriceError.keyReused(segment: 1)) {
            try fixture.record("mine", [PriceTick(F.acme, at: F.at(1), last: F.price(2))])
        }
        #expect(throws: PriceError.keyReused(segment: 1)) {
            try fixture.record("mine", ticks, source: "other")
        }
        #expect(try fixture.book.verify() == (1, 1))
    }

    @Test("pages of one instrument cross months and leave nothing out")
    func pages() throws {
        let fixture = try PriceFixture("prices_pages")
        let day: Int64 = 86_400
        // Back to before 1970, and a leap day: months are made as they are needed.
        let moments = [-20_100 * day, -day, 0, day, 3 * day, 4 * day, 94 * day, 458 * day]
        for (number, moment) in moments.enumerated() {
            let other = PriceTick(F.zeta, at: F.at(moment), last: F.price(1))
            let tick = PriceTick(F.acme, at: F.at(moment), last: F.price(Int64(number)))
            try fixture.record("day \(number)", [other, tick, tick])
        }
        var seen: [Int64] = []
        var place = RecordedPrice.Place(at: Timestamp(nanos: .min), segment: 0, ordinal: 0)
        while true {
            let page = try fixture.book.list(F.acme, after: place, through: F.at(500 * day), limit: 3)
            guard let last = page.last else { break }
            #expect(page.map(\.place) == page.map(\.place).sorted())
            seen += page.map { ($0.tick.last?.nanos ?? -1) / 10_000_000 }
            place = last.place
        }
        #expect(seen == moments.indices.flatMap { [Int64($0), Int64($0)] })
        #expect(try fixture.book.verify() == (8, 24))
    }

    // Computed in Python from the layout alone.
    @Test("the hashes of a segment are these")
    func golden() throws {
        let ticks = [
            PriceTick(F.acme, at: F.at(1), bid: F.price(1), ask: F.price(3)),
            PriceTick(F.zeta, at: F.at(2), last: F.price(9)),
        ]
        let content = SegmentHash.content("feed", ticks)
        let log = Identifier(.log, slot: 0, shard: 0, birth: 1)
        let segment = PriceSegment(
            number: 1,
            key: "k",
            source: "feed",
            recordedAt: F.at(3),
            firstAt: F.at(1),
            lastAt: F.at(2),
            count: 2,
            contentHash: content,
            hash: content
        )
        #expect(content.text == "ba3348ff935a62c6aace2dfc9b507a8160abfad5b5f2c80bb81dabb1edc57ab4")
        #expect(
            SegmentHash.segment(after: SegmentHash.genesis(log), log, segment).text
                == "9dac06810a8469935afb989521327434bd1d75815974cb7c749891f9fc0c7b72"
        )
    }

    @Test(
        "what a superuser changes behind our back is found, with its segment",
        arguments: [
            ("update prices.price set last = last + 1 where segment = 2 and ordinal = 0", 2),
            ("update prices.price set ordinal = 5 where segment = 3", 3),
            ("delete from prices.price where segment = 2", 2),
            ("update prices.segment set source = 'else' where number = 1", 1),
            ("update prices.segment set recorded_at = recorded_at + 1 where number = 2", 2),
            ("delete from prices.segment where number = 2", 2),
            ("delete from prices.segment where number = 3", 3),
            ("insert into prices.price values (gen_random_uuid(), 1732752000000000000, 3, 1, 1, 1, 1)", 3),
        ] as [(String, Int64)]
    )
    func tampered(statement: String, segment: Int64) throws {
        let name = statement.hashValue.magnitude
        let fixture = try PriceFixture("prices_tampered_\(name)")
        for number in 1...3 {
            try fixture.record(
                "\(number)",
                [PriceTick(F.acme, at: F.at(Int64(number)), last: F.price(Int64(number)))]
            )
        }
        let admin = try fixture.admin()
        for table in ["segment", "price", "price_2024_11"] {
            try admin.execute("alter table prices.\(table) disable trigger append_only")
        }
        try admin.execute(statement)
        let error = try #require(throws: PriceError.self) { try fixture.book.verify() }
        guard case .tampered(segment, _) = error else {
            Issue.record("expected segment \(segment) to be bad, was \(error)")
            return
        }
    }

    @Test("a proof is of one moment, whatever comes meanwhile")
    func ofOneMoment() async throws {
        let fixture = try PriceFixture("prices_moment")
        try fixture.record("one", [PriceTick(F.acme, at: F.at(1), last: F.price(1))])
        let admin = try fixture.admin()
        try admin.execute("begin; lock table prices.price in access exclusive mode")
        // It has read which segments there are, and waits for their prices.
        let book = fixture.book
        async let proof = book.verify()
        let waiting =
            "select count(*) from pg_locks where relation = 'prices.price'::regclass and not granted"
        while try admin.query(waiting).int64(0, 0) == 0 { pause(millis: 5) }
        try admin.execute(
            """
            insert into prices.price select instrument, at, 2, ordinal, bid, ask, last from prices.price;
            insert into prices.segment select 2, 'two', source, recorded_at, first_at, last_at, prices, content_hash, hash
            from prices.segment;
            commit
            """
        )
        #expect(try await proof == (1, 1))
        #expect(throws: PriceError.tampered(segment: 2, "it does not continue the segment before")) {
            try book.verify()
        }
    }

    @Test("no role changes a price that was recorded")
    func appendOnly() throws {
        let fixture = try PriceFixture("prices_append_only")
        try fixture.record("one", [PriceTick(F.acme, at: F.at(1), last: F.price(1))])
        let admin = try fixture.admin()
        for table in ["segment", "price", "price_2024_11"] {
            for statement in ["delete from prices.\(table)", "truncate prices.\(table) cascade"] {
                let error = try #require(throws: PostgresError.self) { try admin.execute(statement) }
                guard case .server(let answer) = error else {
                    Issue.record("expected a refusal of `\(statement)`, was \(error)")
                    continue
                }
                #expect(answer.sqlState == "BF002", "\(statement)")
            }
        }
        #expect(try fixture.book.verify() == (1, 1))
    }

    @Test("many who record at once make one chain")
    func concurrent() async throws {
        let fixture = try PriceFixture("prices_concurrent")
        let log = fixture.log
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let book = PriceBook(log)
                    for number in 0..<20 {
                        guard let key = ClientName("\(writer)-\(number)") else { continue }
                        let at = F.at(Int64(number) * 2_678_400)
                        let ticks = [PriceTick(F.acme, at: at, last: F.price(Int64(number)))]
                        _ = try book.record(key, source: "test", ticks, at: F.at(0))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.book.verify() == (80, 80))
    }
}
