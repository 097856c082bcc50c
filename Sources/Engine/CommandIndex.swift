internal import BifrostKernel
internal import EventStore

/// The commands that were decided, by id: what makes each take effect once.
///
/// Those of the open leaf are in memory; closed leaves will answer from their own indexes behind the same two
/// verbs.
struct CommandIndex {
    struct Entry {
        let digest: CommandDigest
        let firstPosition: Int64
        var count: Int64
    }

    /// The scope of an id: an account, or an actor where the command has no account.
    private struct Key: Hashable {
        let account: Int64
        let actor: String
        let id: String
    }

    private var entries: [Key: Entry] = [:]

    func entry(_ id: ClientName, account: AccountOrdinal, actor: ActorName) -> Entry? {
        entries[Self.key(id, account, actor)]
    }

    mutating func insert(_ id: ClientName, account: AccountOrdinal, actor: ActorName, _ entry: Entry) {
        entries[Self.key(id, account, actor)] = entry
    }

    private static func key(_ id: ClientName, _ account: AccountOrdinal, _ actor: ActorName) -> Key {
        Key(account: account.value, actor: account == .none ? actor.text : "", id: id.text)
    }
}
