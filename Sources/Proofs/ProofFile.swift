// The files that `ops/verify-proof` checks are lines of text, each ended by a line feed, in which every byte
// counts:
//
//     bifrost-proof-of-order 1
//     order UUID
//     event BASE64             the canonical form of an event, without the hash before it (Chain.swift)
//     path BASE64 ...          its inclusion proof, from the leaf up; "path" alone where there is none
//     ...                      event and path of each further event, in order of position
//     checkpoint
//     ...                      the checkpoint, to the end of the file
//
//     bifrost-proof-of-consistency 1
//     path BASE64 ...
//     checkpoint N             the older one, so many lines
//     ...
//     checkpoint               the newer one, to the end of the file
//
//     bifrost-proof-of-account 1
//     account UUID
//     span AFTER UPTO          the events behind the first position, up to and including the second
//     event BASE64
//     path BASE64 ...
//     ...                      in order of position: of each stream that has events in the span, and of each
//                              of the account's own, the last before it and the first behind it too
//     checkpoint
//     ...                      the checkpoint, to the end of the file
//
// The number after the name is the version of the form, which is frozen.

public import BifrostKernel
public import EventStore
public import EventStorePostgres

/// Makes proofs of a shard for somebody who trusts nothing of ours but a public key.
public struct ProofFile {
    private let log: PostgresLog

    /// Makes proofs about `log`.
    public init(_ log: PostgresLog) { self.log = log }

    /// Proves that the events of an order of the shard stand below the checkpoint.
    public func order(
        _ order: Identifier,
        _ events: [RecordedEvent],
        in shard: ShardNumber,
        under checkpoint: Checkpoint
    ) throws(ProofError) -> String {
        guard checkpoint.origin.shard == shard else {
            throw .refused(
                "The order is in shard \(shard.value), and the checkpoint is of shard"
                    + " \(checkpoint.origin.shard.value): take one of shard \(shard.value)."
            )
        }
        if let position = events.last?.header.position, position > checkpoint.head.size {
            throw .refused(
                "The order has an event at \(position), and the checkpoint ends at \(checkpoint.head.size): take a"
                    + " later one, or leave --checkpoint away to sign a new one."
            )
        }
        return "bifrost-proof-of-order 1\norder \(order.text)\n" + (try lines(of: events, under: checkpoint))
    }

    /// Proves that events of an account stand below the checkpoint of their shard: those of the span, and
    /// those that stand next to it in their streams, in order of position.
    public func account(
        _ account: AccountID,
        _ events: [RecordedEvent],
        in span: ClosedRange<Int64>,
        under checkpoint: Checkpoint
    ) throws(ProofError) -> String {
        guard span.upperBound <= checkpoint.head.size else {
            throw .refused(
                "The span ends at \(span.upperBound), and the checkpoint at \(checkpoint.head.size): take a later"
                    + " one, or leave --checkpoint away to sign a new one."
            )
        }
        return "bifrost-proof-of-account 1\naccount \(account.id.text)\n"
            + "span \(span.lowerBound - 1) \(span.upperBound)\n" + (try lines(of: events, under: checkpoint))
    }

    /// The events with their paths, and the checkpoint.
    private func lines(
        of events: [RecordedEvent],
        under checkpoint: Checkpoint
    ) throws(ProofError) -> String {
        var tree = try self.tree(checkpoint)
        let chain = Chain(log: log.id, shard: checkpoint.origin.shard)
        var text = ""
        for event in events {
            let bytes = chain.canonicalBytes(event.header, payload: event.payload)
            text += "event \(Base64.text(bytes))\n"
            text += try Self.line(tree.inclusion(of: event.header.position - 1, in: checkpoint.head.size))
        }
        return text + "checkpoint\n" + checkpoint.note
    }

    /// Proves that what the old checkpoint signs is the beginning of what the new one signs.
    public func consistency(_ old: Checkpoint, _ new: Checkpoint) throws(ProofError) -> String {
        guard old.origin == new.origin else {
            throw .refused(
                "The checkpoints are of \(old.origin.text) and \(new.origin.text): give two of one shard."
            )
        }
        guard old.head.size <= new.head.size else {
            throw .refused(
                "The first checkpoint signs \(old.head.size) events and the second \(new.head.size): give the older"
                    + " one first."
            )
        }
        var tree = try self.tree(new)
        guard try tree.head(at: old.head.size) == old.head else { throw Self.other(old) }
        return "bifrost-proof-of-consistency 1\n"
            + Self.line(try tree.consistency(from: old.head.size, to: new.head.size))
            + "checkpoint \(old.note.split(separator: "\n", omittingEmptySubsequences: false).count - 1)\n"
            + old.note + "checkpoint\n" + new.note
    }

    /// Writes a proof to a file, whole or not at all.
    public static func write(_ proof: String, to file: String) throws(ProofError) {
        try Files.write(proof, to: file, mode: 0o644)
    }

    /// The tree that the checkpoint is the head of.
    private func tree(_ checkpoint: Checkpoint) throws(ProofError) -> MerkleTree<ProofError> {
        guard checkpoint.origin.log == log.id else {
            throw .refused("The checkpoint is of \(checkpoint.origin.text), and this log is \(log.id.text).")
        }
        let end: Int64
        do throws(ReadError) {
            end = try log.head(of: checkpoint.origin.shard).position
        } catch {
            throw ProofError(error)
        }
        guard checkpoint.head.size <= end else {
            throw .tampered(
                "The checkpoint signs \(checkpoint.head.size) events and the log ends at \(end): its end was cut off,"
                    + " or an older backup was restored."
            )
        }
        var tree = try SubtreeStore(log, checkpoint.origin.shard).tree(size: checkpoint.head.size)
        guard try tree.head(at: checkpoint.head.size) == checkpoint.head else { throw Self.other(checkpoint) }
        return tree
    }

    private static func other(_ checkpoint: Checkpoint) -> ProofError {
        .tampered(
            "The first \(checkpoint.head.size) events of shard \(checkpoint.origin.shard.value) are not those"
                + " that the checkpoint signs: the log was rewritten. Run `bifrost verify --checkpoints`."
        )
    }

    private static func line(_ path: [EventHash]) -> String {
        (["path"] + path.map { Base64.text($0.bytes) }).joined(separator: " ") + "\n"
    }
}
