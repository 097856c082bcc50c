import BifrostKernel
import EventStore
import EventStoreTesting
import Testing

@testable import ColdSegments

@Suite("frames and pages of cold segments")
struct ColdFrameTests {
    static let log = Identifier(high: 7, low: 9)
    static let chain = Chain(log: log, shard: ShardNumber(1))

    /// The first events of a shard, with their hashes.
    static func events(_ count: Int) -> [RecordedEvent] {
        var maker = EventMaker()
        var chain = chain
        var hash = chain.genesis
        let head = Head(position: 0, hash: hash, recordedAt: Timestamp(nanos: .min))
        let batch = maker.batch(after: head, count: count)
        return batch.headers.indices.map { index in
            hash = chain.hash(after: hash, batch.headers[index], payload: batch.payload(at: index))
            return RecordedEvent(
                header: batch.headers[index],
                payload: Array(batch.payload(at: index)),
                hash: hash
            )
        }
    }

    private func read(_ frame: ColdFrame, _ chain: Chain = Self.chain) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        try frame.events(chain) { events.append($0) }
        return events
    }

    @Test("a frame gives back its events, all or some, and where they stand")
    func roundTrip() throws {
        let events = Self.events(256)
        let frame = ColdFrame(events, Self.chain)
        #expect(try read(frame) == events)
        var some: [RecordedEvent] = []
        try frame.events(Self.chain, where: { $0 % 100 == 0 }) { some.append($0) }
        #expect(some == [events[99], events[199]])
        var places: [StreamPlace] = []
        try frame.places { places.append($1) }
        #expect(
            places
                == events.map {
                    StreamPlace(
                        account: $0.header.account.value,
                        stream: $0.header.stream.value,
                        version: $0.header.version
                    )
                }
        )
    }

    @Test("every bit of a stored frame counts")
    func flips() throws {
        let frame = ColdFrame(Self.events(3), Self.chain)
        for index in frame.bytes.indices {
            var bytes = frame.bytes
            bytes[index] ^= 1 << UInt8(index % 8)
            #expect(throws: ColdFault.self) { try read(Self.frame(frame, bytes, frame.digest)) }
            // Whoever knows the form writes a digest that fits: LZ4's checksum, or the form, must tell then.
            let refitted = Self.frame(frame, bytes, EventHash(digesting: bytes))
            if let events = try? read(refitted) { #expect(events == Self.events(3), "byte \(index)") }
            // A part of the events is held against their own hashes instead.
            var some: [RecordedEvent] = []
            do throws(ColdFault) {
                try refitted.events(Self.chain, where: { $0 > 1 }) { some.append($0) }
            } catch {
                continue
            }
            #expect(some == Array(Self.events(3)[1...]), "byte \(index)")
        }
    }

    @Test("a frame that is cut off, of other positions, or of another shard is refused")
    func refused() throws {
        let frame = ColdFrame(Self.events(3), Self.chain)
        for count in 0..<frame.bytes.count {
            let bytes = Array(frame.bytes[..<count])
            #expect(throws: ColdFault.self) {
                try read(Self.frame(frame, bytes, EventHash(digesting: bytes)))
            }
        }
        let moved = ColdFrame(
            firstPosition: 2,
            lastPosition: 4,
            contentBytes: frame.contentBytes,
            bytes: frame.bytes,
            digest: frame.digest
        )
        #expect(throws: ColdFault("at position 2: expected position 2, was 1")) { try read(moved) }
        let other = Chain(log: Self.log, shard: ShardNumber(2))
        #expect(throws: ColdFault.self) { try read(frame, other) }
    }

    @Test("a page gives back its entries, whatever their numbers")
    func pages() throws {
        let numbers: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        var entries: [StreamEntry] = []
        for account in numbers {
            for stream in numbers {
                for version in numbers {
                    entries.append(
                        StreamEntry(
                            StreamPlace(account: account, stream: stream, version: version),
                            position: account ^ version
                        )
                    )
                }
            }
        }
        let page = StreamPage(entries)
        #expect(try page.entries() == entries)
        for index in page.bytes.indices {
            var bytes = page.bytes
            bytes[index] ^= 4
            let spoiled = StreamPage(
                first: page.first,
                count: page.count,
                bytes: bytes,
                digest: page.digest
            )
            #expect(throws: ColdFault.self) { try spoiled.entries() }
        }
        let swapped = StreamPage([entries[1], entries[0]])
        #expect(throws: ColdFault.self) { try swapped.entries() }
    }

    /// The stored forms are frozen: what was written once is read by every later build.
    @Test("the content of frames and pages is what it always was")
    func golden() throws {
        let events = Self.events(2)
        let content = ColdFrame.content(events, Self.chain)
        #expect(EventHash(digesting: content).text == Self.frameDigest)
        let entries = events.map {
            StreamEntry(
                StreamPlace(
                    account: $0.header.account.value,
                    stream: $0.header.stream.value,
                    version: $0.header.version
                ),
                position: $0.header.position
            )
        }
        #expect(EventHash(digesting: StreamPage.content(entries)).text == Self.pageDigest)
    }

    private static let frameDigest = "d7b7269a230c876f9242bffca53b46cb0c3f50adbb47fa4ac13fae725c7c8d7c"
    private static let pageDigest = "589e8d482db7a1883fd3382544c146dbaa4ca4c6893dfb308677849129eb533a"

    private static func frame(_ frame: ColdFrame, _ bytes: [UInt8], _ digest: EventHash) -> ColdFrame {
        ColdFrame(
            firstPosition: frame.firstPosition,
            lastPosition: frame.lastPosition,
            contentBytes: frame.contentBytes,
            bytes: bytes,
            digest: digest
        )
    }
}
