import BifrostKernel
import Portfolios
import References
import Sagas

extension Sample {
    static let announcementSamples: [Sample] = pair(
        rich: .reference(.corporateActionAnnounced(announced)),
        sparse: .reference(.corporateActionAnnounced(CorporateActionAnnounced()))
    )

    static let revisionSamples: [Sample] =
        pair(
            rich: .reference(.corporateActionWithdrawn(withdrawn)),
            sparse: .reference(.corporateActionWithdrawn(CorporateActionWithdrawn()))
        )
        + pair(
            rich: .reference(.corporateActionRevisionMissed(missed)),
            sparse: .reference(.corporateActionRevisionMissed(CorporateActionRevisionMissed()))
        )

    static let corporateActionSamples: [Sample] =
        pair(
            rich: .portfolio(.dividendAccrued(accrued)),
            sparse: .portfolio(.dividendAccrued(DividendAccrued()))
        )
        + pair(rich: .portfolio(.dividendPaid(paid)), sparse: .portfolio(.dividendPaid(DividendPaid())))
        + pair(
            rich: .portfolio(.positionAdjusted(adjusted)),
            sparse: .portfolio(.positionAdjusted(PositionAdjusted()))
        )
        + pair(
            rich: .portfolio(.positionImported(imported)),
            sparse: .portfolio(.positionImported(PositionImported()))
        )

    private static var imported: PositionImported {
        var payload = PositionImported()
        payload.account = Extreme.account
        payload.lot = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.quantity = Extreme.quantity
        payload.cost = Extreme.money
        payload.acquired = Extreme.lowDate
        payload.postings = [Posting(.contributedEquity, .usd, Extreme.lowMoney), Posting()]
        return payload
    }

    private static var announced: CorporateActionAnnounced {
        var payload = CorporateActionAnnounced()
        payload.action = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.kind = .split
        payload.exDate = Extreme.lowDate
        payload.payDate = Extreme.date
        payload.currency = Extreme.yen
        payload.amountPerUnit = Extreme.price
        payload.numerator = .max
        payload.denominator = 1
        payload.cashInLieuPrice = Extreme.lowPrice
        payload.source = Extreme.text
        return payload
    }

    private static var withdrawn: CorporateActionWithdrawn {
        var payload = CorporateActionWithdrawn()
        payload.action = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.exDate = Extreme.lowDate
        payload.source = Extreme.text
        return payload
    }

    private static var missed: CorporateActionRevisionMissed {
        var payload = CorporateActionRevisionMissed()
        payload.action = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.exDate = Extreme.date
        payload.replacement = Extreme.execution
        return payload
    }

    private static var accrued: DividendAccrued {
        var payload = DividendAccrued()
        payload.account = Extreme.account
        payload.action = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.exDate = Extreme.lowDate
        payload.payDate = Extreme.date
        payload.quantity = Extreme.lowQuantity
        payload.amountPerUnit = Extreme.price
        payload.gross = Extreme.lowMoney
        payload.amount = Extreme.money
        payload.postings = [Posting(.dividendsReceivable, .usd, Extreme.money), Posting()]
        return payload
    }

    private static var paid: DividendPaid {
        var payload = DividendPaid()
        payload.account = Extreme.account
        payload.action = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.payDate = Extreme.date
        payload.amount = Extreme.lowMoney
        payload.postings = [Posting(.cashSettled, .usd, Extreme.money), Posting()]
        return payload
    }

    private static var adjusted: PositionAdjusted {
        var payload = PositionAdjusted()
        payload.account = Extreme.account
        payload.action = Extreme.execution
        payload.instrument = Extreme.instrument
        payload.currency = Extreme.yen
        payload.exDate = Extreme.date
        payload.numerator = .max
        payload.denominator = 1
        payload.oldQuantity = Extreme.lowQuantity
        payload.newQuantity = Extreme.quantity
        payload.fraction = Quantity(nanos: 1)
        payload.cashInLieuPrice = Extreme.price
        payload.gross = Extreme.lowMoney
        payload.cashInLieu = Extreme.money
        payload.realised = Money(nanos: -1)
        payload.closedCost = Money(nanos: 1 << 64)
        payload.postings = [Posting(.depository, Extreme.instrument, .usd, Extreme.lowQuantity), Posting()]
        return payload
    }
}
