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
                journal: try PaperJournal(path: path, log: log)
            )
            for call in try Script(seed: seed, calls: 30).calls { call(venue) }
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
        var book = PaperBook()
        var outcome = PaperOutcome()
        _ = book.advance(
            to: seconds(0),
            date: day1,
            prices: [(apple, Price(nanos: 9_500_000_000))],
            commission: BasisPoints(5),
            into: &outcome
        )
        for order in try Script(seed: seed, calls: 60).orders {
            book.take(.new(order), commission: BasisPoints(5), into: &outcome)
        }
        let whole = WireEncoder.encode(outcome.batch)
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
