import BifrostKernel
import Orders
import Sagas
import SeededChoices

/// Extreme values in what few orders have.
extension Malice {
    mutating func optionalQuantity() -> Quantity? { generator.chance(50) ? nil : quantity() }

    mutating func special() -> SpecialTerms {
        var terms = SpecialTerms()
        if generator.chance(40) { terms.stopPrice = price() }
        if generator.chance(20) { terms.trailingAmount = price() }
        if generator.chance(20) { terms.trailingRate = rate() }
        if generator.chance(20) { terms.limitOffset = price() }
        if generator.chance(20) { terms.minimumQuantity = quantity() }
        if generator.chance(20) { terms.displayQuantity = quantity() }
        if generator.chance(30) { terms.expireDate = date() }
        if generator.chance(30) { terms.expireAt = time() }
        if generator.chance(20) { terms.lotMethod = generator.one(of: LotMethod.allCases) }
        if generator.chance(10) { terms.lots = [ChosenLot(identifier(), quantity())] }
        terms.reduceOnly = generator.chance(20)
        terms.postOnly = generator.chance(20)
        terms.doNotReduce = generator.chance(20)
        return terms
    }

    mutating func amended() -> AmendedTerms {
        var terms = AmendedTerms()
        terms.quantity = quantity()
        terms.limitPrice = optionalPrice()
        if generator.chance(20) { terms.stopPrice = price() }
        if generator.chance(20) { terms.trailingAmount = price() }
        if generator.chance(20) { terms.trailingRate = rate() }
        return terms
    }

    mutating func revision(_ order: OrderID) -> ExecutionRevision {
        var revision = ExecutionRevision()
        revision.execution = identifier()
        revision.order = order
        revision.venue = text()
        revision.tradeDate = date()
        revision.venueExecutionID = "R\(generator.int(1...99))"
        revision.revisedTradeDate = date()
        revision.revisedVenueExecutionID = generator.one(of: ["E", "R"]) + "\(generator.int(1...99))"
        revision.reinstated = quantity()
        revision.venuePosition = quantity()
        revision.venueCash = money()
        return revision
    }

    mutating func rareCommand(_ account: AccountID, _ order: OrderID) -> Command {
        switch generator.int(0...3) {
        case 0:
            var wanted = ReplaceOrder()
            wanted.order = order
            wanted.quantity = optionalQuantity()
            wanted.limitPrice = optionalPrice()
            wanted.seen.last = optionalPrice()
            return .replaceOrder(account, wanted)
        case 1:
            var wanted = ReviewOrder()
            wanted.order = order
            wanted.approved = generator.chance(70)
            return .reviewOrder(account, wanted)
        default: return .recordVenueFact(account, venueFact(order))
        }
    }

    private mutating func venueFact(_ order: OrderID) -> VenueFact {
        switch generator.int(0...8) {
        case 0, 1:
            var fact = OrderReplaced()
            fact.order = order
            fact.request = generator.one(of: [0, 1, 1, 2, .max])
            fact.terms = amended()
            return .replaced(fact)
        case 2:
            var fact = OrderReplaceRejected()
            fact.order = order
            fact.request = generator.one(of: [0, 1, 1, 2])
            return .replaceRejected(fact)
        case 3:
            var fact = OrderDoneForDay()
            fact.order = order
            fact.date = date()
            return .doneForDay(fact)
        case 4:
            var fact = OrderSuspended()
            fact.order = order
            return .suspended(fact)
        case 5:
            var fact = OrderRestated()
            fact.order = order
            fact.date = date()
            fact.terms = generator.chance(50) ? amended() : nil
            fact.reinstated = quantity()
            return .restated(fact)
        case 6:
            var fact = ExecutionCorrected()
            fact.revision = revision(order)
            fact.quantity = quantity()
            fact.price = price()
            fact.currency = currency()
            fact.settlementAmount = money()
            fact.commission = money()
            if generator.chance(30) { fact.fees = tradeFees() }
            return .corrected(fact)
        default:
            var fact = ExecutionBusted()
            fact.revision = revision(order)
            if generator.chance(30) { fact.commission = money() }
            return .busted(fact)
        }
    }
}
