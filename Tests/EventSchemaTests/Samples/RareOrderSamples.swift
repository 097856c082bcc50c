import BifrostKernel
import Orders
import Sagas

extension Sample {
    static let rareOrderSamples: [Sample] =
        pair(rich: .order(.replaceRequested(requested)), sparse: .order(.replaceRequested(.init())))
        + pair(rich: .order(.replaced(replaced)), sparse: .order(.replaced(OrderReplaced())))
        + pair(rich: .order(.replaceRejected(refused)), sparse: .order(.replaceRejected(.init())))
        + pair(rich: .order(.triggered(triggered)), sparse: .order(.triggered(OrderTriggered())))
        + pair(rich: .order(.doneForDay(doneForDay)), sparse: .order(.doneForDay(OrderDoneForDay())))
        + pair(rich: .order(.suspended(suspended)), sparse: .order(.suspended(OrderSuspended())))
        + pair(rich: .order(.resumed(resumed)), sparse: .order(.resumed(OrderResumed())))
        + pair(rich: .order(.restated(restated)), sparse: .order(.restated(OrderRestated())))
        + pair(rich: .order(.heldForReview(held)), sparse: .order(.heldForReview(OrderHeldForReview())))
        + pair(
            rich: .order(.executionCorrected(corrected)),
            sparse: .order(.executionCorrected(ExecutionCorrected()))
        )
        + pair(rich: .order(.executionBusted(busted)), sparse: .order(.executionBusted(.init())))
        + pair(rich: .order(.reviewed(reviewed)), sparse: .order(.reviewed(OrderReviewed())))
        + pair(
            rich: .order(.replaceApproved(approvedReplace)),
            sparse: .order(.replaceApproved(OrderReplaceApproved()))
        )
        + adjustmentSamples
        + workSamples

    private static var terms: AmendedTerms {
        var terms = AmendedTerms()
        terms.quantity = Extreme.quantity
        terms.limitPrice = Extreme.lowPrice
        terms.stopPrice = Extreme.price
        terms.trailingAmount = .zero
        terms.trailingRate = Extreme.rate
        return terms
    }

    private static var requested: OrderReplaceRequested {
        var payload = OrderReplaceRequested()
        payload.order = Extreme.order
        payload.request = .max
        payload.terms = terms
        payload.enteredBy = "person-7"
        payload.seen.bid = Extreme.lowPrice
        payload.seen.source = Extreme.text
        payload.seen.at = Extreme.lowTime
        return payload
    }

    private static var replaced: OrderReplaced {
        var payload = OrderReplaced()
        payload.order = Extreme.order
        payload.request = .max
        payload.terms = terms
        return payload
    }

    private static var refused: OrderReplaceRejected {
        var payload = OrderReplaceRejected()
        payload.order = Extreme.order
        payload.request = 2
        payload.judge = .person
        payload.code = .orderNotOpen
        payload.limit = .min
        payload.value = .max
        payload.venueCode = Extreme.text
        return payload
    }

    private static var triggered: OrderTriggered {
        var payload = OrderTriggered()
        payload.order = Extreme.order
        payload.price = .zero
        return payload
    }

    private static var doneForDay: OrderDoneForDay {
        var payload = OrderDoneForDay()
        payload.order = Extreme.order
        payload.date = Extreme.lowDate
        return payload
    }

    private static var suspended: OrderSuspended {
        var payload = OrderSuspended()
        payload.order = Extreme.order
        payload.venueCode = Extreme.text
        return payload
    }

    private static var resumed: OrderResumed {
        var payload = OrderResumed()
        payload.order = Extreme.order
        return payload
    }

    private static var restated: OrderRestated {
        var payload = OrderRestated()
        payload.order = Extreme.order
        payload.reason = .marketOption
        payload.date = Extreme.date
        payload.terms = terms
        payload.reinstated = Extreme.quantity
        return payload
    }

    private static var held: OrderHeldForReview {
        var payload = OrderHeldForReview()
        payload.order = Extreme.order
        payload.venue = Extreme.text
        return payload
    }

    private static var revision: ExecutionRevision {
        var revision = ExecutionRevision()
        revision.execution = Extreme.execution
        revision.order = Extreme.order
        revision.venue = "paper"
        revision.tradeDate = Extreme.date
        revision.venueExecutionID = Extreme.text
        revision.side = .sell
        revision.revisedTradeDate = Extreme.lowDate
        revision.revisedVenueExecutionID = "E1"
        revision.revised = Extreme.id(.execution, 2)
        revision.reinstated = Extreme.quantity
        revision.venuePosition = Extreme.lowQuantity
        revision.venueCash = Extreme.lowMoney
        revision.conflicting = true
        return revision
    }

    private static var corrected: ExecutionCorrected {
        var payload = ExecutionCorrected()
        payload.revision = revision
        payload.quantity = Extreme.quantity
        payload.price = Extreme.lowPrice
        payload.currency = Extreme.yen
        payload.settlementAmount = Extreme.lowMoney
        payload.commission = Extreme.money
        return payload
    }

    private static var busted: ExecutionBusted {
        var payload = ExecutionBusted()
        payload.revision = revision
        return payload
    }

    private static var approvedReplace: OrderReplaceApproved {
        var payload = OrderReplaceApproved()
        payload.order = Extreme.order
        payload.request = .max
        return payload
    }

    private static var reviewed: OrderReviewed {
        var payload = OrderReviewed()
        payload.order = Extreme.order
        payload.approved = true
        payload.reviewer = "person-7"
        return payload
    }
}
