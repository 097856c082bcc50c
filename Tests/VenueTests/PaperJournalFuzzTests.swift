import BifrostKernel
import Orders
import SeededChoices
import Testing

@testable import Venues

@Suite("A journal with bytes that nobody wrote")
struct PaperJournalFuzzTests {
    static let inputsMax = 3_000

    @Test("opens, or says why not, and never traps", arguments: [1, 2] as [UInt64])
    func opensOrRefuses(seed: UInt64) throws {
        let folder = try Folder()
        let path = folder.path + "/journal"
        let log = Identifier(high: 1, low: 2)
        do {
            let venue = PaperVenue(
                commission: BasisPoints(5),
                conditions: .faults(seed: seed),
                journal: try PaperJournal(path: path, log: log)
            )
            for call in try Script(seed: seed, calls: 30, isWide: true).calls { call(venue) }
        }
        let whole = try folder.read("journal")
        var choices = Generator(seed: seed)
        var opened = 0
        for _ in 0..<Self.inputsMax {
            var bytes = whole
            choices.spoil(&bytes)
            try folder.write(bytes, to: "journal")
            do throws(PaperJournalError) {
                _ = PaperVenue(commission: BasisPoints(5), journal: try PaperJournal(path: path, log: log))
                opened += 1
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
        #expect(opened < Self.inputsMax / 2, "most of it is noticed")
    }

    @Test("a record whose checksum is right and whose facts are not", arguments: [1, 2] as [UInt64])
    func foldsNothingWrong(seed: UInt64) throws {
        let rules = PaperRules(schedules: [fullSchedule], conditions: .faults(seed: seed))
        var book = PaperBook()
        var batch = PaperBatch()
        func move(_ second: Int64, _ nanos: Int64) {
            let ticks = [apple, boeing].map {
                PaperTick($0, Price(nanos: nanos), volume: Quantity(units: 1_000))
            }
            var outcome = PaperOutcome()
            _ = book.advance(to: seconds(second), date: day1, ticks: ticks, rules: rules, into: &outcome)
            let quotes = ticks.map { PaperQuote($0, at: seconds(second), rules.conditions) }
            batch.facts.append(.moved(PaperMove(at: seconds(second), date: day1, quotes: quotes)))
            batch.facts += outcome.batch.facts
        }
        move(0, 9_500_000_000)
        var script = try Script(seed: seed, calls: 60, isWide: true)
        var outcome = PaperOutcome()
        for order in script.orders {
            book.take(.new(order), rules: rules, into: &outcome)
            let terms = script.anew(order)
            let wanted = RoutedReplace(account: order.account, order: order.order, request: 1, terms: terms)
            book.take(.replace(wanted), rules: rules, into: &outcome)
        }
        batch.facts += outcome.batch.facts
        move(1, 9_900_000_000)
        move(2, 9_100_000_000)
        var same = PaperBook()
        for fact in batch.facts { try same.apply(fact) }
        #expect(same == book)
        let whole = WireEncoder.encode(batch)
        var choices = Generator(seed: seed)
        for _ in 0..<Self.inputsMax {
            var bytes = whole
            choices.spoil(&bytes)
            guard let batch = try? WireDecoder.decode(PaperBatch.self, bytes) else { continue }
            var copy = PaperBook()
            for fact in batch.facts {
                guard (try? copy.apply(fact)) != nil else { break }
            }
        }
    }
}
