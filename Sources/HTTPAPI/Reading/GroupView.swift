internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Sagas

/// One group of orders as its events tell it.
struct GroupView {
    private let started: GroupStarted
    private let startedAt: Timestamp
    private var state = GroupState.first
    private var trigger: GroupState.Trigger?
    private var quantity: Quantity?
    private var orders: [OrderID] = []
    private var rejected: [OrderRejected] = []
    private var refused: [GroupLegRefused] = []
    private var flags: [GroupFlagged] = []

    private init(_ started: GroupStarted, at: Timestamp) {
        self.started = started
        startedAt = at
    }

    /// The last groups of an account, newest first.
    ///
    /// Blocks.
    static func list(
        _ account: AccountID,
        countMax: Int,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [GroupView] {
        var views: [OrderID: GroupView] = [:]
        var groupByOrder: [OrderID: OrderID] = [:]
        var sequence: [OrderID] = []
        try EventPages.read(log, shard, .account(AccountOrdinal(account), after: 0)) { read in
            switch read.event {
            case .group(.started(let fact)):
                views[fact.group] = GroupView(fact, at: read.header.effectiveAt)
                sequence.append(fact.group)
            case .group(let event): views[event.group]?.take(event)
            case .order(.placed(let placed)) where placed.group != .none:
                views[placed.group]?.orders.append(placed.order)
                groupByOrder[placed.order] = placed.group
            case .order(.rejected(let fact)):
                if let group = groupByOrder[fact.order] { views[group]?.rejected.append(fact) }
            default: break
            }
        }
        return sequence.suffix(countMax).reversed().compactMap { views[$0] }
    }

    private mutating func take(_ event: GroupEvent) {
        switch event {
        case .started: break
        case .advanced(let fact):
            state = fact.state
            trigger = fact.trigger
            if fact.quantity > .zero { quantity = fact.quantity }
        case .legRefused(let fact): refused.append(fact)
        case .flagged(let fact): flags.append(fact)
        }
    }

    var json: JSON {
        [
            "group": .string(started.group.id.text),
            "orderClass": .string(Self.word(started.contingency)),
            "symbol": .optional(started.legs.first?.symbol.text),
            "state": .string(state.name),
            "after": .optional(trigger?.name),
            "quantity": .optional(quantity?.text),
            "startedAt": .string(startedAt.text),
            "enteredBy": .string(started.enteredBy),
            "orders": .array(orders.map { .string($0.id.text) }),
            "refused": .array(
                refused.map { ["leg": .count(Int64($0.leg)), "code": .optional($0.code?.name)] }
                    + rejected.map(refusal)
            ),
            "flags": .array(
                flags.map {
                    [
                        "flag": .string($0.flag.name), "order": .string($0.order.id.text),
                        "quantity": .string($0.quantity.text),
                    ]
                }
            ),
        ]
    }

    /// Of a pair and of an entry the first orders are the legs in their order; later ones were placed again.
    private func refusal(_ fact: OrderRejected) -> JSON {
        let place = orders.firstIndex(of: fact.order) ?? orders.count
        let leg: JSON = place < started.legs.count ? .count(Int64(place + 1)) : .null
        return [
            "leg": leg, "order": .string(fact.order.id.text), "by": .string(fact.judge.name),
            "code": .optional(fact.code?.name),
        ]
    }

    /// The words that traders write.
    static func word(_ contingency: Contingency) -> String {
        switch contingency {
        case .oneCancelsOther: "oco"
        case .oneTriggersOther: "oto"
        case .bracket: "bracket"
        }
    }
}
