import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import SeededChoices
import Testing

/// A week: New York trades on its first three days and its seventh, the other market on all.
@Suite("Several calendars in one shard")
struct CalendarsTests {
    private static let always = "24/7"
    private static let stock = World.symbols[0]
    private static let coin = Symbol.known("BTCUSDT")
    private static let days: [String: [Int32]] = ["XNYS": [0, 1, 2, 6, 7], always: Array(0..<12)]

    private static func world() throws -> ShardRunner {
        var runner = ShardRunner()
        runner.effectiveAt = World.monday.at(seconds: 36_000)
        var opened = ShardOpened()
        opened.shard = 1
        opened.clock = .simulated
        try runner.pose(.openShard(opened))
        var facts: [ReferenceEvent] = []
        for name in days.keys.sorted() {
            var declared = TradingDaysDeclared()
            declared.calendar = name
            declared.days = try #require(days[name]).map { World.day($0) }
            facts.append(.tradingDaysDeclared(declared))
        }
        facts.append(.instrumentRegistered(World.instrument(stock, Sample.instrument(1))))
        var coin = World.instrument(coin, Sample.instrument(2))
        coin.tradingCalendar = always
        coin.lotSize = Quantity(nanos: 10_000)
        facts.append(.instrumentRegistered(coin))
        try World.copy(facts, into: &runner)
        return runner
    }

    /// The same with an account that holds 10 shares and half a coin, both calendars rolled for day 0.
    private static func begun() throws -> (ShardRunner, AccountID) {
        var runner = try world()
        let account = try runner.open("alpha", cash: 1_000_000)
        var venue = HonestVenue()
        for (symbol, nanos, cents) in [(stock, 10_000_000_000, 1_000), (coin, 500_000_000, 6_168_600)]
            as [(Symbol, Int64, Int64)]
        {
            var wanted = World.market(.buy, 1, seen: cents, symbol: symbol)
            wanted.quantity = Quantity(nanos: nanos)
            let order = try runner.place(account, wanted)
            var report = try venue.fill(order, 1, at: cents, fee: 0, runner)
            report.quantity = wanted.quantity
            report.settlementAmount = Money.notional(report.price, report.quantity, .halfAwayFromZero)
            try runner.pose(.recordExecution(account, report))
        }
        try World.mark([1_000, 6_168_600], World.day(0), &runner)
        try roll("XNYS", 0, &runner)
        try roll(always, 0, &runner)
        return (runner, account)
    }

    @discardableResult
    private static func roll(_ calendar: String, _ offset: Int32, _ runner: inout ShardRunner) throws
        -> Answer
    {
        let answer = try runner.pose(.rollDay(calendar: calendar, World.day(offset)))
        try finish(&runner)
        return answer
    }

    private static func finish(_ runner: inout ShardRunner) throws {
        while runner.state.rollIsUnfinished {
            let rolled = try #require(runner.state.rolledDate)
            let answer = try runner.pose(.continueRoll(rolled, step: UInt64(runner.position)))
            try #require(!answer.events.isEmpty)
        }
        while let sweep = runner.state.sweeps.first {
            try runner.pose(.continueSweep(sweep.position, done: UInt64(sweep.done)))
        }
    }

    private static func closes(_ runner: ShardRunner) -> [DayClosed] {
        runner.log.compactMap { fact in
            if case .portfolio(.dayClosed(let closed)) = fact.event { closed } else { nil }
        }
    }

    private static func limit(_ symbol: Symbol, _ cents: Int64) -> PlaceOrder {
        World.limit(.buy, 1, at: cents, symbol: symbol)
    }

    @Test("a day order expires with the day of its own calendar, and accounts close when all have rolled")
    func expires() throws {
        var (runner, account) = try Self.begun()
        let share = try runner.place(account, Self.limit(Self.stock, 900))
        let coin = try runner.place(account, Self.limit(Self.coin, 900))
        try Self.roll("XNYS", 1, &runner)
        #expect(try runner.order(share).status == .expired)
        #expect(try runner.order(coin).isOpen)
        #expect(Self.closes(runner).map(\.date) == [World.day(0)])
        #expect(runner.state.openDay == World.day(1))
        try Self.roll(Self.always, 1, &runner)
        #expect(try runner.order(coin).status == .expired)
        #expect(Self.closes(runner).map(\.date) == [World.day(0), World.day(1)])
        #expect(runner.state.openDay == World.day(2))
    }

    @Test("an order belongs to the next day of its own calendar")
    func belongs() throws {
        var (runner, account) = try Self.begun()
        for offset: Int32 in 1...2 {
            try Self.roll("XNYS", offset, &runner)
            try Self.roll(Self.always, offset, &runner)
        }
        let share = try runner.place(account, Self.limit(Self.stock, 900))
        let coin = try runner.place(account, Self.limit(Self.coin, 900))
        #expect(runner.state.orderByID[share]?.placedOn == World.day(6))
        #expect(runner.state.orderByID[coin]?.placedOn == World.day(3))
        for offset: Int32 in 3...5 { try Self.roll(Self.always, offset, &runner) }
        #expect(try runner.order(share).isOpen && runner.order(coin).status == .expired)
    }

    @Test("no calendar goes ahead of another's earlier day, which the refusal names")
    func keepsOrder() throws {
        var (runner, _) = try Self.begun()
        try Self.roll("XNYS", 1, &runner)
        let unit: Int128 = 1_000_000_000
        let refusal = Rejection(
            .calendarBehind,
            limit: Int128(World.day(1).days) * unit,
            value: Int128(World.day(2).days) * unit
        )
        #expect(try Self.roll("XNYS", 2, &runner) == .refused(refusal))
        try Self.roll(Self.always, 1, &runner)
        #expect(try Self.roll("XNYS", 2, &runner).refusal == nil)
    }

    /// Catches up as the engine does: each command after the one before.
    private static func catchUp(_ offset: Int32, _ runner: inout ShardRunner) throws {
        try runner.pose(.catchUp(World.day(offset)))
        try finish(&runner)
        var count = 0
        while let due = runner.state.dueRolls {
            try #require(due.ofEvery && count < 99)
            count += 1
            try runner.pose(.catchUp(try #require(due.through)))
            try finish(&runner)
        }
    }

    @Test(
        "after a pause every day closes once, at its own marks; what is older than its calendar's day is stale"
    )
    func catchesUp() throws {
        var (runner, account) = try Self.begun()
        try World.mark([1_100, 6_000_000], World.day(1), &runner)
        try World.mark([1_100, 6_100_000], World.day(2), &runner)
        for (offset, price) in [(3, 62_000), (5, 64_000)] as [(Int32, Int64)] {
            var fact = OfficialMarksRecorded()
            fact.date = World.day(offset)
            fact.version = 1
            fact.marks = [OfficialMark(Sample.instrument(2), Price(units: price))]
            try World.copy([.marksRecorded(fact)], into: &runner)
        }
        try Self.catchUp(6, &runner)
        let closed = Self.closes(runner).filter { $0.account == account }.dropFirst()
        #expect(closed.map(\.date) == (1...6).map { World.day($0) })
        let values = [30_110, 30_610, 31_110, 31_110, 32_110, 32_110].map { Money(units: $0) }
        #expect(closed.map(\.positionValue) == values)
        #expect(closed.map(\.staleMarks) == [0, 0, 0, 1, 0, 2])
        #expect(runner.state.rolledByName == ["XNYS": World.day(6), Self.always: World.day(6)])
        #expect(runner.state.openDay == World.day(7) && runner.state.dueRolls == nil)
        #expect(try runner.pose(.catchUp(World.day(6))) == .noEffect)
    }

    @Test("catching up begins calendars that were never rolled with the day itself")
    func begins() throws {
        var runner = try Self.world()
        _ = try runner.open("alpha", cash: 1_000)
        try Self.catchUp(1, &runner)
        #expect(runner.state.rolledByName == ["XNYS": World.day(1), Self.always: World.day(1)])
        try Self.catchUp(4, &runner)
        #expect(runner.state.rolledByName == ["XNYS": World.day(2), Self.always: World.day(4)])
        #expect(Self.closes(runner).map(\.date) == (1...4).map { World.day($0) })
    }

    @Test("an ex-date begins with its own day, not with the end of its calendar's day before")
    func beginsExDate() throws {
        var (runner, account) = try Self.begun()
        var wanted = World.limit(.buy, 10, at: 900, seen: 1_000)
        wanted.timeInForce = .goodTillCancelled
        let order = try runner.place(account, wanted)
        var split = CorporateActionAnnounced()
        split.action = Sample.execution(9)
        split.instrument = Sample.instrument(1)
        split.kind = .split
        split.exDate = World.day(6)
        split.payDate = World.day(6)
        (split.numerator, split.denominator) = (2, 1)
        try World.copy([.corporateActionAnnounced(split)], into: &runner)
        try Self.catchUp(4, &runner)
        #expect(try runner.account(account).portfolio.position(Sample.instrument(1)) == Quantity(units: 10))
        #expect(Self.closes(runner).last?.positionValue == Money(units: 30_943))
        try Self.catchUp(5, &runner)
        #expect(try runner.account(account).portfolio.position(Sample.instrument(1)) == Quantity(units: 20))
        #expect(try runner.order(order).leaves == Quantity(units: 20))
    }

    @Test("whatever the order of the rolls of one date, the closes are the same", arguments: Seeds.take(10))
    func isDeterministic(seed: UInt64) throws {
        var (expected, _) = try Self.begun()
        try Self.catchUp(7, &expected)
        var generator = Generator(seed: seed)
        var (runner, _) = try Self.begun()
        for offset: Int32 in 1...7 {
            var names = Self.days.keys.sorted().filter { Self.days[$0]?.contains(offset) ?? false }
            if generator.chance(50) { names.reverse() }
            for name in names { #expect(try Self.roll(name, offset, &runner).refusal == nil) }
        }
        #expect(Self.closes(runner) == Self.closes(expected))
        #expect(runner.state.openDay == expected.state.openDay)
    }

    @Test("an account that opens while a calendar still has the date is closed for it")
    func opensBetween() throws {
        var (runner, _) = try Self.begun()
        try Self.roll("XNYS", 1, &runner)
        let late = try runner.open("beta", cash: 5)
        try Self.roll(Self.always, 1, &runner)
        #expect(Self.closes(runner).filter { $0.account == late }.map(\.date) == [World.day(1)])
    }
}
