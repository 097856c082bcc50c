internal import BifrostKernel
internal import Portfolios

/// Differences between the venue's book and ours.
extension Shard {
    /// A person says why the venue's book and ours differed; what books say is put right by other bookings.
    static func resolve(
        _ account: AccountID,
        _ wanted: ResolveBreak,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        // A break about an account that we do not have is nobody's.
        guard state.openBreaks[wanted.brokeAt] == account, state.accountByID[account] != nil else {
            throw Rejection(.unknownBreak)
        }
        try resolve(wanted, of: account, posed, state, &decision)
    }

    /// The same of a break about an account that we do not have.
    static func resolveStray(
        _ wanted: ResolveBreak,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard let account = state.openBreaks[wanted.brokeAt], state.accountByID[account] == nil else {
            throw Rejection(.unknownBreak)
        }
        try resolve(wanted, of: account, posed, state, &decision)
    }

    static func resolve(
        _ wanted: ResolveBreak,
        of account: AccountID,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var fact = BreakResolved()
        fact.account = account
        fact.brokeAt = wanted.brokeAt
        fact.resolution = wanted.resolution
        fact.resolver = posed.actor.text
        let root = command(posed, slot: account.id.slot)
        let event = DomainEvent.portfolio(.breakResolved(fact))
        guard state.accountByID[account] != nil else {
            return try decision.emit(Draft(event, .shard, correlation: root))
        }
        try decision.emit(Filing(.portfolio, of: account.id, account, root).draft(event))
    }
}
