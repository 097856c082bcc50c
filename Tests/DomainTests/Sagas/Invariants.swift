import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

/// What holds for every account after every event, and what of a state can be compared.
enum Invariants {
    /// Whatever a venue says: ledgers balance, and what is held back is held for open orders, to the unit.
    static func check(_ state: ShardState) throws {
        try #require(state.suspense.ledger.sums.allSatisfy { $0.sum == 0 }, "suspense balances")
        for (id, entry) in state.accountByID {
            try #require(entry.portfolio.isSound, "the ledger of \(entry.opened.alias) balances")
            let due = entry.portfolio.accruedDividends.values.reduce(Int128(0)) { $0 + $1.amount.nanos }
            let receivable = entry.portfolio.ledger.lines.filter { $0.key.account == .dividendsReceivable }
            try #require(
                receivable.reduce(0) { $0 + $1.balance } == due,
                "every dividend that is due is named"
            )
            var cash: [Currency: Int128] = [:]
            var shares: [InstrumentID: Int64] = [:]
            var buys: [InstrumentID: Int64] = [:]
            for (order, held) in entry.risk.reservationByID {
                try #require(held.cash >= .zero && held.shares >= .zero && held.buys >= .zero)
                try #require(held.shorts >= .zero)
                try #require(state.openOrders.contains(order), "a closed order holds nothing back")
                try #require(state.orderByID[order]?.account == id)
                // Of a pair the larger counts, once.
                let partner = entry.risk.partnerByID[order]
                let other = partner.flatMap { entry.risk.reservationByID[$0] }
                if let partner, other != nil, partner < order { continue }
                cash[held.currency, default: 0] += max(held.cash, other?.cash ?? .zero).nanos
                shares[held.instrument, default: 0] += max(held.shares, other?.shares ?? .zero).nanos
                buys[held.instrument, default: 0] += max(held.buys, other?.buys ?? .zero).nanos
            }
            let isMargin = entry.opened.kind == .margin
            try #require(isMargin || entry.risk.reservationByID.values.allSatisfy { $0.shorts == .zero })
            try #require(isMargin || entry.risk.marginCall == nil, "only a margin account is called")
            try #require(state.marginCalls.contains(id) == (entry.risk.marginCall != nil))
            try #require(entry.risk.reservedCash.allSatisfy { $0.value.nanos == cash[$0.key] ?? 0 })
            try #require(entry.risk.reservedShares.allSatisfy { $0.value.nanos == shares[$0.key] ?? 0 })
            try #require(entry.risk.pendingBuys.allSatisfy { $0.value.nanos == buys[$0.key] ?? 0 })
        }
        try #require(state.openOrders.allSatisfy { state.orderByID[$0]?.state.isOpen == true })
        for saga in state.rebalances {
            try #require(saga.open.allSatisfy { state.openOrders.contains($0) }, "a closed leg is not open")
            try #require(saga.isDue || !saga.open.isEmpty, "a rebalance is due, or waits for an order")
        }
        for (group, saga) in state.groupByID where !saga.state.isFinal {
            let open = saga.legs.map(\.order).filter { state.openOrders.contains($0) }
            try #require(
                saga.state == .parked || state.dueGroups.contains(group) || !open.isEmpty,
                "a group is due, waits for an order, or for a person"
            )
        }
        try checkWork(state)
        let ends = Set(state.expiries.due(at: Timestamp(nanos: .max), atMost: .max).map(\.order))
        let timed = state.openOrders.filter { state.orderByID[$0]?.state.placed?.special.expireAt != nil }
        try #require(ends == timed, "what is open and ends at a moment has a deadline")
        let waits = Set(state.venueWaits.due(at: Timestamp(nanos: .max), atMost: .max).map(\.since))
        for order in state.openOrders {
            guard let entry = state.orderByID[order] else { continue }
            try #require(
                !entry.state.route.hasDeadline || waits.contains(entry.waitsSince),
                "what a venue owes has a deadline"
            )
        }
    }

    /// Worked orders follow their slices, or are due to; what slices drew was their parents'.
    private static func checkWork(_ state: ShardState) throws {
        for (id, saga) in state.workByID {
            guard let order = state.orderByID[id]?.state else { continue }
            let slices = saga.sliceByID.keys.compactMap { state.orderByID[$0]?.state }
            try #require(saga.traded == slices.reduce(0) { $0 + Int128($1.cumulative.nanos) })
            try #require(saga.reach == slices.reduce(0) { $0 + Int128($1.reach.nanos) })
            guard order.isAtWork, !state.dueWork.contains(id) else { continue }
            try #require(Int128(order.work?.filled.nanos ?? 0) == min(saga.traded, Int128(Quantity.nanosMax)))
            try #require(order.closed != nil || order.isOpen, "a worked order that is done is closed")
            let waits = order.cancelPending && order.closed == nil
            try #require(!waits || !saga.open.isEmpty, "it waits for slices, or is cancelled")
            guard let risk = state.accountByID[saga.account]?.risk, let held = risk.reservationByID[id] else {
                continue
            }
            let drawn = risk.drawByID.values.reduce(0) { $0 + ($1.parent == id ? $1.units.nanos : 0) }
            let most = max(order.leaves.nanos - drawn, 0)
            try #require(max(held.shares, held.buys).nanos <= most, "no more than no slice holds")
        }
        for entry in state.accountByID.values {
            for (slice, draw) in entry.risk.drawByID {
                let held = try #require(entry.risk.reservationByID[slice], "a draw is of what is held")
                try #require(draw.units <= max(held.shares, held.buys, held.shorts) && draw.cash <= held.cash)
            }
        }
    }

    /// With an honest venue: no debt, no short position, nothing held back that is not there.
    static func checkSolvent(_ state: ShardState) throws {
        for entry in state.accountByID.values {
            let cash = entry.portfolio.cash(.usd)
            try #require(cash >= .zero, "cash is never negative")
            // The rest of a partly filled order is rounded up by itself: a cent more at most than before.
            let slack = Int128(entry.risk.reservationByID.count) * 10_000_000
            try #require((entry.risk.reservedCash[.usd] ?? .zero).nanos <= cash.nanos + slack)
            for number in 1...3 {
                let instrument = Sample.instrument(Int64(number))
                let position = entry.portfolio.position(instrument)
                try #require(position >= .zero, "a cash account is never short")
                try #require((entry.risk.reservedShares[instrument] ?? .zero) <= position)
            }
        }
    }

    /// Everything that later decisions depend on, in order.
    static func summary(_ state: ShardState) -> [String] {
        var lines: [String] = [
            "\(state.epoch) \(state.killed) \(state.sweeps) \(state.openOrders.sorted().map(\.id.text))",
            "\(state.openDay as BusinessDate?) \(state.rolledDate as BusinessDate?) \(state.effectiveAt)",
            "\(state.rebalances) \(state.openBreaks.keys.sorted())",
            "\(state.groupByID.sorted { $0.key < $1.key }) \(state.dueGroups.sorted())",
            "\(state.workByID.keys.sorted()) \(state.dueWork.sorted()) \(state.workSteps)",
            "\(state.reference.copiedUpTo) \(state.reference.restrictionsVersion) \(state.entitlements)",
        ]
        for (id, entry) in state.accountByID.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "\(id) \(entry.opened.alias) \(entry.risk.limits as AccountLimitsSet?) \(entry.risk.killed)"
            )
            for line in entry.portfolio.ledger.lines { lines.append("\(line.key) \(line.balance)") }
            for (id, lots) in entry.portfolio.lotsByID.sorted(by: { $0.key < $1.key }) {
                lines.append("\(id) \(lots.lots)")
            }
            lines.append(
                "\(entry.portfolio.realised[.usd] ?? .zero) \(entry.portfolio.closedDay as DayClosed?)"
            )
            for action in entry.portfolio.appliedActions.sorted() {
                lines.append("\(action) \(entry.portfolio.accruedDividends[action] as DividendAccrued?)")
            }
            for (id, units) in entry.portfolio.untradedByID.sorted(by: { $0.key < $1.key }) {
                lines.append("\(id) \(units)")
            }
            for (order, held) in entry.risk.reservationByID.sorted(by: { $0.key < $1.key }) {
                lines.append("\(order) \(held) \(entry.risk.partnerByID[order] as OrderID?)")
                if let draw = entry.risk.drawByID[order] { lines.append("\(draw)") }
            }
            for (name, order) in entry.orderByName.sorted(by: { $0.key < $1.key }) {
                lines.append("\(name.text) \(order)")
            }
        }
        for line in state.suspense.ledger.lines { lines.append("\(line.key) \(line.balance)") }
        for name in state.externalByName.keys.sorted() { lines.append("\(name)") }
        for id in state.orderByID.ids.sorted() {
            guard let entry = state.orderByID[id] else { continue }
            let order = entry.state
            lines.append(
                "\(id) \(order.status) \(order.cumulative) \(order.tradedNotional) \(entry.placedOn)"
            )
        }
        return lines
    }

    static func fold(_ facts: some Sequence<Fact>, onto state: ShardState = Shard.initial) -> ShardState {
        var state = state
        for fact in facts { Shard.evolve(&state, by: fact) }
        return state
    }
}
