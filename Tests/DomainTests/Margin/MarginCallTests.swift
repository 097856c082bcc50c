import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Margin accounts")
struct MarginCallTests {
    private static func closes(_ events: [DomainEvent]) -> DayClosed? {
        for case .portfolio(.dayClosed(let fact)) in events { return fact }
        return nil
    }
    private static func calls(_ events: [DomainEvent]) -> [MarginCallIssued] {
        events.compactMap { if case .risk(.marginCallIssued(let fact)) = $0 { fact } else { nil } }
    }
    private static func covers(_ events: [DomainEvent]) -> [MarginCallMet] {
        events.compactMap { if case .risk(.marginCallMet(let fact)) = $0 { fact } else { nil } }
    }

    /// Short 190 at 100 with 10,000 paid in, then called at 130: equity 4,300 for a requirement of 7,410.
    private static func called() throws -> MarginDesk {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.sellShort, 190))
        let events = try desk.close(at: [13_000, 10_000, 10_000])
        let call = try #require(calls(events).first)
        #expect(call.requirement == Money(units: 7410) && call.equity == Money(units: 4300))
        #expect(call.deficit == Money(units: 3110) && call.date == World.monday)
        return desk
    }

    @Test("a loan buys twice the equity, and no more")
    func borrows() throws {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.buy, 200, at: 10_000))
        #expect(try desk.runner.account(desk.account).portfolio.cash(.usd) == Money(units: -10_000))
        let more = try desk.place(MarginDesk.order(.buy, 1, at: 10_000))
        #expect(more.refusal == .initialMarginExceeded)
        #expect(more.check(.initialMarginExceeded)?.limit == 0)
        let closed = try #require(Self.closes(try desk.close(at: [10_000, 10_000, 10_000])))
        #expect(closed.equity == Money(units: 10_000) && closed.settledCash == Money(units: -10_000))
        #expect(closed.initialRequirement == Money(units: 10_000))
        #expect(closed.maintenanceRequirement == Money(units: 5000))
        #expect(closed.marginExcess == .zero)
    }

    @Test("an instrument that is not marginable is paid in full")
    func paysInFull() throws {
        var desk = try MarginDesk()
        var terms = World.instrument(.known("PINK"), Sample.instrument(5))
        terms.marginable = false
        try World.copy([.instrumentRegistered(terms)], into: &desk.runner)
        let buy = MarginDesk.order(.buy, 101, at: 10_000, .known("PINK"))
        #expect(try desk.place(buy).refusal == .initialMarginExceeded)
        #expect(try desk.place(MarginDesk.order(.buy, 100, at: 10_000, .known("PINK"))).isApproved)
    }

    @Test("a cash account's close has no requirements")
    func leavesCashAlone() throws {
        var desk = try MarginDesk()
        _ = try desk.runner.open("cash", cash: 1000)
        let events = try desk.close(at: [10_000, 10_000, 10_000])
        let closes = events.compactMap { if case .portfolio(.dayClosed(let fact)) = $0 { fact } else { nil } }
        #expect(closes.filter { $0.initialRequirement != nil }.map(\.account) == [desk.account])
        #expect(closes.filter { $0.marginExcess == nil && $0.maintenanceRequirement == nil }.count == 1)
    }

    @Test("while a call is open only orders that reduce pass, and it is issued once")
    func stopsRisk() throws {
        var desk = try Self.called()
        let cover = try desk.place(MarginDesk.order(.buy, 10, seen: 13_000))
        #expect(cover.isApproved)
        #expect(cover.risk?.warned.contains(.marginCallOpen) == true)
        let orders = [
            MarginDesk.order(.sellShort, 1, seen: 13_000), MarginDesk.order(.buy, 1, World.symbols[1]),
            MarginDesk.order(.buy, 181, seen: 13_000),
        ]
        for order in orders {
            let events = try desk.place(order)
            #expect(events.refusal == .marginCallOpen)
            #expect(events.check(.marginCallOpen)?.limit == Money(units: 7410).nanos)
            #expect(events.check(.marginCallOpen)?.value == Money(units: 4300).nanos)
        }
        #expect(Self.calls(try desk.close(at: [14_000, 10_000, 10_000])).isEmpty)
    }

    @Test("an order that waits for a person does not pass an open call either")
    func stopsReviews() throws {
        var desk = try MarginDesk()
        var held = MarginDesk.order(.buy, 1, World.symbols[1])
        held.review = true
        held.timeInForce = .goodTillCancelled
        let order = try desk.runner.place(desk.account, held)
        try desk.trade(MarginDesk.order(.sellShort, 185))
        _ = try desk.close(at: [13_000, 10_000, 10_000])
        var wanted = ReviewOrder()
        wanted.order = order
        wanted.approved = true
        #expect(
            try desk.runner.pose(.reviewOrder(desk.account, wanted)).refusal == Rejection(.marginCallOpen)
        )
    }

    @Test("a deposit that covers the requirement meets the call, and risk may be added again")
    func metByDeposit() throws {
        var desk = try Self.called()
        #expect(Self.covers(try desk.move(3109).events).isEmpty)
        let met = try #require(Self.covers(try desk.move(1).events).first)
        #expect(met.equity == Money(units: 7410) && met.requirement == Money(units: 7410))
        #expect(met.date == World.monday)
        _ = try desk.move(10_000)
        #expect(try desk.place(MarginDesk.order(.buy, 1, World.symbols[1])).isApproved)
        try Invariants.check(desk.runner.state)
    }

    @Test("a transfer from another account meets the call")
    func metByTransfer() throws {
        var desk = try Self.called()
        let rich = try desk.runner.open("rich", cash: 5000)
        var wanted = TransferCash()
        wanted.to = desk.account
        wanted.amount = Money(units: 4000)
        #expect(Self.covers(try desk.runner.pose(.transferCash(rich, wanted)).events).count == 1)
    }

    @Test("closing what was short meets the call in the command that books the trade")
    func metByCover() throws {
        var desk = try Self.called()
        let events = try desk.trade(MarginDesk.order(.buy, 90, seen: 13_000), at: 13_000)
        let met = try #require(Self.covers(events).first)
        #expect(met.requirement == Money(units: 3900) && met.equity == Money(units: 4300))
    }

    @Test("a better close meets the call")
    func metByClose() throws {
        var desk = try Self.called()
        #expect(Self.covers(try desk.close(at: [11_000, 10_000, 10_000])).count == 1)
        #expect(desk.runner.state.marginCalls.isEmpty)
    }

    @Test("a withdrawal takes what equity has above the initial requirement, open orders included")
    func judgesWithdrawals() throws {
        var desk = try MarginDesk()
        try desk.trade(MarginDesk.order(.buy, 100, at: 10_000))
        let limit = Money(units: 5000).nanos
        #expect(
            try desk.move(5001, out: true).refusal
                == Rejection(.marginWithdrawalExceeded, limit: limit, value: Money(units: 5001).nanos)
        )
        _ = try desk.place(MarginDesk.order(.buy, 40, at: 10_000, World.symbols[1]))
        #expect(try desk.move(3001, out: true).refusal?.limit == Money(units: 3000).nanos)
        #expect(try desk.move(3000, out: true).refusal == nil)
        let books = try desk.runner.account(desk.account).portfolio
        #expect(books.cash(.usd) == Money(units: -3000))
        #expect(books.isSound)
    }

    @Test("a figure that cannot be computed refuses what adds, and warns of what reduces")
    func lacksMarks() throws {
        var desk = try MarginDesk(cash: 100_000)
        let terms = World.instrument(.known("DARK"), Sample.instrument(5))
        try World.copy([.instrumentRegistered(terms)], into: &desk.runner)
        try desk.trade(MarginDesk.order(.sellShort, 10, .known("DARK")))
        let add = try desk.place(MarginDesk.order(.buy, 1))
        #expect(add.refusal == .initialMarginExceeded)
        #expect(add.check(.initialMarginExceeded)?.limit == nil)
        let cover = try desk.place(MarginDesk.order(.buy, 10, .known("DARK")))
        #expect(cover.isApproved && cover.risk?.warned == [.initialMarginExceeded])
        #expect(
            try desk.move(1, out: true).refusal == Rejection(.marginWithdrawalExceeded, value: 1_000_000_000)
        )
        var blind = MarginDesk.order(.sellShort, 1, .known("DARK"))
        blind.seen = ReferencePrice()
        #expect(try desk.place(blind).refusal == .priceUnavailable)
    }

    @Test("a pulled switch and a halt stop a short sale and a buy, and let a cover and a sale pass")
    func reducesOnly() throws {
        var desk = try MarginDesk(cash: 100_000)
        try desk.trade(MarginDesk.order(.sellShort, 10))
        try desk.trade(MarginDesk.order(.buy, 10, World.symbols[1]))
        let orders: [(PlaceOrder, Bool)] = [
            (MarginDesk.order(.buy, 10), true), (MarginDesk.order(.buy, 11), false),
            (MarginDesk.order(.sellShort, 1), false), (MarginDesk.order(.sell, 10, World.symbols[1]), true),
            (MarginDesk.order(.buy, 1, World.symbols[1]), false),
        ]
        try desk.runner.pose(.pullKillSwitch(desk.account))
        for (order, passes) in orders {
            let events = try desk.place(order)
            #expect(events.isApproved == passes)
            #expect(passes ? events.risk?.warned == [.killSwitchPulled] : events.refusal == .killSwitchPulled)
            try desk.cancelAll()
        }
        try desk.runner.pose(.releaseKillSwitch(desk.account))
        for number in [1, 2] as [Int64] {
            var halt = InstrumentStatusChanged()
            halt.instrument = Sample.instrument(number)
            halt.status = .halted
            try World.copy([.statusChanged(halt)], into: &desk.runner)
        }
        for (order, passes) in orders {
            let events = try desk.place(order)
            #expect(events.isApproved == passes)
            #expect(passes || events.refusal == .instrumentHalted)
            try desk.cancelAll()
        }
    }

    @Test("what open buys cover already is covered once")
    func coversOnce() throws {
        var desk = try MarginDesk(cash: 100_000)
        try desk.trade(MarginDesk.order(.sellShort, 10))
        let first = try desk.place(MarginDesk.order(.buy, 6, at: 9000))
        #expect(first.check(.initialMarginExceeded)?.value == 0)
        let second = try desk.place(MarginDesk.order(.buy, 6, at: 10_000))
        // Four cover the rest, and two of the dearest open a long position.
        #expect(second.check(.initialMarginExceeded)?.value == Money(units: 100).nanos)
        try desk.runner.pose(.pullKillSwitch(nil))
        #expect(try desk.place(MarginDesk.order(.buy, 1)).refusal == .killSwitchPulled)
        var reduceOnly = MarginDesk.order(.buy, 1)
        reduceOnly.special.reduceOnly = true
        #expect(try desk.place(reduceOnly).refusal == .killSwitchPulled)
    }

    @Test("limits of exposure, concentration and loss bind short sales and let covers pass")
    func bindsShorts() throws {
        let limits: [(RejectionCode, (inout SetLimits) -> Void)] = [
            (.positionValueAboveLimit, { $0.positionValueMax = Money(units: 2000) }),
            (.grossExposureAboveLimit, { $0.grossExposureMax = Money(units: 2029) }),
            (.netExposureAboveLimit, { $0.netExposureMax = Money(units: 2029) }),
            (.concentrationAboveLimit, { $0.concentrationMax = BasisPoints(200) }),
            (.dayLossAboveLimit, { $0.dayLossMax = Money(units: 99) }),
            (.drawdownAboveLimit, { $0.drawdownMax = BasisPoints(9) }),
        ]
        for (code, change) in limits {
            var desk = try MarginDesk(cash: 100_000)
            _ = try desk.close(at: [10_000, 10_000, 10_000])
            try desk.trade(MarginDesk.order(.sellShort, 10))
            let isLoss = code == .dayLossAboveLimit || code == .drawdownAboveLimit
            if isLoss { try World.mark([11_000, 10_000, 10_000], World.day(1), &desk.runner) }
            var wanted = SetLimits()
            wanted.orderValueMax = Money(units: 1_000_000)
            wanted.priceCollar = BasisPoints(1000)
            change(&wanted)
            try desk.runner.pose(.setLimits(desk.account, wanted))
            #expect(try desk.place(MarginDesk.order(.sellShort, isLoss ? 1 : 11)).refusal == code, "\(code)")
            #expect(try desk.place(MarginDesk.order(.buy, 10)).isApproved, "\(code)")
        }
    }
}

extension MarginDesk {
    mutating func cancelAll() throws {
        for order in runner.state.openOrders.sorted() { try runner.pose(.confirmCancel(account, order)) }
    }
}
