internal import BifrostKernel
internal import EventRegistry
internal import EventStore
internal import Sagas

/// A stored event with all that can be made of it without knowing those before.
struct RecoveredEvent: Sendable {
    let fact: Fact
    let stream: StreamOrdinal
    let version: Int64
    let recordedAt: Timestamp
    /// The command that it is the first event of.
    let command: (key: CommandKey, digest: CommandDigest)?

    init(_ event: RecordedEvent) throws(WireError) {
        let header = event.header
        fact = Fact(header, try EventRegistry.decode(event))
        stream = header.stream
        version = header.version
        recordedAt = header.recordedAt
        command = header.commandDigest.map { (CommandKey(header), $0) }
    }
}

/// Reads the events that a recovery takes in, page by page.
struct RecoveryReading: Sendable {
    /// Some events, and the hash of the last of them.
    struct Page: Sendable {
        var events: [RecoveredEvent] = []
        var hash: EventHash
    }

    private var subscription: LogSubscription
    private let chain: Chain
    private let position: Int64
    private let proving: Bool
    private var hash: EventHash
    /// Nothing behind a failure is read.
    private var isFailed = false

    /// Behind a position and the hash there, up to `position`; with `proving` each hash is computed anew.
    init(
        _ log: any EventLog,
        _ shard: ShardNumber,
        behind known: (position: Int64, hash: EventHash),
        to position: Int64,
        proving: Bool
    ) {
        subscription = LogSubscription(log, shard, after: known.position)
        chain = Chain(log: log.id, shard: shard)
        hash = known.hash
        self.position = position
        self.proving = proving
    }

    /// The next page; one without events behind the last and behind a failure.
    mutating func next() -> Result<Page, Recovery.Failure> {
        var page = Page(hash: hash)
        guard subscription.position < position, !isFailed else { return .success(page) }
        var failure: String?
        var chain = chain
        let (position, proving) = (position, proving)
        do throws(ReadError) {
            let count = try subscription.next { event in
                let header = event.header
                // What came since is of another time than `position`.
                guard failure == nil, header.position <= position else { return }
                if proving, chain.hash(after: page.hash, header, payload: event.payload[...]) != event.hash {
                    failure = "position \(header.position) does not have the hash of its content"
                    return
                }
                do throws(WireError) {
                    page.events.append(try RecoveredEvent(event))
                    page.hash = event.hash
                } catch {
                    failure = "position \(header.position) cannot be read: \(error)"
                }
            }
            guard count > 0 else { throw .corrupt("expected events up to \(position)") }
        } catch {
            isFailed = true
            // A server that ends while it is read comes back: only what was read can be refused.
            switch error {
            case .unavailable(let reason): return .failure(.unavailable(reason))
            case .corrupt(let reason): return .failure(.refused("the log cannot be read: \(reason)"))
            }
        }
        if let failure {
            isFailed = true
            return .failure(.refused(failure))
        }
        hash = page.hash
        return .success(page)
    }
}
