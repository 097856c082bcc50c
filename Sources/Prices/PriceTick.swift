public import BifrostKernel
internal import Crypto
public import EventStore

/// What an instrument was quoted at, in its currency, at one moment of a day.
public struct PriceTick: Equatable, Sendable {
    /// The instrument.
    public var instrument: InstrumentID
    /// When it was quoted.
    public var at: Timestamp
    /// What buyers offered, `nil` when it was not told.
    public var bid: Price?
    /// What sellers asked, `nil` when it was not told.
    public var ask: Price?
    /// What was traded last, `nil` when it was not told.
    public var last: Price?

    /// Puts the parts together; one of the prices is there.
    public init(
        _ instrument: InstrumentID,
        at: Timestamp,
        bid: Price? = nil,
        ask: Price? = nil,
        last: Price? = nil
    ) {
        self.instrument = instrument
        self.at = at
        self.bid = bid
        self.ask = ask
        self.last = last
    }
}

/// Prices that were recorded together.
public struct PriceSegment: Equatable, Sendable {
    /// Counts from 1 without a hole; what names the state of knowledge that a figure used.
    public var number: Int64
    /// The name that the sender gave it.
    public var key: String
    /// Where the prices come from.
    public var source: String
    /// When they came.
    public var recordedAt: Timestamp
    /// The first moment of its prices.
    public var firstAt: Timestamp
    /// The last moment of its prices.
    public var lastAt: Timestamp
    /// How many prices it has.
    public var count: Int
    /// The hash of source and prices.
    public var contentHash: EventHash
    /// The hash of all of it and of every segment before.
    public var hash: EventHash
}

/// The hashes of segments, frozen; every number big-endian.
///
/// Content: SHA-256 over `"BIFROST1-PRICES" 15 · source length 4, bytes · count 4`, then for each price
/// `instrument 16 · at 8 · which are there 1 (bid 1, ask 2, last 4) · bid 8 · ask 8 · last 8`, zero when
/// absent.
///
/// Segment: SHA-256 over `hash before 32 · "BIFROST1-SEGMENT" 16 · log id 16 · number 8 · recorded 8 · key
/// length 4, bytes · content hash 32`. Before the first stands SHA-256 over `"BIFROST1-PRICES-GENESIS" 23 ·
/// log id 16`.
enum SegmentHash {
    static func genesis(_ log: Identifier) -> EventHash {
        hash { bytes in
            bytes += Array("BIFROST1-PRICES-GENESIS".utf8)
            put(&bytes, log)
        }
    }

    static func content(_ source: String, _ ticks: [PriceTick]) -> EventHash {
        hash { bytes in
            bytes += Array("BIFROST1-PRICES".utf8)
            put(&bytes, source)
            put(&bytes, UInt32(ticks.count))
            for tick in ticks {
                put(&bytes, tick.instrument.id)
                put(&bytes, tick.at.nanos)
                let prices = [tick.bid, tick.ask, tick.last]
                bytes.append(prices.enumerated().reduce(0) { $1.element == nil ? $0 : $0 | 1 << $1.offset })
                for price in prices { put(&bytes, price?.nanos ?? 0) }
            }
        }
    }

    static func segment(
        after previous: EventHash,
        _ log: Identifier,
        _ segment: PriceSegment
    ) -> EventHash {
        hash { bytes in
            bytes += previous.bytes
            bytes += Array("BIFROST1-SEGMENT".utf8)
            put(&bytes, log)
            put(&bytes, segment.number)
            put(&bytes, segment.recordedAt.nanos)
            put(&bytes, segment.key)
            bytes += segment.contentHash.bytes
        }
    }

    private static func hash(_ write: (inout [UInt8]) -> Void) -> EventHash {
        var bytes: [UInt8] = []
        write(&bytes)
        guard let hash = EventHash(bytes: Array(SHA256.hash(data: bytes))) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return hash
    }

    private static func put(_ bytes: inout [UInt8], _ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }

    private static func put(_ bytes: inout [UInt8], _ id: Identifier) {
        put(&bytes, id.high)
        put(&bytes, id.low)
    }

    private static func put(_ bytes: inout [UInt8], _ text: String) {
        put(&bytes, UInt32(text.utf8.count))
        bytes += Array(text.utf8)
    }
}
