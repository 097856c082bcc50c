package import BifrostKernel
internal import EventStore

/// The commands that were decided, by id: what makes each take effect once.
///
/// An id is kept as 128 bits of a hash that is the same everywhere, so that a snapshot can hold it: two of a
/// hundred million ids collide with a chance below 10⁻²², and making two that do takes 2⁶⁴ tries.
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

    private var entries = PartedTable<CommandKey, Entry>()

    /// No commands.
    package init() {}

    /// What is known of a command.
    package func entry(_ key: CommandKey) -> Entry? { entries[key] }

    /// Takes a command in.
    package mutating func insert(_ key: CommandKey, _ entry: Entry) {
        entries.updateValue(entry, forKey: key)
    }

    /// Says that a command's events reach up to `position`.
    mutating func lengthen(_ key: CommandKey, to position: Int64) {
        guard var entry = entries[key] else { return }
        entry.count = position - entry.firstPosition + 1
        entries.updateValue(entry, forKey: key)
    }

    /// What a snapshot keeps, in the order of the commands.
    var rows: [CommandRow] {
        entries.rows.map { CommandRow($0.key, $0.value) }.sorted { $0.firstPosition < $1.firstPosition }
    }

    mutating func insert(_ row: CommandRow) { insert(row.key, row.entry) }
}

/// The scope and the name of a command, as the first half of a SHA-256.
package struct CommandKey: CheaplyHashed, Sendable {
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
