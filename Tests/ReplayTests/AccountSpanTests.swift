import BifrostKernel
import Engine
import EventStore
import Orders
import Portfolios
import Sagas
import Testing

@testable import Replays

@Suite("A span of an account's events")
struct AccountSpanTests {
    private let recorded: RecordedLog
    private let account: AccountOpened
    private static let trading = RecordedLog.trading

    init() throws {
        recorded = try RecordedLog()
        account = try recorded.openAccount("main", deposit: "1000")
        let other = try recorded.openAccount("other", deposit: "1000")
        let open = try recorded.place("o1", account, .buy, 30).subject
        try recorded.fill(try recorded.place("p1", other, .buy, 7).subject, other, at: "10")
        _ = try recorded.place("refused", account, .buy, 4000)
        try recorded.fill(open, account, at: "10")
        try recorded.fill(try recorded.place("o2", account, .sell, 30).subject, account, at: "12")
    }

    private func own() throws -> [RecordedEvent] {
        try recorded.events().filter { $0.header.account == AccountOrdinal(account.account) }
    }

    private func span(_ positions: ClosedRange<Int64>, upTo end: Int64? = nil) throws -> AccountSpan {
        let last = try recorded.log.head(of: Self.trading).position
        return try AccountSpan.read(
            positions,
            of: account,
            recorded.log,
            Self.trading,
            upTo: end ?? last
        )
    }

    @Test("every span holds the account's events in it, and with its edges no stream has a hole")
    func everySpan() throws {
        let all = try own()
        let last = try recorded.log.head(of: Self.trading).position
        for lower in 1...last {
            for upper in lower...last {
                let span = try span(lower...upper)
                #expect(span.events == all.filter { (lower...upper).contains($0.header.position) })
                let shown = (span.events + span.edges).sorted { $0.header.position < $1.header.position }
                let streams = Dictionary(grouping: shown, by: \.header.stream)
                let wanted = Set(span.events.map(\.header.stream)).union(
                    [.account, .risk, .compliance, .portfolio].map {
                        StreamOrdinal($0, birth: account.account.id.birth)
                    }
                )
                for stream in wanted {
                    let events = all.filter { $0.header.stream == stream }
                    let before = events.last { $0.header.position < lower }
                    let behind = events.first { $0.header.position > upper }
                    let inside = events.filter { (lower...upper).contains($0.header.position) }
                    #expect(
                        streams[stream, default: []]
                            == [before, behind].reduce(into: inside) {
                                guard let edge = $1 else { return }
                                if edge.header.position < lower {
                                    $0.insert(edge, at: 0)
                                } else {
                                    $0.append(edge)
                                }
                            }
                    )
                }
            }
        }
    }

    @Test("what lies behind the checkpoint is no edge")
    func checkpoint() throws {
        let middle = try #require(try own().dropLast(4).last).header.position
        #expect(try span(1...middle, upTo: middle).edges.isEmpty)
        #expect(try !span(1...middle).edges.isEmpty)
    }

    @Test("a statement tells of orders, refusals with their reasons, trades and postings, and of both ends")
    func statement() throws {
        let last = try recorded.log.head(of: Self.trading).position
        let statement = try AccountStatement(try span(1...last), recorded.log, Self.trading)
        func rows(_ title: String) -> [[String]] {
            statement.sections.first { $0.title == title }?.rows ?? []
        }
        #expect(rows("Orders").map { $0[3] } == ["o1", "refused", "o2"])
        #expect(rows("Orders").last?[4] == "sell 30 X, market, day")
        let refusal = try #require(rows("Refusals").first)
        #expect(refusal[2].contains("ORDER_VALUE_ABOVE_LIMIT") || refusal[2].contains("BUYING_POWER"))
        #expect(refusal[3].contains("limit"))
        #expect(rows("Trades").map { $0[3] } == ["30", "-30"])
        let count = try own().reduce(0) { $0 + (try postings(of: $1)) }
        #expect(rows("Postings").count == count)
        #expect(rows("Books").first == ["Cash, settled", "USD", "0", "1059.9"])
        for section in statement.sections {
            #expect(section.rows.allSatisfy { $0.count == section.columns.count })
        }
    }

    private func postings(of event: RecordedEvent) throws -> Int {
        guard case .portfolio(let fact) = try LogWalk(recorded.log, Self.trading).decode(event) else {
            return 0
        }
        return fact.postings.count
    }
}
