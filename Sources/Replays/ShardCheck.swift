internal import BifrostKernel
internal import EventRegistry
internal import EventStore
internal import References
internal import Sagas

/// The global facts of the reference shard, kept to compare their copies with.
struct SourceFacts {
    struct Fact {
        let hash: EventHash
        let type: UInt32
        let schemaVersion: UInt32
        let payload: CommandDigest
    }
    var factByPosition: [Int64: Fact] = [:]
    /// The last position that was good; copies of later ones cannot be compared.
    var verifiedUpTo: Int64 = 0
}

/// The checks of one shard beyond its chain, an event at a time.
struct ShardCheck {
    private(set) var verdict: ShardVerdict
    private(set) var sources: SourceFacts
    private let log: Identifier
    private var versions: [StreamOrdinal: Int64] = [:]
    private var commands = PartedTable<CommandKey, Void>()
    private var command: EventHeader?
    /// Keeps its memory from event to event.
    private var encoding = Encoding()
    private var books = AccountBooks()
    private var tree: TreeCheck?

    /// A command's id within its scope, an account or else an actor, as 128 bits by two hashes whose seeds
    /// nobody outside this process knows.
    private struct CommandKey: CheaplyHashed {
        let hashedBits: (high: UInt64, low: UInt64)

        init(_ header: EventHeader) {
            func half(_ number: Int) -> UInt64 {
                var hasher = Hasher()
                hasher.combine(number)
                hasher.combine(header.account.value)
                if header.account == .none { hasher.combine(header.actor.text) }
                hasher.combine(header.commandID.text)
                return UInt64(bitPattern: Int64(hasher.finalize()))
            }
            hashedBits = (half(0), half(1))
        }

        static func == (left: Self, right: Self) -> Bool { left.hashedBits == right.hashedBits }
    }

    init(_ log: any EventLog, _ shard: ShardNumber, _ sources: SourceFacts, _ witness: ShardWitness) {
        self.log = log.id
        tree = TreeCheck(Chain(log: log.id, shard: shard), witness)
        self.sources = sources
        self.verdict = ShardVerdict(
            shard: shard,
            head: Head(
                position: 0,
                hash: Chain(log: log.id, shard: shard).genesis,
                recordedAt: Timestamp(nanos: .min)
            )
        )
    }

    /// Notes the first fault.
    mutating func blame(_ position: Int64, _ reason: String, _ kind: LogFault.Kind = .tampering) {
        guard verdict.fault == nil else { return }
        verdict.fault = LogFault(kind: kind, shard: verdict.shard, position: position, reason: reason)
    }

    /// Checks the next event.
    mutating func take(_ event: RecordedEvent) {
        let header = event.header
        if let fault = tree?.take(event) { return blame(fault.position, fault.reason) }
        if let reason = broken(event) { return blame(header.position, reason) }
        let fact: DomainEvent
        do throws(WireError) {
            fact = try EventRegistry.decode(
                type: header.type,
                schemaVersion: header.schemaVersion,
                payload: event.payload
            )
        } catch {
            return blame(header.position, "its payload cannot be read: \(error)")
        }
        if let reason = payloadFault(fact, event) ?? copyFault(fact, event) {
            return blame(header.position, reason)
        }
        if let fault = books.take(fact, header) { return blame(header.position, fault.reason, fault.kind) }
        verdict.events += 1
        verdict.head = Head(position: header.position, hash: event.hash, recordedAt: header.recordedAt)
        if verdict.shard == .reference { remember(fact, event) }
    }

    /// What can be said only at the end.
    mutating func finish() {
        verdict.accounts = books.count
        verdict.trees = tree?.matched ?? 0
        guard verdict.fault == nil else { return }
        if let wanted = tree?.next {
            return blame(
                verdict.head.position + 1,
                "the log ends before it, but a checkpoint signs \(wanted.size) events: its end was cut off, or an older"
                    + " backup was restored"
            )
        }
        if let fault = books.unbalanced { blame(verdict.head.position, fault) }
    }

    /// The columns: versions, time, commands; the chain and the positions were verified before.
    private mutating func broken(_ event: RecordedEvent) -> String? {
        let header = event.header
        let last = verdict.head
        let version = versions[header.stream, default: 0] + 1
        guard header.version == version else {
            return "expected version \(version) of stream \(header.stream.value), was \(header.version)"
        }
        versions[header.stream] = version
        guard header.recordedAt >= last.recordedAt else {
            return
                "it was recorded at \(header.recordedAt.text), before its predecessor at \(last.recordedAt.text)"
        }
        return commandFault(header)
    }

    /// A command's first event carries its digest, and its id is new in its scope; the later ones point to
    /// the first.
    private mutating func commandFault(_ header: EventHeader) -> String? {
        guard header.commandDigest == nil else {
            guard commands.updateValue((), forKey: CommandKey(header)) == nil else {
                return "command '\(header.commandID.text)' took effect before"
            }
            verdict.commands += 1
            command = header
            return nil
        }
        guard let command, command.commandID == header.commandID, header.causation == command.position else {
            return
                "it belongs to command '\(header.commandID.text)', whose first event is not the one before it"
        }
        return nil
    }

    /// The payload is what this build would write, and the first one opens this shard of this log.
    private mutating func payloadFault(_ fact: DomainEvent, _ event: RecordedEvent) -> String? {
        EventRegistry.visit(fact, &encoding)
        if event.header.schemaVersion == encoding.schemaVersion, !encoding.bytes.holds(event.payload) {
            return "its payload does not encode to the same bytes again"
        }
        guard event.header.position == 1 else { return nil }
        guard case .shardOpened(let opened) = fact else { return "the first event does not open the shard" }
        guard opened.log == log else {
            return "it opens a shard of log \(opened.log.text), expected \(log.text)"
        }
        guard opened.shard == UInt32(verdict.shard.value) else {
            return "it opens shard \(opened.shard), expected \(verdict.shard.value)"
        }
        return nil
    }

    private mutating func copyFault(_ fact: DomainEvent, _ event: RecordedEvent) -> String? {
        guard case .reference(.copied(let copy, _)) = fact else { return nil }
        guard copy.sourcePosition <= sources.verifiedUpTo else {
            return
                "it copies position \(copy.sourcePosition) of the reference shard, which was verified up to"
                + " \(sources.verifiedUpTo) only"
        }
        guard let source = sources.factByPosition[copy.sourcePosition] else {
            return
                "it copies position \(copy.sourcePosition) of the reference shard, where there is no global fact"
        }
        guard source.hash.bytes == copy.sourceHash, source.type == copy.type,
            source.schemaVersion == copy.schemaVersion, source.payload == CommandDigest(of: copy.payload)
        else { return "it is not what stands at position \(copy.sourcePosition) of the reference shard" }
        verdict.copies += 1
        return nil
    }

    private mutating func remember(_ fact: DomainEvent, _ event: RecordedEvent) {
        sources.verifiedUpTo = event.header.position
        guard case .reference = fact else { return }
        sources.factByPosition[event.header.position] = SourceFacts.Fact(
            hash: event.hash,
            type: event.header.type,
            schemaVersion: event.header.schemaVersion,
            payload: CommandDigest(of: event.payload)
        )
    }

    private struct Encoding: PayloadVisitor {
        var bytes = WireEncoder()
        var schemaVersion: UInt32 = 0
        mutating func visit<P: EventPayload>(_ payload: P) {
            bytes.removeAll()
            bytes.append(payload)
            schemaVersion = P.schemaVersion
        }
    }
}
