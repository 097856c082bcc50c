public import BifrostKernel
internal import EventRegistry
public import EventStore
internal import Sagas

/// Writes events as JSON lines that need no table of numbers to be read: ids instead of ordinals, names
/// instead of types, moments and amounts as text.
public struct EventExport {
    private let shard: ShardNumber
    private let log: any EventLog
    private var directory: AccountDirectory

    /// Exports events of `shard`.
    public init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
        self.directory = AccountDirectory(log, shard)
    }

    /// Which events to export.
    public struct Filter: Sendable {
        /// One account's events; `nil` for the whole shard.
        public var account: AccountID?
        /// The events of one order's story; `nil` for all.
        public var order: OrderID?
        /// Everything.
        public init(account: AccountID? = nil, order: OrderID? = nil) {
            self.account = account
            self.order = order
        }

        fileprivate func takes(_ event: RecordedEvent) -> Bool {
            order.map { $0.id == event.header.correlation } ?? true
        }
    }

    /// Most events taken from the log at once.
    public static let pageEventsMax = 2_000

    /// Writes what follows `position`, a page at a time, until the present end or until `write` has enough
    /// and answers `false`; returns the last position looked at.
    public mutating func lines(
        after position: Int64,
        _ filter: Filter = Filter(),
        _ write: (String) -> Bool
    ) throws(ReplayError) -> Int64 {
        let walk = LogWalk(log, shard)
        let end = try walk.end(nil)
        var reached = position
        // The account of an event is looked up before or after a page, because a read may not wait for
        // another one.
        if let account = filter.account.map({ AccountOrdinal($0) }) {
            _ = try directory.account(account)
            reached = max(position, end)
            try walk.events(.account(account, after: position), upTo: end) { event throws(ReplayError) in
                guard filter.takes(event), !write(try line(event)) else { return true }
                reached = event.header.position
                return false
            }
            return reached
        }
        while reached < end {
            var page: [RecordedEvent] = []
            try walk.events(.all(after: reached), upTo: end) { event throws(ReplayError) in
                page.append(event)
                return page.count < Self.pageEventsMax
            }
            for event in page where filter.takes(event) {
                guard write(try line(event)) else { return event.header.position }
            }
            reached = page.count < Self.pageEventsMax ? end : page[page.count - 1].header.position
        }
        return reached
    }

    /// One event as one line.
    public mutating func line(_ event: RecordedEvent) throws(ReplayError) -> String {
        let header = event.header
        let fact = try LogWalk(log, shard).decode(event)
        let account = try directory.account(header.account)
        let causation: JSONValue =
            header.causation == 0
            ? .null
            : .object([("shard", .number(Int64(shard.value))), ("position", .number(header.causation))])
        return JSONValue.object([
            ("shard", .number(Int64(shard.value))),
            ("position", .number(header.position)),
            ("stream", .text(Self.stream(header, fact, account))),
            ("version", .number(header.version)),
            ("type", .text(EventName.of(fact))),
            ("schemaVersion", .number(Int64(header.schemaVersion))),
            ("recordedAt", .text(header.recordedAt.text)),
            ("receivedAt", .text(header.receivedAt.text)),
            ("effectiveAt", .text(header.effectiveAt.text)),
            ("businessDate", .text(header.businessDate.text)),
            ("account", .optional(account?.id.text)),
            ("commandId", .text(header.commandID.text)),
            ("causation", causation),
            ("correlation", .text(header.correlation.text)),
            ("actor", .text(header.actor.text)),
            ("data", .raw(EventRegistry.json(fact))),
            ("hash", .text(event.hash.text)),
        ]).line
    }

    /// The readable name of the event's stream: its word and the id of the thing that it tells about.
    static func stream(_ header: EventHeader, _ event: DomainEvent, _ account: AccountID?) -> String {
        guard let kind = header.stream.kind else { return "unknown-\(header.stream.value)" }
        switch kind {
        case .shard, .reference: return kind.word
        case .account, .risk, .compliance, .portfolio:
            return kind.word + "-" + (account.map { $0.id.text } ?? String(header.stream.birth))
        case .owner:
            guard case .ownerRegistered(let fact) = event else {
                return kind.word + "-\(header.stream.birth)"
            }
            return kind.word + "-" + fact.owner.id.text
        case .order, .instrument: return kind.word + "-" + header.correlation.text
        }
    }
}

/// The published name of an event's type.
struct EventName: PayloadVisitor {
    private var name = ""

    static func of(_ event: DomainEvent) -> String {
        var visitor = EventName()
        EventRegistry.visit(event, &visitor)
        return visitor.name
    }

    mutating func visit<P: EventPayload>(_ payload: P) { name = "\(P.eventName)" }
}
