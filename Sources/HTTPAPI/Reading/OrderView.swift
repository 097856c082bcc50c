internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Orders
internal import OrdersViewProjection
internal import Sagas

/// One order as its events tell it: the fold, and what answers show beside it.
struct OrderView: Sendable {
    private(set) var state = Order.initial
    private(set) var rejected: OrderRejected?
    private(set) var placedAt: Timestamp?
    private(set) var position: Int64 = 0
    /// The orders that a worked order is worked by, in the order of their placement.
    private(set) var slices: [OrderView] = []

    /// What a table of orders shows.
    static let columns = [
        "order", "clientOrderId", "placedAt", "symbol", "side", "type", "timeInForce", "quantity",
        "limitPrice",
        "stopPrice", "status", "cumulative", "leaves", "averagePrice", "venue", "book", "strategy",
        "rejection",
        "position",
    ]

    /// Nothing is known.
    init() {}

    /// As the blotter has it.
    init(_ row: OrderRow) {
        state = row.order
        placedAt = row.order.placed == nil ? nil : row.placedAt
        position = row.changedPosition
        guard let refusal = row.refusal else { return }
        var fact = OrderRejected()
        fact.order = row.key.order
        fact.judge = refusal.judge
        fact.code = refusal.code
        fact.limit = refusal.limit
        fact.value = refusal.value
        rejected = fact
    }

    mutating func take(_ event: OrderEvent, _ header: EventHeader) {
        switch event {
        case .placed, .externalFound: placedAt = header.effectiveAt
        default: break
        }
        if case .rejected(let fact) = event { rejected = fact }
        position = header.position
        Order.evolve(&state, by: event)
    }

    /// The order of that id in that account; `nil` when there is none.
    ///
    /// Blocks.
    static func read(
        _ order: OrderID,
        of account: AccountID,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> OrderView? {
        var view = OrderView()
        let stream = StreamOrdinal(.order, of: order.id)
        let selection = LogSelection.stream(
            AccountOrdinal(account),
            stream,
            afterVersion: 0,
            behind: order.id.birth - 1
        )
        try EventPages.read(log, shard, selection, through: through) { read in
            if case .order(let event) = read.event { view.take(event, read.header) }
        }
        guard view.isOrder(order, of: account) else { return nil }
        try view.readSlices(through: through, log, shard)
        return view
    }

    func isOrder(_ order: OrderID, of account: AccountID?) -> Bool {
        guard let placed = state.placed else { return false }
        return placed.order == order && account.map { placed.account == $0 } ?? true
    }

    /// Reads the slices of a worked order, and nothing for any other; blocks.
    mutating func readSlices(
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) {
        guard state.isAtWork, let parent = state.placed else { return }
        var views: [OrderID: OrderView] = [:]
        var sequence: [OrderID] = []
        // A slice is placed after its parent.
        let selection = LogSelection.account(AccountOrdinal(parent.account), after: parent.order.id.birth)
        try EventPages.read(log, shard, selection, through: through) { read in
            guard case .order(let event) = read.event else { return }
            if case .placed(let placed) = event {
                guard placed.parent == parent.order else { return }
                sequence.append(placed.order)
                views[placed.order] = OrderView()
            }
            views[event.order]?.take(event, read.header)
        }
        slices = sequence.compactMap { views[$0] }
    }

    /// The order of that id, whoever's it is: an id says where its order was placed.
    ///
    /// Blocks.
    static func find(
        _ order: OrderID,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> OrderView? {
        var account: AccountID? = nil
        var failure: WireError? = nil
        try log.read(shard, .all(after: order.id.birth - 1), limit: 1) { stored in
            do throws(WireError) {
                switch try EventRegistry.decode(stored) {
                case .order(.placed(let placed)): account = placed.account
                case .order(.externalFound(let found)): account = found.account
                default: return
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw .corrupt("position \(order.id.birth): \(failure)") }
        guard let account else { return nil }
        return try read(order, of: account, through: through, log, shard)
    }

    var json: JSON? {
        guard let placed = state.placed else { return nil }
        let parts = (state.standing ?? placed).special
        return [
            "order": .string(placed.order.id.text),
            "account": .string(placed.account.id.text),
            "symbol": .string(placed.symbol.text),
            "side": .string(placed.side.name.lowercased()),
            "type": .string(placed.type.name.lowercased()),
            "quantity": .string(state.ordered.text),
            "limitPrice": .optional(state.terms.limitPrice?.text),
            "stopPrice": .optional(state.terms.stopPrice?.text),
            "trailingAmount": .optional(state.terms.trailingAmount?.text),
            "trailingBasisPoints": .optional(state.terms.trailingRate?.text),
            "limitOffset": .optional(parts.limitOffset?.text),
            "minimumQuantity": .optional(parts.minimumQuantity?.text),
            "displayQuantity": .optional(parts.displayQuantity?.text),
            "reduceOnly": .bool(placed.special.reduceOnly),
            "postOnly": .bool(placed.special.postOnly),
            "doNotReduce": .bool(placed.special.doNotReduce),
            "expireDate": .optional(placed.special.expireDate?.text),
            "lotMethod": .optional(placed.special.lotMethod?.name.lowercased()),
            "lots": .array(
                placed.special.lots.map { lot in
                    ["execution": .string(lot.execution.text), "quantity": .string(lot.quantity.text)]
                }
            ),
            "expireAt": .optional(placed.special.expireAt?.text),
            "timeInForce": .string(placed.timeInForce.name.lowercased()),
            "clientOrderId": .optional(placed.clientOrderID?.text),
            "book": .optional(placed.book.isEmpty ? nil : placed.book),
            "strategy": .optional(placed.strategy.isEmpty ? nil : placed.strategy),
            "parent": .optional(placed.parent == .none ? nil : placed.parent.id.text),
            "worked": .bool(placed.isWorked),
            "slices": .array(slices.compactMap(\.short)),
            "group": .optional(placed.group == .none ? nil : placed.group.id.text),
            "orderClass": .optional(placed.special.contingency.map(GroupView.word)),
            "status": .string(state.status.name),
            "fixSide": .string(String(placed.side.fix)),
            "alpacaSide": .string(placed.side.alpaca),
            "locateId": .optional(placed.special.locate?.text),
            "fixStatus": .string(String(state.status.fix)),
            "alpacaStatus": .string(AlpacaStatus(state).rawValue),
            "cumulative": .string(state.cumulative.text),
            "leaves": .string(state.leaves.text),
            "averagePrice": .optional(state.averagePrice?.text),
            "venue": .optional(state.venue),
            "externalId": .optional(state.external?.venueOrderID),
            "route": .string(state.route.name),
            "placedAt": .optional(placedAt?.text),
            "triggered": .bool(state.isTriggered),
            "pendingReplaces": .array(state.pendingReplaces.map { Self.json($0.request, $0.terms) }),
            "amendments": .array(state.amendments.map { Self.json($0.request, $0.terms) }),
            "rejection": rejection,
            "position": .count(position),
        ]
    }

    /// A slice, as its parent shows it.
    private var short: JSON? {
        guard let placed = state.placed else { return nil }
        return [
            "order": .string(placed.order.id.text), "quantity": .string(state.ordered.text),
            "limitPrice": .optional(state.terms.limitPrice?.text), "status": .string(state.status.name),
            "cumulative": .string(state.cumulative.text), "leaves": .string(state.leaves.text),
        ]
    }

    private static func json(_ request: UInt32, _ terms: AmendedTerms) -> JSON {
        [
            "request": .count(Int64(request)), "quantity": .string(terms.quantity.text),
            "limitPrice": .optional(terms.limitPrice?.text), "stopPrice": .optional(terms.stopPrice?.text),
            "trailingAmount": .optional(terms.trailingAmount?.text),
            "trailingBasisPoints": .optional(terms.trailingRate?.text),
        ]
    }

    private var rejection: JSON {
        guard let rejected, let code = rejected.code else { return .null }
        return [
            "code": .string(code.name), "by": .string(rejected.judge.name),
            "limit": .optional(rejected.limit.map { Decimals.text($0) }),
            "value": .optional(rejected.value.map { Decimals.text($0) }),
        ]
    }
}
