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

    private var entries = PartedTable<CommandKey, Entry>()

    func entry(_ key: CommandKey) -> Entry? { entries[key] }

    mutating func insert(_ key: CommandKey, _ entry: Entry) { entries.updateValue(entry, forKey: key) }

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

/// What looking up and adding ids costs among many: for the benchmark, which has no engine of that size.
package enum KnownIDs {
    /// What a measurement found.
    package struct Figures: Sendable {
        /// Looking for one that is not there, on the average.
        package let lookUpMicros: Double
        /// Adding one, on the average of all.
        package let addMicros: Double
        /// The slowest of all.
        package let slowestAddMillis: Double
    }

    /// Adds `count` ids, then looks for `samples` others.
    package static func measure(count: Int, samples: Int, _ nanos: () -> Int64) -> Figures {
        var index = CommandIndex()
        func key(_ number: UInt64) -> CommandKey {
            let high = number &* 0x9e37_79b9_7f4a_7c15
            return CommandKey(Identifier(high: high ^ high >> 29, low: number &* 0xd1b5_4a32_d192_ed03))
        }
        var slowest: Int64 = 0
        let began = nanos()
        for number in 0..<UInt64(count) {
            let start = nanos()
            let entry = CommandIndex.Entry(
                digest: CommandDigest(high: number, low: number),
                firstPosition: Int64(number) * 4,
                count: 4
            )
            index.insert(key(number), entry)
            slowest = max(slowest, nanos() - start)
        }
        let added = nanos() - began
        let start = nanos()
        var found = 0
        for number in 0..<UInt64(samples) where index.entry(key(number &* 7_919 &+ UInt64(count))) != nil {
            found += 1
        }
        precondition(found == 0, "ids that were never added are not there")
        return Figures(
            lookUpMicros: Double(nanos() - start) / 1_000 / Double(samples),
            addMicros: Double(added) / 1_000 / Double(count),
            slowestAddMillis: Double(slowest) / 1e6
        )
    }
}
