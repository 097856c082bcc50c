internal import BifrostKernel
internal import Engine
internal import EventRegistry
package import EventStore
internal import Nodes
internal import Orders
internal import Portfolios
internal import Replays
internal import Sagas
internal import Venues

/// The audit of a service that is down and had settled: the whole log, and the venue's book beside ours.
package struct BookAudit {
    /// What was found wrong, in words.
    package private(set) var violations: [String] = []
    /// Trades that both books have.
    package private(set) var executions = 0
    /// Events verified in both shards.
    package private(set) var events: Int64 = 0

    private let log: any EventLog
    private let shard = Node.tradingShard

    /// Verifies the log, which must hold every one of the `kept` ends of the trading shard.
    package init(_ log: any EventLog, kept heads: [Head] = []) throws {
        self.log = log
        for head in heads {
            guard try ChainVerifier(log, shard).verify(against: head) == .intact(log.head(of: shard)) else {
                violations.append("the log was rewritten before position \(head.position)")
                continue
            }
        }
        for verdict in try LogVerification(log).verify([shard]) {
            events += verdict.events
            if let fault = verdict.fault {
                violations.append("shard \(fault.shard.value), position \(fault.position): \(fault.reason)")
            }
        }
    }

    /// Compares every execution, position and the cash of `accounts` with the venue's journal at `path`.
    ///
    /// Cash is what the clients were told, and what the venue's book says on top.
    package mutating func compare(venueAt path: String, _ accounts: [LoadAccount], _ journal: [JournalEntry])
        throws
    {
        let statement = try PaperStatement(path: path, log: log.id)
        try compareExecutions(statement)
        for account in accounts {
            let opened = try AccountDirectory(log, shard).resolve(account.alias)
            let view = try PortfolioReplay.fold(log, shard, opened, .latest)
            for position in view.positions {
                let theirs = statement.position(account.id, position.instrument)
                guard position.quantity != theirs else { continue }
                let (own, other) = (position.quantity.text, theirs.text)
                violations.append("\(account.alias) holds \(own) by our book, \(other) by the venue's")
            }
            let moved = moved(account, journal)
            let expected = statement.cash(account.id, .usd).nanos + moved.nanos
            let cash = view.cash.first { $0.currency == .usd }?.amount ?? .zero
            if cash.nanos != expected {
                let other = Money(clamping: expected).text
                violations.append(
                    "\(account.alias) has \(cash.text) by our book, \(other) by answers and venue"
                )
            }
        }
    }

    /// What acknowledged cash movements come to, with the first deposit.
    private func moved(_ account: LoadAccount, _ journal: [JournalEntry]) -> Money {
        var units = LoadSetup.depositUnits
        for entry in journal where entry.command.account.id == account.id {
            guard let outcome = entry.outcome, outcome.isAccepted else { continue }
            switch entry.command.ask {
            case .deposit(let more): units += more
            case .withdraw(let less): units -= less
            case .market, .limit, .cancel: break
            }
        }
        return Money(nanos: Int128(units) * Int128(Decimals.nanosPerUnit))
    }

    private mutating func compareExecutions(_ statement: PaperStatement) throws {
        var ours: [OrderExecuted] = []
        var subscription = LogSubscription(log, shard, after: 0)
        var wrong: [String] = []
        while try subscription.next({ stored in
            guard let event = try? EventRegistry.decode(stored) else { return }
            switch event {
            case .order(.executed(let fact)): ours.append(fact.asReported)
            case .order(.executionConflicted), .portfolio(.reconciliationBroke):
                wrong.append("position \(stored.header.position) records a break with the venue")
            default: break
            }
        }) > 0 {}
        violations += wrong
        executions = statement.executions.count
        let byID = Dictionary(grouping: ours) { $0.venueExecutionID }
        for theirs in statement.executions {
            let own = byID[theirs.venueExecutionID] ?? []
            guard own != [theirs] else { continue }
            violations.append(
                "the venue's \(theirs.venueExecutionID) is booked \(own.count) times, or otherwise"
            )
        }
        if ours.count != statement.executions.count {
            violations.append("we have \(ours.count) executions, the venue has \(statement.executions.count)")
        }
    }
}

extension OrderExecuted {
    /// What the venue said, without what the core added.
    fileprivate var asReported: OrderExecuted {
        var fact = self
        fact.execution = .none
        fact.afterClose = false
        fact.overfilled = false
        return fact
    }
}
