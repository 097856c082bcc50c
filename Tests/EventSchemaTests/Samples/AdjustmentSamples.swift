import BifrostKernel
import Orders
import Sagas

extension Sample {
    static let adjustmentSamples: [Sample] = pair(
        rich: .order(.adjusted(adjusted)),
        sparse: .order(.adjusted(OrderAdjusted()))
    )

    private static var adjusted: OrderAdjusted {
        var payload = OrderAdjusted()
        payload.order = Extreme.order
        payload.request = .max
        payload.exDate = BusinessDate(days: .max)
        payload.dividend = Extreme.price
        payload.numerator = .max
        payload.denominator = 1
        payload.terms.quantity = Extreme.quantity
        payload.terms.limitPrice = Extreme.lowPrice
        payload.terms.stopPrice = Extreme.price
        payload.terms.trailingAmount = .zero
        payload.minimumQuantity = .zero
        payload.displayQuantity = Extreme.quantity
        payload.limitOffset = .zero
        return payload
    }
}
