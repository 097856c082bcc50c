public import BifrostKernel

/// Every order of a shard, closed ones included, in the order of their placement.
///
/// Orders stand in blocks that never move, so that the millionth order costs what the first did and no growth
/// stops the shard for as long as copying all of them takes.
public struct OrderStore: Sendable {
    private var places = PartedTable<OrderID, Int>()
    private var blocks: [[OrderEntry]] = []

    private static let blockOrders = 512

    /// No orders.
    init() {}

    /// The number of orders.
    public var count: Int { places.count }
    /// The ids of all orders, in no order that means something.
    public var ids: some Sequence<OrderID> { places.rows.lazy.map(\.key) }

    /// The order of that id.
    public subscript(id: OrderID) -> OrderEntry? {
        guard let place = places[id] else { return nil }
        return blocks[place / Self.blockOrders][place % Self.blockOrders]
    }

    /// Lends the order where it stands: a copy costs more than most of what is asked of one.
    public func look<Answer>(at id: OrderID, _ body: (OrderEntry) -> Answer) -> Answer? {
        guard let place = places[id] else { return nil }
        return blocks[place / Self.blockOrders].withUnsafeBufferPointer { orders in
            // The pointer's subscript lends where the buffer's own copies.
            orders.baseAddress.map { body($0[place % Self.blockOrders]) }
        }
    }

    /// The account that the order trades for.
    func account(of id: OrderID) -> AccountID? {
        places[id].map { blocks[$0 / Self.blockOrders][$0 % Self.blockOrders].account }
    }

    /// The position of the event that approved the order, 0 before it.
    public func approvedAt(_ id: OrderID) -> Int64? {
        places[id].map { blocks[$0 / Self.blockOrders][$0 % Self.blockOrders].approvedAt }
    }

    /// Adds an order that is not here yet.
    mutating func add(_ id: OrderID, _ entry: OrderEntry) {
        let place = places.count
        precondition(places.updateValue(place, forKey: id) == nil, "an order is placed once")
        if place % Self.blockOrders == 0 {
            blocks.append([])
            // The first blocks grow as they fill: most shards of a test hold a few orders.
            if place > 0 { blocks[place / Self.blockOrders].reserveCapacity(Self.blockOrders) }
        }
        blocks[place / Self.blockOrders].append(entry)
    }

    /// Changes an order where it stands.
    mutating func change<Answer>(_ id: OrderID, _ body: (inout OrderEntry) -> Answer) -> Answer {
        guard let place = places[id] else {
            preconditionFailure("an order's events come after its placement")
        }
        return body(&blocks[place / Self.blockOrders][place % Self.blockOrders])
    }
}

extension OrderStore {
    /// The orders in the order of their placement.
    var all: some Sequence<TableRow<OrderID, OrderEntry>> {
        var ids = [OrderID](repeating: .none, count: count)
        // ORDER: each goes to its own place.
        for (id, place) in places.rows { ids[place] = id }
        return ids.enumerated().lazy.map { [blocks] place, id in
            TableRow(key: id, value: blocks[place / Self.blockOrders][place % Self.blockOrders])
        }
    }
}
