import BifrostKernel
import EventStore
import SeededChoices
import Testing

@Suite("The Merkle tree")
struct MerkleTreeTests {
    private static let perSubtree = Int(MerkleFrontier.subtreeLeaves)

    private static func leaves(_ count: Int) -> [EventHash] {
        (0..<count).map {
            EventHash(leaf: [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)])
        }
    }

    private static func tree(_ leaves: [EventHash]) -> MerkleTree<Never> {
        var frontier = MerkleFrontier()
        let tops = leaves.compactMap { frontier.append($0) }
        return MerkleTree(size: Int64(leaves.count), subtrees: tops) { range in
            Array(leaves[Int(range.lowerBound)..<Int(range.upperBound)])
        }
    }

    /// The definition itself (RFC 9162, 2.1.1), slow.
    private static func naive(_ leaves: ArraySlice<EventHash>) -> EventHash {
        guard leaves.count > 1 else { return leaves.first ?? EventHash(digesting: []) }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        let middle = leaves.startIndex + half
        return EventHash(left: naive(leaves[..<middle]), right: naive(leaves[middle...]))
    }

    // The leaves and roots that implementations of RFC 6962 are tested with.
    @Test("the roots of the well-known eight leaves")
    func knownRoots() {
        let data: [[UInt8]] = [
            [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
            Array(0x50...0x57), Array(0x60...0x6f),
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var frontier = MerkleFrontier()
        #expect(
            frontier.head.root.text == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        for (leaf, root) in zip(data, roots) {
            frontier.append(EventHash(leaf: leaf))
            #expect(frontier.head.root.text == root)
        }
        #expect(frontier.head.size == 8)
    }

    @Test("the growing tree and the whole one have the root of the definition, at every size")
    func roots() {
        let leaves = Self.leaves(3 * Self.perSubtree + 7)
        var frontier = MerkleFrontier()
        var tree = Self.tree(leaves)
        for size in 1...leaves.count {
            frontier.append(leaves[size - 1])
            let root = Self.naive(leaves[..<size])
            #expect(frontier.head == TreeHead(size: Int64(size), root: root))
            #expect(tree.head(at: Int64(size)) == TreeHead(size: Int64(size), root: root))
        }
    }

    @Test("a path leads from its leaf to the root, and from no other")
    func inclusion() {
        var generator = Generator(seed: 6)
        for size in [1, 2, 3, 255, 256, 257, 511, 512, 513, 1_300] {
            let leaves = Self.leaves(size)
            var tree = Self.tree(leaves)
            for _ in 0..<40 {
                let small = Int64(generator.int(1...size))
                let root = tree.head(at: small).root
                let index = generator.int64(0...small - 1)
                let path = tree.inclusion(of: index, in: small)
                #expect(Walk.root(leaves[Int(index)], index, small, path) == root)
                #expect(Walk.root(EventHash(leaf: [9, 9, 9]), index, small, path) != root)
                #expect(path.isEmpty || Walk.root(leaves[Int(index)], index, small, path.dropLast()) != root)
            }
        }
    }

    @Test("a smaller tree is shown to be the beginning of a larger one, and no other")
    func consistency() {
        var generator = Generator(seed: 7)
        for size in [1, 2, 7, 256, 300, 512, 1_025, 1_300] {
            var tree = Self.tree(Self.leaves(size))
            for _ in 0..<40 {
                let new = Int64(generator.int(1...size))
                let old = generator.int64(1...new)
                let (first, second) = (tree.head(at: old), tree.head(at: new))
                let path = tree.consistency(from: old, to: new)
                #expect(Walk.isConsistent(first, second, path))
                let forged = TreeHead(size: old, root: EventHash(leaf: [1]))
                #expect(!Walk.isConsistent(forged, second, path))
            }
        }
    }
}

/// How the receiver of a proof checks it.
private enum Walk {
    /// RFC 9162, 2.1.3.2.
    static func root(_ leaf: EventHash, _ index: Int64, _ size: Int64, _ path: [EventHash]) -> EventHash? {
        var (number, last, current) = (index, size - 1, leaf)
        for sibling in path {
            guard last > 0 else { return nil }
            if number & 1 == 1 || number == last {
                current = EventHash(left: sibling, right: current)
                while number & 1 == 0, number > 0 { (number, last) = (number >> 1, last >> 1) }
            } else {
                current = EventHash(left: current, right: sibling)
            }
            (number, last) = (number >> 1, last >> 1)
        }
        return last == 0 ? current : nil
    }

    /// RFC 9162, 2.1.4.2.
    static func isConsistent(_ old: TreeHead, _ new: TreeHead, _ path: [EventHash]) -> Bool {
        guard old.size < new.size else { return path.isEmpty && old == new }
        let path = old.size & (old.size - 1) == 0 ? [old.root] + path : path
        guard let start = path.first else { return false }
        var (number, last) = (old.size - 1, new.size - 1)
        while number & 1 == 1 { (number, last) = (number >> 1, last >> 1) }
        var (first, second) = (start, start)
        for sibling in path.dropFirst() {
            guard last > 0 else { return false }
            if number & 1 == 1 || number == last {
                first = EventHash(left: sibling, right: first)
                second = EventHash(left: sibling, right: second)
                while number & 1 == 0, number > 0 { (number, last) = (number >> 1, last >> 1) }
            } else {
                second = EventHash(left: second, right: sibling)
            }
            (number, last) = (number >> 1, last >> 1)
        }
        return last == 0 && first == old.root && second == new.root
    }
}
