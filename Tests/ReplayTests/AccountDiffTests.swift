import BifrostKernel
import Engine
import EventStore
import Orders
import Portfolios
import Sagas
import Testing

@testable import Replays

@Suite("The difference between two moments")
struct AccountDiffTests {
    private let recorded: RecordedLog
    private let account: AccountOpened
    private static let trading = RecordedLog.trading

    init() throws {
        recorded = try RecordedLog()
        account = try recorded.openAccount("main", deposit: "1000")
    }

    private var end: Int64 { get throws { try recorded.log.head(of: Self.trading).position } }

    private func diff(_ from: Int64, _ to: Int64) throws -> AccountDiff {
        try AccountDiff.between(from, to, of: account, recorded.log, Self.trading)
    }

    @Test("a fill changes cash, fees and the position, and nothing else is listed")
    func fill() throws {
        let before = try end
        try recorded.fill(try recorded.place("o1", account, .buy, 30).subject, account, at: "10")
        let after = try end
        let lines = try diff(before, after).lines
        #expect(lines.first { $0.section == "cash" }?.change == "-300.05")
        let held = try #require(lines.first { $0.section == "positions" })
        #expect(held.name == "X")
        #expect(held.before == nil)
        #expect(held.after == "30")
        #expect(held.change == "30")
        #expect(lines.first { $0.name == "fees" }?.change == "0.05")
        #expect(lines.allSatisfy { $0.section != "limits" && $0.section != "switches" })
        #expect(lines.allSatisfy { $0.before != $0.after })
        let events = try recorded.events().filter { $0.header.position > before }
        #expect(try diff(before, after).events.reduce(0) { $0 + $1.count } == events.count)
    }

    @Test("between a moment and itself there is nothing")
    func nothing() throws {
        let same = try diff(try end, try end)
        #expect(same.lines.isEmpty)
        #expect(same.events.isEmpty)
    }

    @Test("the way back is the way there with the signs turned")
    func turned() throws {
        let before = try end
        try recorded.fill(try recorded.place("o1", account, .buy, 30).subject, account, at: "10")
        let middle = try end
        try recorded.fill(try recorded.place("o2", account, .sell, 30).subject, account, at: "12")
        let there = try diff(before, middle).lines.first { $0.section == "positions" }
        let back = try diff(middle, try end).lines.first { $0.section == "positions" }
        #expect(there?.change == "30")
        #expect(back?.change == "-30")
        #expect(back?.after == nil)
    }

    @Test("a time is the last event recorded by then, at every event and between")
    func times() throws {
        try recorded.fill(try recorded.place("o1", account, .buy, 30).subject, account, at: "10")
        let events = try recorded.events()
        for event in events {
            let time = event.header.recordedAt
            let last = events.last { $0.header.recordedAt <= time }?.header.position
            #expect(try LogMoment.recorded(time).position(in: recorded.log, Self.trading) == last)
            let before = Timestamp(nanos: time.nanos - 1)
            let earlier = events.last { $0.header.recordedAt <= before }?.header.position
            if let earlier {
                #expect(try LogMoment.recorded(before).position(in: recorded.log, Self.trading) == earlier)
            } else {
                #expect(throws: ReplayError.beforeBeginning(Self.trading, before)) {
                    try LogMoment.recorded(before).position(in: recorded.log, Self.trading)
                }
            }
        }
    }

    @Test("what is neither a position nor a time is no moment")
    func moments() {
        #expect(LogMoment("4711") == .position(4711))
        #expect(LogMoment("1970-01-01T00:00:01Z") == .recorded(Timestamp(nanos: 1_000_000_000)))
        for text in ["0", "-1", "", "yesterday", "2026-11-29", "2026-11-29T25:00:00Z"] {
            #expect(LogMoment(text) == nil)
        }
    }
}
