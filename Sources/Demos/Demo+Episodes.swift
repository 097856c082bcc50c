internal import BifrostKernel
internal import DemoMarket
internal import Engine
internal import Nodes
internal import Orders
internal import Sagas
internal import Venues

/// What a reader should see refused, and why: none of it changes a number of the account.
extension Demo {
    /// The day of 2008 on which the account's kill switch is pulled, and the day on which it is released.
    private static let crisis = BusinessDate(year: 2008, month: 9, day: 15)
    private static let recovery = BusinessDate(year: 2008, month: 9, day: 22)

    func episodes(on index: Int, _ day: MarketDay) throws {
        switch (day.date.civil.year, day.date.civil.month, day.date.civil.day) {
        case (1993, 4, 15): try overLimit(day)
        case (1996, 6, 17): try restricted(day)
        case (1999, 3, 16): try overdraft(day)
        case (2000, 3, 10): try outsideCollar(day)
        case (2003, 10, 15): try reusedID(day)
        case (2011, 8, 8): try oversell(day)
        default: break
        }
        if day.date == Self.crisis { try pullKillSwitch(day) }
        if day.date == Self.recovery {
            _ = try accepted("kill:release", .releaseKillSwitch(account), at: day.date.at(seconds: 3600))
        }
    }

    /// A limit order of so many dollars at the close.
    private func buy(_ name: String, _ symbol: Int, dollars: Int64, _ day: MarketDay, percent: Int64 = 100)
        -> Command
    {
        let close = day.closes[symbol]
        let shares = max(dollars * Decimals.nanosPerUnit / close.nanos, 1)
        let tick: Int64 = 1_000_000
        var order = PlaceOrder()
        order.clientOrderID = ClientName(name)
        order.symbol = market.symbols[symbol]
        order.quantity = Quantity(units: shares)
        order.type = .limit
        order.limitPrice = Price(nanos: close.nanos / 100 * percent / tick * tick)
        if let seen = venue.price(of: instruments[symbol]) { order.seen = seen }
        return .placeOrder(account, order)
    }

    private func refused(_ name: String, _ command: Command, _ day: MarketDay, _ code: RejectionCode) throws {
        let outcome = try send(name, command, on: day.date).outcome(in: log)
        guard case .refused(let rejection, _) = outcome.result, rejection.code == code else {
            throw DemoError("\(name) should have been refused with \(code.name), was \(outcome.result)")
        }
    }

    private func overLimit(_ day: MarketDay) throws {
        let name = "over-limit"
        try refused(name, buy(name, 0, dollars: 50_000_000, day), day, .orderValueAboveLimit)
    }

    private func restricted(_ day: MarketDay) throws {
        let symbol = market.symbols.count - 1
        let early = day.date.at(seconds: 3600)
        try declare("restrict", .restrict(market.symbols[symbol], true), at: early)
        try refused(
            "restricted",
            buy("restricted", symbol, dollars: 1000, day, percent: 95),
            day,
            .instrumentRestricted
        )
        try declare("unrestrict", .restrict(market.symbols[symbol], false), at: day.date.at(seconds: 7200))
    }

    private func overdraft(_ day: MarketDay) throws {
        var move = MoveCash()
        move.amount = try Money("1000000000")
        try refused("overdraft", .withdraw(account, move), day, .cashInsufficient)
    }

    private func outsideCollar(_ day: MarketDay) throws {
        let name = "fat-finger"
        try refused(name, buy(name, 12, dollars: 1000, day, percent: 150), day, .priceOutsideCollar)
    }

    private func oversell(_ day: MarketDay) throws {
        let close = day.closes[2]
        var order = PlaceOrder()
        order.clientOrderID = ClientName("oversell")
        order.symbol = market.symbols[2]
        order.side = .sell
        order.quantity = Quantity(units: 9_900_000 * Decimals.nanosPerUnit / close.nanos)
        order.type = .limit
        order.limitPrice = close
        if let seen = venue.price(of: instruments[2]) { order.seen = seen }
        try refused("oversell", .placeOrder(account, order), day, .positionInsufficient)
    }

    /// The id of the first deposit with another amount: an error, and nothing happens.
    private func reusedID(_ day: MarketDay) throws {
        var move = MoveCash()
        move.amount = try Money("2000000")
        let answer = Monitored(name: "deposit")
        node.trading.submit(
            try request("deposit", .deposit(account, move), at: day.date.start),
            answer.answered
        )
        guard case .idReused = answer.answer() else {
            throw DemoError("a repeated id with other content should be an error")
        }
    }

    /// A resting order, the switch that cancels it, and a buy that is refused while it is pulled.
    private func pullKillSwitch(_ day: MarketDay) throws {
        _ = try send("resting", buy("resting", 0, dollars: 10_000, day, percent: 95), on: day.date).accepted(
            in: log
        )
        node.trading.waitUntilIdle()
        _ = try accepted("kill:pull", .pullKillSwitch(account), at: day.date.at(seconds: 21 * 3600 + 120))
        node.trading.waitUntilIdle()
        try refused("while-killed", buy("while-killed", 1, dollars: 1000, day), day, .killSwitchPulled)
    }
}
