import BifrostKernel
import Orders
import Portfolios
import References
import Sagas
import SeededChoices
import Testing

@Suite("Settlement in a shard")
struct SettlementDayTests {
    private static let late = Symbol.known("LATE")
    private static let soon = Symbol.known("SOON")

    /// A shard with an instrument that settles two days after the trade, and one that settles a day after.
    private static func runner(cash: Int64 = 1000) throws -> (ShardRunner, AccountID) {
        var runner = try World.trading()
        var facts: [ReferenceEvent] = []
        for (number, symbol, days) in [(5, late, 2), (6, soon, 1)] as [(Int64, Symbol, UInt32)] {
            var terms = World.instrument(symbol, Sample.instrument(number))
            terms.settlementDays = days
            facts.append(.instrumentRegistered(terms))
        }
        try World.copy(facts, into: &runner)
        let account = try runner.open("alpha", cash: cash)
        return (runner, account)
    }

    private static func trade(
        _ side: Side,
        _ units: Int64,
        _ symbol: Symbol,
        _ account: AccountID,
        _ venue: inout HonestVenue,
        _ runner: inout ShardRunner
    ) throws {
        let order = try runner.place(account, World.limit(side, units, at: 1000, symbol: symbol))
        try runner.pose(.recordExecution(account, venue.fill(order, units, at: 1000, runner)))
    }

    @Test("a trade settles when its day is rolled, before that day is closed")
    func settles() throws {
        var (runner, account) = try Self.runner()
        var venue = HonestVenue()
        try Self.trade(.buy, 10, Self.late, account, &venue, &runner)
        for offset in 0...2 as ClosedRange<Int32> {
            let books = try runner.account(account).portfolio
            #expect(books.cash(.usd) == Money(units: 1000))
            #expect(books.payable(.usd) == Money(cents: 10_005))
            runner.effectiveAt = World.day(offset).at(seconds: 72_000)
            try runner.pose(.rollDay(calendar: World.calendar, World.day(offset)))
        }
        let books = try runner.account(account).portfolio
        #expect(books.cash(.usd) == Money(cents: 89_995))
        #expect(books.closedDay?.settledCash == Money(cents: 89_995))
        #expect(books.closedDay?.payable == nil)
        #expect(books.isSound && books.settlements.isEmpty)
    }

    @Test("proceeds buy what is paid no earlier, and not what is paid before they are there")
    func reinvests() throws {
        var (runner, account) = try Self.runner(cash: 101)
        var venue = HonestVenue()
        try Self.trade(.buy, 10, Self.late, account, &venue, &runner)
        try Self.trade(.sell, 10, Self.late, account, &venue, &runner)
        let early = try runner.place(account, World.limit(.buy, 9, at: 1000, symbol: Self.soon))
        #expect(try runner.order(early).status == .rejected)
        let same = try runner.place(account, World.limit(.buy, 9, at: 1000, symbol: Self.late))
        #expect(try runner.order(same).status != .rejected)
    }

    @Test("a thousand trades settle in bounded commands, each once")
    func settlesInBatches() throws {
        var (runner, account) = try Self.runner(cash: 1_000_000)
        var venue = HonestVenue()
        for _ in 0..<300 {
            try Self.trade(.buy, 1, Self.soon, account, &venue, &runner)
            try Self.trade(.sell, 1, Self.soon, account, &venue, &runner)
        }
        for offset in 0...1 as ClosedRange<Int32> {
            runner.effectiveAt = World.day(offset).at(seconds: 72_000)
            try runner.pose(.rollDay(calendar: World.calendar, World.day(offset)))
            var step: UInt64 = 0
            while runner.state.rollIsUnfinished {
                step += 1
                try runner.pose(.continueRoll(World.day(offset), step: step))
                try Invariants.check(runner.state)
            }
            #expect(step == (offset == 0 ? 0 : 2))
        }
        #expect(try runner.account(account).portfolio.settlements.isEmpty)
    }
}
