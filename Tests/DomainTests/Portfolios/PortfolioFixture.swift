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
        report.venueCash = Money(clamping: traded + paid - report.commission.nanos)
        report.venuePosition = state.position(report.instrument).adding(report.quantity) ?? .zero
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
            return lots == Int128(position(id).nanos) && oneSided
                && ledger.balance(.positionSettled, .instrument(id)) == lots
                && ledger.balance(.depository, .instrument(id)) == -lots
        }
        return ledger.sums.allSatisfy { $0.sum == 0 } && costs == booked && positionsAgree
    }
}
