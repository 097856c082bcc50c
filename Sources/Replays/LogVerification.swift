internal import BifrostKernel
public import EventStore

/// What is wrong with a log, and where.
public struct LogFault: Equatable, Sendable {
    /// How bad it is.
    public enum Kind: Equatable, Sendable {
        /// What stands in the log is not what the core wrote there.
        case tampering
        /// The log is what the core wrote, and the core broke one of its promises.
        case brokenPromise
    }
    /// How bad it is.
    public var kind: Kind
    /// The shard.
    public var shard: ShardNumber
    /// The first bad position.
    public var position: Int64
    /// What is wrong there.
    public var reason: String

    /// Puts the parts together.
    public init(kind: Kind, shard: ShardNumber, position: Int64, reason: String) {
        self.kind = kind
        self.shard = shard
        self.position = position
        self.reason = reason
    }
}

/// What is known of a shard beside its log: what a forger would have to change too.
public struct ShardWitness: Sendable {
    /// The hash of an event, noted down elsewhere.
    public var head: Head?
    /// Signed heads of the shard's Merkle tree, kept elsewhere, the smallest first.
    public var trees: [TreeHead]
    /// Tops of its subtrees of 256 events, kept in the database: they name the place of a change, and prove
    /// nothing alone.
    public var subtrees: [EventHash]

    /// Puts the parts together.
    public init(head: Head? = nil, trees: [TreeHead] = [], subtrees: [EventHash] = []) {
        self.head = head
        self.trees = trees
        self.subtrees = subtrees
    }
}

/// What the verification of one shard came to.
public struct ShardVerdict: Sendable {
    /// The shard.
    public var shard: ShardNumber
    /// The last good position with its hash.
    public var head: Head
    /// Events verified.
    public var events: Int64 = 0
    /// Commands among them.
    public var commands: Int64 = 0
    /// Accounts among them.
    public var accounts: Int64 = 0
    /// Copies of global facts that were compared with their sources.
    public var copies: Int64 = 0
    /// Signed heads of its tree that it agrees with.
    public var trees = 0
    /// The first fault; nothing behind it was looked at.
    public var fault: LogFault?
}

/// Proves a log from its first event: the chain, the order, every payload, every ledger, every copy.
///
/// The chain shows what was changed inside the log. An end that was cut off and a log that was rewritten with
/// all its hashes show only against a witness that was kept elsewhere.
public struct LogVerification {
    private let log: any EventLog

    /// Verifies `log`.
    public init(_ log: any EventLog) { self.log = log }

    /// Verifies the reference shard and then each of `shards`; tells the shard, how far it is, and how far it
    /// goes.
    public func verify(
        _ shards: [ShardNumber],
        against witnesses: [ShardNumber: ShardWitness] = [:],
        _ progress: (ShardNumber, Int64, Int64) -> Void = { _, _, _ in }
    ) throws(ReplayError) -> [ShardVerdict] {
        // The trading shards' ends are noted first: whatever they copied by then is in the reference shard by
        // now.
        var ends: [(shard: ShardNumber, end: Int64)] = []
        for shard in shards.sorted() where shard != .reference {
            ends.append((shard, try LogWalk(log, shard).end(nil)))
        }
        ends.insert((.reference, try LogWalk(log, .reference).end(nil)), at: 0)
        var sources = SourceFacts()
        var verdicts: [ShardVerdict] = []
        for (shard, end) in ends {
            let witness = witnesses[shard] ?? ShardWitness()
            var check = ShardCheck(log, shard, sources, witness)
            verdicts.append(try verify(&check, end, witness) { progress(shard, $0, end) })
            if shard == .reference { sources = check.sources }
        }
        return verdicts
    }

    private func verify(
        _ check: inout ShardCheck,
        _ end: Int64,
        _ witness: ShardWitness,
        _ progress: (Int64) -> Void
    ) throws(ReplayError) -> ShardVerdict {
        var current = check
        let shard = current.verdict.shard
        let last = max(end, witness.head?.position ?? 0, witness.trees.last?.size ?? 0)
        let ahead = ReadAhead(log, shard)
        do throws(ReadError) {
            let chain = try ChainVerifier(ahead, shard).verify(against: witness.head) { event in
                guard event.header.position <= last else { return false }
                current.take(event)
                if event.header.position % ShardReplay.progressEventsStep == 0 {
                    progress(event.header.position)
                }
                return current.verdict.fault == nil && event.header.position < last
            }
            if case .broken(let position, let fault) = chain { current.blame(position, Self.words(fault)) }
        } catch {
            throw .unavailable("\(error)")
        }
        let reached = current.verdict.head.position
        if reached < end { current.blame(reached + 1, "the log ends before it, but went to position \(end)") }
        current.finish()
        progress(reached)
        check = current
        return current.verdict
    }

    private static func words(_ fault: ChainVerifier.Fault) -> String {
        switch fault {
        case .missing(let next): "it is missing: the next event stands at \(next)"
        case .altered(let expected, let actual):
            "its hash is \(actual.text), but its columns, its payload and the hash before it give \(expected.text)"
        case .unreadable(let reason): "what stands there is no event: \(reason)"
        case .truncated: "the log ends before it, but the head that was kept elsewhere says that it was there"
        case .rewritten(let expected, let actual):
            "its hash is \(actual.text), but \(expected.text) was kept elsewhere: the log was rewritten"
        }
    }
}
