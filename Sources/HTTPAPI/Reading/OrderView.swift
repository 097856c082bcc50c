internal import BifrostKernel
internal import Engine
internal import EventRegistry
internal import EventStore
internal import Orders
internal import Sagas

/// One order as its events tell it: the fold, and what answers show beside it.
struct OrderView {
    private(set) var state = Order.initial
    private(set) var rejected: OrderRejected?
    private(set) var placedAt: Timestamp?
    private(set) var position: Int64 = 0
    /// The orders that a worked order is worked by, in the order of their placement.
    private(set) var slices: [OrderView] = []

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
        through: Int64 = .max,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> OrderView? {
        var view = OrderView()
        let stream = StreamOrdinal(.order, of: order.id)
        let selection = LogSelection.stream(AccountOrdinal(account), stream, afterVersion: 0)
        try EventPages.read(log, shard, selection, through: through) { read in
            if case .order(let event) = read.event { view.take(event, read.header) }
        }
        guard let placed = view.state.placed, placed.order == order, placed.account == account else {
            return nil
        }
        if view.state.isAtWork { view.slices = try slices(of: placed, log, shard) }
        return view
    }

    /// Blocks.
    private static func slices(of parent: OrderPlaced, _ log: any EventLog, _ shard: ShardNumber)
        throws(ReadError) -> [OrderView]
    {
        var views: [OrderID: OrderView] = [:]
        var sequence: [OrderID] = []
        // A slice is placed after its parent.
        let after = parent.order.id.birth
        try EventPages.read(log, shard, .account(AccountOrdinal(parent.account), after: after)) { read in
            guard case .order(let event) = read.event else { return }
            if case .placed(let placed) = event {
                guard placed.parent == parent.order else { return }
                sequence.append(placed.order)
                views[placed.order] = OrderView()
            }
            views[event.order]?.take(event, read.header)
        }
        return sequence.compactMap { views[$0] }
    }

    /// The order of that id, whoever's it is: an id says where its order was placed.
    ///
    /// Blocks.
    static func find(_ order: OrderID, _ log: any EventLog, _ shard: ShardNumber) throws(ReadError)
        -> OrderView?
    {
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
        return try read(order, of: account, log, shard)
    }

    /// The orders of an account as the log up to position `through` has them, newest first: those placed
    /// before `before`, or the last ones.
    ///
    /// A page stays what it is whatever is placed meanwhile. Blocks.
    static func list(
        _ account: AccountID,
        _ page: Page,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [OrderView] {
        var views: [OrderID: OrderView] = [:]
        var sequence: [OrderID] = []
        let selection = LogSelection.account(AccountOrdinal(account), after: 0)
        try EventPages.read(log, shard, selection, through: page.through) { read in
            guard case .order(let event) = read.event else { return }
            switch event {
            case .placed, .externalFound: sequence.append(event.order)
            default: break
            }
            views[event.order, default: OrderView()].take(event, read.header)
        }
        let earlier = sequence.prefix { $0.id.birth < page.before }
        let wanted = earlier.suffix(page.count).reversed().compactMap { views[$0] }
        return wanted.filter { $0.state.placed?.account == account }
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
