internal import BifrostKernel
internal import ColdSegments
internal import EventStore
internal import EventStorePostgres
internal import Replays

/// Proofs of cold segments: in a file, and what the chain of a log does not show.
enum SegmentProof {
    /// Proves a file and says what it holds.
    static func run(_ file: String) throws {
        let verdict: SegmentFile.Verdict
        do throws(SegmentFileError) {
            verdict = try SegmentFile.verify(file)
        } catch {
            if case .broken = error { throw BifrostExit.tampering.failure(error.description) }
            throw BifrostExit.failed.failure(error.description)
        }
        let head = verdict.head
        var output = Output()
        let events = head.lastPosition - head.firstPosition + 1
        output.line(
            "\(file) holds the \(events) events at positions \(head.firstPosition)"
                + " to \(head.lastPosition) of shard \(head.shard.value) of log \(head.log.text)."
        )
        output.line("Each follows from the one before, from \(head.before.text)")
        output.line("to \(verdict.last.text).")
        output.line(
            "They are those of the log if its event at position \(head.lastPosition) has that last hash: compare it"
                + " with `bifrost events export`, or with a head that was kept elsewhere."
        )
        output.flush()
    }

    /// What readers of one stream or account would miss though the chain holds.
    static func indexFault(_ log: PostgresLog, _ shard: ShardNumber) throws -> LogFault? {
        do throws(SegmentError) {
            try ColdStore(log).checkIndexes(shard)
            return nil
        } catch {
            guard case .damaged(let shard, let position, let reason) = error else {
                throw BifrostExit.failed.failure(error.description)
            }
            return LogFault(kind: .tampering, shard: shard, position: position, reason: reason)
        }
    }
}
