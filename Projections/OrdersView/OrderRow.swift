public import BifrostKernel
internal import EventRegistry
public import Orders
public import ProjectionKit
internal import Sagas

/// One order: its facts as they stand in the log, and what they come to.
public struct OrderRow: ProjectionRow {
    /// An order's id.
    public struct Key: ProjectionKey {
        /// The order.
        public let order: OrderID
        /// The event that placed an order gave it its id, which tells the position.
        public var bornAfter: Int64? { order.id.birth - 1 }
        /// Writes `order_id`.
        public func write(to tuple: inout TupleWriter) { tuple.identifier(order.id) }
    }

    /// The order.
    public let key: Key
    /// When it was placed, or found at a venue.
    public private(set) var placedAt = Timestamp(nanos: 0)
    /// The trading day that it was placed on.
    public private(set) var placedOn = BusinessDate(days: 0)
    /// When anything last happened to it.
    public private(set) var changedAt = Timestamp(nanos: 0)
    /// The position of that event.
    public private(set) var changedPosition: Int64 = 0
    /// What judges and venues last refused.
    public private(set) var refusal: Refusal?
    /// Why the cancel that was asked for last was.
    public private(set) var cancelReason: CancelReason?
    /// What the facts come to.
    public private(set) var order = OrderState()
    private var facts: [StoredFact] = []

    /// A refusal with its numbers.
    public struct Refusal: Equatable, Sendable {
        /// Who refused.
        public let judge: Judge
        /// The rule.
        public let code: RejectionCode?
        /// The limit, in units of 10⁻⁹.
        public let limit: Int128?
        /// The number that was held against it, in units of 10⁻⁹.
        public let value: Int128?
    }

    /// An order of which nothing is known.
    init(_ key: Key) { self.key = key }

    /// Adds a fact.
    mutating func take(_ fact: RecordedFact, _ event: OrderEvent) {
        let stored = StoredFact(fact)
        facts.append(stored)
        evolve(stored, by: event)
    }

    /// The order as it was known at a position of the log, `nil` before it was placed.
    public func known(at position: Int64) throws(WireError) -> OrderRow? {
        if changedPosition <= position { return self }
        var earlier = OrderRow(key)
        for fact in facts where fact.position <= position {
            guard case .order(let event) = try fact.event() else { continue }
            earlier.evolve(fact, by: event)
        }
        return earlier.order.placed == nil ? nil : earlier
    }

    private mutating func evolve(_ fact: StoredFact, by event: OrderEvent) {
        Order.evolve(&order, by: event)
        changedAt = fact.effectiveAt
        changedPosition = fact.position
        switch event {
        case .placed, .externalFound:
            placedAt = fact.effectiveAt
            placedOn = fact.businessDate
        case .rejected(let said):
            refusal = Refusal(judge: said.judge, code: said.code, limit: said.limit, value: said.value)
        case .cancelRequested(let asked): cancelReason = asked.reason ?? .requested
        default: break
        }
    }
}

extension OrderRow {
    /// Its facts in canonical bytes.
    public var state: [UInt8] { WireEncoder.encode(StoredFacts(order: key.order, facts: facts)) }

    /// Folds the facts anew.
    public init(table: Int, state: [UInt8]) throws(WireError) {
        let stored = try WireDecoder.decode(StoredFacts.self, state)
        self.init(Key(order: stored.order))
        facts = stored.facts
        for fact in facts {
            guard case .order(let event) = try fact.event() else {
                throw .unknownType(type: UInt32(clamping: fact.type), version: UInt32(clamping: fact.version))
            }
            evolve(fact, by: event)
        }
    }
}

/// What a row keeps so that its order can be folded further.
private struct StoredFacts: WireFields {
    var order = OrderID.none
    var facts: [StoredFact] = []

    init() {}
    init(order: OrderID, facts: [StoredFact]) {
        self.order = order
        self.facts = facts
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.list(2, "facts", &facts)
    }
}

/// An event of an order with those of its columns that the row shows.
private struct StoredFact: WireFields, Sendable {
    var position: Int64 = 0
    var type: UInt64 = 0
    var version: UInt64 = 0
    var effectiveAt = Timestamp(nanos: 0)
    var businessDate = BusinessDate(days: 0)
    var payload: [UInt8] = []

    init() {}
    init(_ fact: RecordedFact) {
        position = fact.header.position
        type = UInt64(fact.header.type)
        version = UInt64(fact.header.schemaVersion)
        effectiveAt = fact.header.effectiveAt
        businessDate = fact.header.businessDate
        payload = fact.payload
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "position", &position)
        try visitor.uint(2, "type", &type)
        try visitor.uint(3, "schemaVersion", &version)
        try visitor.time(4, "effectiveAt", &effectiveAt)
        try visitor.date(5, "businessDate", &businessDate)
        try visitor.bytes(6, "payload", &payload)
    }

    func event() throws(WireError) -> DomainEvent {
        guard let type = UInt32(exactly: type), let version = UInt32(exactly: version) else {
            throw .unknownType(type: .max, version: .max)
        }
        return try EventRegistry.decode(type: type, schemaVersion: version, payload: payload)
    }
}
