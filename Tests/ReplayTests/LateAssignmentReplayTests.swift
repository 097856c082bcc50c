import BifrostKernel
import Engine
import EventStore
import Orders
import Portfolios
import References
import Sagas
import Testing

@testable import Replays

/// A trade of Monday that stood in suspense until Thursday, asked for as of each day, by what was known
/// before the assignment and after it.
@Suite("What was true of a trade that left suspense late, and what was known")
struct LateAssignmentReplayTests {
    private let recorded: RecordedLog
    private let account: AccountOpened

    init() throws {
        recorded = try RecordedLog()
        account = try recorded.openAccount("main", deposit: "1000")
    }

    private func view(_ day: Int32, known: Int64? = nil) throws -> PortfolioView {
        let point = ReplayPoint(position: known, date: BusinessDate(days: day))
        return try PortfolioReplay.fold(recorded.log, RecordedLog.trading, account, point)
    }

    private var last: Int64 {
        get throws { try recorded.log.head(of: RecordedLog.trading).position }
    }

    /// A purchase of 10 at 20 in the name of an account that nobody has; the position of its break.
    private func suspend() throws -> Int64 {
        var report = OrderExecuted()
        report.order = OrderID(Identifier(high: 7, low: 7))
        report.venue = "paper"
        report.tradeDate = BusinessDate(days: 0)
        report.venueExecutionID = "S1"
        report.quantity = Quantity(units: 10)
        report.price = try Price("20")
        report.settlementAmount = try Money("200")
        report.commission = try Money("0.1")
        var said = ExternalReport()
        said.venue = report.venue
        said.venueOrderID = report.order.id.text
        said.symbol = try #require(Symbol("X"))
        said.execution = report
        let stranger = AccountID(Identifier(high: 8, low: 8))
        try recorded.pose("stranger", .recordExternal(stranger, said), actor: "venue:paper")
        return try #require(recorded.state.openBreaks.keys.max())
    }

    private func assign(_ position: Int64) throws {
        var wanted = AssignTrade()
        wanted.brokeAt = position
        let outcome = try recorded.pose("assign", .assignTrade(account.account, wanted))
        #expect(outcome.result == .accepted)
    }

    @Test("the days since the trade have it, but not by what was known before it was assigned")
    func isTrueSince() throws {
        let position = try suspend()
        try recorded.marks("21", on: 0)
        for day in Int32(0)...2 { try recorded.roll(day) }
        let before = try last
        try assign(position)
        for day in Int32(0)...3 {
            let truth = try view(day)
            #expect(truth.positions.map { $0.quantity.text } == ["10"])
            #expect(truth.positions.map { $0.cost.text } == ["200"])
            #expect(truth.cash.map { $0.amount.text } == ["799.9"])
            #expect(truth.equity.text == "1009.9")
            let known = try view(day, known: before)
            #expect(known.positions.isEmpty)
            #expect(known.cash.map { $0.amount.text } == ["1000"])
        }
    }

    @Test(
        "before the ex-date of a split its units are the old ones, with a holding in the account and without"
    )
    func passesThroughASplit() throws {
        let symbol = try #require(Symbol("X"))
        var wanted = AnnounceCorporateAction()
        wanted.symbol = symbol
        wanted.terms.kind = .split
        wanted.terms.exDate = BusinessDate(days: 2)
        (wanted.terms.numerator, wanted.terms.denominator) = (2, 1)
        try recorded.declare("split", .announceCorporateAction(wanted))
        let position = try suspend()
        try recorded.fill(try recorded.place("own", account, .buy, 5).subject, account, at: "20")
        try recorded.marks("20", on: 1)
        for day in Int32(0)...3 { try recorded.roll(day) }
        let before = try last
        try assign(position)
        #expect(try view(1).positions.map { $0.quantity.text } == ["15"])
        #expect(try view(1).positions.map { $0.value.text } == ["300"])
        #expect(try view(2).positions.map { $0.quantity.text } == ["30"])
        #expect(try view(2).positions.map { $0.value.text } == ["300"])
        #expect(try view(1, known: before).positions.map { $0.quantity.text } == ["5"])
        #expect(try view(2, known: before).positions.map { $0.quantity.text } == ["10"])
        let engine = try #require(recorded.state.accountByID[account.account]?.portfolio)
        #expect(engine.instruments.map { engine.position($0).text } == ["30"])
    }
}
