public import BifrostKernel
internal import LZ4Codec
internal import Orders

/// Every order of a shard, closed ones included, in the order of their placement.
///
/// Orders stand in blocks that never move, so that the millionth order costs what the first did and no growth
/// stops the shard for as long as copying all of them takes. A full block whose orders are all closed is
/// packed sooner or later: it is kept as the bytes that a snapshot has of it, compressed, a small part of
/// what it took. A closed order is still asked for, by a late bust or by a trade out of suspense, but seldom:
/// then its block is read, and put back when the order changes.
public struct OrderStore: Sendable {
    private var places = PartedTable<OrderID, Int>()
    /// Empty where a block is packed.
    private var blocks: [[OrderEntry]] = []
    /// A frame of the block's bytes; empty where it is not packed.
    private var packed: [[UInt8]] = []
    /// The full blocks that are not packed.
    private var warm: [Int] = []
    /// Where in `warm` the next look for one to pack goes.
    private var hand = 0

    /// Few, since all of a block is read for one of its orders.
    static let blockOrders = 24
    /// Blocks that are never packed, for what follows soon.
    static let warmBlocksMin = 1
    /// Blocks that are looked at for each one that fills.
    private static let looksPerBlock = 2
    private static let blockBytesMax = 1 << 24

    /// No orders.
    init() {}

    /// The number of orders.
    public var count: Int { places.count }
    /// The ids of all orders, in no order that means something.
    public var ids: some Sequence<OrderID> { places.rows.lazy.map(\.key) }
    /// The number of orders in packed blocks.
    var packedCount: Int {
        (blocks.count - warm.count - (isLastPacked ? 0 : 1)) * Self.blockOrders
    }
    private var isLastPacked: Bool { blocks.last?.isEmpty ?? true }

    /// The order of that id.
    public subscript(id: OrderID) -> OrderEntry? { look(at: id) { $0 } }

    /// Lends the order where it stands: a copy costs more than most of what is asked of one.
    public func look<Answer>(at id: OrderID, _ body: (OrderEntry) -> Answer) -> Answer? {
        guard let place = places[id] else { return nil }
        return entries(place / Self.blockOrders).withUnsafeBufferPointer { orders in
            // The pointer's subscript lends where the buffer's own copies.
            orders.baseAddress.map { body($0[place % Self.blockOrders]) }
        }
    }

    /// The account that the order trades for.
    func account(of id: OrderID) -> AccountID? { look(at: id) { $0.account } }

    /// The position of the event that approved the order, 0 before it.
    public func approvedAt(_ id: OrderID) -> Int64? { look(at: id) { $0.approvedAt } }

    /// Whether there is such an order.
    func contains(_ id: OrderID) -> Bool { places[id] != nil }

    /// Makes room for so many before the first one comes.
    mutating func reserve(_ orders: Int) { places.reserve(orders) }

    /// Adds an order that is not here yet.
    mutating func add(_ id: OrderID, _ entry: OrderEntry) {
        let place = places.count
        precondition(places.updateValue(place, forKey: id) == nil, "an order is placed once")
        if place % Self.blockOrders == 0 { beginBlock() }
        blocks[place / Self.blockOrders].append(entry)
    }

    private mutating func beginBlock() {
        appendBlock([])
        blocks[blocks.count - 1].reserveCapacity(Self.blockOrders)
        for _ in 0..<Self.looksPerBlock { packNext() }
    }

    private mutating func appendBlock(_ entries: [OrderEntry]) {
        if !isLastPacked { warm.append(blocks.count - 1) }
        blocks.append(entries)
        packed.append([])
    }

    /// Changes an order where it stands.
    mutating func change<Answer>(_ id: OrderID, _ body: (inout OrderEntry) -> Answer) -> Answer {
        guard let place = places[id] else {
            preconditionFailure("an order's events come after its placement")
        }
        let block = place / Self.blockOrders
        if blocks[block].isEmpty { unpack(block) }
        return body(&blocks[block][place % Self.blockOrders])
    }
}

// MARK: Packing

extension OrderStore {
    /// The orders of a block, read where it is packed.
    private func entries(_ block: Int) -> [OrderEntry] {
        blocks[block].isEmpty ? OrderBlock.entries(contents(block)) : blocks[block]
    }

    /// Looks at one more full block, and packs it when nothing of it is open.
    private mutating func packNext() {
        guard warm.count > Self.warmBlocksMin else { return }
        if hand >= warm.count { hand = 0 }
        let block = warm[hand]
        guard OrderBlock.isResting(blocks[block]) else {
            hand += 1
            return
        }
        pack(block, OrderBlock.contents(blocks[block]))
        warm.swapAt(hand, warm.count - 1)
        warm.removeLast()
    }

    private mutating func pack(_ block: Int, _ contents: [UInt8]) {
        packed[block] = LZ4Frame.compress(contents)
        blocks[block] = []
    }

    private mutating func unpack(_ block: Int) {
        packNext()
        blocks[block] = entries(block)
        packed[block] = []
        warm.append(block)
    }

    private func contents(_ block: Int) -> [UInt8] {
        do throws(LZ4Error) {
            return try LZ4Frame.decompress(packed[block], decompressedBytesMax: Self.blockBytesMax)
        } catch {
            preconditionFailure("a packed block of orders cannot be read: \(error)")
        }
    }
}

// MARK: Snapshots

/// Some orders that were placed one after another, as a snapshot has them.
///
/// What it says is the same whether they were packed or not.
struct OrderBlock: WireFields {
    private(set) var ids: [OrderID] = []
    /// Whether it is full and nothing of it is open.
    private(set) var isResting = false
    private(set) var contents: [UInt8] = []

    init() {}

    fileprivate init(_ ids: [OrderID], isResting: Bool, _ contents: [UInt8]) {
        self.ids = ids
        self.isResting = isResting
        self.contents = contents
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "ids", &ids)
        try visitor.flag(2, "isResting", &isResting)
        try visitor.bytes(3, "contents", &contents)
    }

    fileprivate static func isResting(_ entries: [OrderEntry]) -> Bool {
        entries.count == OrderStore.blockOrders
            && entries.allSatisfy { !$0.state.isOpen && $0.waitsSince == 0 }
    }

    fileprivate static func contents(_ entries: [OrderEntry]) -> [UInt8] { WireEncoder.encode(entries) }

    fileprivate static func entries(_ contents: [UInt8]) -> [OrderEntry] {
        do throws(WireError) {
            return try WireDecoder.decode([OrderEntry].self, contents)
        } catch {
            preconditionFailure("a packed block of orders cannot be read: \(error)")
        }
    }
}

extension OrderStore {
    /// The blocks in the order of their orders' placement.
    var all: some Sequence<OrderBlock> {
        var ids = [OrderID](repeating: .none, count: count)
        // ORDER: each goes to its own place.
        for (id, place) in places.rows { ids[place] = id }
        return blocks.indices.lazy.map { block in
            let from = block * Self.blockOrders
            let own = Array(ids[from..<min(from + Self.blockOrders, ids.count)])
            guard !blocks[block].isEmpty else { return OrderBlock(own, isResting: true, contents(block)) }
            let entries = blocks[block]
            return OrderBlock(own, isResting: OrderBlock.isResting(entries), OrderBlock.contents(entries))
        }
    }

    /// Takes a block in; they come in the order in which `all` has them.
    mutating func add(_ block: OrderBlock) throws(WireError) {
        guard count % Self.blockOrders == 0, (1...Self.blockOrders).contains(block.ids.count) else {
            throw .notCanonical(field: 1)
        }
        for id in block.ids where places.updateValue(places.count, forKey: id) != nil {
            throw .notCanonical(field: 1)
        }
        if block.isResting {
            appendBlock([])
            pack(blocks.count - 1, block.contents)
        } else {
            let entries = try WireDecoder.decode([OrderEntry].self, block.contents)
            guard entries.count == block.ids.count else { throw .notCanonical(field: 3) }
            appendBlock(entries)
        }
    }
}
