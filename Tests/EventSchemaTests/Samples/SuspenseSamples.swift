import BifrostKernel
import Orders
import Portfolios
import Sagas

extension Sample {
    static let suspenseSamples: [Sample] =
        pair(rich: .order(.externalFound(found)), sparse: .order(.externalFound(ExternalOrderFound())))
        + pair(rich: .suspense(.suspended(suspended)), sparse: .suspense(.suspended(TradeSuspended())))
        + pair(rich: .suspense(.assigned(assigned)), sparse: .suspense(.assigned(SuspendedTradeAssigned())))
        + pair(rich: .suspense(.revised(revised)), sparse: .suspense(.revised(SuspendedTradeRevised())))

    private static var found: ExternalOrderFound {
        var payload = ExternalOrderFound()
        payload.order = Extreme.order
        payload.account = Extreme.account
        payload.instrument = Extreme.instrument
        payload.venue = "paper"
        payload.venueOrderID = Extreme.text
        payload.side = .sell
        payload.type = .limitOnClose
        payload.timeInForce = .fillOrKill
        payload.quantity = Extreme.quantity
        payload.limitPrice = Extreme.lowPrice
        payload.symbol = Extreme.symbol
        return payload
    }

    private static var postings: [Posting] {
        [
            Posting(.suspense, Extreme.yen, Extreme.money),
            Posting(.depository, Extreme.instrument, .usd, Extreme.lowQuantity),
        ]
    }

    private static var suspended: TradeSuspended {
        var payload = TradeSuspended()
        payload.brokeAt = Extreme.position
        payload.account = Extreme.account
        payload.instrument = Extreme.instrument
        payload.venueOrderID = Extreme.text
        payload.symbol = Extreme.symbol
        payload.report.execution = Extreme.execution
        payload.report.venue = "paper"
        payload.report.venueExecutionID = Extreme.text
        payload.report.quantity = Extreme.quantity
        payload.postings = postings
        return payload
    }

    private static var assigned: SuspendedTradeAssigned {
        var payload = SuspendedTradeAssigned()
        payload.brokeAt = Extreme.position
        payload.account = Extreme.account
        payload.order = Extreme.order
        payload.execution = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.assigner = Extreme.text
        payload.postings = postings
        return payload
    }

    private static var revised: SuspendedTradeRevised {
        var payload = SuspendedTradeRevised()
        payload.brokeAt = Extreme.position
        payload.revision.order = Extreme.order
        payload.revision.venueExecutionID = Extreme.text
        payload.revision.conflicting = true
        payload.quantity = Extreme.quantity
        payload.price = Extreme.lowPrice
        payload.settlementAmount = Extreme.lowMoney
        payload.commission = Extreme.money
        payload.postings = postings
        return payload
    }
}
