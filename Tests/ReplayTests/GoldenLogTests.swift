import BifrostKernel
import EventStore
import Portfolios
import Sagas
import Testing

@testable import Replays

/// Two days of one account: a buy, a sale, a refusal, an open order, marks and closes.
///
/// What was recorded by the first schema stays readable, replayable and provable by every later build.
@Suite("A log of the first schema")
struct GoldenLogTests {
    private static let trading = RecordedLog.trading

    private let log: MemoryLog
    private let heads: [ShardNumber: String]

    init() throws { (log, heads) = try GoldenLog.read() }

    @Test(
        "the file was not edited, and the chain gives the same hashes"
    )
    func bytes() throws {
        #expect(heads == Self.ends)
        for (shard, hash) in heads { #expect(try log.head(of: shard).hash.text == hash) }
    }

    private static let ends = [
        ShardNumber.reference: "25b12d34192804c25f70610860c3a40587bf571681b5f7ca664bb5d6806eedd1",
        trading: "9bbe4d9e5c8c8302ed2e815bf15a3fc07bc9171665d99561c0557334eda1dd45",
    ]

    @Test("it is proven whole")
    func verified() throws {
        let verdicts = try LogVerification(log).verify([Self.trading])
        #expect(verdicts.map { $0.fault } == [nil, nil])
        #expect(verdicts.map { $0.events } == [6, 39])
    }

    @Test("it folds to the books that it had")
    func folded() throws {
        let account = try AccountDirectory(log, Self.trading).resolve("main")
        let now = try PortfolioReplay.fold(log, Self.trading, account, .latest)
        #expect(now.cash.map { $0.amount.text } == ["819.9"])
        #expect(now.positions.map { $0.quantity.text } == ["20"])
        #expect(now.realised.text == "20")
        #expect(now.days.map { $0.equity.text } == ["1029.95", "1079.9"])
        let then = ReplayPoint(date: BusinessDate(days: 0))
        #expect(try PortfolioReplay.fold(log, Self.trading, account, then).equity.text == "1029.95")
        var replay = ShardReplay(Self.trading)
        try replay.advance(log)
        #expect(replay.position == (try log.head(of: Self.trading).position))
        #expect(replay.state.accountByID.count == 1)
    }

    @Test("the refusal in it is explained with its rule and its numbers")
    func explained() throws {
        let story = try OrderStory.find("o3", account: nil, log, Self.trading)
        #expect(story.events.last.map { EventName.of($0.event) } == "OrderRejected")
        #expect(story.sentences.contains { $0.details.contains { $0.contains("50000") } })
    }
}
