import BifrostKernel
import Orders
import SeededChoices
import Venues

/// Orders of every kind, most of them such as a core would approve.
extension Script {
    mutating func anyOrder(_ id: OrderID, on date: BusinessDate) -> RoutedOrder {
        let type = OrderType(rawValue: UInt8(choices.int(1...10))) ?? .limit
        let life = TimeInForce(rawValue: UInt8(choices.int(1...5))) ?? .day
        let isFree = type == .market || type == .limit || life == .goodTillCancelled || life == .goodTillDate
        let timeInForce = isFree && !type.isForAuction ? life : .day
        let quantity = Quantity(nanos: 1 + choices.int64(0...89_999_999_999))
        var special = SpecialTerms()
        if type.hasStopPrice { special.stopPrice = price() }
        if type.isTrailing {
            if choices.chance(50) {
                special.trailingAmount = Price(nanos: 1 + choices.int64(0...999_999_999))
            } else {
                special.trailingRate = BasisPoints(1 + choices.int64(0...999))
            }
        }
        if type == .trailingStopLimit { special.limitOffset = Price(nanos: choices.int64(0...99_999_999)) }
        if timeInForce == .goodTillDate {
            if choices.chance(30) {
                special.expireAt = date.at(seconds: choices.int64(0...200_000))
            } else {
                special.expireDate = BusinessDate(days: date.days + Int32(choices.int64(0...3)))
            }
        }
        if choices.chance(20) { special.minimumQuantity = quantity }
        if type == .limit { special.postOnly = choices.chance(10) }
        special.reduceOnly = choices.chance(5)
        var rare = Rarely<SpecialTerms>.never
        rare.terms = special
        return RoutedOrder(
            account: choices.int64(0...2) == 0 ? otherAccount : account,
            order: id,
            instrument: choices.int64(0...1) == 0 ? apple : boeing,
            side: choices.int64(0...1) == 0 ? .buy : .sell,
            quantity: quantity,
            limitPrice: type.hasLimitPrice ? price() : nil,
            currency: .usd,
            type: type,
            timeInForce: timeInForce,
            special: rare
        )
    }

    /// Terms that an order of the same type can have, some of them the same.
    mutating func anew(_ order: RoutedOrder) -> AmendedTerms {
        var terms = AmendedTerms()
        terms.quantity = order.quantity
        terms.limitPrice = order.limitPrice.map { choices.chance(40) ? $0 : price() }
        terms.stopPrice = order.special.stopPrice.map { choices.chance(40) ? $0 : price() }
        terms.trailingAmount = order.special.trailingAmount
        terms.trailingRate = order.special.trailingRate
        return terms
    }

    private mutating func price() -> Price {
        Price(nanos: 9_000_000_000 + choices.int64(0...1_999) * 1_000_000)
    }
}
