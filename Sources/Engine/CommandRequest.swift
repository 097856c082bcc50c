public import BifrostKernel
public import EventStore
public import Sagas

/// A command on its way to a shard.
public final class CommandRequest: Sendable {
    /// Unique within the command's account, or within the actor where it has none.
    public let id: ClientName
    /// What is asked.
    public let command: Command
    /// Who asks.
    public let actor: ActorName
    /// When the gateway received it.
    public let receivedAt: Timestamp
    /// When it takes effect; `nil` for the present of the shard's clock.
    public let effectiveAt: Timestamp?
    /// The position of the fact that it reacts to, 0 when it comes from outside.
    public let causation: Int64
    /// The digest of its content, taken by the caller's thread and not by the engine's.
    public let digest: CommandDigest
    /// Its id within its scope, hashed by the caller's thread as well.
    let key: CommandKey

    /// Ids that start like this are the core's own; gateways turn them away.
    public static let reservedPrefix = "bifrost:"

    /// Puts the parts together and digests the content.
    public init(
        id: ClientName,
        _ command: Command,
        actor: ActorName,
        receivedAt: Timestamp,
        effectiveAt: Timestamp? = nil,
        causation: Int64 = 0
    ) {
        self.id = id
        self.command = command
        self.actor = actor
        self.receivedAt = receivedAt
        self.effectiveAt = effectiveAt
        self.causation = causation
        self.digest = CommandDigest(of: command.content)
        self.key = CommandKey(
            id,
            account: command.account.map { AccountOrdinal($0) } ?? .none,
            actor: actor
        )
    }

    /// Whether it comes from outside and can be asked again later without harm.
    var mayWait: Bool { !command.isUrgent && Self.isFree(id.text) }

    /// Whether `text` may be the id of a command from outside.
    public static func isFree(_ text: String) -> Bool { !text.hasPrefix(reservedPrefix) }
}

/// Where a command's events are in the log: what its outcome can always be read from.
public struct CommandReceipt: Hashable, Sendable {
    /// The shard.
    public let shard: ShardNumber
    /// The position of its first event.
    public let firstPosition: Int64
    /// The number of its events, which follow each other.
    public let count: Int64
    /// Puts the parts together.
    public init(shard: ShardNumber, firstPosition: Int64, count: Int64) {
        self.shard = shard
        self.firstPosition = firstPosition
        self.count = count
    }
    /// The position of its last event.
    public var lastPosition: Int64 { firstPosition + count - 1 }
}

/// What the engine answers.
///
/// Whatever it says of the log is durable when it is said.
public enum CommandAnswer: Equatable, Sendable {
    /// The command was decided and its events are in the log.
    case decided(CommandReceipt, CommandOutcome)
    /// The command with this id and content was decided before: read its outcome from the log.
    case repeated(CommandReceipt)
    /// The id stands for another content already; nothing was done.
    case idReused(CommandReceipt)
    /// The shard has no such account; nothing was done.
    case unknownAccount
    /// The queue is full; nothing was done: try again.
    case busy
    /// The store is short of space, in words; nothing was done: try again when there is more.
    case storageLow(String)
    /// The engine stopped before it could say: ask again with the same id to learn what happened.
    case stopped(String)
}
