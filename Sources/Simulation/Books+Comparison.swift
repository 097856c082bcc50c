internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import RiskLimits
internal import Sagas

/// The shard's own state against these books.
extension Books {
    /// Compares everything that both know of.
    func compare(_ state: ShardState) throws(Violation) {
        try expect(state.accountByID.count == accounts.count, "I7", "accounts differ in number")
        let open = Set(ordersInOrder.filter { (orders[$0].map { $0.isApproved && $0.left > 0 }) ?? false })
        try expect(state.openOrders == open, "I10", "open orders: expected \(open), was \(state.openOrders)")
        try expect(
            state.orderByExecution.count == executions.count,
            "I9",
            "the core knows \(state.orderByExecution.count) executions, the log has \(executions.count)"
        )
        try expect(state.reference.restricted == facts.restricted, "I7", "the restricted lists differ")
        try expect(state.killed == isKilled, "I7", "the kill switch differs")
        for account in accountsInOrder { try compare(account, state) }
        for order in ordersInOrder { try compare(order, state) }
    }

    private func compare(_ id: AccountID, _ state: ShardState) throws(Violation) {
        guard let account = accounts[id], let entry = state.accountByID[id] else {
            throw Violation("I7", "the core does not know account \(id.id.text)")
        }
        let name = "account \(account.opened.alias)"
        // ORDER: all are compared, and the first that differs ends the run.
        for (currency, cash) in account.cash {
            let theirs = entry.portfolio.cash(currency).nanos
            try expect(theirs == cash, "I10", "\(name) has cash \(theirs), expected \(cash)")
        }
        for currency in Set(account.unsettled.map(\.currency)).sorted() {
            let owed = account.unsettled.reduce(Int128(0)) { $1.currency == currency ? $0 + $1.flow : $0 }
            let books = entry.portfolio
            let theirs = books.receivable(currency).nanos - books.payable(currency).nanos
            try expect(theirs == owed, "I10", "\(name) is owed \(theirs), expected \(owed)")
        }
        try expect(
            account.unsettled.isEmpty == entry.portfolio.settlements.isEmpty,
            "I10",
            "\(name) has other trades to settle"
        )
        // ORDER: as before.
        for (instrument, position) in account.position {
            let theirs = Int128(entry.portfolio.position(instrument).nanos)
            try expect(theirs == position, "I10", "\(name) has \(theirs) units, expected \(position)")
        }
        for wrong in entry.portfolio.ledger.sums where wrong.sum != 0 {
            throw Violation("I10", "the ledger of \(name) sums to \(wrong.sum)")
        }
        var theirs = Held()
        theirs.cash = entry.risk.reservedCash.compactMapValues { $0 == .zero ? nil : $0.nanos }
        theirs.shares = entry.risk.reservedShares.compactMapValues { $0 == .zero ? nil : Int128($0.nanos) }
        theirs.buys = entry.risk.pendingBuys.compactMapValues { $0 == .zero ? nil : Int128($0.nanos) }
        let ours = held(id)
        try expect(theirs == ours, "I10", "\(name) holds back \(theirs), its open orders need \(ours)")
        try expect(entry.risk.limits == account.limits, "I8", "\(name) has other limits than the log")
        try expect(entry.risk.killed == account.isKilled, "I7", "the kill switch of \(name) differs")
    }

    private func compare(_ id: OrderID, _ state: ShardState) throws(Violation) {
        guard let order = orders[id], let entry = state.orderByID[id] else {
            throw Violation("I7", "the core does not know order \(id.id.text)")
        }
        let filled = Int128(entry.state.cumulative.nanos)
        try expect(filled == order.filled, "I9", "\(id.id.text) filled \(filled), expected \(order.filled)")
    }
}
