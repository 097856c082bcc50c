import BifrostKernel
import Orders
import Sagas

extension Sample {
    static let workSamples: [Sample] =
        pair(rich: .order(.workBegan(began)), sparse: .order(.workBegan(OrderWorkBegan())))
        + pair(
            rich: .order(.workProgressed(progressed)),
            sparse: .order(.workProgressed(OrderWorkProgressed()))
        )
        + pair(rich: .order(.workCompleted(completed)), sparse: .order(.workCompleted(OrderWorkCompleted())))

    private static var began: OrderWorkBegan {
        var payload = OrderWorkBegan()
        payload.order = Extreme.order
        return payload
    }

    private static var progressed: OrderWorkProgressed {
        var payload = OrderWorkProgressed()
        payload.order = Extreme.order
        payload.filled = Extreme.quantity
        payload.tradedNotional = Extreme.money
        return payload
    }

    private static var completed: OrderWorkCompleted {
        var payload = OrderWorkCompleted()
        payload.order = Extreme.order
        return payload
    }
}
