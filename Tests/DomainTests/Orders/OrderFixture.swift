import BifrostKernel
import Orders

/// The facts of one order of 100 at 10.00, in short words.
enum Fixture {
    static let terms = InstrumentTerms(tickSize: Price(cents: 1), lotSize: Quantity(units: 1))

    static func placed(_ quantity: Quantity = Quantity(units: 100), limit: Price? = Price(cents: 1000))
        -> OrderPlaced
    {
        var fact = OrderPlaced()
        fact.order = Sample.order
        fact.account = Sample.account
        fact.instrument = Sample.instrument
        fact.quantity = quantity
        fact.type = limit == nil ? .market : .limit
        fact.limitPrice = limit
        return fact
    }

    static func report(
        _ number: Int64,
        _ quantity: Quantity,
        price: Price = Price(cents: 1000),
        side: Side = .buy
    ) -> OrderExecuted {
        var fact = OrderExecuted()
        fact.order = Sample.order
        fact.execution = Sample.execution(number)
        fact.venue = "paper"
        fact.tradeDate = Sample.day
        fact.venueExecutionID = "E\(number)"
        fact.side = side
        fact.quantity = quantity
        fact.price = price
        return fact
    }

    static func report(_ number: Int64, units: Int64) -> OrderExecuted {
        report(number, Quantity(units: units))
    }

    static var approved: OrderApproved {
        var fact = OrderApproved()
        fact.order = Sample.order
        fact.venue = "paper"
        return fact
    }
    static var acknowledged: OrderAcknowledged {
        var fact = OrderAcknowledged()
        fact.order = Sample.order
        fact.venueOrderID = "V1"
        return fact
    }
    static var cancelRequested: OrderCancelRequested {
        var fact = OrderCancelRequested()
        fact.order = Sample.order
        return fact
    }
    static var cancelRejected: OrderCancelRejected {
        var fact = OrderCancelRejected()
        fact.order = Sample.order
        return fact
    }
    static func cancelled(units: Int64) -> OrderCancelled {
        var fact = OrderCancelled()
        fact.order = Sample.order
        fact.cancelledQuantity = Quantity(units: units)
        return fact
    }
    static func expired(units: Int64) -> OrderExpired {
        var fact = OrderExpired()
        fact.order = Sample.order
        fact.expiredQuantity = Quantity(units: units)
        return fact
    }
    static func rejected(_ judge: Judge = .venue) -> OrderRejected {
        var fact = OrderRejected()
        fact.order = Sample.order
        fact.judge = judge
        fact.code = .venueRejected
        return fact
    }

    /// Approved and with the venue.
    static var live: [OrderEvent] { [.placed(placed()), .approved(approved), .acknowledged(acknowledged)] }
    static func filled(_ units: Int64, _ number: Int64 = 1) -> OrderEvent {
        .executed(report(number, units: units))
    }
}
