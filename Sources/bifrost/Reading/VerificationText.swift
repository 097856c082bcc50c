internal import BifrostKernel
internal import EventStore
internal import Proofs
internal import Replays

/// What a verification came to, and the sentence that people quote.
struct VerificationText {
    let log: Identifier
    let verdicts: [ShardVerdict]
    let readModels: ReadModelProof
    let checkpoints: [Checkpoint]
    let time: Timestamp

    /// What was shown and what was not, in words that stand alone; `nil` where there is a fault.
    var sentence: String? {
        guard verdicts.allSatisfy({ $0.fault == nil }), readModels.fault == nil else { return nil }
        let shards = verdicts.map { "shard \($0.shard.value) from position 1 to \($0.head.position)" }
        let accounts = verdicts.reduce(0) { $0 + $1.accounts }
        return "On \(time.text), Bifrost \(Service.version) read every event of log \(log.text): "
            + shards.joined(separator: " and ")
            + ". Each stands at its place without a gap, and its recorded hash is the SHA-256 of its content and of"
            + " the hash before it; after every event the ledger of each account, \(accounts) in all, sums to zero. "
            + (readModels.sentence.map { $0 + " " } ?? "") + outside
    }

    private var outside: String {
        guard !checkpoints.isEmpty else {
            return
                "No checkpoint kept outside was given: that nobody cut off the end, or rewrote the log with new"
                + " hashes, is not shown."
        }
        let last = verdicts.compactMap { verdict in
            checkpoints.filter { $0.origin.shard == verdict.shard }.map(\.head.size).max()
                .map { "the first \($0) events of shard \(verdict.shard.value)" }
        }
        return "The log agrees with all \(checkpoints.count) signed checkpoints that were given, which cover "
            + last.joined(separator: " and ") + ": none of these was changed since it was signed."
    }
}
