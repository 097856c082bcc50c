internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References

/// What a trade that leaves suspense is entitled to by then: the corporate actions that began since the venue
/// reported it.
extension Shard {
    /// Most corporate actions that a trade catches up with, so that a decision has room for them.
    private static let lateActionsMax = 64

    /// Why a trade in suspense cannot be booked in the account for now, or at all; `nil` when it can.
    static func fault(
        _ trade: Suspense.Trade,
        in account: AccountID,
        _ instrument: InstrumentID,
        _ state: ShardState
    ) -> Rejection? {
        guard let books = state.accountByID[account]?.portfolio else { return nil }
        if state.entitlements.contains(where: { $0.account == account }) { return Rejection(.rollUnfinished) }
        let actions = actions(of: instrument, since: trade.businessDate, state)
        let unit = Int128(Decimals.nanosPerUnit)
        guard actions.count <= lateActionsMax else {
            let limit = Int128(lateActionsMax) * unit
            return Rejection(.decisionTooLarge, limit: limit, value: Int128(actions.count) * unit)
        }
        // A split that the account had no part in is applied behind everything that it has.
        let split = actions.first { action in
            guard action.kind == .split, !books.appliedActions.contains(action.action),
                let begun = state.actionBegunAt[action.action]
            else { return false }
            return books.position(instrument) != .zero
                || books.tradesByID[instrument].map { !$0.ends(by: begun) } ?? false
        }
        return split.map { Rejection(.splitSinceTrade, value: Int128($0.exDate.days) * unit) }
    }

    /// The actions that began after `day`, in the order in which they were applied.
    private static func actions(
        of instrument: InstrumentID,
        since day: BusinessDate,
        _ state: ShardState
    ) -> [CorporateActionAnnounced] {
        if state.actionBegunAt.isEmpty { return [] }
        let list = state.reference.corporateActions
        return list.actionsByExDate.keys.filter { $0 > day }.sorted().flatMap { date in
            list.of(date).filter { $0.instrument == instrument && state.actionBegunAt[$0.action] != nil }
        }
    }

    /// Gives the account what the trade brings with it, each as of its ex-date; what is payable is paid now.
    static func entitle(
        _ booked: TradeBooked,
        of trade: Suspense.Trade,
        _ posed: PosedCommand,
        _ state: ShardState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        guard var books = state.accountByID[booked.account]?.portfolio else { return }
        Portfolio.evolve(&books, by: .tradeBooked(booked), at: trade.effectiveAt)
        var units = booked.quantity
        for action in actions(of: booked.instrument, since: trade.businessDate, state) {
            let begun = state.actionBegunAt[action.action] ?? posed.effectiveAt
            let wanted: PortfolioCommand
            switch action.kind {
            case .cashDividend:
                var terms = DividendTerms(action, units)
                terms.isLate = true
                wanted = .accrueDividend(booked.account, terms)
            case .split where books.appliedActions.contains(action.action):
                // The trade passed through it on its way into the lots.
                if trade.effectiveAt < begun { units = action.newUnits(units) }
                continue
            case .split: wanted = .split(booked.account, splitTerms(action, state.reference))
            }
            try follow(wanted, action, at: begun, &books, &decision)
            if action.kind == .split { units = books.position(booked.instrument) }
            let isPayable = state.openDay.map { action.payDate <= $0 } ?? false
            guard action.kind == .cashDividend, isPayable else { continue }
            try follow(.payDividend(booked.account, action.action), action, at: nil, &books, &decision)
        }
    }

    /// Books a part of an action; with the ex-date's own time and date where it took effect then.
    private static func follow(
        _ wanted: PortfolioCommand,
        _ action: CorporateActionAnnounced,
        at begun: Timestamp?,
        _ books: inout PortfolioState,
        _ decision: inout Decision<Draft>
    ) throws(Rejection) {
        var events = Decision<PortfolioEvent>()
        try Portfolio.decide(wanted, given: books, into: &events)
        for event in events.events {
            let isNews = if case .reconciliationBroke = event { true } else { false }
            let time = isNews ? nil : begun
            Portfolio.evolve(&books, by: event, at: time ?? Timestamp(nanos: 0))
            let date = time == nil ? nil : action.exDate
            let filing = Filing(.portfolio, of: event.account.id, event.account, action.action, date)
            var draft = filing.draft(.portfolio(event))
            draft.effectiveAt = time
            try decision.emit(draft)
        }
    }
}

extension CorporateActionAnnounced {
    /// New units for old ones, rounded half away from zero; the old ones where there are too many.
    fileprivate func newUnits(_ units: Quantity) -> Quantity {
        let scaled = Split.scaled(Int128(units.nanos), numerator, denominator)
        return Int64(exactly: scaled).flatMap { Quantity(exactly: $0) } ?? units
    }
}
