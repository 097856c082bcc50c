import BifrostKernel
import Engine
import EventRegistry
import EventStore
import Orders
import Sagas
import Testing

@testable import Replays

@Suite("The state of a shard at any moment")
struct ShardReplayTests {
    private static func record() throws -> RecordedLog {
        let recorded = try RecordedLog()
        for index in 0..<5 {
            let account = try recorded.openAccount("a\(index)", deposit: "1000")
            let bought = try recorded.place("o1", account, .buy, 30).subject
            try recorded.fill(bought, account, at: "10")
            _ = try recorded.place("o2", account, .sell, 5)
        }
        try recorded.marks("11", on: 0)
        try recorded.roll(0)
        return recorded
    }

    private static func digest(_ recorded: RecordedLog, stops: [Int64] = []) throws -> EventHash {
        var replay = ShardReplay(RecordedLog.trading)
        for stop in stops { try replay.advance(recorded.log, to: stop) }
        try replay.advance(recorded.log)
        return replay.digest
    }

    @Test("a fold in parts comes to the state of the whole fold and of the engine")
    func parts() throws {
        let recorded = try Self.record()
        let whole = try Self.digest(recorded)
        let last = try recorded.log.head(of: RecordedLog.trading).position
        for stop in 1...last { #expect(try Self.digest(recorded, stops: [stop]) == whole) }
        #expect(ShardReplay.digest(of: recorded.state) == whole)
    }

    @Test("every event but a refusal changes the digest")
    func sensitive() throws {
        let recorded = try Self.record()
        let last = try recorded.log.head(of: RecordedLog.trading).position
        let digests = try (0...last).map { stop in
            var replay = ShardReplay(RecordedLog.trading)
            try replay.advance(recorded.log, to: stop)
            return replay.digest
        }
        #expect(Set(digests).count > digests.count / 2)
        #expect(digests.first != digests.last)
    }

    @Test("replay in two processes with equal state hash")
    func processes() async throws {
        let digest = try Self.digest(try Self.record()).text
        let other = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            print(try Self.digest(try Self.record()).text)
        }
        let printed = String(decoding: other?.standardOutputContent ?? [], as: UTF8.self)
        #expect(printed.contains(digest))
    }

    @Test("counts and progress are told")
    func counts() throws {
        let recorded = try Self.record()
        var told: [Int64] = []
        var replay = ShardReplay(RecordedLog.trading)
        try replay.advance(recorded.log) { position, end in
            #expect(position <= end)
            told.append(position)
        }
        let events = try recorded.events()
        #expect(told == [Int64(events.count)])
        #expect(replay.commandCount == Int64(events.filter { $0.header.commandDigest != nil }.count))
    }
}

@Suite("The export of events")
struct EventExportTests {
    private func lines(_ recorded: RecordedLog, _ filter: EventExport.Filter = .init()) throws -> [String] {
        var export = EventExport(recorded.log, RecordedLog.trading)
        var lines: [String] = []
        _ = try export.lines(after: 0, filter) { line in
            lines.append(line)
            return true
        }
        return lines
    }

    @Test("a line names stream, account and cause, and keeps amounts as text")
    func line() throws {
        let recorded = try RecordedLog()
        let account = try recorded.openAccount("main", deposit: "12.5")
        let all = try lines(recorded)
        #expect(all.count == (try recorded.events()).count)
        #expect(
            all[0].hasPrefix(#"{"shard":1,"position":1,"stream":"shard","version":1,"type":"ShardOpened","#)
        )
        #expect(all[0].contains(#""account":null,"commandId":"open","causation":null,"#))
        let id = account.account.id.text
        let deposit = try #require(all.last)
        #expect(deposit.contains(#""stream":"portfolio-\#(id)","version":1,"type":"CashDeposited""#))
        #expect(deposit.contains(#""account":"\#(id)""#))
        #expect(deposit.contains(#""amount":"12.5""#))
        #expect(all.contains { $0.contains(#""stream":"owner-\#(account.owner.id.text)""#) })
        #expect(all.contains { $0.contains(#""stream":"reference""#) && $0.contains(#""symbol":"X""#) })
        let opening = try #require(all.first { $0.contains(#""type":"AccountOpened""#) })
        #expect(opening.contains(#""causation":{"shard":1,"position":5}"#))
    }

    @Test("an account's and an order's events are picked out")
    func filters() throws {
        let recorded = try RecordedLog()
        let account = try recorded.openAccount("main", deposit: "1000")
        let other = try recorded.openAccount("other", deposit: "1000")
        let order = try recorded.place("o1", account, .buy, 1).subject
        _ = try recorded.place("o1", other, .buy, 1)
        let own = try lines(recorded, .init(account: account.account))
        #expect(own.allSatisfy { $0.contains(account.account.id.text) })
        #expect(own.count == 7)
        let story = try lines(recorded, .init(order: OrderID(order)))
        #expect(story.count == 4)
        #expect(story.allSatisfy { $0.contains(#""correlation":"\#(order.text)""#) })
    }
}
