internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Orders
internal import Portfolios
internal import Sagas
internal import ServiceLifecycle

extension DoorRoutes {
    private static let lastEventID = HTTPField.Name("Last-Event-ID")

    func addStreams(to routes: RouterGroup<BasicRequestContext>) {
        routes.get("accounts/:account/stream") { request, context in
            var query = try QueryFields(request)
            var after = try query.number("after", 0...Int64.max)
            try query.end()
            if let name = Self.lastEventID, let text = request.headers[name] {
                guard let position = Int64(text), position >= 0 else {
                    throw GatewayRejection(
                        .fieldMalformed,
                        "Last-Event-ID is the id of an event of this stream."
                    )
                }
                after = position
            }
            let account = try await account(try context.parameter("account"))
            let committed = core.trading.committed
            if let after, after > committed {
                throw GatewayRejection(
                    .positionUnknown,
                    "The log ends at \(committed): the id is of another log, or of one that was restored since."
                        + " Read the account again and go on from there."
                )
            }
            let facts = FactStream(core, pool, account, after: after ?? committed)
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody(asyncSequence: facts)
            )
        }
    }
}

/// The facts of an account as they become durable, as Server-Sent Events (WHATWG HTML, 9.2).
///
/// An event's id is its position in the log, and a stream is the log read on from a position: what a client
/// got last is all that is needed to go on, without a gap and without a repeat, over restarts as well.
///
/// It ends when the service stops, or when its reader falls too far behind.
struct FactStream: AsyncSequence, Sendable {
    /// The numbers by which streams keep their time and their size.
    struct Limits: Sendable {
        /// How long one that has nothing to say is silent, so that nobody on the way takes it for dead.
        var silenceMax = Duration.seconds(15)
        /// How often it looks for news: at the engine's memory, which costs no read.
        var pause = Duration.milliseconds(5)
        /// A reader that was at the end once and is farther behind reads slower than the log grows.
        var lagEventsMax: Int64 = 100_000
        /// Most events of one answer of the log.
        var batchEventsMax = 500
    }

    private let core: CoreAccess
    private let pool: BlockingPool
    private let account: AccountID
    private let start: Int64
    private let limits: Limits

    init(
        _ core: CoreAccess,
        _ pool: BlockingPool,
        _ account: AccountID,
        after start: Int64,
        _ limits: Limits = Limits()
    ) {
        self.limits = limits
        self.core = core
        self.pool = pool
        self.account = account
        self.start = start
    }

    func makeAsyncIterator() -> Iterator { Iterator(facts: self, seen: start) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let facts: FactStream
        fileprivate var seen: Int64
        private var hasGreeted = false
        private var hasCaughtUp = false
        private var isDropped = false
        private let clock = ContinuousClock()
        private var spoken = ContinuousClock.now

        fileprivate init(facts: FactStream, seen: Int64) {
            self.facts = facts
            self.seen = seen
        }

        mutating func next() async throws -> ByteBuffer? {
            guard hasGreeted else {
                hasGreeted = true
                return ByteBuffer(string: "retry: 1000\n: from position \(seen)\n\n")
            }
            while !isDropped, !Task.isShuttingDownGracefully, !Task.isCancelled {
                let committed = facts.core.trading.committed
                guard committed > seen else {
                    hasCaughtUp = true
                    if clock.now - spoken > facts.limits.silenceMax { return speak(": still here\n\n") }
                    try await Task.sleep(for: facts.limits.pause)
                    continue
                }
                if hasCaughtUp, committed - seen > facts.limits.lagEventsMax {
                    isDropped = true
                    let reason =
                        "\(committed - seen) positions behind: read the account again, then go on from there"
                    return speak("event: dropped\ndata: {\"reason\":\"\(reason)\"}\n\n")
                }
                let (facts, after) = (facts, seen)
                let batch = try await facts.pool.run {
                    try StreamBatch.read(
                        facts.account,
                        after: after,
                        committed,
                        facts.limits.batchEventsMax,
                        facts.core.followed,
                        facts.core.trading.shard
                    )
                }
                seen = batch.through
                if !batch.text.isEmpty { return speak(batch.text) }
            }
            return nil
        }

        private mutating func speak(_ text: String) -> ByteBuffer {
            spoken = clock.now
            return ByteBuffer(string: text)
        }
    }
}

/// Some facts of an account as Server-Sent Events.
struct StreamBatch {
    /// Everything up to here is in this batch or in one before.
    let through: Int64
    let text: String

    /// The facts of an account behind `after`, `countMax` at most; blocks.
    static func read(
        _ account: AccountID,
        after: Int64,
        _ committed: Int64,
        _ countMax: Int,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws -> StreamBatch {
        var text = ""
        var failure: WireError?
        var last = after
        let selection = LogSelection.account(AccountOrdinal(account), after: after)
        let count = try log.read(shard, selection, limit: countMax) { stored in
            guard failure == nil, stored.header.position <= committed else { return }
            do throws(WireError) {
                text += event(stored.header, try EventRegistry.decode(stored))
                last = stored.header.position
            } catch {
                failure = error
            }
        }
        if let failure { throw ReadError.corrupt("position \(last + 1): \(failure)") }
        return StreamBatch(through: count == countMax ? last : committed, text: text)
    }

    private static func event(_ header: EventHeader, _ fact: DomainEvent) -> String {
        let name = EventRegistry.name(type: header.type) ?? "\(header.type)"
        let about: JSON = [
            "position": .count(header.position), "fact": .string(name),
            "recordedAt": .string(header.recordedAt.text), "effectiveAt": .string(header.effectiveAt.text),
            "correlation": .string(header.correlation.text),
        ]
        let members = about.text.dropLast() + ",\"payload\":" + EventRegistry.json(fact) + "}"
        return "id: \(header.position)\nevent: \(kind(of: fact))\ndata: \(members)\n\n"
    }

    /// What a client listens to.
    private static func kind(of fact: DomainEvent) -> String {
        switch fact {
        case .order(.executed), .order(.executionCorrected), .order(.executionBusted): "execution"
        case .order: "order"
        case .portfolio(.dayClosed): "day"
        case .portfolio: "portfolio"
        case .risk, .compliance: "risk"
        case .commandRejected: "refusal"
        default: "account"
        }
    }
}
