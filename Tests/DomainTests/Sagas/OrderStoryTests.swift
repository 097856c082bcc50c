import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("The order saga")
struct OrderStoryTests {
    private static func names(_ events: [DomainEvent]) -> [String] {
        events.map { event in
            switch event {
            case .order(.placed): "placed"
            case .order(.approved): "approved"
            case .order(.rejected): "rejected"
            case .order(.acknowledged): "acknowledged"
            case .order(.executed): "executed"
            case .order(.executionConflicted): "conflicted"
            case .order(.cancelRequested): "cancel requested"
            case .order(.cancelled): "cancelled"
            case .order(.cancelRejected): "cancel rejected"
            case .risk(.assessed): "risk assessed"
            case .risk(.reservationChanged): "reservation changed"
            case .compliance: "compliance assessed"
            case .portfolio(.tradeBooked): "booked"
            case .portfolio(.reconciliationBroke(let broken)): "broke: \(broken.kind)"
            default: "other"
            }
        }
    }

    @Test("an order filled once takes four events to its route and at most nine in all")
    func fills() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let before = runner.position
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        #expect(
            Self.names(runner.log.suffix(4).map(\.event))
                == ["placed", "risk assessed", "compliance assessed", "approved"]
        )
        #expect(runner.position == before + 4)
        #expect(try runner.reservedCash(account) == Money(cents: 20_010))
        #expect(try runner.order(order).status == .pendingNew)
        #expect(runner.state.openOrders == [order])

        try runner.pose(.acknowledgeOrder(account, venue.acknowledge(order)))
        #expect(try runner.order(order).status == .new)
        let filled = try runner.pose(
            .recordExecution(account, try venue.fill(order, 10, at: 1990, runner))
        )
        #expect(Self.names(filled.events) == ["executed", "booked", "reservation changed"])
        #expect(runner.position <= before + 9)
        #expect(try runner.order(order).status == .filled)
        #expect(runner.state.openOrders.isEmpty)
        let entry = try runner.account(account)
        #expect(entry.risk.reservationByID.isEmpty)
        #expect(entry.risk.reservedCash[.usd] == .zero)
        #expect(entry.portfolio.position(Sample.instrument) == Quantity(units: 10))
        #expect(entry.portfolio.cash(.usd) == Money(cents: 100_000 - 19_900 - 10))
        #expect(entry.portfolio.isSound)
    }

    @Test("a partial fill keeps back what the rest needs, and a cancel gives it back")
    func cancelsTheRest() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 4, at: 2000, fee: 0, runner)))
        #expect(try runner.reservedCash(account) == Money(cents: 12_000))
        #expect(try runner.order(order).status == .partiallyFilled)
        let asked = try runner.pose(.cancelOrder(account, order))
        #expect(Self.names(asked.events) == ["cancel requested"])
        #expect(try runner.order(order).status == .pendingCancel)
        let confirmed = try runner.pose(.confirmCancel(account, order))
        #expect(Self.names(confirmed.events) == ["cancelled", "reservation changed"])
        #expect(try runner.order(order).status == .cancelled)
        #expect(try runner.reservedCash(account) == .zero)
        #expect(try runner.pose(.cancelOrder(account, order)) == .noEffect)
        #expect(try runner.pose(.confirmCancel(account, order)) == .noEffect)
    }

    @Test("a fill after the cancel is booked and flagged, and the order stays cancelled")
    func booksLateFills() throws {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let late = try venue.fill(order, 4, at: 2000, runner)
        try runner.pose(.confirmCancel(account, order))
        let answer = try runner.pose(.recordExecution(account, late))
        #expect(Self.names(answer.events) == ["executed", "booked"])
        guard case .order(.executed(let fact)) = answer.events.first else { return }
        #expect(fact.afterClose)
        #expect(try runner.order(order).status == .cancelled)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 4))
        #expect(try runner.pose(.recordExecution(account, late)) == .noEffect)
        var other = late
        other.price = Price(cents: 1999)
        #expect(Self.names(try runner.pose(.recordExecution(account, other)).events) == ["conflicted"])
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 4))
    }

    @Test("a venue's rejection closes the order and gives back what it held")
    func rejectsAtVenue() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let answer = try runner.pose(.rejectAtVenue(account, order, .venueUnpriced))
        #expect(Self.names(answer.events) == ["rejected", "reservation changed"])
        guard case .order(.rejected(let fact)) = answer.events.first else { return }
        #expect(fact.judge == .venue)
        #expect(fact.code == .venueUnpriced)
        #expect(try runner.reservedCash(account) == .zero)
        #expect(try runner.pose(.rejectAtVenue(account, order, .venueUnpriced)) == .noEffect)
    }

    @Test("a refused cancel leaves the order open")
    func refusesCancel() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        #expect(try runner.pose(.refuseCancel(account, order)) == .noEffect)
        try runner.pose(.cancelOrder(account, order))
        #expect(try runner.pose(.cancelOrder(account, order)) == .noEffect)
        #expect(Self.names(try runner.pose(.refuseCancel(account, order)).events) == ["cancel rejected"])
        #expect(try runner.order(order).status == .pendingNew)
        #expect(runner.state.openOrders == [order])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let wanted: PlaceOrder
        let judge: Judge
        let code: RejectionCode
        let limit: Int128?
        let value: Int128?

        init(
            _ name: String,
            _ wanted: PlaceOrder,
            _ judge: Judge,
            _ code: RejectionCode,
            limit: Int128? = nil,
            value: Int128? = nil
        ) {
            testDescription = name
            self.wanted = wanted
            self.judge = judge
            self.code = code
            self.limit = limit
            self.value = value
        }
    }

    private static var unpriced: PlaceOrder {
        var wanted = World.limit(.buy, 1, at: 2000)
        wanted.seen = ReferencePrice()
        return wanted
    }

    /// On an account with 1,000.00 and ten of the first instrument; the third is restricted.
    static let refusals: [Refusal] = [
        Refusal(
            "a value above the limit",
            World.limit(.buy, 1_000_000, at: 2000),
            .risk,
            .orderValueAboveLimit,
            limit: 10_000_000_000_000_000,
            value: 20_000_000_000_000_000
        ),
        Refusal(
            "a price outside the collar",
            World.limit(.buy, 1, at: 2201, seen: 2000),
            .risk,
            .priceOutsideCollar,
            limit: 22_000_000_000,
            value: 22_010_000_000
        ),
        Refusal(
            "buying power",
            World.limit(.buy, 50, at: 2000),
            .risk,
            .buyingPowerExceeded,
            limit: 1_000_000_000_000,
            value: 1_000_500_000_000
        ),
        Refusal(
            "the position",
            World.limit(.sell, 11, at: 2000),
            .risk,
            .positionInsufficient,
            limit: 10_000_000_000,
            value: 11_000_000_000
        ),
        Refusal("no price", unpriced, .risk, .priceUnavailable),
        Refusal(
            "a restricted buy",
            World.limit(.buy, 1, at: 2000, symbol: World.symbols[2]),
            .compliance,
            .instrumentRestricted
        ),
        Refusal(
            "a restricted sale",
            World.limit(.sell, 1, at: 2000, symbol: World.symbols[2]),
            .compliance,
            .instrumentRestricted
        ),
    ]

    private static func richInShares() throws -> (ShardRunner, AccountID) {
        var runner = try World.trading()
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        try runner.pose(.deposit(account, ShardRunner.move(Money(cents: 30_000 + 16))))
        for symbol in [World.symbols[0], World.symbols[2]] {
            let order = try runner.place(account, World.limit(.buy, 10, at: 1500, symbol: symbol))
            try runner.pose(.recordExecution(account, try venue.fill(order, 10, at: 1500, runner)))
        }
        try World.restrict(Sample.instrument(3), true, &runner)
        return (runner, account)
    }

    @Test("a refusal names its judge, its rule and its numbers, and holds nothing back", arguments: refusals)
    func refuses(row: Refusal) throws {
        var (runner, account) = try Self.richInShares()
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(units: 1000))
        let order = try runner.place(account, row.wanted)
        guard case .order(.rejected(let fact)) = runner.log.last?.event else {
            Issue.record("the order was not refused")
            return
        }
        #expect(fact.judge == row.judge)
        #expect(fact.code == row.code)
        #expect(fact.limit == row.limit)
        #expect(fact.value == row.value)
        #expect(try runner.order(order).status == .rejected)
        #expect(runner.state.openOrders.isEmpty)
        let risk = try runner.account(account).risk
        #expect(risk.reservationByID.isEmpty)
        #expect(risk.reservedCash.values.allSatisfy { $0 == .zero })
        #expect(risk.reservedShares.values.allSatisfy { $0 == .zero })
        #expect(risk.pendingBuys.values.allSatisfy { $0 == .zero })
        #expect(try runner.pose(.cancelOrder(account, order)) == .noEffect)
    }

    @Test("the market's side is judged: buys by the ask, sales by the bid, then last, then the mark")
    func picksPrice() throws {
        var (runner, account) = try Self.richInShares()
        try World.mark([1500], World.monday, &runner)
        let rows: [(Side, Int64?, Int64?, Int64?, Int64)] = [
            (.buy, 1490, 1510, 1505, 1510), (.sell, 1490, 1510, 1505, 1490), (.buy, 1490, nil, 1505, 1505),
            (.sell, nil, 1510, 1505, 1505), (.buy, nil, nil, nil, 1500), (.buy, 0, 0, 1505, 1505),
            (.sell, -1, 1510, 0, 1500),
        ]
        for (side, bid, ask, last, expected) in rows {
            var wanted = World.market(side, 1, seen: 1)
            wanted.seen.bid = bid.map { Price(cents: $0) }
            wanted.seen.ask = ask.map { Price(cents: $0) }
            wanted.seen.last = last.map { Price(cents: $0) }
            let events = try runner.pose(.placeOrder(account, wanted)).events
            guard case .risk(.assessed(let fact)) = events.dropFirst().first else {
                Issue.record("no verdict")
                continue
            }
            #expect(fact.referencePrice == Price(cents: expected))
            #expect(fact.verdict == .approved)
        }
    }

    @Test("form is refused before anything is written")
    func refusesForm() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var named = World.limit(.buy, 1, at: 2000)
        named.clientOrderID = .known("A-1")
        _ = try runner.place(account, named)
        var unknown = named
        unknown.symbol = .known("NOPE")
        unknown.clientOrderID = nil
        var half = World.limit(.buy, 1, at: 2000)
        half.quantity = Quantity(nanos: 500_000_000)
        let rows: [(PlaceOrder, Rejection)] = [
            (named, Rejection(.clientOrderIDTaken)), (unknown, Rejection(.unknownSymbol)),
            (half, Rejection(.quantityNotLotMultiple, limit: 1_000_000_000, value: 500_000_000)),
        ]
        for (wanted, rejection) in rows {
            #expect(try runner.pose(.placeOrder(account, wanted)) == .refused(rejection))
        }
        #expect(try runner.pose(.placeOrder(Sample.account, named)) == .refused(Rejection(.unknownAccount)))
        #expect(runner.state.orderByID.count == 1)
        let other = try runner.open("beta", cash: 1000)
        #expect(try runner.place(other, named) != Sample.order)
    }

    @Test("an order is known to its own account alone")
    func hidesForeignOrders() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let other = try runner.open("beta", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 1, at: 2000))
        let unknown = Answer.refused(Rejection(.unknownOrder))
        for command in [
            Command.cancelOrder(other, order), .confirmCancel(other, order), .refuseCancel(other, order),
            .rejectAtVenue(other, order, .venueRejected), .cancelOrder(account, Sample.order),
            .acknowledgeOrder(other, HonestVenue().acknowledge(order)),
        ] {
            #expect(try runner.pose(command) == unknown)
        }
    }
}
