import BifrostKernel
import ComplianceRules
import RiskLimits
import Sagas

extension Sample {
    static let judgeSamples: [Sample] =
        pair(rich: .risk(.limitsSet(limitsSet)), sparse: .risk(.limitsSet(AccountLimitsSet())))
        + pair(rich: .risk(.assessed(riskAssessed)), sparse: .risk(.assessed(RiskAssessed())))
        + pair(
            rich: .risk(.reservationChanged(reservationChanged)),
            sparse: .risk(.reservationChanged(ReservationChanged()))
        )
        + pair(rich: .risk(.killSwitchPulled(killSwitchPulled)), sparse: .risk(.killSwitchPulled(.init())))
        + pair(
            rich: .risk(.killSwitchReleased(killSwitchReleased)),
            sparse: .risk(.killSwitchReleased(.init()))
        )
        + pair(rich: .risk(.reassessed(reassessed)), sparse: .risk(.reassessed(OpenOrderReassessed())))
        + pair(
            rich: .risk(.marginCallIssued(marginCallIssued)),
            sparse: .risk(.marginCallIssued(MarginCallIssued()))
        )
        + pair(rich: .risk(.marginCallMet(marginCallMet)), sparse: .risk(.marginCallMet(MarginCallMet())))
        + pair(
            rich: .compliance(.assessed(complianceAssessed)),
            sparse: .compliance(.assessed(ComplianceAssessed()))
        )

    private static var limitsSet: AccountLimitsSet {
        var payload = AccountLimitsSet()
        payload.account = Extreme.account
        payload.version = .max
        payload.profile = Extreme.text
        payload.orderValueMax = Extreme.money
        payload.priceCollar = Extreme.rate
        return payload
    }

    private static var riskAssessed: RiskAssessed {
        var payload = RiskAssessed()
        payload.order = Extreme.order
        payload.verdict = .approved
        payload.limitsVersion = .max
        payload.feeVersion = 1
        payload.referencePrice = Extreme.lowPrice
        payload.checks = Extreme.checks
        payload.currency = Extreme.yen
        payload.reservedCash = Extreme.money
        payload.reservedShares = Extreme.quantity
        payload.instrument = Extreme.instrument
        payload.reservedPrice = Extreme.price
        payload.commission = Extreme.rate
        payload.pendingBuys = Extreme.lowQuantity
        return payload
    }

    private static var reservationChanged: ReservationChanged {
        var payload = ReservationChanged()
        payload.order = Extreme.order
        payload.reason = .released
        payload.remainingCash = Money(nanos: -1)
        payload.remainingShares = Quantity(nanos: 1)
        payload.remainingBuys = Quantity(nanos: -1)
        return payload
    }

    private static var killSwitchPulled: KillSwitchPulled {
        var payload = KillSwitchPulled()
        payload.account = Extreme.account
        return payload
    }

    private static var killSwitchReleased: KillSwitchReleased {
        var payload = KillSwitchReleased()
        payload.account = Extreme.account
        return payload
    }

    private static var reassessed: OpenOrderReassessed {
        var payload = OpenOrderReassessed()
        payload.order = Extreme.order
        payload.outcome = .cancelled
        payload.sweep = Extreme.position
        payload.limitsVersion = .max
        payload.restrictionsVersion = 1
        payload.checks = Extreme.checks
        return payload
    }

    private static var marginCallIssued: MarginCallIssued {
        var payload = MarginCallIssued()
        payload.account = Extreme.account
        payload.date = Extreme.date
        payload.currency = Extreme.yen
        payload.requirement = Extreme.money
        payload.equity = Extreme.lowMoney
        payload.deficit = Money(nanos: 1)
        return payload
    }

    private static var marginCallMet: MarginCallMet {
        var payload = MarginCallMet()
        payload.account = Extreme.account
        payload.date = Extreme.date
        payload.currency = Extreme.yen
        payload.requirement = Extreme.lowMoney
        payload.equity = Extreme.money
        return payload
    }

    private static var complianceAssessed: ComplianceAssessed {
        var payload = ComplianceAssessed()
        payload.order = Extreme.order
        payload.cleared = true
        payload.restrictionsVersion = .max
        payload.checks = Extreme.checks
        return payload
    }
}
