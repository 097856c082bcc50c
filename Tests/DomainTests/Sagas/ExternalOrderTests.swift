import BifrostKernel
import Orders
import Portfolios
import RiskLimits
import Sagas
import SeededChoices
import Testing

/// What a venue says of orders that the core did not send.
enum Stranger {
    static let order = OrderID(Identifier(high: 7, low: 7))

    static func trade(
        _ units: Int64,
        at cents: Int64 = 2000,
        _ side: Side = .buy,
        number: Int = 1
    ) -> OrderExecuted {
        var report = OrderExecuted()
        report.order = order
        report.venue = PaperProfile.venue
        report.tradeDate = World.monday
        report.venueExecutionID = "S\(number)"
        report.side = side
        report.quantity = Quantity(units: units)
        report.price = Price(cents: cents)
        report.settlementAmount = Money(cents: units * cents)
        report.commission = Money(cents: 1)
        report.venuePosition = side == .buy ? report.quantity : -report.quantity
        report.venueCash =
            (side == .buy ? -report.settlementAmount : report.settlementAmount) - Money(cents: 1)
        report.venueCumulative = report.quantity
        return report
    }

    static func said(_ report: OrderExecuted?, symbol: Symbol = World.symbols[0]) -> ExternalReport {
        var said = ExternalReport()
        said.venue = PaperProfile.venue
        said.venueOrderID = order.id.text
        said.symbol = symbol
        said.side = report?.side ?? .buy
        said.execution = report
        return said
    }

    static func bust(_ report: OrderExecuted, number: Int = 1) -> ExecutionBusted {
        var bust = ExecutionBusted()
        bust.revision.order = report.order
        bust.revision.venue = report.venue
        bust.revision.tradeDate = report.tradeDate
        bust.revision.venueExecutionID = "B\(number)-" + report.venueExecutionID
        bust.revision.revisedTradeDate = report.tradeDate
        bust.revision.revisedVenueExecutionID = report.venueExecutionID
        return bust
    }

    static func correction(_ report: OrderExecuted, to units: Int64, at cents: Int64) -> ExecutionCorrected {
        var correction = ExecutionCorrected()
        correction.revision = bust(report).revision
        correction.quantity = Quantity(units: units)
        correction.price = Price(cents: cents)
        correction.settlementAmount = Money(cents: units * cents)
        correction.commission = Money(cents: 1)
        return correction
    }

    /// The names of events, in order.
    static func names(_ events: [DomainEvent]) -> [String] {
        events.map { event in
            switch event {
            case .order(.externalFound): "found"
            case .order(.executed): "executed"
            case .order(.executionBusted): "busted"
            case .order(.executionCorrected): "corrected"
            case .portfolio(.tradeBooked): "booked"
            case .portfolio(.tradeCorrected): "put right"
            case .portfolio(.reconciliationBroke(let broken)): "broke: \(broken.kind)"
            case .portfolio(.breakResolved): "resolved"
            case .suspense(.suspended): "suspended"
            case .suspense(.assigned): "assigned"
            case .suspense(.revised): "revised"
            default: "\(event)"
            }
        }
    }
}

@Suite("Orders that the core did not send")
struct ExternalOrderTests {
    @Test("a trade of a stranger's order is booked to its account, and a person is told")
    func takesIn() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let events = try runner.pose(.recordExternal(account, Stranger.said(Stranger.trade(10)))).events
        #expect(Stranger.names(events) == ["found", "broke: unknownOrder", "executed", "booked"])
        guard case .order(.externalFound(let found)) = events[0] else { return }
        #expect(found.instrument == Sample.instrument && found.symbol == World.symbols[0])
        #expect(found.quantity == Quantity(units: 10) && found.type == .market)
        let order = try runner.order(found.order)
        #expect(order.status == .filled && order.route == .answered)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 10))
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(cents: 79_999))
        #expect(runner.state.openBreaks.values.map(\.self) == [account])
        #expect(runner.state.openOrders.isEmpty && runner.state.suspense.isEmpty)
        try Invariants.check(runner.state)
    }

    @Test("the same report has no effect, a different one under its identity is flagged")
    func tellsTwice() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let report = Stranger.trade(10)
        try runner.pose(.recordExternal(account, Stranger.said(report)))
        #expect(try runner.pose(.recordExternal(account, Stranger.said(report))) == .noEffect)
        #expect(try runner.pose(.recordExecution(account, report)) == .noEffect)
        var other = report
        other.price = Price(cents: 1999)
        let events = try runner.pose(.recordExternal(account, Stranger.said(other))).events
        guard case .order(.executionConflicted) = events.first, events.count == 1 else {
            Issue.record("expected a conflict, was \(events)")
            return
        }
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 10))
    }

    @Test("what the venue says later of the order finds it by the venue's own id")
    func findsAgain() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var said = Stranger.said(nil)
        said.quantity = Quantity(units: 30)
        said.limitPrice = Price(cents: 2000)
        said.timeInForce = .day
        let found = try runner.pose(.recordExternal(account, said)).events
        #expect(Stranger.names(found) == ["found", "broke: unknownOrder"])
        let order = try #require(runner.state.openOrders.first)
        #expect(try runner.order(order).status == .new)
        #expect(try runner.pose(.recordExternal(account, said)) == .noEffect, "it is known by now")
        let fill = Stranger.trade(10)
        let events = try runner.pose(.recordExecution(account, fill)).events
        #expect(Stranger.names(events) == ["executed", "booked"])
        #expect(try runner.order(order).status == .partiallyFilled)
        try runner.pose(.cancelOrder(account, order))
        #expect(try runner.order(order).idAtVenue(order) == Stranger.order)
        try runner.pose(.confirmCancel(account, Stranger.order))
        #expect(try runner.order(order).status == .cancelled)
        let busted = try runner.pose(.recordVenueFact(account, .busted(Stranger.bust(fill)))).events
        #expect(Stranger.names(busted).first == "busted")
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
        try Invariants.check(runner.state)
    }

    @Test("an order of ours is none of a stranger's, and nobody replaces a stranger's")
    func knowsItsOwn() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let own = try runner.place(account, World.limit(.buy, 10, at: 2000))
        var said = Stranger.said(nil)
        said.venueOrderID = own.id.text
        said.quantity = Quantity(units: 10)
        #expect(try runner.pose(.recordExternal(account, said)) == .noEffect)
        said.venueOrderID = "desk-7"
        try runner.pose(.recordExternal(account, said))
        let external = try #require(runner.state.openOrders.first { $0 != own })
        var wanted = ReplaceOrder()
        wanted.order = external
        wanted.quantity = Quantity(units: 5)
        #expect(try runner.pose(.replaceOrder(account, wanted)).refusal == Rejection(.externalOrder))
    }

    @Test("an order of others that is good till a date lives until the venue says otherwise")
    func livesOn() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        var said = Stranger.said(nil)
        said.quantity = Quantity(units: 10)
        said.timeInForce = .goodTillDate
        try runner.pose(.recordExternal(account, said))
        let order = try #require(runner.state.openOrders.first)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        #expect(try runner.order(order).status == .new && runner.state.openOrders == [order])
    }

    @Test("a bust that the venue takes back is for a person, in an order and in suspense")
    func flagsWhatLivesAgain() throws {
        for isSuspended in [false, true] {
            var runner = try World.trading()
            let account = try runner.open("alpha", cash: 1000)
            let report = Stranger.trade(10)
            let owner = isSuspended ? Sample.account : account
            try runner.pose(.recordExternal(owner, Stranger.said(report)))
            let position = try #require(runner.state.openBreaks.keys.first)
            let bust = Stranger.bust(report)
            try runner.pose(.recordVenueFact(owner, .busted(bust)))
            var back = Stranger.correction(report, to: 10, at: 2000)
            back.revision.venueExecutionID = "C1"
            back.revision.revisedVenueExecutionID = bust.revision.venueExecutionID
            let events = try runner.pose(.recordVenueFact(owner, .corrected(back))).events
            #expect(Stranger.names(events).contains("broke: terms"))
            #expect(runner.state.suspense.ledger.lines.isEmpty)
            #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
            try Invariants.check(runner.state)
            guard isSuspended else { continue }
            var wanted = AssignTrade()
            wanted.brokeAt = position
            let refused = try runner.pose(.assignTrade(account, wanted)).refusal
            #expect(refused?.code == .quantityNotPositive)
        }
    }

    @Test("a bust in suspense takes back the leg that it names")
    func bustsTheLeg() throws {
        var runner = try World.trading()
        let (bought, sold) = (Stranger.trade(10), Stranger.trade(10, .sell))
        for report in [bought, sold] {
            try runner.pose(.recordExternal(Sample.account, Stranger.said(report)))
        }
        let units = { (runner: ShardRunner) in
            runner.state.suspense.ledger.balance(.suspense, .instrument(Sample.instrument))
        }
        #expect(units(runner) == 0)
        var bust = Stranger.bust(sold)
        bust.revision.side = .sell
        try runner.pose(.recordVenueFact(Sample.account, .busted(bust)))
        #expect(units(runner) == 10_000_000_000, "the purchase stands")
        var other = Stranger.bust(bought, number: 2)
        other.revision.side = .buy
        try runner.pose(.recordVenueFact(Sample.account, .busted(other)))
        #expect(runner.state.suspense.ledger.lines.isEmpty)
    }

    @Test("an open order in the name of nobody is a break alone")
    func flagsStrangersOrders() throws {
        var runner = try World.trading()
        var said = Stranger.said(nil)
        said.quantity = Quantity(units: 10)
        let events = try runner.pose(.recordExternal(Sample.account, said)).events
        #expect(Stranger.names(events) == ["broke: unknownOrder"])
        #expect(runner.state.suspense.isEmpty)
    }
}

@Suite("Trades in suspense")
struct SuspenseTests {
    private static func assign(_ position: Int64, _ symbol: Symbol = .none) -> AssignTrade {
        var wanted = AssignTrade()
        wanted.brokeAt = position
        wanted.symbol = symbol
        return wanted
    }

    static let nameless: [(String, Bool, Symbol)] = [
        ("an account that nobody has", false, World.symbols[0]),
        ("a symbol that nobody knows", true, .known("NOPE")),
    ]

    @Test("a trade of what is not known stands in suspense until a person assigns it", arguments: nameless)
    func assigns(name: String, isAccountKnown: Bool, symbol: Symbol) throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let owner = isAccountKnown ? account : Sample.account
        let said = Stranger.said(Stranger.trade(10), symbol: symbol)
        let events = try runner.pose(.recordExternal(owner, said)).events
        #expect(Stranger.names(events) == ["broke: unknownOrder", "suspended"])
        let ledger = runner.state.suspense.ledger
        #expect(ledger.balance(.suspense, .money(.usd)) == Money(cents: 20_001).nanos)
        #expect(ledger.balance(.cashSettled, .money(.usd)) == -Money(cents: 20_001).nanos)
        let units = ledger.balance(.suspense, .instrument(Sample.instrument))
        #expect(units == (isAccountKnown ? 0 : 10_000_000_000))
        #expect(try runner.pose(.recordExternal(owner, said)) == .noEffect)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
        let position = try #require(runner.state.openBreaks.keys.first)
        if isAccountKnown {
            let refused = try runner.pose(.assignTrade(account, Self.assign(position))).refusal
            #expect(refused == Rejection(.unknownSymbol), "a person has to say what was traded")
        }
        let named = isAccountKnown ? World.symbols[0] : .none
        let assigned = try runner.pose(.assignTrade(account, Self.assign(position, named))).events
        #expect(Stranger.names(assigned) == ["assigned", "found", "executed", "booked", "resolved"])
        #expect(runner.state.suspense.ledger.lines.isEmpty && runner.state.openBreaks.isEmpty)
        #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 10))
        #expect(try runner.account(account).portfolio.cash(.usd) == Money(cents: 79_999))
        #expect(
            try runner.pose(.assignTrade(account, Self.assign(position, named))).refusal
                == Rejection(.unknownBreak)
        )
        #expect(try runner.pose(.recordExternal(owner, said)) == .noEffect, "it is no news still")
        try Invariants.check(runner.state)
        #expect(Invariants.summary(Invariants.fold(runner.log)) == Invariants.summary(runner.state))
    }

    @Test("a bust or a correction finds the trade in suspense, and after it in its account")
    func revises() throws {
        for isAssigned in [false, true] {
            var runner = try World.trading()
            let account = try runner.open("alpha", cash: 1000)
            let report = Stranger.trade(10)
            try runner.pose(.recordExecution(Sample.account, report))
            let position = try #require(runner.state.openBreaks.keys.first)
            let wanted = Self.assign(position, World.symbols[0])
            if isAssigned { try runner.pose(.assignTrade(account, wanted)) }
            let correction = VenueFact.corrected(Stranger.correction(report, to: 8, at: 2100))
            let corrected = try runner.pose(.recordVenueFact(Sample.account, correction)).events
            #expect(Stranger.names(corrected).first == "revised")
            #expect(try runner.pose(.recordVenueFact(Sample.account, correction)) == .noEffect)
            if !isAssigned {
                let held = runner.state.suspense.ledger.balance(.suspense, .money(.usd))
                #expect(held == Money(cents: 16_801).nanos)
                let moved = try runner.pose(.assignTrade(account, wanted)).events
                #expect(
                    Stranger.names(moved)
                        == ["assigned", "found", "corrected", "executed", "booked", "resolved"]
                )
            }
            #expect(try runner.account(account).portfolio.position(Sample.instrument) == Quantity(units: 8))
            #expect(try runner.account(account).portfolio.cash(.usd) == Money(cents: 100_000 - 16_801))
            var bust = Stranger.bust(report, number: 2)
            bust.revision.revisedVenueExecutionID = "B1-S1"
            let busted = try runner.pose(.recordVenueFact(Sample.account, .busted(bust))).events
            #expect(Stranger.names(busted).prefix(3) == ["revised", "busted", "put right"])
            #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
            #expect(try runner.account(account).portfolio.cash(.usd) == Money(units: 1000))
            try Invariants.check(runner.state)
        }
    }

    @Test("a bust in suspense leaves nothing to assign, and the break is resolved without an account")
    func resolves() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        let report = Stranger.trade(10)
        try runner.pose(.recordExternal(Sample.account, Stranger.said(report)))
        let position = try #require(runner.state.openBreaks.keys.first)
        try runner.pose(.recordVenueFact(Sample.account, .busted(Stranger.bust(report))))
        #expect(runner.state.suspense.ledger.lines.isEmpty)
        let refused = try runner.pose(.assignTrade(account, Self.assign(position))).refusal
        #expect(refused?.code == .quantityNotPositive)
        var wanted = ResolveBreak()
        wanted.brokeAt = position
        wanted.resolution = .venueError
        #expect(
            try runner.pose(.resolveBreak(account, wanted)).refusal == Rejection(.unknownBreak),
            "it is not this account's"
        )
        #expect(Stranger.names(try runner.pose(.resolveStrayBreak(wanted)).events) == ["resolved"])
        #expect(runner.state.openBreaks.isEmpty)
        #expect(try runner.pose(.resolveStrayBreak(wanted)).refusal == Rejection(.unknownBreak))
    }

    @Test("the commission that a bust leaves in suspense is assigned, or goes to the order, like any trade")
    func keepsCommission() throws {
        for isNamed in [false, true] {
            var runner = try World.trading(fee: 0)
            var venue = HonestVenue()
            let account = try runner.open("alpha", cash: 1000)
            var report = Stranger.trade(10)
            if isNamed {
                let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
                report = try venue.fill(order, 10, at: 2000, fee: 0, runner)
            }
            try runner.pose(.recordExecution(Sample.account, report))
            let position = try #require(runner.state.openBreaks.keys.first)
            var bust = Stranger.bust(report)
            bust.commission = Money(cents: 1)
            let revised = try runner.pose(.recordVenueFact(Sample.account, .busted(bust))).events
            #expect(Stranger.names(revised) == ["revised"])
            let ledger = runner.state.suspense.ledger
            #expect(ledger.balance(.suspense, .money(.usd)) == Money(cents: 1).nanos)
            #expect(ledger.balance(.suspense, .instrument(Sample.instrument)) == 0)
            let left =
                try isNamed
                ? runner.pose(.recordExecution(account, report)).events
                : runner.pose(.assignTrade(account, Self.assign(position, World.symbols[0]))).events
            let found = isNamed ? [] : ["found"]
            let expected = ["assigned"] + found + ["busted", "executed", "booked"]
            #expect(Array(Stranger.names(left).prefix(expected.count)) == expected)
            #expect(runner.state.suspense.ledger.lines.isEmpty && runner.state.openBreaks.isEmpty)
            #expect(try runner.account(account).portfolio.position(Sample.instrument) == .zero)
            #expect(try runner.account(account).portfolio.cash(.usd) == Money(cents: 99_999))
            try Invariants.check(runner.state)
            #expect(Invariants.summary(Invariants.fold(runner.log)) == Invariants.summary(runner.state))
        }
    }

    @Test("a trade that the venue names the right order of at last leaves suspense for it")
    func releases() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 2000))
        let report = try venue.fill(order, 10, at: 2000, fee: 0, runner)
        let first = try runner.pose(.recordExecution(Sample.account, report)).events
        #expect(Stranger.names(first) == ["broke: unknownOrder", "suspended"])
        let second = try runner.pose(.recordExecution(account, report)).events
        #expect(Stranger.names(second).prefix(3) == ["assigned", "executed", "booked"])
        #expect(runner.state.suspense.ledger.lines.isEmpty && runner.state.openBreaks.isEmpty)
        #expect(try runner.order(order).status == .filled)
        #expect(try runner.account(account).risk.reservationByID.isEmpty)
        try Invariants.check(runner.state)
    }

    @Test(
        "whatever is said and in whatever order, no trade is lost and nothing stands twice",
        arguments: Seeds.take(20)
    )
    func keeps(seed: UInt64) throws {
        var choices = Generator(seed: seed)
        var runner = try World.trading()
        let accounts = [try runner.open("alpha", cash: 100_000), try runner.open("beta", cash: 100_000)]
        var expected: Int128 = 0
        var reports: [(AccountID, OrderExecuted)] = []
        for number in 1...20 {
            let owner = choices.chance(50) ? choices.one(of: accounts) : Sample.account
            var report = Stranger.trade(choices.int64(1...9), number: number)
            report.order = OrderID(Identifier(high: 7, low: UInt64(choices.int(1...4))))
            expected += Int128(report.quantity.nanos)
            reports.append((owner, report))
        }
        for _ in 0..<60 {
            let (owner, report) = choices.one(of: reports)
            var said = Stranger.said(report, symbol: World.symbols[0])
            said.venueOrderID = report.order.id.text
            try runner.pose(.recordExternal(owner, said))
            if choices.chance(20), let position = runner.state.suspense.tradeByBreak.keys.sorted().last {
                try runner.pose(.assignTrade(choices.one(of: accounts), Self.assign(position)))
            }
            try Invariants.check(runner.state)
        }
        for (owner, report) in reports {
            var said = Stranger.said(report, symbol: World.symbols[0])
            said.venueOrderID = report.order.id.text
            try runner.pose(.recordExternal(owner, said))
        }
        var held = runner.state.suspense.ledger.balance(.suspense, .instrument(Sample.instrument))
        for account in accounts {
            held += Int128(try runner.account(account).portfolio.position(Sample.instrument).nanos)
        }
        #expect(held == expected)
    }
}
