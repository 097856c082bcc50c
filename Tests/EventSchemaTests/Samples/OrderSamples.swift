import BifrostKernel
import Orders
import Sagas

extension Sample {
    static let orderSamples: [Sample] =
        pair(rich: .order(.placed(orderPlaced)), sparse: .order(.placed(OrderPlaced())))
        + pair(rich: .order(.approved(orderApproved)), sparse: .order(.approved(OrderApproved())))
        + pair(rich: .order(.rejected(orderRejected)), sparse: .order(.rejected(OrderRejected())))
        + pair(
            rich: .order(.acknowledged(orderAcknowledged)),
            sparse: .order(.acknowledged(OrderAcknowledged()))
        )
        + pair(rich: .order(.executed(orderExecuted)), sparse: .order(.executed(OrderExecuted())))
        + pair(
            rich: .order(.executionConflicted(executionConflicted)),
            sparse: .order(.executionConflicted(ExecutionConflicted()))
        )
        + pair(rich: .order(.cancelRequested(cancelRequested)), sparse: .order(.cancelRequested(.init())))
        + pair(rich: .order(.cancelled(cancelled)), sparse: .order(.cancelled(OrderCancelled())))
        + pair(rich: .order(.cancelRejected(cancelRejected)), sparse: .order(.cancelRejected(.init())))
        + pair(rich: .order(.expired(expired)), sparse: .order(.expired(OrderExpired())))
        + rareOrderSamples

    private static var orderPlaced: OrderPlaced {
        var payload = OrderPlaced()
        payload.order = Extreme.order
        payload.account = Extreme.account
        payload.instrument = Extreme.instrument
        payload.clientOrderID = Extreme.clientName
        payload.side = .sell
        payload.type = .limit
        payload.timeInForce = .day
        payload.quantity = Extreme.quantity
        payload.limitPrice = Extreme.lowPrice
        payload.symbol = Extreme.symbol
        payload.book = Extreme.text
        payload.strategy = "momentum"
        payload.parent = OrderID(Extreme.id(.order, 1))
        payload.enteredBy = "person-7"
        payload.capacity = .risklessPrincipal
        payload.seen.bid = Extreme.lowPrice
        payload.seen.ask = Extreme.price
        payload.seen.last = .zero
        payload.seen.source = Extreme.text
        payload.seen.at = Extreme.time
        return payload
    }

    private static var orderApproved: OrderApproved {
        var payload = OrderApproved()
        payload.order = Extreme.order
        payload.venue = Extreme.text
        return payload
    }

    private static var orderRejected: OrderRejected {
        var payload = OrderRejected()
        payload.order = Extreme.order
        payload.judge = .venue
        payload.code = .clientOrderIDTaken
        payload.limit = .min
        payload.value = .max
        return payload
    }

    private static var orderAcknowledged: OrderAcknowledged {
        var payload = OrderAcknowledged()
        payload.order = Extreme.order
        payload.venueOrderID = Extreme.text
        return payload
    }

    private static var orderExecuted: OrderExecuted {
        var payload = OrderExecuted()
        payload.execution = Extreme.execution
        payload.order = Extreme.order
        payload.venue = "paper"
        payload.tradeDate = Extreme.date
        payload.venueExecutionID = Extreme.text
        payload.side = .sell
        payload.quantity = Extreme.quantity
        payload.price = Extreme.lowPrice
        payload.currency = Extreme.yen
        payload.settlementAmount = Extreme.lowMoney
        payload.commission = Extreme.money
        payload.venueCumulative = Extreme.quantity
        payload.venueLeaves = Extreme.quantity
        payload.venuePosition = Extreme.lowQuantity
        payload.venueCash = Extreme.lowMoney
        payload.afterClose = true
        payload.overfilled = true
        return payload
    }

    private static var executionConflicted: ExecutionConflicted {
        var payload = ExecutionConflicted()
        payload.report = orderExecuted
        payload.standing = Extreme.id(.execution, 2)
        return payload
    }

    private static var cancelRequested: OrderCancelRequested {
        var payload = OrderCancelRequested()
        payload.order = Extreme.order
        return payload
    }

    private static var cancelled: OrderCancelled {
        var payload = OrderCancelled()
        payload.order = Extreme.order
        payload.cancelledQuantity = Extreme.quantity
        return payload
    }

    private static var cancelRejected: OrderCancelRejected {
        var payload = OrderCancelRejected()
        payload.order = Extreme.order
        return payload
    }

    private static var expired: OrderExpired {
        var payload = OrderExpired()
        payload.order = Extreme.order
        payload.expiredQuantity = Extreme.quantity
        return payload
    }
}
