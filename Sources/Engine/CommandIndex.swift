package import BifrostKernel
internal import EventStore

/// The commands that were decided, by id: what makes each take effect once.
///
/// An id is kept as 128 bits of a hash that is the same everywhere, so that a snapshot can hold it: two of a
/// hundred million ids collide with a chance below 10⁻²², and making two that do takes 2⁶⁴ tries.
///
/// Of each command it is known where it stands in the log; what it said and how many events it made is known
/// of the latest alone, since a repeat comes soon or hardly ever. The log tells it of the others.
package struct CommandIndex {
    /// Where a command's events are, and what it was.
    package struct Entry {
        let digest: CommandDigest
        let firstPosition: Int64
        var count: Int64

        /// Puts the parts together.
        package init(digest: CommandDigest, firstPosition: Int64, count: Int64) {
            self.digest = digest
            self.firstPosition = firstPosition
            self.count = count
        }
    }

    /// What is known of an id.
    package enum Finding {
        /// No command has it.
        case new
        /// A command that is known by heart.
        case known(Entry)
        /// A command whose first event is at that position of the log.
        case logged(Int64)
    }

    private var positions = PartedTable<CommandKey, Int64>()
    /// The latest commands, and those before them: when there are enough of the latest they take the place of
    /// the others.
    private var latest: [CommandKey: Entry]
    private var earlier: [CommandKey: Entry] = [:]
    private let recentMin: Int

    /// No commands; at least `recentMin` of the latest will be known by heart, and at most twice as many.
    package init(recentMin: Int) {
        self.recentMin = recentMin
        latest = Dictionary(minimumCapacity: recentMin)
    }

    /// How many commands there are.
    var count: Int { positions.count }

    /// Expects so many, the first of which is still to come.
    mutating func reserve(_ commands: Int) { positions = PartedTable(reserving: commands) }

    /// What is known of a command.
    package func find(_ key: CommandKey) -> Finding {
        guard let position = positions[key] else { return .new }
        guard let entry = latest[key] ?? earlier[key] else { return .logged(position) }
        return .known(entry)
    }

    /// Takes a command in; they come in the order of their positions.
    package mutating func insert(_ key: CommandKey, _ entry: Entry) {
        positions.updateValue(entry.firstPosition, forKey: key)
        remember(key, entry)
    }

    private mutating func remember(_ key: CommandKey, _ entry: Entry) {
        latest.updateValue(entry, forKey: key)
        guard latest.count >= recentMin else { return }
        earlier = latest
        // With room for all that it will hold, so that it never stops to move them.
        latest = Dictionary(minimumCapacity: recentMin)
    }

    /// Says that the events of the command that came last reach up to `position`.
    mutating func lengthen(_ key: CommandKey, to position: Int64) {
        guard case .known(var entry) = find(key) else { return }
        entry.count = position - entry.firstPosition + 1
        if latest[key] == nil {
            earlier.updateValue(entry, forKey: key)
        } else {
            latest.updateValue(entry, forKey: key)
        }
    }

    /// What a snapshot keeps of the commands that are known by heart, in the order of the log.
    var recent: [CommandRow] {
        let rows = [earlier, latest].flatMap { $0.map { CommandRow($0.key, $0.value) } }
        return rows.sorted { $0.firstPosition < $1.firstPosition }
    }

    /// Hands over where all commands stand, as a snapshot keeps it.
    func images(_ body: ([UInt8]) -> Void) { positions.images(body) }

    /// Takes some of that in.
    mutating func take(_ image: [UInt8]) throws(WireError) { try positions.take(image) }

    /// Takes in a command that is known by heart, and stands in an image that was taken in before.
    mutating func remember(_ row: CommandRow) throws(WireError) {
        guard positions[row.key] == row.firstPosition else { throw .notCanonical(field: 3) }
        remember(row.key, row.entry)
    }
}

extension CommandIndex.Entry {
    /// What the log says of the command `key` at `position`; `nil` when another one stands there.
    static func stored(
        _ key: CommandKey,
        at position: Int64,
        of shard: ShardNumber,
        in log: any EventLog
    ) throws(ReadError) -> Self? {
        var entry: Self?
        var isWhole = false
        var last = position - 1
        while !isWhole {
            let count = try log.read(shard, .all(after: last), limit: eventsAtOnce) { event in
                let header = event.header
                last = header.position
                if !isWhole, header.position == position, let digest = header.commandDigest,
                    CommandKey(header) == key
                {
                    entry = Self(digest: digest, firstPosition: position, count: 1)
                } else if header.commandDigest == nil, !isWhole, entry != nil {
                    entry?.count += 1
                } else {
                    isWhole = true
                }
            }
            isWhole = isWhole || count < eventsAtOnce
        }
        return entry
    }

    private static var eventsAtOnce: Int { 32 }
}

/// The scope and the name of a command, as the first half of a SHA-256.
package struct CommandKey: CheaplyHashed, Sendable, BitwiseCopyable {
    /// The half.
    package let hashedBits: (high: UInt64, low: UInt64)

    /// The key of an id within its scope: an account, or an actor where the command has no account.
    init(_ id: ClientName, account: AccountOrdinal, actor: ActorName) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(9 + id.text.utf8.count + (account == .none ? actor.text.utf8.count : 0))
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: account.value >> Int64(shift)))
        }
        if account == .none { bytes.append(contentsOf: actor.text.utf8) }
        // No name has this byte: where one ends is never in doubt.
        bytes.append(0)
        bytes.append(contentsOf: id.text.utf8)
        let digest = CommandDigest(of: bytes)
        hashedBits = (digest.high, digest.low)
    }

    /// The key of the command that the event is the first of.
    ///
    /// An id is scoped by its account, which the first event of every account command names. Opening an
    /// account, rolling a day and the like are scoped by the actor, and their first events name no account.
    init(_ header: EventHeader) {
        self.init(header.commandID, account: header.account, actor: header.actor)
    }

    /// The key as a snapshot holds it.
    package init(_ bits: Identifier) { hashedBits = (bits.high, bits.low) }

    /// Equal when all bits are.
    package static func == (left: Self, right: Self) -> Bool { left.hashedBits == right.hashedBits }
}

/// A command as a snapshot keeps it.
struct CommandRow: WireFields {
    private var name = Identifier.none
    private var digest = Identifier.none
    private(set) var firstPosition: Int64 = 0
    private var count: Int64 = 0

    init() {}

    init(_ key: CommandKey, _ entry: CommandIndex.Entry) {
        name = Identifier(high: key.hashedBits.high, low: key.hashedBits.low)
        digest = Identifier(high: entry.digest.high, low: entry.digest.low)
        firstPosition = entry.firstPosition
        count = entry.count
    }

    var key: CommandKey { CommandKey(name) }
    var entry: CommandIndex.Entry {
        let digest = CommandDigest(high: digest.high, low: digest.low)
        return CommandIndex.Entry(digest: digest, firstPosition: firstPosition, count: count)
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "name", &name)
        try visitor.identifier(2, "digest", &digest)
        try visitor.position(3, "firstPosition", &firstPosition)
        try visitor.position(4, "count", &count)
    }
}
