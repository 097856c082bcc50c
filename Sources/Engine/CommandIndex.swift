internal import BifrostKernel
internal import EventStore

/// The commands that were decided, by id: what makes each take effect once.
///
/// Those of the open leaf are in memory; closed leaves will answer from their own indexes behind the same two
/// verbs. An id is kept as 128 bits of keyed hash (SipHash under the key that every process draws for
/// itself): two of a hundred million ids collide with a chance below 10⁻²², and nobody outside can make two
/// that do.
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
}

/// The scope and the name of a command, hashed twice.
///
/// It lasts as long as the process and is never stored.
struct CommandKey: CheaplyHashed, Sendable {
    let hashedBits: (high: UInt64, low: UInt64)

    /// The key of an id within its scope: an account, or an actor where the command has no account.
    init(_ id: ClientName, account: AccountOrdinal, actor: ActorName) {
        func half(_ number: UInt64) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(number)
            hasher.combine(account.value)
            hasher.combine(id.text)
            if account == .none { hasher.combine(actor.text) }
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        hashedBits = (half(0), half(1))
    }

    static func == (left: Self, right: Self) -> Bool { left.hashedBits == right.hashedBits }
}
