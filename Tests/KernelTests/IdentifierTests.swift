import BifrostKernel
import SeededChoices
import Testing

@Suite("ids keep their layout for ever")
struct IdentifierTests {
    struct Golden: Sendable {
        let kind: IdentifierKind
        let slot: UInt16
        let shard: UInt16
        let birth: Int64
        let index: UInt16
        let text: String

        init(
            _ kind: IdentifierKind,
            _ slot: UInt16,
            _ shard: UInt16,
            _ birth: Int64,
            _ index: UInt16,
            _ text: String
        ) {
            self.kind = kind
            self.slot = slot
            self.shard = shard
            self.birth = birth
            self.index = index
            self.text = text
        }
    }

    /// Computed from the layout's description by another program, and never edited.
    static let golden: [Golden] = [
        .init(.owner, 0, 0, 0, 0, "00000000-0000-8000-8000-000010000000"),
        .init(.owner, 0, 0, 1, 0, "00000000-0000-8000-8004-000010000000"),
        .init(.account, 1, 1, 2, 0, "00010000-0000-8000-8008-000020004000"),
        .init(.instrument, 65_535, 0, 12, 3, "ffff0000-0000-8000-8030-000c30000000"),
        .init(.order, 0x1234, 5, 0xabcd_ef01_2345, 7, "123400ab-cdef-8012-8d14-001c40014000"),
        .init(.order, 0, 16_383, 4095, 1, "00000000-0000-8000-bffc-00044fffc000"),
        .init(.execution, 65_535, 16_383, (1 << 56) - 1, 65_535, "ffffffff-ffff-8fff-bfff-fffc5fffc000"),
        .init(.command, 0, 1, 4096, 0, "00000000-0000-8001-8000-000060004000"),
        .init(.log, 0, 0, 1 << 24, 0, "00000000-0001-8000-8000-000070000000"),
    ]

    @Test("the same inputs give the same id, and the id gives them back", arguments: golden)
    func layout(golden: Golden) throws {
        let id = Identifier(
            golden.kind,
            slot: golden.slot,
            shard: golden.shard,
            birth: golden.birth,
            index: golden.index
        )
        #expect(id.text == golden.text)
        #expect(id.kind == golden.kind)
        #expect(id.slot == golden.slot)
        #expect(id.shard == golden.shard)
        #expect(id.birth == golden.birth)
        #expect(Identifier(golden.text) == id)
        #expect(Identifier(golden.text.uppercased()) == id)
    }

    @Test("kinds keep their numbers")
    func kinds() {
        #expect(
            IdentifierKind.allCases == [.owner, .account, .instrument, .order, .execution, .command, .log]
        )
        #expect(IdentifierKind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test("every id is a UUID of version 8 and keeps what it was made of", arguments: [1, 2] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var source = Generator(seed: seed)
        for _ in 0..<5000 {
            let kind = IdentifierKind.allCases[Int(source.next() % 7)]
            let slot = UInt16(truncatingIfNeeded: source.next())
            let shard = UInt16(source.next() % (1 << 14))
            let birth = Int64(source.next() >> (8 + source.next() % 56))
            let index = UInt16(truncatingIfNeeded: source.next())
            let id = Identifier(kind, slot: slot, shard: shard, birth: birth, index: index)
            #expect(id.high >> 12 & 0xf == 8, "the version")
            #expect(id.low >> 62 == 2, "the variant")
            #expect(id.kind == kind && id.slot == slot && id.shard == shard && id.birth == birth)
            #expect(UInt16(truncatingIfNeeded: id.low >> 34) == index)
            #expect(Identifier(id.text) == id)
        }
    }

    @Test("ids of different inputs differ")
    func injective() {
        var seen: Set<Identifier> = []
        for bit in 0..<56 as Range<Int64> {
            #expect(seen.insert(Identifier(.order, slot: 0, shard: 0, birth: 1 << bit)).inserted)
        }
        for bit in 0..<16 as Range<UInt16> {
            #expect(seen.insert(Identifier(.order, slot: 1 << bit, shard: 0, birth: 0)).inserted)
            #expect(seen.insert(Identifier(.order, slot: 0, shard: 0, birth: 0, index: 1 << bit)).inserted)
            if bit < 14 {
                #expect(seen.insert(Identifier(.order, slot: 0, shard: 1 << bit, birth: 0)).inserted)
            }
        }
        for kind in IdentifierKind.allCases {
            #expect(seen.insert(Identifier(kind, slot: 0, shard: 0, birth: 0)).inserted)
        }
    }

    @Test(
        "bits that the core never gave name no kind",
        arguments: [
            "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "00000000-0000-4000-8000-000010000000", "00000000-0000-8000-4000-000010000000",
            "00000000-0000-8000-8000-000010000001", "00000000-0000-8000-8000-000000000000",
            "00000000-0000-8000-8000-000080000000", "00000000-0000-8000-8000-0003f0000000",
        ]
    )
    func foreign(text: String) throws {
        let id = try #require(Identifier(text))
        #expect(id.kind == nil)
        #expect(id.text == text)
    }

    @Test(
        "other text is no id",
        arguments: [
            "", "0", "00000000-0000-8000-8000-00001000000", "00000000-0000-8000-8000-0000100000000",
            "00000000000080008000000010000000", "00000000-0000-8000-8000-00001000000g",
            "00000000+0000-8000-8000-000010000000", "{0000000-0000-8000-8000-00001000000}",
            "000000000-000-8000-8000-000010000000", "0000000é-0000-8000-8000-00001000000",
        ]
    )
    func malformed(text: String) { #expect(Identifier(text) == nil) }

    @Test("ids are ordered by bits, slots first")
    func order() {
        let ids = [
            Identifier.none, Identifier(high: 0, low: .max), Identifier(high: 1, low: 0),
            Identifier(high: .max, low: 0),
        ]
        #expect(ids.sorted() == ids)
        #expect(OrderID(ids[0]) < OrderID(ids[1]) && AccountID(ids[1]) < AccountID(ids[2]))
        #expect(OwnerID(ids[0]) < OwnerID(ids[1]) && InstrumentID(ids[2]) < InstrumentID(ids[3]))
        #expect(OrderID.none.id == .none && AccountID.none.id == .none)
    }
}

@Suite("streams and accounts find their numbers in ids")
struct StreamTests {
    @Test("a stream's number is birth × 16 + kind", arguments: StreamKind.allCases)
    func ordinals(kind: StreamKind) {
        for birth in [0, 1, 15, 16, 4095, 1 << 40, (1 << 56) - 1] as [Int64] {
            let stream = StreamOrdinal(kind, birth: birth)
            #expect(stream.value == birth * 16 + Int64(kind.rawValue))
            #expect(stream.kind == kind && stream.birth == birth)
            let id = Identifier(.order, slot: 9, shard: 3, birth: birth, index: 2)
            #expect(StreamOrdinal(kind, of: id) == stream)
        }
    }

    @Test("kinds keep their numbers and words")
    func kinds() {
        #expect(StreamKind.allCases.map(\.rawValue) == Array(0...8))
        #expect(
            StreamKind.allCases.map(\.word) == [
                "shard", "account", "order", "risk", "compliance", "portfolio", "instrument", "owner",
                "reference",
            ]
        )
        #expect(StreamOrdinal.shard.value == 0 && StreamOrdinal.reference.value == 8)
    }

    @Test(
        "a number of an unknown kind has none, and no number traps",
        arguments: [9, 15, -1, .max, .min] as [Int64]
    )
    func unknown(value: Int64) {
        let stream = StreamOrdinal(value)
        #expect(stream.kind == StreamKind(rawValue: UInt8(truncatingIfNeeded: value) & 15))
        #expect(stream.birth == value >> 4)
    }

    @Test("an account's number is the position that opened it")
    func accounts() {
        let account = AccountID(Identifier(.account, slot: 1, shard: 1, birth: 77))
        #expect(AccountOrdinal(account).value == 77)
        #expect(AccountOrdinal.none.value == 0 && AccountOrdinal(AccountID.none) == .none)
        #expect(AccountOrdinal(1) < AccountOrdinal(2) && StreamOrdinal(1) < StreamOrdinal(2))
    }
}
