import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("Short sales at the paper venue")
struct PaperShortSaleTests {
    @Test(
        "trade as sales, under their marking, and leave less than nothing",
        arguments: [Side.sellShort, .sellShortExempt]
    )
    func trades(side: Side) throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([.new(try order(1, side, "5")), .new(try order(2, side, "5", limit: "11"))])
        let first = executions(recorder.take())
        #expect(first.map(\.side) == [side] && first.map(\.venuePosition) == [Quantity(units: -5)])
        #expect(first.map(\.venueCash) == [try Money("50")])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("11"))])
        #expect(executions(recorder.take()).map(\.venuePosition) == [Quantity(units: -10)])
        venue.send([.new(try order(3, .buy, "15"))])
        let covered = try #require(executions(recorder.take()).first)
        #expect(covered.venuePosition == Quantity(units: 5))
        #expect(covered.venueCash == (try Money("-60")))
    }

    @Test("are in the journal with their locate")
    func keepsLocate() throws {
        let folder = try Folder()
        let journal = try PaperJournal(path: folder.path + "/journal", log: log)
        let (venue, _) = listening(PaperVenue(commission: BasisPoints(5), journal: journal))
        venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price("10"))])
        venue.send([
            .new(try special(1, .sellShort, "4", .limit, limit: "12") { $0.locate = ClientName("L-1") }),
            .new(try special(2, .sellShort, "4", .market) { $0.locate = ClientName("L-2") }),
        ])
        let book = venue.presentBook
        try folder.write(try folder.read("journal"), to: "copy")
        var again = try PaperJournal(path: folder.path + "/copy", log: log)
        #expect(again.takeBook() == book)
        #expect(book.entryByID[orderID(1)]?.terms.special.locate?.text == "L-1")
    }
}
