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
        var sequence: [OrderID] = []
        try EventPages.read(log, shard, .account(AccountOrdinal(account), after: 0)) { read in
            switch read.event {
            case .group(.started(let fact)):
                views[fact.group] = GroupView(fact, at: read.header.effectiveAt)
                sequence.append(fact.group)
            case .group(let event): views[event.group]?.take(event)
            case .order(.placed(let placed)) where placed.group != .none:
                views[placed.group]?.orders.append(placed.order)
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

    /// The words that traders write.
    static func word(_ contingency: Contingency) -> String {
        switch contingency {
        case .oneCancelsOther: "oco"
        case .oneTriggersOther: "oto"
        case .bracket: "bracket"
        }
    }
}
