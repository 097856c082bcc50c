internal import BifrostKernel

/// Walks a shard from its first event and finds the first position that is not what it was (invariant I6).
///
/// The chain alone finds what was changed, removed, moved or put in between. An end that was cut off, and a
/// log that was rewritten with all its hashes, are found against a head that was kept elsewhere.
public struct ChainVerifier: Sendable {
    /// What is wrong with an event.
    public enum Fault: Equatable, Sendable {
        /// It is not there: the next one is at another position.
        case missing(next: Int64)
        /// Its columns or payload, or an event's before it, do not give its hash.
        case altered(expected: EventHash, actual: EventHash)
        /// What stands there is no event.
        case unreadable(String)
        /// The log ends before it, though the kept head says that it was there.
        case truncated
        /// The chain holds, but its hash is not the one of the kept head: the log was rewritten up to here.
        case rewritten(expected: EventHash, actual: EventHash)
    }

    /// What a walk came to.
    public enum Verdict: Equatable, Sendable {
        /// Every event up to this end is what it was.
        case intact(Head)
        /// The first bad position and what is wrong there; everything before it is what it was.
        case broken(position: Int64, Fault)
    }

    private let log: any EventLog
    private let shard: ShardNumber

    /// Verifies `shard` of `log`.
    public init(_ log: any EventLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }

    /// Walks the whole shard; `kept` is a head that was noted down outside the store, if there is one.
    ///
    /// Every event that the chain holds is handed to `body`, which ends the walk behind it by answering
    /// `false`.
    public func verify(
        against kept: Head? = nil,
        _ body: (RecordedEvent) -> Bool = { _ in true }
    ) throws(ReadError) -> Verdict {
        var walk = Walk(Chain(log: log.id, shard: shard), kept)
        var goesOn = true
        while goesOn, walk.fault == nil {
            let count: Int
            do throws(ReadError) {
                count = try log.read(
                    shard,
                    .all(after: walk.head.position),
                    limit: LogSubscription.pageEventsMax
                ) { event in
                    guard goesOn else { return }
                    walk.step(event)
                    if walk.fault == nil { goesOn = body(event) }
                }
            } catch {
                guard case .corrupt(let reason) = error else { throw error }
                // A fault found in the same page lies before the event that could not be read.
                walk.fault = walk.fault ?? .unreadable(reason)
                break
            }
            if count == 0 { break }
        }
        if let fault = walk.fault { return .broken(position: walk.head.position + 1, fault) }
        if let kept, goesOn, kept.position > walk.head.position {
            return .broken(position: walk.head.position + 1, .truncated)
        }
        if let rewritten = walk.rewritten { return .broken(position: rewritten.position, rewritten.fault) }
        return .intact(walk.head)
    }

    /// The state of a walk: the last good event, and the first fault.
    private struct Walk {
        var chain: Chain
        var head: Head
        var fault: Fault?
        var rewritten: (position: Int64, fault: Fault)?
        let kept: Head?

        init(_ chain: Chain, _ kept: Head?) {
            self.chain = chain
            self.kept = kept
            self.head = Head(position: 0, hash: chain.genesis, recordedAt: Timestamp(nanos: .min))
            compare()
        }

        mutating func step(_ event: RecordedEvent) {
            guard fault == nil else { return }
            guard event.header.position == head.position + 1 else {
                fault = .missing(next: event.header.position)
                return
            }
            let expected = chain.hash(after: head.hash, event.header, payload: event.payload[...])
            guard event.hash == expected else {
                fault = .altered(expected: expected, actual: event.hash)
                return
            }
            head = Head(
                position: event.header.position,
                hash: event.hash,
                recordedAt: event.header.recordedAt
            )
            compare()
        }

        private mutating func compare() {
            guard let kept, kept.position == head.position, kept.hash != head.hash else { return }
            rewritten = (head.position, .rewritten(expected: kept.hash, actual: head.hash))
        }
    }
}
