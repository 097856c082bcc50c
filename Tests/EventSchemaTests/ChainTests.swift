import BifrostKernel
import EventStore
import Testing

/// The expected digests were computed from the layout's description by another program, not by this code.
@Suite("the hash of an event is frozen")
struct ChainTests {
    private let log = Identifier(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff)
    private let genesis = "d9dd177bd8deab15ca529933e5916d8bab7f62c168f69863f8d2ccdfd06cdf91"
    private let first = "665ccb8ab8ee481663a49e98b4b7ff98c1e8ff2a0013e1892893e4945858646e"
    private let last = "586a750f315cbbf50972210ccfced3bb0a5eedbea2ca70155bd7380abb22596f"

    private var firstHeader: EventHeader {
        get throws {
            EventHeader(
                position: 1,
                account: .none,
                stream: .shard,
                version: 1,
                type: 1,
                schemaVersion: 1,
                receivedAt: Timestamp(nanos: 1),
                recordedAt: Timestamp(nanos: 2),
                effectiveAt: Timestamp(nanos: -3),
                businessDate: BusinessDate(days: -1),
                commandID: try #require(ClientName("c-1")),
                commandDigest: CommandDigest(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f),
                causation: 0,
                correlation: Identifier(high: .max, low: .max),
                actor: try #require(ActorName("operator"))
            )
        }
    }

    private var lastHeader: EventHeader {
        get throws {
            EventHeader(
                position: .max,
                account: AccountOrdinal(.max),
                stream: StreamOrdinal(.min),
                version: .max,
                type: .max,
                schemaVersion: .max,
                receivedAt: Timestamp(nanos: .max),
                recordedAt: Timestamp(nanos: .max),
                effectiveAt: Timestamp(nanos: .min),
                businessDate: BusinessDate(days: .max),
                commandID: try #require(ClientName(String(repeating: "~", count: 128))),
                commandDigest: nil,
                causation: .max,
                correlation: .none,
                actor: try #require(ActorName(String(repeating: "a", count: 64)))
            )
        }
    }

    @Test("genesis")
    func frozenGenesis() {
        #expect(Chain(log: log, shard: ShardNumber(16_383)).genesis.text == genesis)
        #expect(
            Chain(log: .none, shard: .reference).genesis.text
                == "c835d6e7d9ef22d375a7d71c3691853bc63906eb07c1b73eef7e29774aa66e12"
        )
    }

    @Test("an event after genesis, and one after it with every column at its bound")
    func frozenChain() throws {
        var chain = Chain(log: log, shard: ShardNumber(16_383))
        let one = chain.hash(after: chain.genesis, try firstHeader, payload: [0x0a, 0x00, 0xff])
        #expect(one.text == first)
        #expect(chain.hash(after: one, try lastHeader, payload: []).text == last)
    }

    @Test("the digest of a command is the first half of SHA-256")
    func frozenDigest() {
        #expect(
            CommandDigest(of: Array("abc".utf8))
                == CommandDigest(high: 0xba78_16bf_8f01_cfea, low: 0x4141_40de_5dae_2223)
        )
    }

    @Test("a change of any column, of the payload or of what was before changes the hash")
    func covers() throws {
        let edits: [(inout EventHeader) -> Void] = [
            { $0.position += 1 }, { $0.account = AccountOrdinal(1) }, { $0.stream = StreamOrdinal(1) },
            { $0.version += 1 }, { $0.type += 1 }, { $0.schemaVersion += 1 },
            { $0.receivedAt = Timestamp(nanos: 9) }, { $0.recordedAt = Timestamp(nanos: 9) },
            { $0.effectiveAt = Timestamp(nanos: 9) }, { $0.businessDate = BusinessDate(days: 0) },
            { $0.commandID = ClientName("c-2") ?? $0.commandID }, { $0.commandDigest = nil },
            { $0.commandDigest = CommandDigest(high: 0, low: 0) }, { $0.causation = 1 },
            { $0.correlation = .none },
            { $0.actor = ActorName("operatoR") ?? $0.actor },
        ]
        var chain = Chain(log: log, shard: ShardNumber(16_383))
        let before = chain.genesis
        var seen: Set = [chain.hash(after: before, try firstHeader, payload: [1])]
        for edit in edits {
            var header = try firstHeader
            edit(&header)
            #expect(seen.insert(chain.hash(after: before, header, payload: [1])).inserted)
        }
        #expect(seen.insert(chain.hash(after: before, try firstHeader, payload: [1, 0])).inserted)
        #expect(seen.insert(chain.hash(after: EventHash(0, 0, 0, 0), try firstHeader, payload: [1])).inserted)
        for (id, shard) in [(log, 1), (Identifier.none, 16_383)] as [(Identifier, UInt16)] {
            var other = Chain(log: id, shard: ShardNumber(shard))
            #expect(seen.insert(other.hash(after: before, try firstHeader, payload: [1])).inserted)
        }
        #expect(seen.count == edits.count + 5)
    }

    @Test("bytes that could move between the command id and the actor do not")
    func lengths() throws {
        var chain = Chain(log: log, shard: .reference)
        var left = try firstHeader
        var right = left
        left.commandID = try #require(ClientName("ab"))
        left.actor = try #require(ActorName("c"))
        right.commandID = try #require(ClientName("a"))
        right.actor = try #require(ActorName("bc"))
        let before = chain.genesis
        #expect(chain.hash(after: before, left, payload: []) != chain.hash(after: before, right, payload: []))
    }

    @Test("a hash keeps its bytes")
    func bytes() throws {
        let hash = EventHash(1, 2, 3, .max)
        #expect(EventHash(bytes: hash.bytes) == hash)
        #expect(hash.text.hasPrefix("0000000000000001") && hash.text.hasSuffix("ffffffffffffffff"))
        #expect(EventHash(bytes: Array(hash.bytes.dropLast())) == nil)
    }
}
