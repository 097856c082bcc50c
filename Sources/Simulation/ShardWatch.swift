internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Orders
internal import Replays
internal import Sagas

/// Reads one shard's log as it grows and holds every event against the promises.
struct ShardWatch {
    /// What makes a command id unique.
    struct Key: Hashable {
        let account: AccountOrdinal
        let actor: String
        let id: ClientName

        init(_ id: ClientName, _ account: AccountOrdinal, _ actor: ActorName) {
            self.account = account
            self.actor = account == .none ? actor.text : ""
            self.id = id
        }

        init(_ request: CommandRequest) {
            self.init(request.id, request.command.account.map { AccountOrdinal($0) } ?? .none, request.actor)
        }
    }

    struct Entry {
        let digest: CommandDigest
        let firstPosition: Int64
        var count: Int64 = 1
    }

    let shard: ShardNumber
    private(set) var head: Head
    /// A second state, folded from the log as it was read back.
    private(set) var state = Shard.initial
    private(set) var commands: [Key: Entry] = [:]
    /// The first positions of the commands that were turned down.
    private(set) var refused: Set<Int64> = []
    private(set) var books = Books()
    /// How many events of each type there were, by name.
    private(set) var tally: [String: Int] = [:]
    private var chain: Chain
    private var versions: [StreamOrdinal: Int64] = [:]
    private var epoch: Int64 = 0
    private var current: (key: Key, header: EventHeader)?

    init(_ shard: ShardNumber, of log: Identifier) {
        self.shard = shard
        chain = Chain(log: log, shard: shard)
        head = Head(position: 0, hash: chain.genesis, recordedAt: Timestamp(nanos: .min))
    }

    /// No instruction is on its way to the venue that was made of what the log had before.
    mutating func forgetTermsOnTheirWay() {
        for order in books.ordersInOrder { books.orders[order]?.termsOnTheirWay = [] }
    }

    /// Reads on to the end; `body` gets each command's first event with its content.
    mutating func read(
        _ log: any EventLog,
        _ body: (RecordedEvent, DomainEvent) throws(Violation) -> Void
    ) throws(Violation) {
        var events: [RecordedEvent] = []
        do throws(ReadError) {
            try log.read(shard, .all(after: head.position), limit: .max) { events.append($0) }
        } catch {
            throw Violation("I3", "the log cannot be read: \(error)")
        }
        for event in events { try take(event, body) }
        if !events.isEmpty { try books.finishCommand() }
    }

    private mutating func take(
        _ event: RecordedEvent,
        _ body: (RecordedEvent, DomainEvent) throws(Violation) -> Void
    ) throws(Violation) {
        let header = event.header
        let place = "position \(header.position)"
        try expect(header.position == head.position + 1, "I3", "\(place) follows \(head.position)")
        let version = versions[header.stream, default: 0] + 1
        try expect(
            header.version == version,
            "I3",
            "\(place): version \(header.version), expected \(version)"
        )
        try expect(header.recordedAt >= head.recordedAt, "I3", "\(place) was recorded before its predecessor")
        versions[header.stream] = version
        let hash = chain.hash(after: head.hash, header, payload: event.payload[...])
        try expect(event.hash == hash, "I6", "\(place) has another hash than its bytes give")
        head = Head(position: header.position, hash: hash, recordedAt: header.recordedAt)
        let fact: DomainEvent
        do throws(WireError) {
            fact = try EventRegistry.decode(event)
        } catch {
            throw Violation("I11", "\(place) cannot be read back: \(error)")
        }
        try takeCommand(event, fact, place, body)
        if case .writerStarted(let started) = fact {
            try expect(started.epoch > epoch, "I4", "\(place): epoch \(started.epoch) after \(epoch)")
            epoch = started.epoch
        }
        tally[EventRegistry.name(type: header.type) ?? "", default: 0] += 1
        switch fact {
        case .commandRejected, .group(.legRefused): refuse()
        // What a person or a venue decides is the effect of its command.
        case .order(.rejected(let fact)) where fact.judge == .risk || fact.judge == .compliance: refuse()
        case .order(.replaceRejected(let fact)) where fact.judge != .venue: refuse()
        default: break
        }
        let stored = Fact(header, fact)
        try books.take(fact, at: stored.place)
        Shard.evolve(&state, by: stored)
    }

    private mutating func refuse() {
        if let current { refused.insert(current.header.position) }
    }

    /// A command's events stand together, the first with its digest, and its id is new.
    private mutating func takeCommand(
        _ event: RecordedEvent,
        _ fact: DomainEvent,
        _ place: String,
        _ body: (RecordedEvent, DomainEvent) throws(Violation) -> Void
    ) throws(Violation) {
        let header = event.header
        guard let digest = header.commandDigest else {
            guard let current, current.header.commandID == header.commandID,
                header.causation == current.header.position
            else { throw Violation("I2", "\(place) belongs to no command") }
            commands[current.key]?.count += 1
            return
        }
        try books.finishCommand()
        let key = Key(header.commandID, header.account, header.actor)
        try expect(
            commands[key] == nil,
            "I2",
            "\(place): command \(header.commandID.text) took effect before"
        )
        commands[key] = Entry(digest: digest, firstPosition: header.position)
        current = (key, header)
        try body(event, fact)
    }

    /// The digest of the state that the log leads to.
    var digest: EventHash { ShardReplay.digest(of: state) }
}
