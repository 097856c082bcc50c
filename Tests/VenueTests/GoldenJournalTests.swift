import BifrostKernel
import Orders
import Testing

@testable import Venues

/// What a script leaves is printed where it is not what is kept: a new golden journal begins as an empty one.
@Suite("Journals that were written before")
struct GoldenJournalTests {
    @Test("of plain orders are written as ever, and say what they said")
    func plain() throws {
        let said = try Self.check(GoldenJournals.plain, .none, Self.plain)
        #expect(said.count == 11)
        #expect(executions(said).map(\.venueExecutionID) == ["E1", "E2"])
    }

    @Test("of every kind of order are written as ever, and say what they said")
    func wide() throws {
        let said = try Self.check(GoldenJournals.wide, .none, Self.wide)
        #expect(Set(said.map(\.kind)).count == 6)
    }

    @Test("of a venue where things go wrong are written as ever, and say what they said")
    func faults() throws {
        var conditions = PaperConditions()
        conditions.participation = BasisPoints(5_000)
        conditions.hasQueues = true
        conditions.busts = BasisPoints(5_000)
        conditions.corrections = BasisPoints(10_000)
        let said = try Self.check(GoldenJournals.faults, conditions, Self.faults)
        #expect(words(said).contains { $0.hasPrefix("busted") })
        #expect(words(said).contains { $0.hasPrefix("corrected") })
    }

    /// What is reported while `script` runs, after its journal was compared with `golden` and read back.
    private static func check(
        _ golden: String,
        _ conditions: PaperConditions,
        _ script: (PaperVenue) throws -> Void
    ) throws -> [VenueReport] {
        let folder = try Folder()
        var said: [VenueReport] = []
        var book = PaperBook()
        do {
            let journal = try PaperJournal(path: folder.path + "/journal", log: log)
            let (venue, recorder) = listening(
                PaperVenue(commission: BasisPoints(5), conditions: conditions, journal: journal)
            )
            try script(venue)
            said = recorder.take()
            book = venue.presentBook
        }
        let bytes = try folder.read("journal")
        let isAsEver = bytes == GoldenJournals.bytes(golden)
        #expect(isAsEver, "was\n\(GoldenJournals.text(bytes))")
        try folder.write(GoldenJournals.bytes(golden), to: "copy")
        var journal = try PaperJournal(path: folder.path + "/copy", log: log)
        let isSame = journal.takeBook() == book
        #expect(isSame)
        for order in book.entryByID.keys {
            let again = try #require(book.reports(of: order))
            #expect(again.allSatisfy(said.contains), "order \(order.id.text)")
        }
        return said
    }

    /// Fills, rests, cancels, refusals and a day that drops what rests, for two accounts.
    private static func plain(_ venue: PaperVenue) throws {
        venue.advance(
            to: seconds(0),
            date: day1,
            prices: [(apple, try Price("10")), (boeing, try Price("200"))]
        )
        venue.send([
            .new(try order(1, .buy, "100")), .new(try order(2, .buy, "5.5", limit: "9.5")),
            .new(try order(3, .sell, "7", boeing, limit: "210", for: otherAccount)),
            .new(try order(4, .buy, "1", limit: "1")), .new(try order(5, .buy, "0")),
        ])
        venue.send([.cancel(account, orderID(4)), .cancel(account, orderID(1))])
        venue.advance(to: seconds(60), date: day1, prices: [(apple, try Price("9.75"))])
        venue.advance(to: seconds(61), date: day1, prices: [(apple, try Price("9.25"))])
        venue.send([.new(try order(6, .sell, "20", limit: "9.3"))])
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(boeing, try Price("211"))])
        venue.send([.new(try order(7, .sell, "3", boeing, limit: "215"))])
    }

    /// Every kind of order, each with the terms that only it has; replaced, refused, woken and closed.
    private static func wide(_ venue: PaperVenue) throws {
        venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price("10"))])
        venue.send([
            .new(try special(1, .sell, "4", .stop) { $0.stopPrice = try Price("9") }),
            .new(try special(2, .buy, "4", .stopLimit, limit: "12") { $0.stopPrice = try Price("11") }),
            .new(try special(3, .sell, "4", .trailingStop) { $0.trailingRate = BasisPoints(500) }),
            .new(
                try special(4, .sell, "4", .trailingStopLimit) {
                    $0.trailingAmount = try Price("0.5")
                    $0.limitOffset = try Price("0.1")
                }
            ),
            .new(try special(5, .buy, "4", .marketOnOpen)), .new(try special(6, .buy, "4", .marketOnClose)),
            .new(try special(7, .buy, "4", .limitOnClose, limit: "8")),
            .new(
                try special(8, .buy, "4", .limit, .goodTillDate, limit: "7") {
                    $0.expireDate = day2
                    $0.minimumQuantity = Quantity(units: 2)
                    $0.displayQuantity = Quantity(units: 3)
                    $0.reduceOnly = true
                    $0.postOnly = true
                }
            ),
            .new(try special(9, .buy, "4", .limit, .goodTillCancelled, limit: "7")),
            .new(try special(10, .buy, "4", .limit, .immediateOrCancel, limit: "7")),
            .new(try special(11, .buy, "4", .market, .fillOrKill)),
            .new(try special(12, .buy, "4", .limit, limit: "11") { $0.postOnly = true }),
        ])
        venue.send([
            try replace(9, 1, quantity: "6", limit: "7.5"), try replace(9, 2, quantity: "0", limit: "7.5"),
            try replace(11, 1, quantity: "9"),
        ])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("10.8"))])
        venue.advance(to: seconds(2), date: day1, prices: [(apple, try Price("10.25"))])
        venue.advance(
            to: seconds(3),
            date: day1,
            ticks: [PaperTick(apple, try Price("8.9"), isClosing: true)]
        )
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(apple, try Price("7.2"))])
        venue.send([.cancel(account, orderID(8)), .cancel(account, orderID(11))])
    }

    /// Trades in parts, behind others, taken back and corrected.
    private static func faults(_ venue: PaperVenue) throws {
        func move(_ second: Int64, _ price: String, _ volume: String) throws {
            let tick = PaperTick(apple, try Price(price), volume: try Quantity(volume))
            venue.advance(to: seconds(second), date: day1, ticks: [tick])
        }
        try move(0, "10", "8")
        venue.send([
            .new(try order(1, .buy, "6")), .new(try order(2, .buy, "3", limit: "9")),
            .new(try order(3, .buy, "2", limit: "8")), try replace(3, 1, quantity: "4", limit: "8.5"),
        ])
        try move(1, "9", "5")
        try move(2, "9", "5")
        try move(3, "9", "5")
        try move(4, "8", "20")
        try move(5, "8", "20")
    }
}

extension VenueReport {
    /// Which of its cases it is.
    fileprivate var kind: Int {
        switch self {
        case .acknowledged: 0
        case .executed: 1
        case .cancelled: 2
        case .cancelRejected: 3
        case .rejected: 4
        case .told: 5
        case .external: 6
        }
    }
}
