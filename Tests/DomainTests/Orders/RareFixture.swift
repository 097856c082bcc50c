import BifrostKernel
import Orders

/// Rare facts of the order of `Fixture`, in short words.
extension Fixture {
    static func amended(_ units: Int64, limit: Price? = Price(cents: 1000)) -> AmendedTerms {
        var terms = AmendedTerms()
        terms.quantity = Quantity(units: units)
        terms.limitPrice = limit
        return terms
    }

    static func replaceRequested(_ units: Int64, _ request: UInt32 = 1) -> OrderReplaceRequested {
        var fact = OrderReplaceRequested()
        fact.order = Sample.order
        fact.request = request
        fact.terms = amended(units)
        return fact
    }

    static func replaced(_ units: Int64, _ request: UInt32 = 1) -> OrderReplaced {
        var fact = OrderReplaced()
        fact.order = Sample.order
        fact.request = request
        fact.terms = amended(units)
        return fact
    }

    static func replaceRejected(_ request: UInt32 = 1) -> OrderReplaceRejected {
        var fact = OrderReplaceRejected()
        fact.order = Sample.order
        fact.request = request
        fact.code = .venueRejected
        return fact
    }

    static func doneForDay(_ date: BusinessDate = Sample.day) -> OrderDoneForDay {
        var fact = OrderDoneForDay()
        fact.order = Sample.order
        fact.date = date
        return fact
    }

    static func restated(_ date: BusinessDate, _ reason: RestatementReason = .renewal) -> OrderRestated {
        var fact = OrderRestated()
        fact.order = Sample.order
        fact.reason = reason
        fact.date = date
        return fact
    }

    /// A revision, itself `R<number>`, of the report `E<target>`, or of a revision when that is named.
    static func revision(
        _ number: Int64,
        of target: String,
        reinstated units: Int64 = 0
    ) -> ExecutionRevision {
        var revision = ExecutionRevision()
        revision.order = Sample.order
        revision.execution = Sample.execution(100 + number)
        revision.venue = "paper"
        revision.tradeDate = Sample.day
        revision.venueExecutionID = "R\(number)"
        revision.side = .buy
        revision.revisedTradeDate = Sample.day
        revision.revisedVenueExecutionID = target
        revision.reinstated = Quantity(units: units)
        return revision
    }

    static func busted(_ number: Int64, of target: String, reinstated units: Int64 = 0) -> ExecutionBusted {
        var fact = ExecutionBusted()
        fact.revision = revision(number, of: target, reinstated: units)
        return fact
    }

    static func corrected(
        _ number: Int64,
        of target: String,
        to units: Int64,
        at price: Price = Price(cents: 1000),
        reinstated: Int64 = 0
    ) -> ExecutionCorrected {
        var fact = ExecutionCorrected()
        fact.revision = revision(number, of: target, reinstated: reinstated)
        fact.quantity = Quantity(units: units)
        fact.price = price
        return fact
    }

    static var suspended: OrderSuspended {
        var fact = OrderSuspended()
        fact.order = Sample.order
        return fact
    }
    static var resumed: OrderResumed {
        var fact = OrderResumed()
        fact.order = Sample.order
        return fact
    }
    static var triggered: OrderTriggered {
        var fact = OrderTriggered()
        fact.order = Sample.order
        return fact
    }

    /// An order of `units`, with the venue.
    static func live(_ units: Int64, _ life: TimeInForce = .day) -> [OrderEvent] {
        var terms = placed(Quantity(units: units))
        terms.timeInForce = life
        return [.placed(terms), .approved(approved), .acknowledged(acknowledged)]
    }
}
