import BifrostKernel
import Orders
import Sagas

extension Sample {
    static let groupSamples: [Sample] =
        pair(rich: .group(.started(started)), sparse: .group(.started(GroupStarted())))
        + pair(rich: .group(.advanced(advanced)), sparse: .group(.advanced(GroupAdvanced())))
        + pair(rich: .group(.legRefused(refused)), sparse: .group(.legRefused(GroupLegRefused())))
        + pair(rich: .group(.flagged(flagged)), sparse: .group(.flagged(GroupFlagged())))

    private static var leg: PlaceOrder {
        var leg = PlaceOrder()
        leg.clientOrderID = Extreme.clientName
        leg.symbol = Extreme.symbol
        leg.side = .sell
        leg.type = .trailingStopLimit
        leg.timeInForce = .goodTillDate
        leg.quantity = Extreme.quantity
        leg.limitPrice = Extreme.price
        leg.book = Extreme.text
        leg.strategy = "momentum"
        leg.parent = Extreme.order
        leg.capacity = .principal
        leg.review = true
        leg.special.stopPrice = Extreme.lowPrice
        leg.special.trailingAmount = .zero
        leg.special.trailingRate = Extreme.rate
        leg.special.limitOffset = Extreme.price
        leg.special.minimumQuantity = .zero
        leg.special.displayQuantity = Extreme.quantity
        leg.special.reduceOnly = true
        leg.special.postOnly = true
        leg.special.expireDate = Extreme.date
        return leg
    }

    private static var started: GroupStarted {
        var payload = GroupStarted()
        payload.group = Extreme.order
        payload.account = Extreme.account
        payload.instrument = Extreme.instrument
        payload.contingency = .bracket
        payload.legs = [leg, PlaceOrder(), leg]
        payload.enteredBy = "person-7"
        return payload
    }

    private static var advanced: GroupAdvanced {
        var payload = GroupAdvanced()
        payload.group = Extreme.order
        payload.account = Extreme.account
        payload.state = .ended
        payload.trigger = .allClosed
        payload.quantity = Extreme.quantity
        return payload
    }

    private static var refused: GroupLegRefused {
        var payload = GroupLegRefused()
        payload.group = Extreme.order
        payload.account = Extreme.account
        payload.leg = .max
        payload.code = .groupLegsDiffer
        payload.limit = .max
        payload.value = .min
        return payload
    }

    private static var flagged: GroupFlagged {
        var payload = GroupFlagged()
        payload.group = Extreme.order
        payload.account = Extreme.account
        payload.order = Extreme.order
        payload.flag = .tradedLate
        payload.quantity = Extreme.quantity
        return payload
    }
}
