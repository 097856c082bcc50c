internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import EventStorePostgres
internal import Sagas

/// An account as of a position, with how far each of its streams is in it: what one folds on from.
struct AccountMoment: Sendable {
    /// The streams that say what an account has and may do.
    static let kinds: [StreamKind] = [.account, .risk, .portfolio]

    private(set) var account: AccountID
    /// All that the account did up to here is in it.
    private(set) var position: Int64 = 0
    private(set) var sheet = AccountSheet()
    private(set) var versions = [Int64](repeating: 0, count: kinds.count)

    /// Before the account's first event.
    init(_ account: AccountID) { self.account = account }

    /// Takes an event of the account in, where it is of one of these streams; those of each stream come in
    /// their order.
    mutating func take(_ event: RecordedEvent) throws(WireError) {
        let kind = event.header.stream.kind
        guard let place = Self.kinds.firstIndex(where: { $0 == kind }) else { return }
        sheet.take(try EventRegistry.decode(event), event.header)
        versions[place] = event.header.version
        position = max(position, event.header.position)
    }

    /// Nothing of the account stands between its position and this one.
    mutating func reach(_ position: Int64) { self.position = max(self.position, position) }

    /// The same as it is kept.
    func snapshot(_ hash: EventHash) -> AccountSnapshot {
        AccountSnapshot(
            account: AccountOrdinal(account),
            position: position,
            hash: hash,
            content: WireEncoder.encode(self)
        )
    }

    /// Reads one that was kept; `nil` where it is of another account or position.
    init?(_ snapshot: AccountSnapshot, of account: AccountID) throws(WireError) {
        self = try WireDecoder.decode(Self.self, snapshot.content)
        guard self.account == account, position == snapshot.position, versions.count == Self.kinds.count
        else { return nil }
    }
}

extension AccountMoment: WireFields {
    init() { self.init(.none) }
    /// Visits the fields that a snapshot keeps.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "account", &account)
        try visitor.position(2, "position", &position)
        try visitor.message(3, "sheet", &sheet)
        try visitor.list(4, "versions", &versions)
    }
}

extension AccountMoment {
    /// Folds on through a position, event by event of all streams in their order; `onEvent` sees it behind
    /// each.
    mutating func advance(
        _ log: any EventLog,
        _ shard: ShardNumber,
        through: Int64,
        onEvent: (AccountMoment, RecordedEvent) -> Void = { _, _ in }
    ) throws(ReadError) {
        var feeds = Self.kinds.indices.map { place in
            StreamFeed(account, Self.kinds[place], after: versions[place], behind: position)
        }
        while true {
            var first: (place: Int, position: Int64)?
            for place in feeds.indices {
                guard let next = try feeds[place].next(log, shard), next.header.position <= through else {
                    continue
                }
                if first == nil || next.header.position < first?.position ?? 0 {
                    first = (place, next.header.position)
                }
            }
            guard let first, let event = feeds[first.place].take() else { break }
            do throws(WireError) {
                try take(event)
            } catch {
                throw .corrupt("position \(first.position): \(error)")
            }
            onEvent(self, event)
        }
        reach(through)
    }
}

/// One stream of an account, event by event, in pages that grow: most questions need few.
private struct StreamFeed {
    private let account: AccountID
    private let kind: StreamKind
    private var version: Int64
    /// No event behind that version stands up to here.
    private var behind: Int64
    private var pageEvents = 16
    private var page: ArraySlice<RecordedEvent> = []
    private var isOver = false

    private static let pageEventsMax = 512

    init(_ account: AccountID, _ kind: StreamKind, after version: Int64, behind: Int64) {
        self.account = account
        self.kind = kind
        self.version = version
        self.behind = behind
    }

    /// The next event, which stays; `nil` behind the last.
    mutating func next(_ log: any EventLog, _ shard: ShardNumber) throws(ReadError) -> RecordedEvent? {
        if page.isEmpty, !isOver {
            var events: [RecordedEvent] = []
            let stream = StreamOrdinal(kind, of: account.id)
            try log.read(
                shard,
                .stream(AccountOrdinal(account), stream, afterVersion: version, behind: behind),
                limit: pageEvents
            ) { events.append($0) }
            isOver = events.count < pageEvents
            if let last = events.last { (version, behind) = (last.header.version, last.header.position) }
            pageEvents = min(pageEvents * 2, Self.pageEventsMax)
            page = events[...]
        }
        return page.first
    }

    mutating func take() -> RecordedEvent? { page.popFirst() }
}
