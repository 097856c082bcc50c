internal import BifrostKernel

/// What carries several steps, and what a person says where a step stands still.
extension Shard {
    static func sagaStep(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch posed.command {
        case .rebalance(let account, let wanted): try rebalance(account, wanted, posed, state, &decision)
        case .continueRebalance(let account, let id, _):
            try continueRebalance(account, id, posed, state, &decision)
        case .stopRebalance(let account, let id):
            try stopRebalance(account, id, .stopRequested, posed, state, &decision)
        case .reachDeadline(let account, let thing, let since):
            try reachDeadline(account, thing, since: since, posed, state, &decision)
        case .resolveOrder(let account, let wanted): try resolve(account, wanted, posed, state, &decision)
        case .resolveBreak(let account, let wanted): try resolve(account, wanted, posed, state, &decision)
        case .resolveStrayBreak(let wanted): try resolveStray(wanted, posed, state, &decision)
        case .recordExternal(let account, let said):
            try recordExternal(account, said, posed, state, &decision)
            try meetCalls(posed, state, &decision)
        case .assignTrade(let account, let wanted):
            try assign(account, wanted, posed, state, &decision)
            try meetCalls(posed, state, &decision)
        case .expireOrder(let account, let order): try expire(account, order, posed, state, &decision)
        default: return
        }
    }
}
