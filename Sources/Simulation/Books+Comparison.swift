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
        let open = Set(ordersInOrder.filter { orders[$0]?.isOpen ?? false })
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
        for (instrument, holding) in account.holdings {
            let theirs = Int128(entry.portfolio.position(instrument).nanos)
            try expect(
                theirs == holding.units,
                "I10",
                "\(name) has \(theirs) units, expected \(holding.units)"
            )
        }
        try compare(entry.portfolio, name)
        var theirs = Held()
        theirs.cash = entry.risk.reservedCash.compactMapValues { $0 == .zero ? nil : $0.nanos }
        theirs.shares = entry.risk.reservedShares.compactMapValues { $0 == .zero ? nil : Int128($0.nanos) }
        theirs.buys = entry.risk.pendingBuys.compactMapValues { $0 == .zero ? nil : Int128($0.nanos) }
        theirs.orders = entry.risk.reservationByID.count
        let ours = held(id)
        try expect(theirs == ours, "I10", "\(name) holds back \(theirs), its open orders \(ours)")
        let hasLimits = entry.risk.limits == account.limits && entry.risk.datedLimits == account.datedLimits
        try expect(hasLimits, "I8", "\(name) has other limits than the log")
        try expect(entry.risk.killed == account.isKilled, "I7", "the kill switch of \(name) differs")
        try expect(entry.risk.marginCall == account.call, "I7", "the margin call of \(name) differs")
    }

    /// Every commodity of a ledger sums to zero, and lots to the position and to what the ledger says they
    /// cost.
    private func compare(_ portfolio: PortfolioState, _ name: String) throws(Violation) {
        for wrong in portfolio.ledger.sums where wrong.sum != 0 {
            throw Violation("I10", "the ledger of \(name) sums to \(wrong.sum)")
        }
        var costs: [Currency: Int128] = [:]
        // ORDER: as before.
        for (instrument, lots) in portfolio.lotsByID {
            let units = lots.lots.reduce(Int128(0)) { $0 + Int128($1.quantity.nanos) }
            let position = Int128(portfolio.position(instrument).nanos)
            try expect(units == position, "I10", "the lots of \(name) sum to \(units), held \(position)")
            guard let currency = portfolio.currencyByID[instrument] else { continue }
            costs[currency, default: 0] += lots.lots.reduce(0) { $0 + $1.cost.nanos }
        }
        for (currency, cost) in costs {
            let booked = portfolio.ledger.balance(.positionCost, .money(currency))
            try expect(booked == cost, "I10", "the lots of \(name) cost \(cost), booked \(booked)")
        }
    }

    private func compare(_ id: OrderID, _ state: ShardState) throws(Violation) {
        guard let order = orders[id], let entry = state.orderByID[id] else {
            throw Violation("I7", "the core does not know order \(id.id.text)")
        }
        let name = id.id.text
        let filled = Int128(entry.state.cumulative.nanos)
        try expect(filled == order.filled, "I9", "\(name) filled \(filled), expected \(order.filled)")
        let reach = Int128(entry.state.reach.nanos)
        try expect(reach == order.reach, "I9", "\(name) may trade \(reach), expected \(order.reach)")
        let waits = entry.state.route.hasDeadline
        try expect(!waits || entry.waitsSince > 0, "I9", "\(name) waits for its venue without a deadline")
        if order.isAtWork { return try compareWork(order) }
        let (least, most) = order.need
        let isRight =
            order.held.shares == most.shares && order.held.buys == most.buys
            && order.held.shorts == most.shorts
            && order.held.cash >= least.cash && order.held.cash <= most.cash
        try expect(isRight, "I10", "\(name) holds back \(order.held), needs \(least) to \(most): \(order)")
    }
}
