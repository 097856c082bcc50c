// The Merkle tree of a shard is that of RFC 9162, section 2.1, with SHA-256: the leaf of position p has index
// p - 1, and its data is the canonical form of the event without the hash before it (Chain.swift).
//
//     leaf = SHA-256(0x00 · data)      node = SHA-256(0x01 · left · right)      empty tree = SHA-256()
//
// Both are frozen: signed checkpoints outside name roots that these rules made.

extension EventHash {
    /// The hash of a leaf of a Merkle tree (RFC 9162, 2.1.1).
    public init(leaf data: [UInt8]) { self.init(digesting: [0] + data) }

    /// The hash of a node above two others (RFC 9162, 2.1.1).
    public init(left: EventHash, right: EventHash) {
        let words = (left.words, right.words)
        self = withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { room in
            room[0] = 1
            withUnsafeBytes(of: words) { words in
                for word in 0..<8 {
                    let value = words.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)
                    room.storeBytes(of: value.bigEndian, toByteOffset: 1 + word * 8, as: UInt64.self)
                }
            }
            return Chain.digest(UnsafeRawBufferPointer(room))
        }
    }
}

/// The tree over the first events of a shard.
public struct TreeHead: Equatable, Sendable {
    /// How many events: the last position.
    public var size: Int64
    /// The hash at its top, which stands for every byte of every event below.
    public var root: EventHash

    /// Puts the parts together.
    public init(size: Int64, root: EventHash) {
        self.size = size
        self.root = root
    }
}

/// A tree that grows at its right end and remembers no more than its right edge.
public struct MerkleFrontier: Sendable {
    /// Leaves of a subtree whose top is kept: a page of events, and an eighth of a byte of each.
    public static let subtreeLeaves: Int64 = 256

    /// Leaves below.
    public private(set) var size: Int64 = 0
    /// The tops of the perfect trees that the size is made of, the largest first.
    private var peaks: [EventHash] = []

    /// The empty tree.
    public init() {}

    /// Adds a leaf; answers the top of the subtree of 256 leaves that it completes.
    @discardableResult
    public mutating func append(_ leaf: EventHash) -> EventHash? {
        var top = leaf
        var subtree: EventHash? = nil
        var rest = size
        var leaves: Int64 = 1
        while rest & 1 == 1, let left = peaks.popLast() {
            top = EventHash(left: left, right: top)
            leaves *= 2
            if leaves == Self.subtreeLeaves { subtree = top }
            rest >>= 1
        }
        peaks.append(top)
        size += 1
        return subtree
    }

    /// The tree's head.
    public var head: TreeHead {
        guard var root = peaks.last else { return TreeHead(size: 0, root: EventHash(digesting: [])) }
        for peak in peaks.dropLast().reversed() { root = EventHash(left: peak, right: root) }
        return TreeHead(size: size, root: root)
    }
}

/// A whole tree, from the tops of its perfect subtrees of 256 leaves; the leaves of one are asked for when a
/// proof needs them.
public struct MerkleTree<Failure: Error> {
    /// Leaves.
    public let size: Int64
    /// The tops of the subtrees, then of the perfect pairs of those, and so on.
    private var levels: [[EventHash]]
    private let perSubtree = MerkleFrontier.subtreeLeaves
    private let leaves: (Range<Int64>) throws(Failure) -> [EventHash]
    private var leavesBySubtree: [Int64: [EventHash]] = [:]

    /// The tree of `size` leaves whose whole subtrees have these tops; `leaves` answers those of a range of
    /// indexes.
    public init(
        size: Int64,
        subtrees: [EventHash],
        leaves: @escaping (Range<Int64>) throws(Failure) -> [EventHash]
    ) {
        precondition(subtrees.count == size / perSubtree, "one top for each whole subtree")
        self.size = size
        self.leaves = leaves
        levels = [subtrees]
        while let below = levels.last, below.count > 1 {
            levels.append(
                (0..<below.count / 2).map { EventHash(left: below[2 * $0], right: below[2 * $0 + 1]) }
            )
        }
    }

    /// The head of the tree when it had so many leaves.
    public mutating func head(at size: Int64) throws(Failure) -> TreeHead {
        guard size > 0 else { return MerkleFrontier().head }
        return TreeHead(size: size, root: try top(0..<size))
    }

    /// What proves that the leaf is below the head of that size, from the leaf up (RFC 9162, 2.1.3.1).
    public mutating func inclusion(of leaf: Int64, in size: Int64) throws(Failure) -> [EventHash] {
        var range = 0..<size
        var siblings: [Range<Int64>] = []
        while range.count > 1 {
            let (left, right) = Self.halves(range)
            siblings.append(left.contains(leaf) ? right : left)
            range = left.contains(leaf) ? left : right
        }
        return try tops(siblings.reversed())
    }

    /// What proves that the tree of `old` leaves is the beginning of that of `new`, both above zero (RFC
    /// 9162, 2.1.4.1).
    public mutating func consistency(from old: Int64, to new: Int64) throws(Failure) -> [EventHash] {
        var range = 0..<new
        var parts: [Range<Int64>] = []
        var isWhole = true
        while range.upperBound != old {
            let (left, right) = Self.halves(range)
            if old <= left.upperBound {
                parts.append(right)
                range = left
            } else {
                parts.append(left)
                range = right
                isWhole = false
            }
        }
        if !isWhole { parts.append(range) }
        return try tops(parts.reversed())
    }

    private mutating func tops(_ ranges: [Range<Int64>]) throws(Failure) -> [EventHash] {
        var tops: [EventHash] = []
        for range in ranges { tops.append(try top(range)) }
        return tops
    }

    /// The top over a range that the rule of halves makes.
    private mutating func top(_ range: Range<Int64>) throws(Failure) -> EventHash {
        let count = Int64(range.count)
        if count & (count - 1) == 0, count >= perSubtree {
            let level = (count / perSubtree).trailingZeroBitCount
            return levels[level][Int(range.lowerBound / count)]
        }
        guard count > 1 else { return try leaf(range.lowerBound) }
        let (left, right) = Self.halves(range)
        let leftTop = try top(left)
        return EventHash(left: leftTop, right: try top(right))
    }

    private mutating func leaf(_ index: Int64) throws(Failure) -> EventHash {
        let subtree = index / perSubtree
        let start = subtree * perSubtree
        if let known = leavesBySubtree[subtree] { return known[Int(index - start)] }
        let found = try leaves(start..<min(start + perSubtree, size))
        leavesBySubtree[subtree] = found
        return found[Int(index - start)]
    }

    /// Splits at the largest power of two below the count.
    private static func halves(_ range: Range<Int64>) -> (Range<Int64>, Range<Int64>) {
        let last = UInt64(range.count - 1)
        let middle = range.lowerBound + (1 << Int64(63 - last.leadingZeroBitCount))
        return (range.lowerBound..<middle, middle..<range.upperBound)
    }
}
