import BifrostKernel
import Orders
import Portfolios
import References
import RiskLimits
import Sagas
import Testing

@Suite("Taking over what an account held elsewhere")
struct ImportTests {
    private static func line(_ quantity: Int64, _ cost: Int64, _ acquired: BusinessDate) -> HoldingLine {
        var line = HoldingLine()
        line.symbol = World.symbols[0]
        line.quantity = Quantity(units: quantity)
        line.cost = Money(units: Int128(cost))
        line.acquired = acquired
        return line
    }

    private static func wanted(_ lots: [HoldingLine], cash: Int128 = 0) -> ImportHoldings {
        var wanted = ImportHoldings()
        wanted.lots = lots
        if cash > 0 { wanted.cash = [ShardRunner.move(Money(units: cash))] }
        return wanted
    }

    @Test("lots are sold by their age, with the cost they came with, beside what was bought here")
    func lots() throws {
        var runner = try World.trading(fee: 0)
        var venue = HonestVenue()
        let account = try runner.open("alpha", cash: 1000)
        let bought = try runner.place(account, World.limit(.buy, 10, at: 1000))
        try runner.pose(.recordExecution(account, try venue.fill(bought, 10, at: 1000, fee: 0, runner)))
        let lots = [Self.line(4, 60, World.day(-10)), Self.line(6, 30, World.day(-100))]
        try runner.pose(.importHoldings(account, Self.wanted(lots, cash: 500)))
        var books = try runner.account(account).portfolio
        let queue = books.lotsByID[Sample.instrument]?.lots ?? []
        #expect(queue.map(\.quantity) == [Quantity(units: 6), Quantity(units: 4), Quantity(units: 10)])
        #expect(books.cash(.usd) == Money(units: 1400))
        #expect(books.ledger.balance(.contributedEquity, .money(.usd)) == -1_590_000_000_000)
        // Sells the oldest: 6 that cost 30 and 1 of the 4 that cost 60.
        let sold = try runner.place(account, World.limit(.sell, 7, at: 1000))
        var report = try venue.fill(sold, 7, at: 1000, fee: 0, runner)
        report.venuePosition = Quantity(units: 3)
        let events = try runner.pose(.recordExecution(account, report)).events
        #expect(!events.contains { if case .portfolio(.reconciliationBroke) = $0 { true } else { false } })
        books = try runner.account(account).portfolio
        #expect(books.realised[.usd] == Money(units: 25))
        #expect(books.position(Sample.instrument) == Quantity(units: 13))
        try Invariants.check(runner.state)
    }

    @Test("one bad line refuses all, with its code")
    func refusals() throws {
        var runner = try World.trading()
        let account = try runner.open("alpha")
        let good = Self.line(1, 1, World.monday)
        var unknown = good
        unknown.symbol = .known("NOPE")
        var half = good
        half.quantity = Quantity(nanos: 500_000_000)
        var negative = good
        negative.cost = Money(units: -1)
        let cases: [(ImportHoldings, RejectionCode)] = [
            (Self.wanted([good, unknown]), .unknownSymbol),
            (Self.wanted([good, half]), .quantityNotLotMultiple),
            (Self.wanted([good, negative]), .amountNotPositive),
            (Self.wanted([good, Self.line(0, 1, World.monday)]), .quantityNotPositive),
            (Self.wanted([good, Self.line(1, 1, World.day(1))]), .acquiredInFuture),
            (Self.wanted([]), .tooManyItems),
            (Self.wanted(Array(repeating: good, count: 201)), .tooManyItems),
        ]
        for (wanted, code) in cases {
            #expect(try runner.pose(.importHoldings(account, wanted)).refusal?.code == code)
        }
        #expect(try runner.account(account).portfolio.ledger.lines.isEmpty)
        #expect(
            try runner.pose(.importHoldings(account, Self.wanted(Array(repeating: good, count: 200)))).events
                .count == 200
        )
    }
}
