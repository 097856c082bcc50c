import BifrostKernel
import EventStore
import Sagas
import Testing

@testable import Replays

@Suite("A file of holdings")
struct HoldingsFileTests {
    private let recorded: RecordedLog

    init() throws { recorded = try RecordedLog() }

    private func read(_ lines: [String]) throws -> HoldingsFile {
        let text = ([HoldingsFile.columns] + lines).joined(separator: "\n") + "\n"
        return HoldingsFile(text, recorded.state.reference, today: BusinessDate(days: 20))
    }

    @Test("what it says is what is asked, and the report finds the cash that was there before")
    func imports() throws {
        let lines = ["cash,,,100.50,USD,", "lot,X,3,30,USD,1970-01-02", "lot,X,2,25.5,USD,1969-12-31"]
        let file = try read(lines)
        #expect(file.faults.isEmpty)
        let account = try recorded.openAccount("main", deposit: "1")
        #expect(file.commands.count == 1)
        // The id of each command is the digest of its content, so the same text asks for nothing new.
        #expect(try read(lines).commands == file.commands)
        for command in file.commands {
            try recorded.pose(
                "import",
                .importHoldings(account.account, command),
                at: BusinessDate(days: 20).start
            )
        }
        let view = try PortfolioReplay.fold(recorded.log, RecordedLog.trading, account, .latest)
        let report = HoldingsReport(file, view)
        #expect(report.lines.map(\.name) == ["cash USD", "X cost", "X quantity"])
        #expect(report.lines.map(\.books) == ["101.5", "55.5", "5"])
        #expect(report.lines.map(\.difference) == ["1", "0", "0"])
        #expect(!report.agrees)
    }

    @Test("a large file becomes several commands")
    func commands() throws {
        let file = try read((1...450).map { "lot,X,\($0),1,USD,1970-01-02" })
        #expect(file.commands.map(\.lots.count) == [200, 200, 50])
    }

    @Test(
        "each fault names its line and the value",
        arguments: [
            ("lot,X,1,1,USD,1970-02-30", "'1970-02-30' is no date as 2012-01-03"),
            ("lot,X,1,1,USD,1970-01-22", "1970-01-22 comes after 1970-01-21, the present day of the shard"),
            ("lot,NOPE,1,1,USD,1970-01-01", "no instrument has the symbol 'NOPE'"),
            ("lot,X,-1,1,USD,1970-01-01", "the quantity -1 is not above zero"),
            ("lot,X,1e3,1,USD,1970-01-01", "the quantity '1e3' is no number as 12.5"),
            ("lot,X,0.5,1,USD,1970-01-01", "the quantity 0.5 is no multiple of 1"),
            ("lot,X,1,-1,USD,1970-01-01", "the cost -1 is negative"),
            ("lot,X,1,1,EUR,1970-01-01", "X is quoted in USD, not in EUR"),
            ("lot,X,3,9.0,USD,1970-01-01", "the same lot stands in line 2 already"),
            ("cash,,,5,USD,", "there is cash in USD in line 3 already"),
            ("cash,,,-5,EUR,", "the amount -5 is not above zero"),
            ("cash,,,0.001,EUR,", "the amount 0.001 cannot be paid in EUR"),
            ("cash,,,1,XXX,", "'XXX' is no currency as USD"),
            ("stock,X,1,1,USD,", "expected cash or lot, was 'stock'"),
            ("lot,X,1", "expected 6 values, was 3"),
            ("lot,X,10000000000,1,USD,1970-01-01", "the quantity '10000000000' is too large"),
        ]
    )
    func faults(line: String, reason: String) throws {
        let file = try read(["lot,X,3,9,USD,1970-01-01", "cash,,,1,USD,", line])
        #expect(file.faults.map(\.description) == ["line 4: \(reason)"])
    }

    @Test("a file without its columns, or with nothing else, is none")
    func empty() throws {
        #expect(try read([]).faults.map(\.line) == [1])
        #expect(!HoldingsFile("a,b\n", recorded.state.reference, today: BusinessDate(days: 0)).faults.isEmpty)
    }
}
