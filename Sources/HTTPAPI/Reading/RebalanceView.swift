internal import BifrostKernel
internal import EventStore
internal import Orders
internal import Sagas

/// One rebalance as its events tell it.
struct RebalanceView {
    private let started: RebalanceStarted
    private let startedAt: Timestamp
    private var state = RebalanceState.first
    private var trigger: RebalanceState.Trigger?
    private var budget: Money?
    private var purchases: [RebalanceLeg] = []
    private var refused: [RebalanceLegRefused] = []

    private init(_ started: RebalanceStarted, at: Timestamp) {
        self.started = started
        startedAt = at
    }

    /// The last rebalances of an account, newest first.
    ///
    /// Blocks.
    static func list(
        _ account: AccountID,
        countMax: Int,
        _ log: any EventLog,
        _ shard: ShardNumber
    ) throws(ReadError) -> [RebalanceView] {
        var views: [RebalanceView] = []
        let stream = StreamOrdinal(.account, of: account.id)
        try EventPages.read(log, shard, .stream(AccountOrdinal(account), stream, afterVersion: 0)) { read in
            guard case .rebalance(let event) = read.event else { return }
            // One of an account is under way at a time.
            switch event {
            case .started(let fact): views.append(RebalanceView(fact, at: read.header.effectiveAt))
            case .advanced(let fact): views[views.count - 1].take(fact)
            case .legRefused(let fact): views[views.count - 1].refused.append(fact)
            }
        }
        return views.suffix(countMax).reversed()
    }

    private mutating func take(_ fact: RebalanceAdvanced) {
        state = fact.state
        trigger = fact.trigger
        guard fact.state == .buying else { return }
        budget = fact.budget
        purchases = fact.legs
    }

    var json: JSON {
        [
            "rebalance": .string(started.rebalance.text),
            "state": .string(state.name),
            "after": .optional(trigger?.name),
            "startedAt": .string(startedAt.text),
            "enteredBy": .string(started.enteredBy),
            "strategy": .optional(started.strategy.isEmpty ? nil : started.strategy),
            "lotMethod": .optional(started.lotMethod?.name.lowercased()),
            "equity": .string(started.equity.text),
            "budget": .optional(budget?.text),
            "wanted": .array(started.legs.map(Self.leg)),
            "purchases": .array(purchases.map(Self.leg)),
            "refused": .array(
                refused.map { ["leg": Self.leg($0.leg), "code": .optional($0.code?.name)] }
            ),
        ]
    }

    private static func leg(_ leg: RebalanceLeg) -> JSON {
        [
            "symbol": .string(leg.symbol.text), "side": .string(leg.side.name.lowercased()),
            "quantity": .string(leg.quantity.text), "price": .string(leg.price.text),
        ]
    }
}
