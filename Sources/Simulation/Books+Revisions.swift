internal import BifrostKernel
internal import Orders
internal import Portfolios

/// Trades that the venue took back or corrected. It does so once to each at most, before or after the trade
/// itself is heard of.
extension Books {
    /// What the venue said of a trade after it.
    struct LastWord {
        /// The venue's id of the word.
        let id: String
        /// The core's own.
        let execution: Identifier
        /// The numbers from then on, `nil` for none.
        let correction: ExecutionCorrected?
        /// What the trade bears of the commission of its order from then on, also where it was taken back.
        let commission: Money
        /// What of it lives again.
        let reinstated: Int128
    }

    /// What the ledger has of a trade.
    struct Booked {
        let account: AccountID
        let instrument: InstrumentID
        let units: Int128
        let flow: Int128
        let due: BusinessDate
    }

    /// What trades as they stand now sum to, in the units of their days: the figure that the venue has.
    func traded(_ account: AccountID, _ instrument: InstrumentID) -> Int128 {
        // ORDER: sums of integers do not depend on the order of their terms.
        bookedByID.values.reduce(0) { sum, trade in
            trade.account == account && trade.instrument == instrument ? sum + trade.units : sum
        }
    }

    /// Whether the report stands in the log as it was said.
    func has(_ report: OrderExecuted) -> Bool {
        executions[ExecutionIdentity(report)].map { Self.asSaid($0) == report } ?? false
    }

    /// A report with the numbers that stand for it.
    func standing(_ report: OrderExecuted) -> OrderExecuted {
        guard let word = wordByTrade[report.order]?[ExecutionIdentity(report)] else { return report }
        var standing = report
        standing.execution = word.execution
        standing.quantity = word.correction?.quantity ?? .zero
        standing.price = word.correction?.price ?? .zero
        standing.settlementAmount = word.correction?.settlementAmount ?? .zero
        standing.commission = word.commission
        return standing
    }

    mutating func take(
        _ revision: ExecutionRevision,
        _ correction: ExecutionCorrected?,
        bearing commission: Money
    ) throws(Violation) {
        let word = LastWord(
            id: revision.venueExecutionID,
            execution: revision.execution,
            correction: correction,
            commission: commission,
            reinstated: Int128(revision.reinstated.nanos)
        )
        let before = wordByTrade[revision.order]?[revision.target]
        try expect(before == nil && !revision.conflicting, "I9", "\(word.id) is another word on one trade")
        wordByTrade[revision.order, default: [:]][revision.target] = word
        guard let report = executions[revision.target], report.order == revision.order else { return }
        let taken = Int128(report.quantity.nanos) - Int128(correction?.quantity.nanos ?? 0)
        orders[revision.order]?.filled -= taken
        orders[revision.order]?.lapsed += max(taken - Int128(revision.reinstated.nanos), 0)
        unbookedWord = word
    }

    mutating func take(_ fact: TradeCorrected) throws(Violation) {
        try checkBalanced(fact.postings)
        moved.insert(fact.account)
        guard let word = unbookedWord, word.execution == fact.newExecution,
            let was = bookedByID.removeValue(forKey: fact.execution)
        else { throw Violation("I9", "a correction of no trade") }
        unbookedWord = nil
        let sign: Int128 = was.units < 0 ? -1 : 1
        let paid = (word.correction?.settlementAmount ?? .zero).nanos
        let now = Booked(
            account: fact.account,
            instrument: fact.instrument,
            units: sign * Int128(word.correction?.quantity.nanos ?? 0),
            flow: -sign * paid - word.commission.nanos,
            due: was.due
        )
        bookedByID[fact.newExecution] = now
        change(fact.account, fact.instrument) { $0.replace(fact.execution, fact.newExecution, now.units) }
        guard
            let place = accounts[fact.account]?.unsettled.firstIndex(where: { $0.execution == fact.execution }
            )
        else {
            accounts[fact.account]?.cash[fact.currency, default: 0] += now.flow - was.flow
            return
        }
        accounts[fact.account]?.unsettled.remove(at: place)
        guard now.units != 0 || now.flow != 0 else { return }
        accounts[fact.account]?.unsettled.append(
            Unsettled(execution: fact.newExecution, due: now.due, currency: fact.currency, flow: now.flow)
        )
    }
}
