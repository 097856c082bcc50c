public import BifrostKernel
public import EventStore
internal import Orders
public import Sagas

/// An event of a story with what it says.
public struct StoryEvent: Sendable {
    /// As the log holds it.
    public let recorded: RecordedEvent
    /// What it says.
    public let event: DomainEvent

    /// Its position.
    public var position: Int64 { recorded.header.position }
}

/// Everything that the log knows about one order, or about one command that was refused before it made an
/// order.
public struct OrderStory: Sendable {
    /// The shard.
    public let shard: ShardNumber
    /// The thing that the story is about: the order, or the root of a command that made none.
    public let subject: Identifier
    /// The account; `nil` for a command of none.
    public let account: AccountOpened?
    /// The events of the story, in order of position.
    public let events: [StoryEvent]
    /// Events outside the story that led to some of these, by position.
    public let causes: [Int64: StoryEvent]

    /// Most steps that a chain of causes is followed back.
    public static let causesMax = 16

    /// The story of an order id, a client order id or a command id; the latter two are looked for in
    /// `account` if it is given and in the whole shard if not, which reads the shard.
    public static func find(
        _ name: String,
        account: AccountOpened?,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReplayError) -> OrderStory {
        let walk = LogWalk(log, shard)
        let subject = try Search(name: name, account: account, walk: walk).subject()
        let found = try storyEvents(subject.root, subject.account, walk)
        guard !found.isEmpty else { throw .unknownOrder(name) }
        return OrderStory(
            shard: shard,
            subject: subject.root,
            account: try AccountDirectory(log, shard).opened(subject.account),
            events: found,
            causes: try causes(of: found, walk)
        )
    }

    /// The events about `root`: those of the account, or for a command of none those at its birth.
    private static func storyEvents(
        _ root: Identifier,
        _ account: AccountOrdinal,
        _ walk: LogWalk
    ) throws(ReplayError) -> [StoryEvent] {
        var found: [StoryEvent] = []
        if account == .none {
            try walk.events(.all(after: root.birth - 1)) { event throws(ReplayError) in
                guard event.header.correlation == root else { return false }
                found.append(StoryEvent(recorded: event, event: try walk.decode(event)))
                return true
            }
            return found
        }
        try walk.events(.account(account, after: root.birth - 1)) { event throws(ReplayError) in
            guard event.header.correlation == root else { return true }
            found.append(StoryEvent(recorded: event, event: try walk.decode(event)))
            return true
        }
        return found
    }

    /// What led here from outside the story, followed back to what came from outside the core.
    private static func causes(
        of events: [StoryEvent],
        _ walk: LogWalk
    ) throws(ReplayError) -> [Int64: StoryEvent] {
        let own = Set(events.map { $0.position })
        var causes: [Int64: StoryEvent] = [:]
        for event in events {
            var position = event.recorded.header.causation
            var steps = 0
            while position > 0, !own.contains(position), causes[position] == nil, steps < causesMax {
                guard let cause = try walk.event(at: position) else { break }
                causes[position] = StoryEvent(recorded: cause, event: try walk.decode(cause))
                position = cause.header.causation
                steps += 1
            }
        }
        return causes
    }

    /// The search for what a name stands for.
    private struct Search {
        let name: String
        let account: AccountOpened?
        let walk: LogWalk

        func subject() throws(ReplayError) -> (root: Identifier, account: AccountOrdinal) {
            if let id = Identifier(name) {
                // A command that comes from outside may be named by a UUID too, so a miss is not the end.
                if let event = try walk.event(at: id.birth), event.header.correlation == id,
                    id.shard == walk.shard.value || id.kind == .command
                {
                    return (id, event.header.account)
                }
            }
            return try byName()
        }

        /// Orders come before commands, the later before the earlier.
        private func byName() throws(ReplayError) -> (root: Identifier, account: AccountOrdinal) {
            var orders: [AccountOrdinal: Identifier] = [:]
            var commands: [AccountOrdinal: Identifier] = [:]
            let selection: LogSelection =
                account.map { .account(AccountOrdinal($0.account), after: 0) } ?? .all(after: 0)
            try walk.events(selection) { event throws(ReplayError) in
                let header = event.header
                if header.commandDigest != nil, header.commandID.text == name {
                    commands[header.account] = header.correlation
                }
                if header.type == ExternalOrderFound.eventType,
                    case .order(.externalFound(let found)) = try walk.decode(event),
                    found.venueOrderID == name
                {
                    orders[header.account] = header.correlation
                }
                guard header.type == OrderPlaced.eventType,
                    case .order(.placed(let placed)) = try walk.decode(event),
                    placed.clientOrderID?.text == name
                else { return true }
                orders[header.account] = header.correlation
                return true
            }
            let found = orders.isEmpty ? commands : orders
            guard let only = found.first else { throw .unknownOrder(name) }
            guard found.count == 1 else {
                let directory = AccountDirectory(walk.log, walk.shard)
                var accounts: [AccountID] = []
                for number in found.keys.sorted() {
                    if let opened = try directory.opened(number) { accounts.append(opened.account) }
                }
                throw .ambiguous(name, accounts: accounts)
            }
            return (only.value, only.key)
        }
    }
}
