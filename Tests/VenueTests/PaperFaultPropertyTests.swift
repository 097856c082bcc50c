import BifrostKernel
import Orders
import SeededChoices
import Testing

@testable import Venues

@Suite("Whatever goes wrong at the paper venue")
struct PaperFaultPropertyTests {
    static let seeds: [UInt64] = [1, 2, 3, 42, 1990, 20_221_228]

    /// A share alone, or all that a schedule can take.
    private static func schedule(_ seed: UInt64) -> FeeSchedule {
        seed % 2 == 0 ? fullSchedule : FeeSchedule(BasisPoints(5))
    }

    /// Faults of the book in any measure, and none of the way to it.
    private static func bookFaults(_ seed: UInt64) -> PaperConditions {
        var choices = Generator(seed: seed)
        var conditions = PaperConditions()
        conditions.seed = choices.next()
        conditions.participation = choices.chance(80) ? BasisPoints(choices.int64(1...10_000)) : nil
        conditions.hasQueues = choices.chance(50)
        conditions.rejects = BasisPoints(choices.int64(0...2_000))
        conditions.busts = BasisPoints(choices.int64(500...4_000))
        conditions.corrections = BasisPoints(choices.int64(500...4_000))
        conditions.cancelRaces = BasisPoints(choices.int64(0...10_000))
        return conditions
    }

    /// All faults.
    private static func faults(_ seed: UInt64) -> PaperConditions {
        var conditions = bookFaults(seed)
        conditions.latencyMoves = Int(seed % 3)
        conditions.droppedAcknowledgements = BasisPoints(2_000)
        conditions.duplicatedAcknowledgements = BasisPoints(2_000)
        conditions.disorderedExecutions = BasisPoints(4_000)
        conditions.disconnects = BasisPoints(1_000)
        return conditions
    }

    @Test("the same calls give the same reports", arguments: seeds)
    func determinism(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300, isWide: true)
        let runs = (0..<2).map { _ in
            let (venue, recorder) = listening(
                PaperVenue(fees: [Self.schedule(seed)], conditions: Self.faults(seed), journal: nil)
            )
            for call in script.calls { call(venue) }
            return recorder.take()
        }
        let areSame = runs[0] == runs[1]
        #expect(areSame && runs[0].count > 200)
    }

    @Test("positions, cash and what is filled equal what the reports add up to", arguments: seeds)
    func reconciliation(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300, isWide: true)
        let (venue, recorder) = listening(
            PaperVenue(fees: [Self.schedule(seed)], conditions: Self.bookFaults(seed), journal: nil)
        )
        var sums = ReportSums(script.orders, Self.schedule(seed))
        for call in script.calls {
            call(venue)
            for report in recorder.take() { try sums.take(report) }
        }
        sums.compare(with: venue.presentBook)
        #expect(sums.busted > 3 && sums.corrected > 3)
    }

    @Test("every trade, bust and correction is said in the end", arguments: seeds)
    func completeness(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300, isWide: true)
        let (venue, recorder) = listening(
            PaperVenue(fees: [Self.schedule(seed)], conditions: Self.faults(seed), journal: nil)
        )
        for call in script.calls { call(venue) }
        recorder.listen(to: venue)
        var sums = ReportSums(script.orders, isInOrder: false, Self.schedule(seed))
        for report in recorder.take() { try sums.take(report) }
        sums.compare(with: venue.presentBook)
        #expect(sums.tradeByID.count > 20)
    }

    @Test("a restart at any call leaves the book as it was, and what follows is the same", arguments: seeds)
    func restarts(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 60, isWide: true)
        var conditions = Self.bookFaults(seed)
        // So that the book keeps what volume each price carried, with which it is quoted again.
        conditions.hasQueues = true
        let whole = PaperVenue(fees: [Self.schedule(seed)], conditions: conditions, journal: nil)
        let folder = try Folder()
        let path = folder.path + "/journal"
        var differences = 0
        for call in script.calls {
            let journal = try reopened(path)
            let broken = PaperVenue(fees: [Self.schedule(seed)], conditions: conditions, journal: journal)
            broken.quoteAgain(from: whole.presentBook)
            call(whole)
            call(broken)
            if broken.presentBook != whole.presentBook { differences += 1 }
        }
        #expect(differences == 0)
    }

    @Test("a venue that goes on from its journal says again what it said of trades", arguments: seeds)
    func startsAgain(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 80, isWide: true)
        let folder = try Folder()
        let path = folder.path + "/journal"
        do {
            let journal = try reopened(path)
            let venue = PaperVenue(
                fees: [Self.schedule(seed)],
                conditions: Self.faults(seed),
                journal: journal
            )
            for call in script.calls { call(venue) }
        }
        let (venue, recorder) = listening(
            PaperVenue(fees: [Self.schedule(seed)], journal: try reopened(path))
        )
        var sums = ReportSums(script.orders, isInOrder: false, Self.schedule(seed))
        for order in script.orders { venue.send([.new(order)]) }
        for report in recorder.take() { try sums.take(report) }
        let book = venue.presentBook
        sums.compare(with: book)
    }
}
