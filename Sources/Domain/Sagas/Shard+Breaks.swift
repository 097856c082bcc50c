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
        guard state.openBreaks[wanted.brokeAt] == account else { throw Rejection(.unknownBreak) }
        var fact = BreakResolved()
        fact.account = account
        fact.brokeAt = wanted.brokeAt
        fact.resolution = wanted.resolution
        fact.resolver = posed.actor.text
        let root = command(posed, slot: account.id.slot)
        let filing = Filing(.portfolio, of: account.id, account, root)
        try decision.emit(filing.draft(.portfolio(.breakResolved(fact))))
    }
}
