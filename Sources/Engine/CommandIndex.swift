internal import BifrostKernel
internal import EventStore

/// The commands that were decided, by id: what makes each take effect once.
///
/// An id is kept as 128 bits of a hash that is the same everywhere, so that a snapshot can hold it: two of a
/// hundred million ids collide with a chance below 10⁻²², and making two that do takes 2⁶⁴ tries.
struct CommandIndex {
    struct Entry {
        let digest: CommandDigest
        let firstPosition: Int64
        var count: Int64
    }

    private var entries: [CommandKey: Entry] = [:]

    func entry(_ key: CommandKey) -> Entry? { entries[key] }

    mutating func insert(_ key: CommandKey, _ entry: Entry) { entries[key] = entry }

    /// Says that a command's events reach up to `position`.
    mutating func lengthen(_ key: CommandKey, to position: Int64) {
        guard let index = entries.index(forKey: key) else { return }
        entries.values[index].count = position - entries.values[index].firstPosition + 1
    }

    /// What a snapshot keeps, in the order of the commands.
    var rows: [CommandRow] {
        entries.map { CommandRow($0.key, $0.value) }.sorted { $0.firstPosition < $1.firstPosition }
    }

    mutating func insert(_ row: CommandRow) { insert(row.key, row.entry) }
}

/// The scope and the name of a command, as the first half of a SHA-256.
struct CommandKey: CheaplyHashed, Sendable {
    let hashedBits: (high: UInt64, low: UInt64)

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

    init(_ bits: Identifier) { hashedBits = (bits.high, bits.low) }

    static func == (left: Self, right: Self) -> Bool { left.hashedBits == right.hashedBits }
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
