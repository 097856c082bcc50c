internal import EventStore

/// Grows a shard's Merkle tree beside the walk over its log, and holds it against what is known of it.
struct TreeCheck {
    private let chain: Chain
    private let trees: [TreeHead]
    private let subtrees: [EventHash]
    private var frontier = MerkleFrontier()
    /// Signed heads that the log agrees with.
    private(set) var matched = 0

    /// `nil` where nothing is known that a tree could be compared with.
    init?(_ chain: Chain, _ witness: ShardWitness) {
        guard !witness.trees.isEmpty || !witness.subtrees.isEmpty else { return nil }
        self.chain = chain
        trees = witness.trees
        subtrees = witness.subtrees
    }

    /// The signed head that the log has not reached yet.
    var next: TreeHead? { matched < trees.count ? trees[matched] : nil }

    /// Adds an event; answers what is wrong with those up to it.
    mutating func take(_ event: RecordedEvent) -> (position: Int64, reason: String)? {
        let subtree = frontier.append(chain.leaf(event))
        let size = frontier.size
        if let subtree, size / MerkleFrontier.subtreeLeaves <= subtrees.count,
            subtrees[Int(size / MerkleFrontier.subtreeLeaves) - 1] != subtree
        {
            let first = size - MerkleFrontier.subtreeLeaves + 1
            return (
                first,
                "events \(first) to \(size) are not those that the tree in the database was made of: the log was"
                    + " rewritten there, or that tree was"
            )
        }
        while let wanted = next, wanted.size == size {
            guard frontier.head == wanted else {
                let good = matched == 0 ? 0 : trees[matched - 1].size
                return (
                    good + 1,
                    "events \(good + 1) to \(size) are not those that the checkpoint of \(size) events signs: the log"
                        + " was rewritten there"
                )
            }
            matched += 1
        }
        return nil
    }
}
