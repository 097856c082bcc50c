import BifrostKernel
import Orders
import Portfolios
import Sagas

extension Sample {
    static let sagaSamples: [Sample] =
        pair(rich: .rebalance(.started(started)), sparse: .rebalance(.started(RebalanceStarted())))
        + pair(rich: .rebalance(.advanced(advanced)), sparse: .rebalance(.advanced(RebalanceAdvanced())))
        + pair(rich: .rebalance(.legRefused(refused)), sparse: .rebalance(.legRefused(RebalanceLegRefused())))
        + groupSamples
        + pair(
            rich: .portfolio(.breakResolved(breakResolved)),
            sparse: .portfolio(.breakResolved(BreakResolved()))
        )
        + pair(rich: .order(.statusRequested(asked)), sparse: .order(.statusRequested(.init())))
        + pair(rich: .order(.parked(parked)), sparse: .order(.parked(OrderParked())))
        + pair(rich: .order(.resolved(resolved)), sparse: .order(.resolved(OrderResolved())))

    private static let rebalance = Extreme.id(.command, 77)

    private static var legs: [RebalanceLeg] {
        var leg = RebalanceLeg()
        leg.instrument = Extreme.instrument
        leg.symbol = Extreme.symbol
        leg.side = .buy
        leg.quantity = Extreme.quantity
        leg.price = Extreme.price
        return [leg, RebalanceLeg()]
    }

    private static var started: RebalanceStarted {
        var target = RebalanceTarget()
        target.instrument = Extreme.instrument
        target.symbol = Extreme.symbol
        target.weight = Extreme.rate
        target.price = Extreme.price
        var payload = RebalanceStarted()
        payload.rebalance = rebalance
        payload.account = Extreme.account
        payload.targets = [target, RebalanceTarget()]
        payload.band = Extreme.rate
        payload.minimumTrade = Extreme.money
        payload.buffer = Extreme.rate
        payload.slippage = Extreme.rate
        payload.onRefusal = .stop
        payload.deadline = Extreme.time
        payload.equity = Extreme.lowMoney
        payload.legs = legs
        payload.book = Extreme.text
        payload.strategy = Extreme.text
        payload.enteredBy = "person-7"
        return payload
    }

    private static var advanced: RebalanceAdvanced {
        var payload = RebalanceAdvanced()
        payload.rebalance = rebalance
        payload.account = Extreme.account
        payload.state = .stopped
        payload.trigger = .legsClosed
        payload.budget = Extreme.money
        payload.legs = legs
        return payload
    }

    private static var refused: RebalanceLegRefused {
        var payload = RebalanceLegRefused()
        payload.rebalance = rebalance
        payload.account = Extreme.account
        payload.leg = legs[0]
        payload.code = .unknownSymbol
        payload.limit = .max
        payload.value = .min
        return payload
    }

    private static var breakResolved: BreakResolved {
        var payload = BreakResolved()
        payload.account = Extreme.account
        payload.brokeAt = .max
        payload.resolution = .ourError
        payload.resolver = "person-7"
        return payload
    }

    private static var asked: OrderStatusRequested {
        var payload = OrderStatusRequested()
        payload.order = Extreme.order
        payload.attempt = .max
        return payload
    }

    private static var parked: OrderParked {
        var payload = OrderParked()
        payload.order = Extreme.order
        payload.attempts = .max
        return payload
    }

    private static var resolved: OrderResolved {
        var payload = OrderResolved()
        payload.order = Extreme.order
        payload.retry = true
        payload.resolver = "person-7"
        return payload
    }
}
