import BifrostKernel
import Engine
import EventStore
import Orders
import Portfolios
import Sagas
import Testing

@testable import Replays

@Suite("The books of an account at any moment")
struct PortfolioReplayTests {
    private let recorded: RecordedLog
    private let account: AccountOpened

    init() throws {
        recorded = try RecordedLog()
        account = try recorded.openAccount("main", deposit: "1000")
    }

    private func fold(_ point: ReplayPoint = .latest) throws -> PortfolioView {
        try PortfolioReplay.fold(recorded.log, RecordedLog.trading, account, point)
    }

    /// Buys 30 at 10, closes a day at mark 11, sells 10 at 12, closes a day at mark 13.
    private func twoDays() throws {
        try recorded.fill(try recorded.place("o1", account, .buy, 30).subject, account, at: "10")
        try recorded.marks("11", on: 0)
        try recorded.roll(0)
        try recorded.fill(try recorded.place("o2", account, .sell, 10).subject, account, at: "12")
        try recorded.marks("13", on: 1)
        try recorded.roll(1)
    }

    @Test("the fold of the log equals the state that the engine decided by")
    func equalsTheEngine() throws {
        try twoDays()
        let view = try fold()
        let engine = try #require(recorded.state.accountByID[account.account]?.portfolio)
        #expect(view.state.ledger.lines.map { $0.key } == engine.ledger.lines.map { $0.key })
        #expect(view.state.ledger.lines.map { $0.balance } == engine.ledger.lines.map { $0.balance })
        #expect(view.state.lotsByID.mapValues { $0.lots } == engine.lotsByID.mapValues { $0.lots })
        #expect(view.state.positionByID == engine.positionByID)
        #expect(view.state.closedDay == engine.closedDay)
        #expect(view.equity == engine.closedDay?.equity)
        #expect(view.unrealised == engine.closedDay?.unrealised)
    }

    @Test("a position has the name of the date that is asked for, and the last one without a date")
    func names() throws {
        try twoDays()
        try recorded.rename(to: "Y", from: 2)
        try recorded.roll(2)
        try recorded.roll(3)
        #expect(try fold().positions.map { $0.symbol } == ["Y"])
        let before = ReplayPoint(date: BusinessDate(days: 1))
        #expect(try fold(before).positions.map { $0.symbol } == ["X"])
        let after = ReplayPoint(date: BusinessDate(days: 2))
        #expect(try fold(after).positions.map { $0.symbol } == ["Y"])
    }

    @Test("the figures are those of the trades")
    func figures() throws {
        try twoDays()
        let view = try fold()
        #expect(view.cash.map { $0.amount.text } == ["819.9"])
        #expect(view.positions.map { $0.symbol } == ["X"])
        #expect(view.positions.map { $0.quantity.text } == ["20"])
        #expect(view.positions.map { $0.averageCost.text } == ["10"])
        #expect(view.positions.map { $0.mark?.text } == ["13"])
        #expect(view.positions.map { $0.value.text } == ["260"])
        #expect(view.realised.text == "20")
        #expect(view.unrealised.text == "60")
        #expect(view.fees.text == "0.1")
        #expect(view.contributions.text == "1000")
        #expect(view.equity.text == "1079.9")
        #expect(view.days.map { $0.equity.text } == ["1029.95", "1079.9"])
    }

    @Test("a position shows what was known then, with the marks of then")
    func atAPosition() throws {
        try twoDays()
        let closes = try recorded.events().filter { $0.header.type == DayClosed.eventType }
        let first = try #require(closes.first)
        let view = try fold(ReplayPoint(position: first.header.position))
        #expect(view.position == first.header.position)
        #expect(view.positions.map { $0.quantity.text } == ["30"])
        #expect(view.equity.text == "1029.95")
        #expect(view.days.count == 1)
        #expect(try fold(ReplayPoint(position: first.header.position - 1)).days.isEmpty)
        #expect(try fold(ReplayPoint(position: 1)).cash.map { $0.amount } == [.zero])
    }

    @Test("a date shows what was true then, also when it became known later")
    func asOfADate() throws {
        try twoDays()
        let view = try fold(ReplayPoint(date: BusinessDate(days: 0)))
        #expect(view.positions.map { $0.quantity.text } == ["30"])
        #expect(view.positions.map { $0.mark?.text } == ["11"])
        #expect(view.equity.text == "1029.95")
        try recorded.marks("12", on: 0)
        let corrected = try fold(ReplayPoint(date: BusinessDate(days: 0)))
        #expect(corrected.equity.text == "1059.95")
        let known = ReplayPoint(position: view.position, date: BusinessDate(days: 0))
        #expect(try fold(known).equity.text == "1029.95")
    }

    @Test("a date leaves out a trade that came after its day's end, with what a venue said of it since")
    func leavesOutCorrections() throws {
        try recorded.marks("11", on: 0)
        try recorded.roll(0)
        let order = try recorded.place("late", account, .buy, 10).subject
        let later = BusinessDate(days: 1).at(seconds: 40_000)
        try recorded.fill(order, account, at: "10", later)
        var bust = ExecutionBusted()
        bust.revision.order = OrderID(order)
        bust.revision.venue = "paper"
        bust.revision.venueExecutionID = "B"
        bust.revision.revisedVenueExecutionID = "E-\(order.birth)"
        // The venue's clock is a minute behind: the bust takes effect before its trade.
        let when = Timestamp(nanos: later.nanos - 60_000_000_000)
        let said = Command.recordVenueFact(account.account, .busted(bust))
        try recorded.pose("bust", said, at: when, actor: "venue:paper")
        #expect(try recorded.events().last { $0.header.type == TradeCorrected.eventType } != nil)
        for day in [0, 1] as [Int32] {
            let view = try fold(ReplayPoint(date: BusinessDate(days: day)))
            #expect(view.positions.isEmpty && view.cash.map { $0.amount.text } == ["1000"])
        }
    }

    @Test("a date derives lots and profit in the order in which trades took effect")
    func effectiveOrder() throws {
        let cheap = try recorded.place("cheap", account, .buy, 10).subject
        let dear = try recorded.place("dear", account, .buy, 10).subject
        try recorded.fill(dear, account, at: "11", Timestamp(nanos: 9_000_000_000_000))
        try recorded.fill(cheap, account, at: "10", Timestamp(nanos: 8_000_000_000_000))
        let sold = try recorded.place("sold", account, .sell, 10).subject
        try recorded.fill(sold, account, at: "12", Timestamp(nanos: 10_000_000_000_000))
        // The cheap one came second and took effect first: booking it derived the lots again.
        #expect(try fold().realised.text == "20")
        let truth = try fold(ReplayPoint(date: BusinessDate(days: 5)))
        #expect(truth.realised.text == "20")
        #expect(truth.positions.map { $0.averageCost.text } == ["11"])
    }

    @Test("a position beyond the end is refused")
    func beyondTheEnd() throws {
        let last = try recorded.log.head(of: RecordedLog.trading).position
        #expect(throws: ReplayError.beyondEnd(RecordedLog.trading, position: last + 1, last: last)) {
            try fold(ReplayPoint(position: last + 1))
        }
    }

    @Test("an account is found by alias and by id, and an unknown one is named")
    func directory() throws {
        let directory = AccountDirectory(recorded.log, RecordedLog.trading)
        #expect(try directory.resolve("main") == account)
        #expect(try directory.resolve(account.account.id.text) == account)
        #expect(try directory.all() == [account])
        for name in ["nobody", "No Alias", account.owner.id.text] {
            #expect(throws: ReplayError.unknownAccount(name)) { try directory.resolve(name) }
        }
    }
}
