internal import BifrostKernel
internal import Orders

/// Trades that the venue takes back or gives another price.
extension PaperBook {
    /// A trade that has not been looked at since the price moved.
    struct Unjudged: Equatable, Sendable {
        let number: Int64
        let fact: PaperExecution
    }

    /// Looks once at each of `trades`.
    mutating func judge(_ trades: [Unjudged], _ rules: PaperRules, _ outcome: inout PaperOutcome) {
        for trade in trades {
            let number = UInt64(trade.number)
            if rules.happens(.bust, number, at: rules.conditions.busts) {
                bust(trade.fact.report, rules, &outcome)
            } else if rules.happens(.correction, number, at: rules.conditions.corrections) {
                let steps = 1 + rules.draw(.correctedSteps, number) % 5
                correct(trade.fact.report, by: Int64(steps), rules, &outcome)
            }
        }
    }

    /// What the other trades do not come to of the order's commission stays with the busted one.
    private mutating func bust(
        _ report: OrderExecuted,
        _ rules: PaperRules,
        _ outcome: inout PaperOutcome
    ) {
        guard let at, let entry = entryByID[report.order] else { return }
        let signed = report.side == .buy ? -report.quantity : report.quantity
        guard let kept = entry.charge(rules, replacing: report.venueExecutionID).due,
            let position = position(entry).adding(signed),
            let revision = revision(of: report, entry, position, flow: -kept)
        else { return }
        var fact = ExecutionBusted()
        fact.revision = revision
        fact.commission = kept == .zero ? nil : kept
        record(.busted(PaperBust(fact: fact, at: at)), &outcome)
    }

    /// Another price by so many of the currency's smallest units, never worse for the order.
    private mutating func correct(
        _ report: OrderExecuted,
        by steps: Int64,
        _ rules: PaperRules,
        _ outcome: inout PaperOutcome
    ) {
        guard let at, let entry = entryByID[report.order] else { return }
        let distance = Int128(steps) * report.currency.minorUnitNanos
        let nanos = Int128(report.price.nanos) + (report.side == .buy ? -distance : distance)
        guard nanos > 0, let price = Price(exactly: Int64(clamping: nanos)),
            let amounts = PaperAmounts(
                price,
                report.quantity,
                of: entry,
                on: report.tradeDate,
                rules,
                replacing: report.venueExecutionID
            ),
            let flow = amounts.cashFlow(report.side),
            let revision = revision(of: report, entry, position(entry), flow: flow)
        else { return }
        var fact = ExecutionCorrected()
        fact.revision = revision
        fact.quantity = report.quantity
        fact.price = price
        fact.currency = report.currency
        fact.settlementAmount = amounts.settlement
        fact.commission = amounts.commission
        fact.fees = amounts.fees
        record(.corrected(PaperCorrection(fact: fact, at: at)), &outcome)
    }

    private func position(_ entry: Entry) -> Quantity {
        positionByID[Holding(account: entry.terms.account, instrument: entry.terms.instrument)] ?? .zero
    }

    /// What says that the trade's flow of cash is `flow` now; `nil` when cash would leave its bounds.
    private func revision(
        of report: OrderExecuted,
        _ entry: Entry,
        _ position: Quantity,
        flow: Money
    ) -> ExecutionRevision? {
        let purse = Purse(account: entry.terms.account, currency: report.currency)
        let paid = report.side == .buy ? -report.settlementAmount : report.settlementAmount
        let before = paid.nanos - report.commission.nanos - report.fees.nanos
        guard let date, let cash = cashByID[purse], let difference = Money(exactly: flow.nanos - before),
            let after = cash.adding(difference)
        else { return nil }
        var revision = ExecutionRevision()
        revision.order = report.order
        revision.venue = report.venue
        revision.tradeDate = date
        revision.venueExecutionID = "R\(revisedCount + 1)"
        revision.side = report.side
        revision.revisedTradeDate = report.tradeDate
        revision.revisedVenueExecutionID = report.venueExecutionID
        revision.venuePosition = position
        revision.venueCash = after
        return revision
    }
}
