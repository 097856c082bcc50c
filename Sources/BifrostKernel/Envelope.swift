/// A 128-bit digest of a command's canonical content: the first half of its SHA-256.
public struct CommandDigest: Hashable, Sendable {
    /// The upper 64 bits.
    public let high: UInt64
    /// The lower 64 bits.
    public let low: UInt64
    /// Takes the two halves.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// Everything the log keeps about an event beside its payload and hash: one column each, every one under the
/// hash.
public struct EventHeader: Hashable, Sendable {
    /// Place in the shard's log: 1, 2, 3, and so on.
    public var position: Int64
    /// The account it concerns, or none.
    public var account: AccountOrdinal
    /// The stream it belongs to.
    public var stream: StreamOrdinal
    /// Place in the stream: 1, 2, 3, and so on.
    public var version: Int64
    /// The event type's number in the registry.
    public var type: UInt32
    /// The version of the payload's schema.
    public var schemaVersion: UInt32
    /// When the gateway received the command.
    public var receivedAt: Timestamp
    /// When the writer recorded it; never runs backwards within a shard and orders nothing.
    public var recordedAt: Timestamp
    /// When it took effect: declared by the command or by the venue.
    public var effectiveAt: Timestamp
    /// The trading day it belongs to.
    public var businessDate: BusinessDate
    /// The command that made it.
    public var commandID: ClientName
    /// The digest of the command's content, on the command's first event only.
    public var commandDigest: CommandDigest?
    /// The position of the event that led here: for a command's later events its first one, for its first
    /// event the fact that the command reacted to, or 0 when it came from outside.
    public var causation: Int64
    /// The thing whose story this is part of.
    public var correlation: Identifier
    /// Who acted.
    public var actor: ActorName

    /// Puts the parts together.
    public init(
        position: Int64,
        account: AccountOrdinal,
        stream: StreamOrdinal,
        version: Int64,
        type: UInt32,
        schemaVersion: UInt32,
        receivedAt: Timestamp,
        recordedAt: Timestamp,
        effectiveAt: Timestamp,
        businessDate: BusinessDate,
        commandID: ClientName,
        commandDigest: CommandDigest?,
        causation: Int64,
        correlation: Identifier,
        actor: ActorName
    ) {
        self.position = position
        self.account = account
        self.stream = stream
        self.version = version
        self.type = type
        self.schemaVersion = schemaVersion
        self.receivedAt = receivedAt
        self.recordedAt = recordedAt
        self.effectiveAt = effectiveAt
        self.businessDate = businessDate
        self.commandID = commandID
        self.commandDigest = commandDigest
        self.causation = causation
        self.correlation = correlation
        self.actor = actor
    }
}
