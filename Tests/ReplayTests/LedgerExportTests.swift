import BifrostKernel
import Engine
import EventStore
import Orders
import Portfolios
import Sagas
import Testing

@testable import Replays

@Suite("A ledger for other programs")
struct LedgerExportTests {
    private let recorded: RecordedLog
    private let account: AccountOpened

    init() throws {
        recorded = try RecordedLog()
        account = try recorded.openAccount("main", deposit: "1000.50")
        try recorded.fill(try recorded.place("o1", account, .buy, 30).subject, account, at: "10")
        try recorded.roll(0)
        for day: Int32 in 1...40 { try recorded.roll(day) }
        let fees = [Fee(.sec, try Money("0.02"), .usd), Fee(.exchange, try Money("0.3"), .usd)]
        let sold = try recorded.place("o2", account, .sell, 30).subject
        try recorded.fill(sold, account, at: "12", fees: fees)
    }

    private func lines(_ format: LedgerExport.Format, _ period: LedgerExport.Period) throws -> [String] {
        var lines: [String] = []
        try LedgerExport(recorded.log, RecordedLog.trading, account, format).lines(assertingEach: period) {
            lines.append($0)
            return true
        }
        return lines
    }

    @Test("every posting of every event has its line", arguments: LedgerExport.Format.allCases)
    func everyPosting(format: LedgerExport.Format) throws {
        var expected: [String] = []
        for event in try recorded.events() {
            guard case .portfolio(let fact) = try LogWalk(recorded.log, RecordedLog.trading).decode(event)
            else { continue }
            for posting in fact.postings {
                let commodity =
                    posting.instrument == .none ? "USD" : format == .hledger ? "\"X\"" : "X"
                expected.append("\(posting.key.journalName)  \(posting.amount.text) \(commodity)")
            }
        }
        let found = try lines(format, .month).filter { $0.hasPrefix("  ") && !$0.contains("=") }
            .map { String($0.drop { $0 == " " }) }
            .filter { !$0.hasPrefix("position:") && !$0.hasPrefix("name:") }
        #expect(found == expected)
        #expect(expected.count == 15)
        #expect(expected.contains("Expenses:Fees:SEC  0.02 USD"))
    }

    @Test("an instrument has one name in all of a journal: the last")
    func renamed() throws {
        try recorded.rename(to: "Y", from: 30)
        let names = try lines(.beancount, .month).filter { $0.contains(" balance ") && !$0.hasSuffix("USD") }
        #expect(!names.isEmpty && names.allSatisfy { $0.hasSuffix(" Y") })
    }

    @Test("Beancount asserts balances the day after the period, exactly")
    func beancount() throws {
        let lines = try lines(.beancount, .month).filter { $0.contains(" balance ") }
        #expect(lines.first == "1970-01-02 balance Assets:CashSettled  700.45 ~ 0 USD")
        #expect(lines.contains("1970-01-02 balance Assets:PositionSettled  30 ~ 0 X"))
        #expect(lines.contains("1970-02-12 balance Assets:PositionSettled  0 ~ 0 X"))
        #expect(lines.contains("1970-02-12 balance Expenses:Fees:Exchange  0.3 ~ 0 USD"))
        #expect(lines.last == "1970-02-12 balance Equity:Depository  0 ~ 0 X")
        let header = try self.lines(.beancount, .month).filter { $0.contains(" open Expenses:") }
        #expect(
            header.map { $0.suffix($0.count - 16) } == [
                "Expenses:Expense", "Expenses:Fees:SEC", "Expenses:Fees:Exchange",
            ]
        )
    }

    @Test("a portfolio and a story tell fees by kind")
    func views() throws {
        let view = try PortfolioReplay.fold(recorded.log, RecordedLog.trading, account, .latest)
        #expect(view.fees == (try Money("0.42")))
        #expect(
            view.feesByKind.map { "\($0.kind.name) \($0.amount.text)" } == [
                "COMMISSION 0.1", "SEC 0.02", "EXCHANGE 0.3",
            ]
        )
        let sold = try OrderStory.find("o2", account: account, recorded.log, RecordedLog.trading)
        let story = sold.sentences.flatMap(\.details).joined(separator: "\n")
        #expect(story.contains("commission 0.05 USD, SEC 0.02 USD, EXCHANGE 0.3 USD"))
        #expect(story.contains("EXPENSE (SEC) 0.02 USD"))
    }

    @Test("hledger asserts balances behind the last entry of the period")
    func hledger() throws {
        let lines = try lines(.hledger, .day)
        #expect(lines.contains("1970-01-01 * balances"))
        #expect(lines.contains("    Assets:CashSettled  0 USD = 1060.08 USD"))
        #expect(lines.contains("commodity 1.00 USD"))
        #expect(lines.contains("commodity 1. \"X\""))
    }

    @Test(
        "symbols become names that Beancount reads",
        arguments: [
            ("AAPL", "AAPL"), ("T", "T"), ("BRK/B", "BRK_B"), ("brk.b", "BRK.B"), ("3M", "X3M"), ("A-", "AX"),
            ("-", "XX"), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", "ABCDEFGHIJKLMNOPQRSTUVWX"),
        ]
    )
    func names(symbol: String, name: String) { #expect(CommodityNames.beancount(symbol) == name) }
}
