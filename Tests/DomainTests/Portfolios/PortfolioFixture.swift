import BifrostKernel
import Portfolios

/// Trades of one account, in agreement with the venue unless changed.
enum Trade {
    static func report(
        _ number: Int64,
        quantity: Quantity,
        price: Price,
        settlement: Money? = nil,
        commission: Money = .zero,
        instrument: InstrumentID = Sample.instrument,
        currency: Currency = .usd
    ) -> TradeReport {
        var report = TradeReport()
        report.account = Sample.account
        report.order = Sample.order
        report.execution = Sample.execution(number)
        report.venue = "paper"
        report.venueExecutionID = "E\(number)"
        report.instrument = instrument
        report.currency = currency
        report.quantity = quantity
        report.price = price
        let gross = Money.notional(price, quantity, .halfAwayFromZero).rounded(
            to: currency,
            .halfAwayFromZero
        )
        report.settlementAmount = settlement ?? Money(nanos: abs(gross.nanos))
        report.commission = commission
        report.tradeDate = Sample.day
        return report
    }

    static func report(_ number: Int64, _ units: Int64, at cents: Int64) -> TradeReport {
        report(number, quantity: Quantity(units: units), price: Price(cents: cents))
    }

    /// `report` as a venue tells it whose own book agrees with ours.
    static func agreed(_ report: TradeReport, _ state: PortfolioState) -> TradeReport {
        var report = report
        let traded = (state.tradedCash[report.currency] ?? .zero).nanos
        let paid = report.quantity > .zero ? -report.settlementAmount.nanos : report.settlementAmount.nanos
        report.venueCash = Money(clamping: traded + paid - report.commission.nanos - report.fees.nanos)
        let untraded = state.untradedByID[report.instrument] ?? 0
        let position = Int128(state.position(report.instrument).nanos + report.quantity.nanos) - untraded
        report.venuePosition = Quantity(exactly: Int64(clamping: position)) ?? .zero
        return report
    }

    static func deposit(_ amount: Money, _ currency: Currency = .usd) -> PortfolioCommand {
        .deposit(Sample.account, currency, amount)
    }
}

extension PortfolioState {
    /// Decides, applies what was decided and returns it.
    mutating func take(_ command: PortfolioCommand) throws -> [PortfolioEvent] {
        let events = try decided(Portfolio.self, command, self)
        for event in events { Portfolio.evolve(&self, by: event) }
        return events
    }

    /// Books a trade that the venue agrees on.
    mutating func trade(_ report: TradeReport) throws -> TradeBooked {
        let events = try take(.book(Trade.agreed(report, self)))
        guard events.count == 1, case .tradeBooked(let fact) = events[0] else {
            preconditionFailure("an agreed trade is booked and nothing else: \(events)")
        }
        return fact
    }

    func money(_ account: LedgerAccount, _ currency: Currency = .usd) -> Money {
        Money(nanos: ledger.balance(account, .money(currency)))
    }

    func lots(_ instrument: InstrumentID = Sample.instrument) -> [Lot] { lotsByID[instrument]?.lots ?? [] }

    /// What holds after every event, whatever was booked.
    var isSound: Bool {
        let costs = lotsByID.values.flatMap { $0.lots }.reduce(Int128(0)) { $0 + $1.cost.nanos }
        let booked = Set(currencyByID.values).reduce(Int128(0)) {
            $0 + ledger.balance(.positionCost, .money($1))
        }
        let positionsAgree = lotsByID.allSatisfy { id, queue in
            let lots = queue.lots.reduce(Int128(0)) { $0 + Int128($1.quantity.nanos) }
            let oneSided = Set(queue.lots.map { $0.quantity > .zero }).count <= 1
            let there = ledger.balance(.positionSettled, .instrument(id))
            let unsettled = ledger.balance(.positionUnsettled, .instrument(id))
            return lots == Int128(position(id).nanos) && oneSided && there + unsettled == lots
                && unsettled == settlements.all.units(of: id)
                && ledger.balance(.depository, .instrument(id)) == -lots
        }
        return ledger.sums.allSatisfy { $0.sum == 0 } && costs == booked && positionsAgree
            && lotsAreDerived && owedIsUnsettled
    }

    /// Lots and realised profit are those of all trades in effective order.
    private var lotsAreDerived: Bool {
        // An instrument whose currency changed has profit in both.
        let profit = tradesByID.reduce(Int128(0)) { $0 + $1.value.realised }
        let booked = realised.reduce(Int128(0)) { $0 + $1.value.nanos }
        return profit == booked
            && tradesByID.allSatisfy { id, history in
                guard history.isOfTradesAlone else { return true }
                let derived = Lots.derive(history.trades.map(\.lot))
                return derived.lots == lots(id) && derived.realised == history.realised
            }
    }

    /// What is to come and to go is what has not settled, trade by trade.
    private var owedIsUnsettled: Bool {
        var owed: [Currency: Int128] = [:]
        for (_, trade) in settlements.all { owed[trade.currency, default: 0] += trade.amount.nanos }
        return Set(currencyByID.values).allSatisfy {
            owed[$0] ?? 0 == receivable($0).nanos - payable($0).nanos && receivable($0) >= .zero
                && payable($0) >= .zero
        }
    }
}

extension [(date: BusinessDate, trade: UnsettledTrade)] {
    fileprivate func units(of instrument: InstrumentID) -> Int128 {
        reduce(0) { $0 + ($1.trade.instrument == instrument ? Int128($1.trade.quantity.nanos) : 0) }
    }
}
