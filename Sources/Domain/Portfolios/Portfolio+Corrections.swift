internal import BifrostKernel

/// Late busts and corrections: what they change is booked now, and lots are as if the trade had always been
/// so.
extension Portfolio {
    static func correct(
        _ correction: TradeCorrection,
        _ state: PortfolioState,
        _ decision: inout Decision<PortfolioEvent>
    ) throws(Rejection) {
        // A trade that no ledger could hold has no booking to correct; a person sees to it already.
        guard let history = state.tradesByID[correction.instrument],
            let place = history.place(of: correction.execution)
        else { return try decision.emit(.reconciliationBroke(broken(.beyondBounds, correction))) }
        let old = history[place]
        guard correction.currency == old.currency else {
            return try decision.emit(.reconciliationBroke(broken(.terms, correction)))
        }
        let new = old.corrected(correction)
        let change = TradeHistory.Change.replace(place, new)
        let effect = history.effect(of: change, state.lotsByID[correction.instrument] ?? LotQueue())
        guard isBookable([old, new], correction.instrument, effect, state) else {
            return try decision.emit(.reconciliationBroke(broken(.beyondBounds, correction)))
        }
        var fact = TradeCorrected()
        fact.account = correction.account
        fact.order = old.order
        fact.execution = correction.execution
        fact.newExecution = correction.newExecution
        fact.instrument = correction.instrument
        fact.currency = correction.currency
        fact.quantity = correction.quantity
        fact.price = correction.price
        fact.gross = new.lot.gross
        fact.settlementAmount = new.settlementAmount
        fact.commission = new.commission
        fact.fees = new.fees
        fact.realised = Money(nanos: effect.realised)
        fact.closedCost = Money(nanos: effect.closedCost)
        fact.tradeDate = new.lot.tradeDate
        fact.settlementDate = new.settlementDate
        let waits = state.settlements.contains(old.execution, on: old.settlementDate)
        fact.postings = postings(fact, old, new, units: Money(nanos: effect.units), waits: waits)
        precondition(Ledger.balances(fact.postings), "the postings of a correction sum to zero")
        try decision.emit(.tradeCorrected(fact))
        // The venue's book has the trade in the units that it had then.
        let position = state.traded(fact.instrument) + Int128(new.lot.quantity.nanos - old.lot.quantity.nanos)
        let cash = (state.tradedCash[fact.currency] ?? .zero).nanos + fact.postings.cashFlow.nanos
        let pairs: [(BreakKind, Int128, Int128)] = [
            (.position, position, Int128(correction.venuePosition.nanos)),
            (.cash, cash, correction.venueCash.nanos),
        ]
        for (kind, ours, theirs) in pairs where ours != theirs {
            var broken = broken(kind, correction)
            broken.ours = ours
            broken.theirs = theirs
            try decision.emit(.reconciliationBroke(broken))
        }
    }

    /// The difference, line by line; what waits for its settlement goes on waiting with other figures.
    private static func postings(
        _ fact: TradeCorrected,
        _ old: BookedTrade,
        _ new: BookedTrade,
        units: Money,
        waits: Bool
    ) -> [Posting] {
        let currency = fact.currency
        let gross = new.lot.gross.nanos - old.lot.gross.nanos
        var position = Posting(
            waits ? .positionUnsettled : .positionSettled,
            fact.instrument,
            currency,
            .zero
        )
        var depository = Posting(.depository, fact.instrument, currency, .zero)
        (position.amount, depository.amount) = (units, -units)
        var lines: [Posting]
        if waits {
            lines = [Money(nanos: old.flow), Money(nanos: new.flow)].map {
                Posting($0.owedAccount, currency, $0)
            }
            lines[0].amount = -lines[0].amount
            if lines[0].account == lines[1].account {
                lines[1].amount = lines[1].amount + lines[0].amount
                lines.removeFirst()
            }
            for index in lines.indices { lines[index].settlementDate = new.settlementDate }
        } else {
            lines = [Posting(.cashSettled, currency, Money(nanos: new.flow - old.flow))]
        }
        lines += [
            Posting(.positionCost, currency, Money(nanos: gross + fact.realised.nanos)),
            Posting(.realisedProfit, currency, -fact.realised),
            Posting(.rounding, currency, Money(nanos: new.settled - old.settled - gross)),
            Posting(.expense, currency, new.commission - old.commission),
            position, depository,
        ]
        lines += Posting.fees(new.fees, before: old.fees, currency)
        return lines.filter { $0.amount != .zero }
    }

    private static func isBookable(
        _ trades: [BookedTrade],
        _ instrument: InstrumentID,
        _ effect: TradeHistory.Effect,
        _ state: PortfolioState
    ) -> Bool {
        let reach = trades.reduce(UInt128(0)) {
            $0 + $1.settlementAmount.nanos.magnitude + $1.commission.nanos.magnitude
                + $1.lot.gross.nanos.magnitude + $1.fees.reach
        }
        let derived = max(effect.realised.magnitude, effect.closedCost.magnitude)
        let position = Int128(state.position(instrument).nanos) + effect.units
        return state.reach(trades[0].currency, trades.flatMap(\.fees)) + reach + derived
            <= UInt128(Money.nanosMax)
            && max(position.magnitude, effect.units.magnitude) <= UInt128(Quantity.nanosMax)
    }

    private static func broken(_ kind: BreakKind, _ correction: TradeCorrection) -> ReconciliationBroke {
        var broken = ReconciliationBroke()
        broken.account = correction.account
        broken.venue = correction.venue
        broken.venueExecutionID = correction.venueExecutionID
        broken.kind = kind
        return broken
    }
}

extension PortfolioState {
    /// Puts a trade right where it stands, in the lots and in what waits for settlement.
    mutating func correct(_ fact: TradeCorrected) {
        guard var history = tradesByID.removeValue(forKey: fact.instrument),
            let place = history.place(of: fact.execution)
        else { preconditionFailure("a correction comes after its trade") }
        let old = history[place]
        let new = old.corrected(fact)
        ledger.book(fact.postings)
        history.apply(
            .replace(place, new),
            &lotsByID[fact.instrument, default: LotQueue()]
        )
        tradesByID[fact.instrument] = history
        let units = Quantity(nanos: Int64(fact.postings.units(of: fact.instrument)))
        // A bust leaves nothing to settle but what it still bears of its order's commission.
        if let waiting = settlements.remove(old.execution, on: old.settlementDate),
            fact.quantity != .zero || new.flow != 0
        {
            let left = Quantity(nanos: waiting.quantity.nanos + units.nanos)
            settlements.add(new.unsettled(fact.instrument, left), on: new.settlementDate)
        }
        leaveOut(units, but: new.lot.quantity.nanos - old.lot.quantity.nanos, fact.instrument)
        move(fact.instrument, units, fact.currency, fact.postings.cashFlow, realised: fact.realised)
    }
}

extension BookedTrade {
    /// The trade with the terms of a correction; its place among the others, its name as a lot and its
    /// settlement date stay.
    func corrected(_ correction: TradeCorrection) -> BookedTrade {
        var trade = self
        trade.execution = correction.newExecution
        trade.lot.quantity = correction.quantity
        trade.lot.gross = Money.notional(correction.price, correction.quantity, .halfAwayFromZero)
        trade.lot.tradeDate = correction.quantity == .zero ? lot.tradeDate : correction.tradeDate
        // A bust leaves nothing but its part of the order's commission, whatever amounts it names.
        trade.settlementAmount = correction.quantity == .zero ? .zero : correction.settlementAmount
        trade.commission = correction.commission
        trade.fees = correction.quantity == .zero ? [] : correction.fees
        return trade
    }

    func corrected(_ fact: TradeCorrected) -> BookedTrade {
        var trade = self
        trade.execution = fact.newExecution
        trade.lot.quantity = fact.quantity
        trade.lot.gross = fact.gross
        trade.lot.tradeDate = fact.tradeDate
        trade.settlementAmount = fact.settlementAmount
        trade.commission = fact.commission
        trade.fees = fact.fees
        return trade
    }
}
