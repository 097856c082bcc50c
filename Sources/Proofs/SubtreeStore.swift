internal import BifrostKernel
public import EventStore
public import EventStorePostgres
internal import PostgresClient

/// The tops of a shard's subtrees of 256 events, kept in the database beside its log.
///
/// They follow from the log and are made when somebody wants a proof; events behind the last of them are
/// hashed anew each time.
public struct SubtreeStore: Sendable {
    let log: PostgresLog
    let shard: ShardNumber

    /// The tops of `shard` in `log`.
    public init(_ log: PostgresLog, _ shard: ShardNumber) {
        self.log = log
        self.shard = shard
    }

    private static let perSubtree = MerkleFrontier.subtreeLeaves

    /// The tops that are kept, in order.
    public func tops() throws(ProofError) -> [EventHash] {
        do throws(PostgresError) {
            return try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    "select top from bifrost.subtree where shard = $1 order by number",
                    [.int32(Int32(shard.value))]
                )
                var tops: [EventHash] = []
                tops.reserveCapacity(rows.count)
                for row in 0..<rows.count {
                    guard let top = EventHash(bytes: try rows.bytes(row, 0)) else {
                        throw .misuse("expected 32 bytes in bifrost.subtree")
                    }
                    tops.append(top)
                }
                return tops
            }
        } catch {
            throw .unavailable("The tops of subtrees cannot be read: \(error)")
        }
    }

    /// The tree of the first `size` events, after the tops that it needs were made and kept.
    public func tree(size: Int64) throws(ProofError) -> MerkleTree<ProofError> {
        let wanted = size / Self.perSubtree
        var tops = try tops()
        if Int64(tops.count) < wanted { tops = try extend(tops, to: wanted) }
        let log = log
        let shard = shard
        return MerkleTree(size: size, subtrees: Array(tops.prefix(Int(wanted)))) { range throws(ProofError) in
            let chain = Chain(log: log.id, shard: shard)
            var leaves: [EventHash] = []
            do throws(ReadError) {
                _ = try log.read(shard, .all(after: range.lowerBound), limit: range.count) { event in
                    leaves.append(chain.leaf(event))
                }
            } catch {
                throw ProofError(error)
            }
            guard leaves.count == range.count else {
                throw .tampered(
                    "Events behind position \(range.lowerBound) are missing. Run `bifrost verify`."
                )
            }
            return leaves
        }
    }

    private func extend(_ known: [EventHash], to wanted: Int64) throws(ProofError) -> [EventHash] {
        var tops = known
        var frontier = MerkleFrontier()
        let chain = Chain(log: log.id, shard: shard)
        var position = Int64(known.count) * Self.perSubtree
        let end = wanted * Self.perSubtree
        do {
            let connection = try PostgresConnection(log.access.writer)
            // What a crash takes back is made again.
            try connection.execute("set synchronous_commit = off")
            while position < end {
                let kept = tops.count
                let limit = min(end - position, Int64(LogSubscription.pageEventsMax))
                let count = try log.read(shard, .all(after: position), limit: Int(limit)) { event in
                    if let top = frontier.append(chain.leaf(event)) { tops.append(top) }
                }
                guard count > 0 else { throw ReadError.corrupt("the log ends at \(position), before \(end)") }
                position += Int64(count)
                try keep(tops[kept...], connection)
            }
            return tops
        } catch let error as ReadError {
            throw ProofError(error)
        } catch {
            throw .unavailable("The tops of subtrees cannot be written: \(error)")
        }
    }

    /// Another process may have kept the same ones meanwhile.
    private func keep(_ tops: ArraySlice<EventHash>, _ connection: PostgresConnection) throws(PostgresError) {
        try connection.execute("begin")
        for (number, top) in zip(tops.indices, tops) {
            _ = try connection.query(
                "insert into bifrost.subtree values ($1, $2, $3) on conflict do nothing",
                [.int32(Int32(shard.value)), .int64(Int64(number)), .bytes(top.bytes)]
            )
        }
        try connection.execute("commit")
    }
}
