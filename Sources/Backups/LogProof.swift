internal import BifrostKernel
internal import EventStore

/// Walks a shard from its first event, once, and compares it with heads that were noted down elsewhere.
struct LogProof {
    private let log: any EventLog
    private let shard: ShardNumber
    private let known: [KnownHead]

    init(_ log: any EventLog, _ shard: ShardNumber, _ known: [KnownHead]) {
        self.log = log
        self.shard = shard
        self.known = known
    }

    /// The proven end of the shard.
    func run() throws(BackupError) -> KnownHead {
        let wanted = Set(known.map(\.position))
        var found: [Int64: EventHash] = [:]
        let verdict: ChainVerifier.Verdict
        do throws(ReadError) {
            verdict = try ChainVerifier(log, shard).verify { event in
                if wanted.contains(event.header.position) { found[event.header.position] = event.hash }
                return true
            }
        } catch {
            throw .failed("The restored log cannot be read: \(error)")
        }
        guard case .intact(let head) = verdict else {
            throw .otherLog(reason: "shard \(shard.value) is \(verdict)")
        }
        for one in known where found[one.position]?.text != one.hash {
            let was = found[one.position].map { "was \($0.text)" } ?? "the shard ends at \(head.position)"
            throw .otherLog(
                reason: "shard \(shard.value), position \(one.position): expected hash \(one.hash), \(was)"
            )
        }
        return KnownHead(shard: shard, position: head.position, hash: head.hash.text)
    }
}
