import BifrostKernel
import Portfolios
import Sagas

extension Sample {
    static let portfolioSamples: [Sample] =
        pair(rich: .portfolio(.deposited(deposited)), sparse: .portfolio(.deposited(CashDeposited())))
        + pair(rich: .portfolio(.withdrawn(withdrawn)), sparse: .portfolio(.withdrawn(CashWithdrawn())))
        + pair(rich: .portfolio(.tradeBooked(tradeBooked)), sparse: .portfolio(.tradeBooked(TradeBooked())))
        + pair(rich: .portfolio(.dayClosed(dayClosed)), sparse: .portfolio(.dayClosed(DayClosed())))
        + pair(
            rich: .portfolio(.reconciliationBroke(reconciliationBroke)),
            sparse: .portfolio(.reconciliationBroke(ReconciliationBroke()))
        )
        + pair(
            rich: .portfolio(.tradeSettled(tradeSettled)),
            sparse: .portfolio(.tradeSettled(TradeSettled()))
        )
        + pair(
            rich: .portfolio(.tradeCorrected(tradeCorrected)),
            sparse: .portfolio(.tradeCorrected(TradeCorrected()))
        )
        + corporateActionSamples

    private static var postings: [Posting] {
        [
            Posting(.cashSettled, Extreme.yen, Extreme.money),
            Posting(.depository, Extreme.instrument, .usd, Extreme.lowQuantity),
            Posting(),
        ]
    }

    private static var deposited: CashDeposited {
        var payload = CashDeposited()
        payload.account = Extreme.account
        payload.currency = Extreme.yen
        payload.amount = Extreme.money
        payload.postings = postings
        return payload
    }

    private static var withdrawn: CashWithdrawn {
        var payload = CashWithdrawn()
        payload.account = Extreme.account
        payload.currency = Extreme.yen
        payload.amount = Extreme.lowMoney
        // Those that there were when the bytes were frozen.
        let accounts = LedgerAccount.allCases.filter { $0.rawValue <= LedgerAccount.depository.rawValue }
        payload.postings = accounts.map { Posting($0, .usd, Money(nanos: Int128($0.rawValue))) }
        return payload
    }

    private static var tradeBooked: TradeBooked {
        var payload = TradeBooked()
        payload.account = Extreme.account
        payload.order = Extreme.order
        payload.execution = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.quantity = Extreme.lowQuantity
        payload.price = Extreme.price
        payload.gross = Extreme.lowMoney
        payload.settlementAmount = Extreme.money
        payload.commission = Money(nanos: 1)
        payload.realised = Money(nanos: -1)
        payload.closedCost = Money(nanos: 1 << 64)
        payload.tradeDate = Extreme.lowDate
        payload.settlementDate = Extreme.date
        payload.postings = postings
        return payload
    }

    private static var dayClosed: DayClosed {
        var payload = DayClosed()
        payload.account = Extreme.account
        payload.date = Extreme.date
        payload.currency = Extreme.yen
        payload.equity = Extreme.lowMoney
        payload.settledCash = Extreme.money
        payload.positionValue = Money(nanos: -(1 << 64))
        payload.unrealised = Money(nanos: (1 << 64) - 1)
        payload.realised = Money(nanos: -(1 << 63))
        payload.marksVersion = .max
        payload.staleMarks = 128
        return payload
    }

    private static var reconciliationBroke: ReconciliationBroke {
        var payload = ReconciliationBroke()
        payload.account = Extreme.account
        payload.venue = Extreme.text
        payload.venueExecutionID = "e-1"
        payload.kind = .terms
        payload.ours = .min
        payload.theirs = .max
        return payload
    }

    private static var owed: [Posting] {
        var owed = Posting(.cashPayable, Extreme.yen, Extreme.lowMoney)
        owed.settlementDate = Extreme.lowDate
        return postings + [owed]
    }

    private static var tradeSettled: TradeSettled {
        var payload = TradeSettled()
        payload.account = Extreme.account
        payload.order = Extreme.order
        payload.execution = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.quantity = Extreme.lowQuantity
        payload.amount = Extreme.money
        payload.settlementDate = Extreme.date
        payload.postings = owed
        return payload
    }

    private static var tradeCorrected: TradeCorrected {
        var payload = TradeCorrected()
        payload.account = Extreme.account
        payload.order = Extreme.order
        payload.execution = Extreme.execution
        payload.newExecution = Extreme.id(.execution, 7)
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.quantity = Extreme.lowQuantity
        payload.price = Extreme.price
        payload.gross = Extreme.lowMoney
        payload.settlementAmount = Extreme.money
        payload.commission = Money(nanos: 1)
        payload.realised = Money(nanos: -1)
        payload.closedCost = Money(nanos: 1 << 64)
        payload.tradeDate = Extreme.lowDate
        payload.settlementDate = Extreme.date
        payload.postings = owed
        return payload
    }
}
