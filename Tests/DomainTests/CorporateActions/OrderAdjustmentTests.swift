import BifrostKernel
import Orders
import References
import RiskLimits
import Sagas
import SeededChoices
import Testing

@Suite("Open orders on an ex-date")
struct OrderAdjustmentTests {
    struct Wanted {
        var side = Side.buy
        var type = OrderType.limit
        var quantity: Int64 = 10
        var limit: String?
        var stop: String?
        var trail: String?
        var offset: String?
        var isKept = false
    }

    private static func place(_ wanted: Wanted, for account: AccountID, _ runner: inout ShardRunner) throws
        -> OrderID
    {
        var order = World.market(wanted.side, wanted.quantity, seen: 10_000)
        order.type = wanted.type
        order.timeInForce = .goodTillCancelled
        order.limitPrice = try wanted.limit.map { try Price($0) }
        order.special.stopPrice = try wanted.stop.map { try Price($0) }
        order.special.trailingAmount = try wanted.trail.map { try Price($0) }
        order.special.limitOffset = try wanted.offset.map { try Price($0) }
        order.special.doNotReduce = wanted.isKept
        let id = try runner.place(account, order)
        try #require(runner.state.openOrders.contains(id), "an order that is approved")
        return id
    }

    /// A market whose instrument closes at 100.00 before the ex-date, and a holder of 1,000 units.
    private static func market() throws -> (ActionMarket, AccountID) {
        var market = ActionMarket()
        try market.begin((0..<10).map { World.day($0) }, ["SPX", "NDX"])
        let holder = try market.trading.open("holder", cash: 10_000_000)
        try market.buy(holder, World.symbols[0], 1_000, at: Price(cents: 10_000))
        try market.mark([("SPX", Price(cents: 10_000))], World.day(0))
        return (market, holder)
    }

    private static func split(_ new: UInt32, _ old: UInt32, ex: Int32 = 1) -> Command {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = World.symbols[0]
        wanted.terms.kind = .split
        wanted.terms.exDate = World.day(ex)
        (wanted.terms.numerator, wanted.terms.denominator) = (new, old)
        return .announceCorporateAction(wanted)
    }

    private static func dividend(_ amount: String, ex: Int32 = 1) throws -> Command {
        var wanted = AnnounceCorporateAction()
        wanted.symbol = World.symbols[0]
        wanted.terms.exDate = World.day(ex)
        wanted.terms.payDate = World.day(ex + 3)
        wanted.terms.amountPerUnit = try Price(amount)
        return .announceCorporateAction(wanted)
    }

    private static func words(_ order: OrderState) -> String {
        let terms = order.terms
        let prices = [("at", terms.limitPrice), ("stop", terms.stopPrice), ("trail", terms.trailingAmount)]
        let parts = prices.compactMap { name, price in price.map { "\(name) \($0.text)" } }
        let offset = order.standing?.special.limitOffset.map { "offset \($0.text)" }
        return ([order.leaves.text] + parts + [offset].compactMap(\.self)).joined(separator: " ")
    }

    @Test(
        "a split of 7 for 1 divides prices and multiplies quantities, on the tick that costs nobody more",
        arguments: [
            (Wanted(limit: "95"), "70 at 13.57"),
            (Wanted(side: .sell, limit: "104"), "70 at 14.86"),
            (Wanted(side: .sell, type: .stop, stop: "90"), "70 stop 12.85"),
            (Wanted(side: .sell, type: .stopLimit, limit: "95", stop: "96"), "70 at 13.57 stop 13.71"),
            (Wanted(type: .stop, stop: "105"), "70 stop 15"),
            (Wanted(type: .stopLimit, limit: "104", stop: "103"), "70 at 14.85 stop 14.72"),
            (Wanted(side: .sell, type: .trailingStop, trail: "5"), "70 trail 0.72"),
            (
                Wanted(side: .sell, type: .trailingStopLimit, trail: "5", offset: "1"),
                "70 trail 0.72 offset 0.15"
            ),
            (Wanted(type: .market), "70"),
        ]
    )
    func divides(_ wanted: Wanted, _ expected: String) throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(wanted, for: holder, &market.trading)
        try market.declare(Self.split(7, 1))
        try market.roll(World.day(0))
        try market.beginOrders()
        #expect(try Self.words(market.trading.order(order)) == expected)
    }

    @Test(
        "a dividend of 1.005 reduces what Rule 5330 says, to the tick below, and nothing else",
        arguments: [
            (Wanted(limit: "95"), "10 at 93.99"),
            (Wanted(side: .sell, type: .stop, stop: "90"), "10 stop 88.99"),
            (Wanted(side: .sell, type: .stopLimit, limit: "94", stop: "95"), "10 at 92.99 stop 93.99"),
            (Wanted(limit: "95", isKept: true), "10 at 95"),
            (Wanted(side: .sell, limit: "104"), "10 at 104"),
            (Wanted(type: .stop, stop: "105"), "10 stop 105"),
            (Wanted(type: .stopLimit, limit: "104", stop: "103"), "10 at 104 stop 103"),
            (Wanted(side: .sell, type: .trailingStop, trail: "5"), "10 trail 5"),
        ]
    )
    func reduces(_ wanted: Wanted, _ expected: String) throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(wanted, for: holder, &market.trading)
        try market.declare(try Self.dividend("1.005"))
        try market.roll(World.day(0))
        try market.beginOrders()
        let state = try market.trading.order(order)
        #expect(Self.words(state) == expected)
        #expect(state.isAdjusted == state.pendingReplaces.contains { $0.request == 1 })
    }

    @Test("a dividend below a cent reduces nothing; two of one day reduce together, before a split")
    func combines() throws {
        for (announced, expected) in [
            ([try Self.dividend("0.009")], "10 at 95"),
            ([try Self.dividend("1"), try Self.dividend("0.5")], "10 at 93.5"),
            ([Self.split(2, 1), try Self.dividend("1")], "20 at 47"),
        ] {
            var (market, holder) = try Self.market()
            let order = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
            for action in announced { try market.declare(action) }
            try market.roll(World.day(0))
            try market.beginOrders()
            #expect(try Self.words(market.trading.order(order)) == expected)
        }
    }

    @Test("a reverse split cancels, and so does a price that would vanish")
    func cancels() throws {
        for (announced, limit) in [(Self.split(1, 7), "95"), (try Self.dividend("95.5"), "95")] {
            var (market, holder) = try Self.market()
            let order = try Self.place(Wanted(limit: limit), for: holder, &market.trading)
            try market.declare(announced)
            try market.roll(World.day(0))
            try market.beginOrders()
            let state = try market.trading.order(order)
            #expect(state.cancelPending && !state.isAdjusted)
        }
    }

    @Test("a purchase holds back what its new terms need, and a sale its new shares")
    func holdsBack() throws {
        var (market, holder) = try Self.market()
        let buy = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
        let stop = try Self.place(Wanted(type: .stop, stop: "105"), for: holder, &market.trading)
        let sale = try Self.place(Wanted(side: .sell, limit: "104"), for: holder, &market.trading)
        let before = try market.trading.account(holder).risk.reservationByID
        try market.declare(Self.split(3, 1))
        try market.roll(World.day(0))
        try market.beginOrders()
        let after = try market.trading.account(holder).risk
        #expect(after.reservationByID[buy]?.cash == Money(cents: 94_980))
        #expect(before[buy]?.cash == Money(cents: 95_000))
        #expect(after.reservationByID[buy]?.buys == Quantity(units: 30))
        let stopCash = (try #require(before[stop]).cash, try #require(after.reservationByID[stop]).cash)
        #expect(stopCash.1 <= stopCash.0 && stopCash.0 - stopCash.1 <= Money(cents: 1))
        #expect(after.reservationByID[sale]?.shares == Quantity(units: 30))
        #expect(after.reservedCash[.usd] == Money(cents: 94_980) + stopCash.1)
        #expect(after.reservedShares.values.map(\.nanos) == [Quantity(units: 30).nanos])
        // The venue's answer changes nothing of it.
        var replaced = OrderReplaced()
        replaced.order = buy
        replaced.request = 1
        replaced.terms = try market.trading.order(buy).terms
        let answer = try market.trading.pose(.recordVenueFact(holder, .replaced(replaced)))
        #expect(answer.events == [.order(.replaced(replaced))])
        #expect(try market.trading.order(buy).pendingReplaces.isEmpty)
        #expect(try market.trading.account(holder).risk.reservationByID[buy]?.cash == Money(cents: 94_980))
    }

    @Test("shares that a split brought and another order took meanwhile end the sale")
    func isNotCovered() throws {
        var (market, holder) = try Self.market()
        let early = try Self.place(
            Wanted(side: .sell, quantity: 600, limit: "104"),
            for: holder,
            &market.trading
        )
        let late = try Self.place(
            Wanted(side: .sell, quantity: 400, limit: "104"),
            for: holder,
            &market.trading
        )
        try market.declare(Self.split(2, 1))
        try market.roll(World.day(0))
        let other = try Self.place(
            Wanted(side: .sell, quantity: 1, limit: "104"),
            for: holder,
            &market.trading
        )
        try market.beginOrders()
        #expect(try Self.words(market.trading.order(early)) == "1200 at 52")
        #expect(try market.trading.order(late).cancelPending)
        #expect(try market.trading.order(other).leaves == Quantity(units: 1))
        let risk = try market.trading.account(holder).risk
        #expect(risk.reservedShares.values.map(\.nanos) == [Quantity(units: 1601).nanos])
    }

    @Test("a dividend adjusts both orders of a pair, a split ends both, and neither counts twice")
    func pairs() throws {
        for (announced, isSplit) in [(try Self.dividend("1"), false), (Self.split(2, 1), true)] {
            var (market, holder) = try Self.market()
            var legs = [
                World.limit(.sell, 1_000, at: 10_400, seen: 10_000),
                World.market(.sell, 1_000, seen: 10_000),
            ]
            legs[1].type = .stop
            legs[1].special.stopPrice = Price(cents: 9_500)
            for index in legs.indices { legs[index].timeInForce = .goodTillCancelled }
            try market.trading.pose(.placeGroup(holder, GroupFixture.group(.oneCancelsOther, legs)))
            let orders = market.trading.state.openOrders.sorted()
            #expect(orders.count == 2)
            try market.declare(announced)
            try market.roll(World.day(0))
            try market.beginOrders()
            let states = try orders.map { try market.trading.order($0) }
            #expect(states.map(\.cancelPending) == [isSplit, isSplit])
            #expect(states.map { $0.terms.stopPrice?.text } == [nil, isSplit ? "95" : "94"])
        }
    }

    @Test("what had traded stays in old units; a late trade of them is booked; the next replacement goes on")
    func partlyFilled() throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
        var venue = HonestVenue()
        var first = try venue.fill(order, 4, at: 9_500, fee: 0, market.trading)
        first.venueExecutionID = "P1"
        try market.trading.pose(.recordExecution(holder, first))
        try market.declare(Self.split(5, 1))
        try market.roll(World.day(0))
        try market.beginOrders()
        var state = try market.trading.order(order)
        #expect(Self.words(state) == "30 at 19" && state.ordered == Quantity(units: 34))
        #expect(state.status == .pendingReplace && state.route == .waiting)
        var late = try venue.fill(order, 1, at: 9_500, fee: 0, market.trading)
        (late.tradeDate, late.venueExecutionID) = (World.day(0), "P2")
        #expect(try market.trading.pose(.recordExecution(holder, late)).events.count >= 3)
        state = try market.trading.order(order)
        #expect(state.cumulative == Quantity(units: 5) && state.leaves == Quantity(units: 29))
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.limitPrice = try Price("18.5")
        wanted.seen = ReferencePrice(last: Price(cents: 2_000), source: "test", at: Timestamp(nanos: 0))
        try market.trading.pose(.replaceOrder(holder, wanted))
        state = try market.trading.order(order)
        #expect(state.pendingReplaces.map(\.request) == [1, 2])
        #expect(state.pendingReplaces.last?.terms.quantity == Quantity(units: 34))
    }

    @Test("an earlier request is part of the adjustment, and a late answer to it changes nothing")
    func takesRequests() throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
        var wanted = ReplaceOrder()
        wanted.order = order
        wanted.limitPrice = try Price("94")
        wanted.seen = ReferencePrice(last: Price(cents: 9_800), source: "test", at: Timestamp(nanos: 0))
        try market.trading.pose(.replaceOrder(holder, wanted))
        try market.declare(Self.split(2, 1))
        try market.roll(World.day(0))
        try market.beginOrders()
        #expect(try market.trading.order(order).pendingReplaces.map(\.request) == [2])
        var replaced = OrderReplaced()
        replaced.order = order
        replaced.request = 1
        replaced.terms.quantity = Quantity(units: 10)
        replaced.terms.limitPrice = try Price("94")
        try market.trading.pose(.recordVenueFact(holder, .replaced(replaced)))
        #expect(try Self.words(market.trading.order(order)) == "20 at 47")
        let held = try market.trading.account(holder).risk.reservationByID[order]
        #expect(held?.cash == Money(cents: 94_000))
    }

    @Test("an adjustment that the venue refuses ends in a cancel: what rests there is of old units")
    func isRefused() throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
        try market.declare(Self.split(2, 1))
        try market.roll(World.day(0))
        try market.beginOrders()
        var refused = OrderReplaceRejected()
        refused.order = order
        refused.request = 1
        try market.trading.pose(.recordVenueFact(holder, .replaceRejected(refused)))
        let state = try market.trading.order(order)
        #expect(state.cancelPending && state.pendingReplaces.isEmpty)
        #expect(Self.words(state) == "10 at 95")
    }

    @Test("one that the venue had traded before leaves nothing open", arguments: [true, false])
    func tradedBefore(isToldFirst: Bool) throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
        var venue = HonestVenue()
        var trade = try venue.fill(order, 10, at: 9_500, market.trading)
        trade.tradeDate = World.day(0)
        trade.venueExecutionID = "L1"
        try market.declare(Self.split(3, 2))
        try market.roll(World.day(0))
        try market.beginOrders()
        #expect(try Self.words(market.trading.order(order)) == "15 at 63.33")
        var refused = OrderReplaceRejected()
        refused.order = order
        refused.request = 1
        let refusal = Command.recordVenueFact(holder, .replaceRejected(refused))
        for command in isToldFirst
            ? [.recordExecution(holder, trade), refusal] : [refusal, .recordExecution(holder, trade)]
        {
            try market.trading.pose(command)
        }
        let state = try market.trading.order(order)
        #expect(state.status == .filled && state.cumulative == Quantity(units: 10))
        #expect(!market.trading.state.openOrders.contains(order))
        #expect(try market.trading.account(holder).risk.reservationByID[order] == nil)
    }

    @Test("a refused adjustment leaves the terms that the venue confirmed before it")
    func isRefusedAfterAnother() throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(Wanted(limit: "95"), for: holder, &market.trading)
        for (day, request) in [(Int32(0), UInt32(1)), (1, 2)] {
            try market.declare(Self.split(2, 1, ex: day + 1))
            if day > 0 { try market.mark([("SPX", Price(cents: 5_000))], World.day(day)) }
            try market.roll(World.day(day))
            try market.beginOrders()
            let terms = try market.trading.order(order).terms
            var (replaced, refused) = (OrderReplaced(), OrderReplaceRejected())
            (replaced.order, replaced.request, replaced.terms) = (order, request, terms)
            (refused.order, refused.request) = (order, request)
            let answer = request == 1 ? VenueFact.replaced(replaced) : .replaceRejected(refused)
            try market.trading.pose(.recordVenueFact(holder, answer))
        }
        #expect(try Self.words(market.trading.order(order)) == "20 at 47.5")
    }

    @Test("an order that waits for a person goes to the venue in new units")
    func waitsForPerson() throws {
        var (market, holder) = try Self.market()
        var wanted = World.limit(.buy, 10, at: 9_500, seen: 10_000)
        wanted.timeInForce = .goodTillCancelled
        wanted.review = true
        let order = try market.trading.place(holder, wanted)
        try market.declare(Self.split(2, 1))
        try market.roll(World.day(0))
        try market.beginOrders()
        let state = try market.trading.order(order)
        #expect(state.pendingReplaces.isEmpty && state.amended?.quantity == Quantity(units: 20))
        #expect(state.heldForVenue != nil)
    }

    @Test("orders wait for the positions of all accounts, and the next day for the orders")
    func keepsOrder() throws {
        var (market, holder) = try Self.market()
        let order = try Self.place(
            Wanted(side: .sell, quantity: 1_000, limit: "104"),
            for: holder,
            &market.trading
        )
        for number in 0..<150 {
            let account = try market.trading.open("a\(number)", cash: 1_000)
            try market.buy(account, World.symbols[0], 1, at: Price(cents: 10_000))
        }
        try market.declare(Self.split(2, 1))
        try market.trading.pose(.rollDay(calendar: ActionMarket.calendar, World.day(0)))
        let sweep = try #require(market.trading.state.sweeps.first)
        #expect(market.trading.state.rollIsUnfinished && market.trading.state.readySweeps.isEmpty)
        #expect(try market.trading.pose(.continueSweep(sweep.position, done: 0)) == .noEffect)
        while market.trading.state.rollIsUnfinished {
            try market.trading.pose(.continueRoll(World.day(0), step: UInt64(market.trading.position)))
        }
        let early = try market.trading.pose(.rollDay(calendar: ActionMarket.calendar, World.day(1)))
        #expect(early.refusal?.code == .dayOutOfOrder)
        try market.beginOrders()
        #expect(try Self.words(market.trading.order(order)) == "2000 at 52")
        try market.roll(World.day(1))
    }

    @Test("each order of a long sweep gets what it would get alone", arguments: Seeds.take(3))
    func bounded(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let ratio = (UInt32(generator.int(2...9)), UInt32(1))
        let wanted = (0..<230).map { _ in
            let isBuy = generator.chance(60)
            return Wanted(
                side: isBuy ? .buy : .sell,
                quantity: generator.int64(1...5),
                limit: Price(cents: isBuy ? generator.int64(9_100...10_500) : generator.int64(9_500...20_000))
                    .text
            )
        }
        func announced(_ market: inout ActionMarket) throws {
            try market.declare(Self.split(ratio.0, ratio.1))
            try market.declare(try Self.dividend("0.333"))
            try market.roll(World.day(0))
        }
        var (market, holder) = try Self.market()
        let orders = try wanted.map { try Self.place($0, for: holder, &market.trading) }
        try announced(&market)
        #expect(try market.beginOrders() > 2)
        for index in stride(from: 0, to: wanted.count, by: 23) {
            var (lone, owner) = try Self.market()
            let order = try Self.place(wanted[index], for: owner, &lone.trading)
            try announced(&lone)
            try lone.beginOrders()
            let alone = try lone.trading.order(order)
            let among = try market.trading.order(orders[index])
            #expect(among.terms == alone.terms)
            let held = try market.trading.account(holder).risk.reservationByID[orders[index]]
            #expect(try lone.trading.account(owner).risk.reservationByID[order] == held)
        }
    }

    @Test(
        "over any split the value of an order is kept within a tick a unit and a lot",
        arguments: Seeds.take(200)
    )
    func keepsValue(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let side: Side = generator.chance(50) ? .buy : .sell
        var placed = OrderPlaced()
        placed.side = side
        placed.type = .limit
        placed.quantity = Quantity(units: generator.int64(1...1_000_000))
        placed.limitPrice = Price(cents: generator.int64(100...10_000_000))
        var state = Order.initial
        Order.evolve(&state, by: .placed(placed))
        var change = UnitChange(on: World.day(1))
        change.denominator = UInt32(generator.int(1...20))
        change.numerator = change.denominator + UInt32(generator.int(1...40))
        let tick = Price(cents: 1)
        guard
            case .adjusted(let fact) = state.adjustment(
                by: change,
                lot: Quantity(units: 1),
                tick: { _ in tick }
            )
        else { return #expect(try #require(placed.limitPrice) < Price(cents: 5000), "seed \(seed)") }
        let limit = try #require(fact.terms.limitPrice)
        let before = Int128(placed.limitPrice?.nanos ?? 0) * Int128(placed.quantity.nanos)
        let after = Int128(limit.nanos) * Int128(fact.terms.quantity.nanos)
        let slack =
            Int128(tick.nanos) * Int128(fact.terms.quantity.nanos) + Int128(limit.nanos) * 1_000_000_000
        #expect((after - before).magnitude <= (slack + Int128(tick.nanos) * 1_000_000_000).magnitude)
        if side == .buy { #expect(after <= before) }
        #expect(limit.nanos % tick.nanos == 0 && fact.terms.quantity.nanos % 1_000_000_000 == 0)
    }
}
