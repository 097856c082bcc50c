import BifrostKernel
import EventStore
import Portfolios
import Sagas
import Testing

@testable import Replays

@Suite("What a command about cash would come to")
struct CashPreviewTests {
    private static func preview(_ command: Command, _ recorded: RecordedLog) throws -> CashPreview {
        var replay = ShardReplay(RecordedLog.trading)
        try replay.advance(recorded.log)
        let actor = try #require(ActorName("tester"))
        return try CashPreview(command, by: actor, replay)
    }

    private static func money(_ units: Int128) -> Money { Money(nanos: units * 1_000_000_000) }

    @Test("a transfer, as it is booked afterwards, and nothing before")
    func transfers() throws {
        let recorded = try RecordedLog()
        let from = try recorded.openAccount("from", deposit: "1000").account
        let to = try recorded.openAccount("to", deposit: "5").account
        var wanted = TransferCash()
        wanted.to = to
        wanted.amount = Self.money(300)
        let before = try recorded.log.head(of: RecordedLog.trading).position
        let lines = try Self.preview(.transferCash(from, wanted), recorded).lines
        #expect(lines.map(\.account) == ["from", "to"])
        #expect(lines.map(\.before) == [Self.money(1000), Self.money(5)])
        #expect(lines.map(\.after) == [Self.money(700), Self.money(305)])
        #expect(try recorded.log.head(of: RecordedLog.trading).position == before)
        _ = try recorded.pose("transfer", .transferCash(from, wanted))
        for line in lines {
            let account = line.account == "from" ? from : to
            #expect(recorded.state.accountByID[account]?.portfolio.cash(.usd) == line.after)
        }
    }

    @Test("a refusal says its numbers")
    func refuses() throws {
        let recorded = try RecordedLog()
        let from = try recorded.openAccount("from", deposit: "1000").account
        var wanted = TransferCash()
        wanted.to = try recorded.openAccount("to", deposit: "5").account
        wanted.amount = Self.money(1001)
        let refusal = #expect(throws: Rejection.self) {
            try Self.preview(.transferCash(from, wanted), recorded)
        }
        #expect(refusal?.limit == Self.money(1000).nanos && refusal?.value == Self.money(1001).nanos)
        var conversion = ConvertCash()
        (conversion.amount, conversion.rate) = (Self.money(1), Price(nanos: 1_000_000_000))
        let same = #expect(throws: Rejection.self) {
            try Self.preview(.convertCash(from, conversion), recorded)
        }
        #expect(same?.code == .conversionToItself)
    }
}
