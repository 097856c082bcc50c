import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("The roll of a day")
struct DayRollTests {
    private static func roll(_ offset: Int32, _ runner: inout ShardRunner) throws -> Answer {
        try runner.pose(.rollDay(calendar: World.calendar, World.day(offset)))
    }

    private static func closes(_ facts: some Sequence<Fact>) -> [DayClosed] {
        facts.compactMap { fact in
            if case .portfolio(.dayClosed(let closed)) = fact.event { closed } else { nil }
        }
    }

    @Test("a roll expires the day's orders, gives back what they held and closes every account")
    func closes() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 4, at: 1000, fee: 0, runner)))
        try World.mark([1100], World.monday, &runner)
        let answer = try Self.roll(0, &runner)
        guard answer.events.count == 4, case .dayRolled = answer.events[0],
            case .order(.expired(let expired)) = answer.events[1],
            case .risk(.reservationChanged(let released)) = answer.events[2],
            case .portfolio(.dayClosed(let closed)) = answer.events[3]
        else {
            Issue.record("expected a roll, an expiry, a release and a close, was \(answer)")
            return
        }
        #expect(expired.expiredQuantity == Quantity(units: 6))
        #expect(released.reason == .released)
        #expect(closed.equity == Money(units: 1004))
        #expect(closed.marksVersion == 1)
        #expect(closed.staleMarks == 0)
        #expect(try runner.order(order).status == .expired)
        #expect(try runner.reservedCash(account) == .zero)
        #expect(runner.state.openOrders.isEmpty)
        #expect(runner.log.suffix(4).allSatisfy { $0.businessDate == World.monday })
        #expect(runner.state.businessDate(at: runner.effectiveAt) == World.day(1))
        #expect(!runner.state.rollIsUnfinished)
    }

    @Test("a day rolls once, in order, and only when it is one")
    func keepsOrder() throws {
        var runner = try World.trading()
        #expect(
            try runner.pose(.rollDay(calendar: "XLON", World.monday)) == .refused(Rejection(.unknownCalendar))
        )
        #expect(try Self.roll(-1, &runner) == .refused(Rejection(.notATradingDay)))
        #expect(try Self.roll(0, &runner).events.count == 1)
        #expect(try Self.roll(0, &runner) == .noEffect)
        #expect(try Self.roll(2, &runner) == .refused(Rejection(.dayOutOfOrder)))
        #expect(try Self.roll(1, &runner).events.count == 1)
        #expect(try Self.roll(0, &runner) == .noEffect)
        #expect(try Self.roll(99, &runner) == .refused(Rejection(.notATradingDay)))
        #expect(runner.state.rolledDate == World.day(1))
    }

    @Test("orders of the next day outlive the roll, and expire with their own")
    func keepsLaterOrders() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 1000)
        _ = try Self.roll(0, &runner)
        let order = try runner.place(account, World.limit(.buy, 1, at: 1000))
        #expect(try Self.roll(0, &runner) == .noEffect)
        #expect(runner.state.openOrders == [order])
        #expect(runner.log.last { $0.correlation == order.id }?.businessDate == World.day(1))
        _ = try Self.roll(1, &runner)
        #expect(try runner.order(order).status == .expired)
    }

    @Test("an account that opens after a roll has no part in that day and does not hold up the next")
    func keepsNewAccountsOut() throws {
        var runner = try World.trading()
        let old = try runner.open("alpha")
        _ = try Self.roll(0, &runner)
        let new = try runner.open("beta")
        #expect(!runner.state.rollIsUnfinished)
        #expect(try runner.pose(.continueRoll(World.monday, step: 1)) == .noEffect)
        let answer = try Self.roll(1, &runner)
        let closed = Self.closes(runner.log.suffix(answer.events.count))
        #expect(closed.map(\.account) == [old, new].sorted())
        #expect(Self.closes(runner.log).filter { $0.account == new }.map(\.date) == [World.day(1)])
    }

    @Test("a mark of another day counts, and counts as stale")
    func marksStale() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 10, at: 1000, fee: 0, runner)))
        try World.mark([1100], World.monday, &runner)
        _ = try Self.roll(0, &runner)
        _ = try Self.roll(1, &runner)
        let closes = Self.closes(runner.log)
        #expect(closes.map(\.positionValue) == [Money(units: 110), Money(units: 110)])
        #expect(closes.map(\.staleMarks) == [0, 1])
        #expect(closes.map(\.marksVersion) == [1, 0])
    }

    @Test("days that roll late close at their own marks, whatever came after them")
    func closesAtItsOwnMarks() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 10, at: 1000, fee: 0, runner)))
        for (day, price) in [(0, 1100), (1, 1200), (2, 900)] as [(Int32, Int64)] {
            try World.mark([price], World.day(day), &runner)
        }
        for (day, equity) in [(0, 1010), (1, 1020), (2, 990)] as [(Int32, Int64)] {
            _ = try Self.roll(day, &runner)
            let closed = try #require(try runner.account(account).portfolio.closedDay)
            #expect(closed.date == World.day(day))
            #expect(closed.equity == Money(units: Int128(equity)))
            #expect(closed.staleMarks == 0)
        }
        #expect(
            runner.state.reference.marksByDate.keys.sorted() == [World.day(2)],
            "what is rolled is forgotten"
        )
    }

    @Test("a thousand accounts and their orders close in bounded commands, each account once")
    func closesMany() throws {
        var runner = try World.trading(fee: 0)
        var accounts: [AccountID] = []
        for number in 0..<1000 {
            let account = try runner.open("account-\(number)", cash: 100)
            accounts.append(account)
            if number % 4 == 0 { _ = try runner.place(account, World.limit(.buy, 1, at: 1000)) }
        }
        let before = runner.log.count
        var commands = 1
        try #require(try Self.roll(0, &runner).events.count <= decisionEventsMax)
        #expect(runner.state.rollIsUnfinished)
        #expect(try Self.roll(0, &runner) == .noEffect)
        #expect(try Self.roll(1, &runner) == .refused(Rejection(.dayOutOfOrder)))
        #expect(try runner.pose(.continueRoll(World.day(1), step: 1)) == .noEffect)
        while runner.state.rollIsUnfinished {
            let events = try runner.pose(.continueRoll(World.monday, step: UInt64(commands))).events
            try #require(!events.isEmpty && events.count <= decisionEventsMax)
            commands += 1
        }
        #expect(commands == 6)
        #expect(try runner.pose(.continueRoll(World.monday, step: 99)) == .noEffect)
        #expect(runner.state.openOrders.isEmpty)
        let closed = Self.closes(runner.log.dropFirst(before))
        #expect(closed.map(\.account) == accounts.sorted())
        #expect(closed.allSatisfy { $0.date == World.monday && $0.equity == Money(units: 100) })
        #expect(try accounts.allSatisfy { try runner.account($0).risk.reservationByID.isEmpty })
        #expect(try Self.roll(1, &runner).events.count > 1)
    }

    @Test("no calendar rolls while another closes a day, or back behind it")
    func waitsForOtherCalendars() throws {
        var runner = try World.trading()
        var london = TradingDaysDeclared()
        london.calendar = "XLON"
        london.days = (0..<5).map(World.day)
        try World.copy([.tradingDaysDeclared(london)], into: &runner)
        for number in 0..<300 { _ = try runner.open("account-\(number)") }
        _ = try Self.roll(1, &runner)
        let same = Command.rollDay(calendar: "XLON", World.day(1))
        let outOfOrder = Answer.refused(Rejection(.dayOutOfOrder))
        #expect(try runner.pose(same) == outOfOrder)
        try runner.pose(.continueRoll(World.day(1), step: 1))
        #expect(try runner.pose(.rollDay(calendar: "XLON", World.day(0))) == outOfOrder)
        #expect(try runner.pose(same).events.count == 1)
        #expect(Self.closes(runner.log).count == 300)
    }

    @Test("the last day that there is can be rolled")
    func rollsTheLastDay() throws {
        var runner = try World.trading()
        var days = TradingDaysDeclared()
        days.calendar = World.calendar
        days.days = [BusinessDate(days: .max)]
        try World.copy([.tradingDaysDeclared(days)], into: &runner)
        let answer = try runner.pose(.rollDay(calendar: World.calendar, BusinessDate(days: .max)))
        #expect(answer.events.count == 1)
        #expect(runner.state.openDay == BusinessDate(days: .max))
    }
}
