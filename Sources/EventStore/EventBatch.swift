public import BifrostKernel

/// The number of a shard: 0 is the reference shard, trading shards follow.
public struct ShardNumber: Hashable, Comparable, Sendable {
    /// 0 … 16,383.
    public let value: UInt16
    /// Takes a number below 16,384.
    public init(_ value: UInt16) {
        precondition(value < 1 << 14, "a shard number has 14 bits")
        self.value = value
    }
    /// The shard of global facts.
    public static let reference = ShardNumber(0)
    /// Orders by number.
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// The end of a shard's log: what the next event follows.
public struct Head: Equatable, Sendable {
    /// The last position, 0 before the first event.
    public var position: Int64
    /// The last hash, the genesis before the first event.
    public var hash: EventHash
    /// When the last event was recorded.
    public var recordedAt: Timestamp
    /// Puts the parts together.
    public init(position: Int64, hash: EventHash, recordedAt: Timestamp) {
        self.position = position
        self.hash = hash
        self.recordedAt = recordedAt
    }
}

/// The reign of one writer over a shard; a later one is higher and ends the earlier.
public struct Epoch: Hashable, Comparable, Sendable {
    /// 1, 2, 3, and so on.
    public let value: Int64
    /// Takes a number as the store gave it.
    public init(_ value: Int64) { self.value = value }
    /// Orders by number.
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Events that are appended together or not at all: headers beside one buffer of payload bytes.
public struct EventBatch: Sendable {
    /// The headers, in order of position.
    public private(set) var headers: [EventHeader] = []
    /// The payload bytes, one after another.
    private var payloads = WireEncoder()
    /// Where each payload ends.
    private var ends: [Int] = []

    /// An empty batch.
    public init() {}

    /// The number of events.
    public var count: Int { headers.count }
    /// Whether there are no events.
    public var isEmpty: Bool { headers.isEmpty }

    /// The payload of the event at `index`.
    public func payload(at index: Int) -> ArraySlice<UInt8> {
        payloads[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Adds an event whose payload, and with it the header's type, follows by `finish`.
    public mutating func begin(_ header: consuming EventHeader) {
        precondition(headers.count == ends.count, "an event is finished before the next begins")
        headers.append(header)
    }

    /// Encodes the payload of the event that was begun last, and names its type.
    public mutating func finish<P: EventPayload>(_ payload: consuming P) {
        precondition(headers.count == ends.count + 1, "a payload follows its header")
        headers[headers.count - 1].type = P.eventType
        headers[headers.count - 1].schemaVersion = P.schemaVersion
        payloads.append(payload)
        ends.append(payloads.byteCount)
    }

    /// Adds an event whose payload is already encoded.
    public mutating func append(_ header: EventHeader, payload: some Collection<UInt8>) {
        payloads.append(raw: payload)
        headers.append(header)
        ends.append(payloads.byteCount)
    }

    /// Forgets the events and keeps the memory.
    public mutating func removeAll() {
        headers.removeAll(keepingCapacity: true)
        payloads.removeAll()
        ends.removeAll(keepingCapacity: true)
    }
}

/// An event as the log holds it.
public struct RecordedEvent: Hashable, Sendable {
    /// Its columns.
    public var header: EventHeader
    /// Its payload in canonical protobuf.
    public var payload: [UInt8]
    /// Its hash.
    public var hash: EventHash
    /// Puts the parts together.
    public init(header: EventHeader, payload: [UInt8], hash: EventHash) {
        self.header = header
        self.payload = payload
        self.hash = hash
    }
}
