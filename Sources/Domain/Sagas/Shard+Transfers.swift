internal import BifrostKernel
internal import Portfolios
internal import RiskLimits

/// Cash that comes in, goes out, or goes from one account to another of the shard.
extension Shard {
    static func moveCash(
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        switch posed.command {
        case .deposit(let account, let move):
            let root = command(posed, slot: account.id.slot)
            let wanted = PortfolioCommand.deposit(account, move.currency, move.amount)
            try portfolio(wanted, account, root: root, state, &decision)
            try meetCalls(posed, state, &decision)
        case .withdraw(let account, let move):
            let root = command(posed, slot: account.id.slot)
            let held = try held(move.amount, move.currency, try entry(account, state), posed, state)
            let wanted = PortfolioCommand.withdraw(account, move.currency, move.amount, held: held)
            try portfolio(wanted, account, root: root, state, &decision)
        default: return
        }
    }

    /// Judged as a withdrawal of the one and a deposit of the other, in one append: no crash finds it half
    /// done, so that nothing has to be compensated.
    static func transfer(
        _ account: AccountID,
        _ wanted: TransferCash,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard wanted.to != account else { throw Rejection(.transferToItself) }
        let (from, to) = (try entry(account, state), try entry(wanted.to, state))
        let held = try held(wanted.amount, wanted.currency, from, posed, state)
        let root = command(posed, slot: account.id.slot)
        var events = Decision<PortfolioEvent>()
        try Portfolio.decide(
            .withdraw(account, wanted.currency, wanted.amount, held: held),
            given: from.portfolio,
            into: &events
        )
        try Portfolio.decide(
            .deposit(wanted.to, wanted.currency, wanted.amount),
            given: to.portfolio,
            into: &events
        )
        for event in events.events {
            let filing = Filing(.portfolio, of: event.account.id, event.account, root)
            switch event {
            case .withdrawn(var fact):
                fact.transfer = root
                try decision.emit(filing.draft(.portfolio(.withdrawn(fact))))
            case .deposited(var fact):
                fact.transfer = root
                try decision.emit(filing.draft(.portfolio(.deposited(fact))))
            default: preconditionFailure("a withdrawal and a deposit are one event each")
            }
        }
        try meetCalls(posed, state, &decision)
    }
}
