internal import BifrostKernel
internal import Orders
internal import Portfolios
internal import References
internal import Sagas
internal import SeededChoices
internal import Venues

/// Orders of every kind, and other terms for them.
extension World {
    mutating func order(_ account: AccountID, _ choices: inout Generator) -> PlaceOrder {
        let instruments = watch.books.facts.instruments
        var wanted = PlaceOrder()
        let currency = watch.books.accounts[account]?.opened.currency ?? .usd
        let own = instruments.filter { $0.currency == currency }
        if !own.isEmpty { wanted.symbol = choices.one(of: choices.chance(95) ? own : instruments).symbol }
        wanted.side = choices.chance(60) ? .buy : .sell
        // Who sells mostly has something.
        if wanted.side == .sell, choices.chance(85) {
            let held = own.filter { watch.books.accounts[account]?.position($0.instrument) ?? 0 > 0 }
            if held.isEmpty { wanted.side = .buy } else { wanted.symbol = choices.one(of: held).symbol }
        }
        wanted.quantity = Quantity(units: choices.int64(1...40))
        if watch.books.accounts[account]?.opened.kind == .margin { onMargin(account, &wanted, &choices) }
        if choices.chance(4) {
            let most = Quantity.nanosMax
            wanted.quantity = Quantity(
                nanos: choices.one(of: [0, -1, 1, most, -most, most / 1_000_000_000 * 1_000_000_000])
            )
        }
        if let instrument = instruments.first(where: { $0.symbol == wanted.symbol }),
            let seen = venue.price(of: instrument.instrument), choices.chance(95)
        {
            wanted.seen = seen
        }
        if choices.chance(60) {
            wanted.type = .limit
            let near = (wanted.seen.last?.nanos ?? 1_000_000_000) / 100 * choices.int64(85...115)
            let limit = max(near / 10_000_000, 1) * 10_000_000
            let odd = choices.one(of: [0, -1, 1, Price.nanosMax, 10_000_000])
            wanted.limitPrice = Price(nanos: choices.chance(97) ? limit : odd)
        }
        if choices.chance(45) { makeSpecial(&wanted, &choices) }
        if choices.chance(8) { wanted.review = true }
        if choices.chance(30) { wanted.clientOrderID = ClientName("o\(choices.int(0...40))") }
        return wanted
    }

    /// A type or a life that plain orders do not have, mostly with the terms that it needs.
    private func makeSpecial(_ wanted: inout PlaceOrder, _ choices: inout Generator) {
        let market = wanted.seen.last?.nanos ?? 1_000_000_000
        let isBuy = wanted.side == .buy
        func price(_ percent: ClosedRange<Int64>, _ choices: inout Generator) -> Price {
            Price(nanos: max(market / 100 * choices.int64(percent) / 10_000_000, 1) * 10_000_000)
        }
        wanted.type = choices.one(of: OrderType.allCases)
        wanted.limitPrice = wanted.type.hasLimitPrice ? price(90...110, &choices) : nil
        if wanted.type.hasStopPrice {
            wanted.special.stopPrice = price(isBuy ? 99...110 : 90...101, &choices)
        }
        if wanted.type.isTrailing {
            if choices.chance(50) {
                wanted.special.trailingAmount = price(1...8, &choices)
            } else {
                wanted.special.trailingRate = BasisPoints(choices.int64(1...900))
            }
            if wanted.type == .trailingStopLimit { wanted.special.limitOffset = price(0...3, &choices) }
        }
        wanted.timeInForce = choices.chance(40) ? .day : choices.one(of: TimeInForce.allCases)
        if wanted.type.isForAuction, choices.chance(90) { wanted.timeInForce = .day }
        if wanted.timeInForce != .day, choices.chance(20) { wanted.special.doNotReduce = true }
        if wanted.timeInForce == .goodTillDate {
            let today = watch.books.openDay?.days ?? 100
            wanted.special.expireDate = BusinessDate(
                days: today + Int32(choices.int(choices.chance(90) ? 0...3 : -1...0))
            )
        }
        let part = Quantity(units: max(wanted.quantity.nanos / 2_000_000_000, 1))
        if choices.chance(15) { wanted.special.minimumQuantity = part }
        if wanted.type == .limit {
            if choices.chance(15) { wanted.special.displayQuantity = part }
            if choices.chance(15) { wanted.special.postOnly = true }
        }
        if choices.chance(10) { wanted.special.reduceOnly = true }
    }

    /// Other terms for an order: more or less of it, or another price, and now and then what it cannot have.
    func replacement(_ order: OrderID, _ choices: inout Generator) -> ReplaceOrder {
        var wanted = ReplaceOrder()
        wanted.order = order
        guard let entry = watch.books.orders[order] else { return wanted }
        let placed = entry.placed
        let terms = entry.terms
        if let seen = venue.price(of: placed.instrument), choices.chance(95) { wanted.seen = seen }
        if choices.chance(70) {
            let nanos = terms.quantity.nanos + choices.int64(-20...20) * 1_000_000_000
            wanted.quantity = Quantity(exactly: choices.chance(95) ? max(nanos, 1_000_000_000) : nanos)
        }
        let steps = choices.int64(-300...300)
        func moved(_ price: Price?) -> Price? {
            price.map { Price(exactly: max($0.nanos + steps * 10_000_000, 10_000_000)) ?? $0 }
        }
        if choices.chance(60) { wanted.limitPrice = moved(terms.limitPrice) }
        if choices.chance(50) { wanted.stopPrice = moved(terms.stopPrice) }
        if placed.type.isTrailing, choices.chance(60) {
            if choices.chance(50) {
                wanted.trailingAmount = moved(terms.trailingAmount) ?? Price(nanos: 500_000_000)
            } else {
                wanted.trailingRate = BasisPoints(choices.int64(1...900))
            }
        }
        if choices.chance(3) {
            wanted.limitPrice = Price(nanos: choices.one(of: [0, -1, 1, Price.nanosMax]))
        }
        return wanted
    }
}
