import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("Whatever kinds of orders come to the paper venue")
struct PaperWidePropertyTests {
    static let seeds: [UInt64] = [1, 2, 3, 42, 1990, 20_221_228]

    @Test("the same calls give the same reports", arguments: seeds)
    func determinism(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300, isWide: true)
        let runs = (0..<2).map { _ in
            let (venue, recorder) = listening(PaperVenue(commission: BasisPoints(5), journal: nil))
            for call in script.calls { call(venue) }
            return recorder.take()
        }
        let areSame = runs[0] == runs[1]
        #expect(areSame)
        #expect(runs[0].count > 300)
    }

    @Test("positions, cash and what is filled equal what the reports add up to", arguments: seeds)
    func reconciliation(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 300, isWide: true)
        let (venue, recorder) = listening(PaperVenue(commission: BasisPoints(5), journal: nil))
        var sums = ReportSums(script.orders)
        for call in script.calls {
            call(venue)
            for report in recorder.take() { try sums.take(report) }
        }
        sums.compare(with: venue.presentBook)
        #expect(sums.kinds.count == 10, "orders of each type trade")
        #expect(sums.triggered > 3 && sums.replaced > 3 && sums.kept > 3)
    }

    @Test("a trailing stop keeps the best price that it saw through a restart")
    func remembersBestPrice() throws {
        let folder = try Folder()
        let path = folder.path + "/journal"
        do {
            let venue = PaperVenue(commission: BasisPoints(0), journal: try reopened(path))
            venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price("10"))])
            let trailing = try special(1, .sell, "5", .trailingStop) { $0.trailingAmount = try Price("1") }
            venue.send([.new(trailing)])
            for (second, price) in [(1, "15"), (2, "14.5")] as [(Int64, String)] {
                venue.advance(to: seconds(second), date: day1, prices: [(apple, try Price(price))])
            }
        }
        let venue = PaperVenue(commission: BasisPoints(0), journal: try reopened(path))
        let recorder = Recorder()
        recorder.listen(to: venue)
        venue.advance(to: seconds(3), date: day1, prices: [(apple, try Price("14"))])
        #expect(words(recorder.take()) == ["triggered 1 at 14", "fill 1: 5 at 14"])
    }

    @Test("a restart at any call leaves the book as it was, and what follows is the same", arguments: seeds)
    func restarts(seed: UInt64) throws {
        let script = try Script(seed: seed, calls: 60, isWide: true)
        let whole = PaperVenue(commission: BasisPoints(5), journal: nil)
        let folder = try Folder()
        let path = folder.path + "/journal"
        for call in script.calls {
            let broken = PaperVenue(
                commission: BasisPoints(5),
                journal: try reopened(path)
            )
            // Prices that nothing was reported on are not in the file: the stream is quoted again.
            broken.quoteAgain(from: whole.presentBook)
            let isAsBefore = broken.presentBook == whole.presentBook
            #expect(isAsBefore)
            call(whole)
            call(broken)
            let isSame = broken.presentBook == whole.presentBook
            #expect(isSame)
        }
        for order in script.orders {
            #expect(whole.presentBook.reports(of: order.order) != nil)
        }
    }
}
