import BifrostKernel
import ComplianceRules
import Orders
import Portfolios
import References
import Sagas
import Testing

@Suite("Sessions, halts and days that are due")
struct SessionTests {
    /// A shard whose calendar has two days more, with hours from 14:30 to 21:00 UTC; days 0 … 9 have none.
    private static func timed() throws -> (runner: ShardRunner, account: AccountID) {
        var runner = try World.trading()
        var declared = TradingDaysDeclared()
        declared.calendar = World.calendar
        declared.days = [World.day(10), World.day(11)]
        declared.hours = declared.days.map {
            SessionHours($0.at(seconds: 52_200), $0.at(seconds: 75_600))
        }
        try World.copy([.tradingDaysDeclared(declared)], into: &runner)
        let account = try runner.open("alpha", cash: 10_000)
        for day in 0...9 {
            try runner.pose(.rollDay(calendar: World.calendar, World.day(Int32(day))))
            while runner.state.rollIsUnfinished {
                try runner.pose(.continueRoll(World.day(Int32(day)), step: 0))
            }
        }
        return (runner, account)
    }

    /// Seconds after midnight, and the bound that refuses the order.
    static let times: [(Int64, Int64?)] = [
        (0, 52_200), (52_199, 52_200), (52_200, nil), (75_599, nil), (75_600, 75_600), (86_399, 75_600),
    ]

    @Test(
        "an order for the opening auction comes before it",
        arguments: [(0, true), (52_199, true), (52_200, false), (75_600, false)] as [(Int64, Bool)]
    )
    func waitsForOpening(seconds: Int64, isTaken: Bool) throws {
        var (runner, account) = try Self.timed()
        runner.effectiveAt = World.day(10).at(seconds: seconds)
        var wanted = World.market(.buy, 1, seen: 1000)
        wanted.type = .marketOnOpen
        let answer = try runner.pose(.placeOrder(account, wanted))
        #expect(answer.refusal?.code == (isTaken ? nil : .outsideSession))
    }

    @Test("an order outside the hours is refused with the bound and its own time", arguments: times)
    func keepsHours(seconds: Int64, bound: Int64?) throws {
        var (runner, account) = try Self.timed()
        runner.effectiveAt = World.day(10).at(seconds: seconds)
        let answer = try runner.pose(.placeOrder(account, World.limit(.buy, 1, at: 1000)))
        let refusal = bound.map { bound in
            Rejection(
                .outsideSession,
                limit: Int128(World.day(10).at(seconds: bound).nanos),
                value: Int128(runner.effectiveAt.nanos)
            )
        }
        #expect(answer.refusal == refusal)
        #expect(runner.state.openOrders.isEmpty == (bound != nil))
    }

    @Test("a calendar without hours binds no order")
    func leavesOthersAlone() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 10_000)
        runner.effectiveAt = World.day(0).at(seconds: 3)
        try runner.pose(.openSession(calendar: World.calendar, World.monday))
        try runner.pose(.closeSession(calendar: World.calendar, World.monday))
        #expect(try runner.pose(.placeOrder(account, World.limit(.buy, 1, at: 1000))).refusal == nil)
    }

    @Test("a session opens and closes once, in the order of the days")
    func keepsOrder() throws {
        var (runner, account) = try Self.timed()
        func open(_ day: Int32) -> Command { .openSession(calendar: World.calendar, World.day(day)) }
        func close(_ day: Int32) -> Command { .closeSession(calendar: World.calendar, World.day(day)) }
        func roll(_ day: Int32) -> Command { .rollDay(calendar: World.calendar, World.day(day)) }
        #expect(try runner.pose(close(10)) == .refused(Rejection(.dayOutOfOrder)))
        #expect(try runner.pose(open(11)) == .refused(Rejection(.dayOutOfOrder)))
        #expect(try runner.pose(open(12)) == .refused(Rejection(.notATradingDay)))
        #expect(
            try runner.pose(.openSession(calendar: "XLON", World.day(10)))
                == .refused(Rejection(.unknownCalendar))
        )
        #expect(
            try runner.pose(open(10)).events == [.sessionOpened(SessionOpened(World.calendar, World.day(10)))]
        )
        #expect(try runner.pose(open(10)) == .noEffect)
        #expect(try runner.pose(roll(10)) == .refused(Rejection(.sessionStillOpen)))
        #expect(
            try runner.pose(close(10)).events == [
                .sessionClosed(SessionClosed(World.calendar, World.day(10)))
            ]
        )
        #expect(try runner.pose(close(10)) == .noEffect)
        #expect(try runner.pose(open(10)) == .refused(Rejection(.dayOutOfOrder)))
        runner.effectiveAt = World.day(10).at(seconds: 60_000)
        let late = try runner.pose(.placeOrder(account, World.limit(.buy, 1, at: 1000)))
        #expect(late.refusal?.code == .outsideSession)
        #expect(try runner.pose(roll(10)).events.isEmpty == false)
        #expect(try runner.pose(open(11)).events.count == 1)
    }

    @Test("days that are due roll one after another, each at its own marks")
    func catchesUp() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha", cash: 10_000)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        let rest = Command.rollThrough(calendar: World.calendar, World.day(3))
        var rolled: [DayRolled] = []
        repeat {
            for case .dayRolled(let fact) in try runner.pose(rest).events { rolled.append(fact) }
        } while runner.state.dueRolls != nil
        #expect(rolled.map(\.date) == [World.day(1), World.day(2), World.day(3)])
        #expect(rolled.map(\.through) == [World.day(3), World.day(3), nil])
        #expect(try runner.account(account).portfolio.closedDay?.date == World.day(3))
        #expect(try runner.pose(rest) == .noEffect)
        #expect(
            try runner.pose(.rollThrough(calendar: World.calendar, World.day(99)))
                == .refused(Rejection(.notATradingDay))
        )
    }

    @Test("the roll of another calendar leaves the days that are due")
    func keepsDueDays() throws {
        var runner = try World.trading()
        var other = TradingDaysDeclared()
        other.calendar = "XTKS"
        other.days = (0..<10).map { World.day($0) }
        try World.copy([.tradingDaysDeclared(other)], into: &runner)
        try runner.pose(.rollDay(calendar: World.calendar, World.monday))
        try runner.pose(.rollThrough(calendar: World.calendar, World.day(2)))
        try runner.pose(.rollDay(calendar: "XTKS", World.day(1)))
        #expect(runner.state.dueRolls?.through == World.day(2))
        try runner.pose(.rollDay(calendar: World.calendar, World.day(2)))
        #expect(runner.state.dueRolls == nil)
    }

    private static func set(_ status: InstrumentStatus, _ runner: inout ShardRunner) throws {
        var fact = InstrumentStatusChanged()
        fact.instrument = Sample.instrument(1)
        fact.status = status
        try World.copy([.statusChanged(fact)], into: &runner)
    }

    static let statuses: [(InstrumentStatus, buy: RejectionCode?, sell: RejectionCode?)] = [
        (.active, nil, nil), (.halted, .instrumentHalted, nil), (.closingOnly, .instrumentClosingOnly, nil),
        (.delisted, .instrumentDelisted, .instrumentDelisted),
    ]

    @Test("an instrument that does not trade refuses what adds risk", arguments: statuses)
    func halts(status: InstrumentStatus, buy: RejectionCode?, sell: RejectionCode?) throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 10_000)
        let order = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(order, 10, at: 1000, fee: 0, runner)))
        try Self.set(status, &runner)
        for (side, code) in [(Side.buy, buy), (.sell, sell)] {
            let events = try runner.pose(.placeOrder(account, World.limit(side, 1, at: 1000))).events
            let refusals = events.compactMap { event -> RejectionCode? in
                if case .order(.rejected(let fact)) = event { fact.code } else { nil }
            }
            #expect(refusals == (code.map { [$0] } ?? []))
        }
    }
}
