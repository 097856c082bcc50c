public import BifrostKernel
internal import Orders
internal import Packing

/// Every order of a shard, closed ones included, in the order of their placement.
///
/// Orders stand in blocks that never move, so that the millionth order costs what the first did and no growth
/// stops the shard for as long as copying all of them takes. A full block whose orders are all closed is
/// packed sooner or later, into a small part of
/// what it took. A closed order is still asked for, by a late bust or by a trade out of suspense, but seldom:
/// then its block is read, and put back when the order changes.
public struct OrderStore: Sendable {
    private var places = PartedTable<OrderID, Int>()
    /// Empty where a block is packed.
    private var blocks: [[OrderEntry]] = []
    /// `nil` where a block is not packed.
    private var packed: [PackedRows<OrderEntry>?] = []
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

    /// Expects so many, the first of which is still to come.
    mutating func reserve(_ orders: Int) { places = PartedTable(reserving: orders) }

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
        packed.append(nil)
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
    private func entries(_ block: Int) -> [OrderEntry] { packed[block]?.rows ?? blocks[block] }

    /// Looks at one more full block, and packs it when nothing of it is open.
    private mutating func packNext() {
        guard warm.count > Self.warmBlocksMin else { return }
        if hand >= warm.count { hand = 0 }
        let block = warm[hand]
        guard Self.isResting(blocks[block]) else {
            hand += 1
            return
        }
        pack(block, PackedRows(blocks[block]))
        warm.swapAt(hand, warm.count - 1)
        warm.removeLast()
    }

    /// Whether a block is full and nothing of it is open.
    private static func isResting(_ entries: [OrderEntry]) -> Bool {
        entries.count == blockOrders && entries.allSatisfy { !$0.state.isOpen && $0.waitsSince == 0 }
    }

    private mutating func pack(_ block: Int, _ rows: PackedRows<OrderEntry>) {
        packed[block] = rows
        blocks[block] = []
    }

    private mutating func unpack(_ block: Int) {
        packNext()
        blocks[block] = entries(block)
        packed[block] = nil
        warm.append(block)
    }
}

// MARK: Snapshots

/// Some orders that were placed one after another, as a snapshot has them.
///
/// What it says is the same whether they were packed or not.
struct OrderBlock: WireFields {
    /// Those of a full block of which nothing is open.
    private(set) var resting: PackedRows<OrderEntry>?
    private(set) var entries: [OrderEntry] = []

    init() {}

    fileprivate init(resting: PackedRows<OrderEntry>) { self.resting = resting }

    fileprivate init(_ entries: [OrderEntry]) { self.entries = entries }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "resting", &resting)
        try visitor.list(2, "entries", &entries)
    }
}

extension OrderStore {
    /// Hands over where orders stand, some at a time.
    func images(_ body: ([UInt8]) -> Void) { places.images(body) }

    /// Takes some of that in.
    mutating func take(_ image: [UInt8]) throws(WireError) { try places.take(image) }

    /// The blocks in the order of their orders' placement.
    var all: some Sequence<OrderBlock> {
        blocks.indices.lazy.map { block in
            if let rows = packed[block] { return OrderBlock(resting: rows) }
            let entries = blocks[block]
            return Self.isResting(entries) ? OrderBlock(resting: PackedRows(entries)) : OrderBlock(entries)
        }
    }

    /// Takes a block in; they come in the order in which `all` has them, behind where all orders stand.
    mutating func add(_ block: OrderBlock) throws(WireError) {
        let left = count - blocks.count * Self.blockOrders
        let orders = block.resting?.count ?? block.entries.count
        guard orders == min(left, Self.blockOrders), orders > 0 else { throw .notCanonical(field: 2) }
        appendBlock(block.entries)
        if let rows = block.resting { pack(blocks.count - 1, rows) }
    }
}
