internal import BifrostKernel
internal import EventStore

/// Events as messages `bifrost.v1.Envelope` of the published schema, each behind its length as a varint: the
/// form that protobuf libraries read as delimited messages.
struct EnvelopeStream {
    let log: Identifier
    let shard: ShardNumber
    private(set) var bytes: [UInt8] = []

    init(log: Identifier, shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }

    mutating func append(_ event: RecordedEvent) {
        let message = WireEncoder.encode(Envelope(log: log, shard: shard, event: event))
        var length = message.count
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7f | 0x80))
            length >>= 7
        }
        bytes.append(UInt8(length))
        bytes += message
    }
}

/// One event; it is only written.
private struct Envelope: WireFields {
    private var log = Identifier.none
    private var shard = ShardNumber.reference
    private var event: RecordedEvent?

    init() {}

    init(log: Identifier, shard: ShardNumber, event: RecordedEvent) {
        self.log = log
        self.shard = shard
        self.event = event
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        guard let event else { return }
        var header = event.header
        var (shard, account, stream) = (UInt32(shard.value), header.account.value, header.stream.value)
        var (command, actor) = (header.commandID.text, header.actor.text)
        var digest = header.commandDigest.map { Self.bytes($0.high, $0.low) } ?? []
        var (payload, hash) = (event.payload, event.hash.bytes)
        try visitor.identifier(1, "logId", &log)
        try visitor.uint(2, "shard", &shard)
        try visitor.position(3, "position", &header.position)
        try visitor.position(4, "account", &account)
        try visitor.position(5, "stream", &stream)
        try visitor.position(6, "version", &header.version)
        try visitor.uint(7, "type", &header.type)
        try visitor.uint(8, "schemaVersion", &header.schemaVersion)
        try visitor.time(9, "receivedAt", &header.receivedAt)
        try visitor.time(10, "recordedAt", &header.recordedAt)
        try visitor.time(11, "effectiveAt", &header.effectiveAt)
        try visitor.date(12, "businessDate", &header.businessDate)
        try visitor.text(13, "commandId", &command)
        try visitor.bytes(14, "commandDigest", &digest)
        try visitor.position(15, "causation", &header.causation)
        try visitor.identifier(16, "correlation", &header.correlation)
        try visitor.text(17, "actor", &actor)
        try visitor.bytes(18, "payload", &payload)
        try visitor.bytes(19, "hash", &hash)
    }

    private static func bytes(_ words: UInt64...) -> [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) } }
    }
}
