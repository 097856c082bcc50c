public import BifrostKernel
internal import Orders
internal import RiskLimits

/// The open orders that end at a moment, in the order in which they do.
public struct Expiries: Sendable {
    /// An order with its end.
    public struct Expiry: Hashable, Comparable, Sendable {
        /// When it ends.
        public private(set) var at: Timestamp
        /// The order.
        public private(set) var order: OrderID

        /// Orders by time, then by order.
        public static func < (left: Self, right: Self) -> Bool {
            (left.at, left.order) < (right.at, right.order)
        }
    }

    private var expiries: [Expiry] = []

    /// None.
    public init() {}

    /// Whether no open order ends at a moment.
    public var isEmpty: Bool { expiries.isEmpty }

    /// When the next one ends.
    public var next: Timestamp? { expiries.first?.at }

    /// Those that end at `time` or before, at most so many.
    public func due(at time: Timestamp, atMost count: Int) -> [Expiry] {
        Array(expiries.prefix(count).prefix { $0.at <= time })
    }

    mutating func add(_ expiry: Expiry) {
        let index = place(of: expiry)
        guard index == expiries.count || expiries[index] != expiry else { return }
        expiries.insert(expiry, at: index)
    }

    mutating func remove(_ expiry: Expiry) {
        let index = place(of: expiry)
        guard index < expiries.count, expiries[index] == expiry else { return }
        expiries.remove(at: index)
    }

    private func place(of expiry: Expiry) -> Int {
        var low = 0
        var high = expiries.count
        while low < high {
            let middle = (low + high) / 2
            if expiries[middle] < expiry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Shard {
    /// The moment of an order has come: it trades no more, and what was held back for it is free.
    ///
    /// The venue ends it by the same moment; a trade that was made before and is reported later is booked as
    /// every late one.
    static func expire(
        _ account: AccountID,
        _ order: OrderID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        let entry = try known(order, account, state)
        guard let end = entry.state.placed?.special.expireAt, end <= posed.effectiveAt else { return }
        try emit(.expire(order), order, account, entry.state, &decision)
        try risk(.release(order), account, order.id, state, &decision)
    }

    static func evolveExpiries(_ state: inout ShardState, _ order: OrderID, isOpen: Bool) {
        let end = state.orderByID.look(at: order) { entry -> Timestamp? in
            guard let placed = entry.state.placed, placed.hasSpecialTerms else { return nil }
            return placed.special.expireAt
        }
        guard let at = end ?? nil else { return }
        let expiry = Expiries.Expiry(at: at, order: order)
        if isOpen { state.expiries.add(expiry) } else { state.expiries.remove(expiry) }
    }
}

extension Expiries.Expiry: WireFields {
    /// Nothing.
    public init() { self.init(at: Timestamp(nanos: 0), order: .none) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.time(1, "at", &at)
        try visitor.order(2, "order", &order)
    }
}

extension Expiries: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "expiries", &expiries)
    }
}
