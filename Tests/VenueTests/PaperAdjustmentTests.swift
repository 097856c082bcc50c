import BifrostKernel
import Orders
import Testing
import Venues

@Suite("Ex-dates at the paper venue")
struct PaperAdjustmentTests {
    /// Orders of 10 for the split of 7 for 1 on day 2, at 700 until then.
    private static func orders() throws -> [VenueInstruction] {
        [
            .new(try special(1, .sell, "10", .limit, .goodTillCancelled, limit: "800")),
            .new(try special(2, .sell, "10", .stop, .goodTillCancelled) { $0.stopPrice = try Price("600") }),
            .new(try special(3, .buy, "10", .stop, .goodTillCancelled) { $0.stopPrice = try Price("790") }),
            .new(
                try special(4, .sell, "10", .trailingStop, .goodTillCancelled) {
                    $0.trailingAmount = try Price("70")
                }
            ),
        ]
    }

    private static func adjust(
        _ number: Int64,
        limit: String? = nil,
        stop: String? = nil,
        trail: String? = nil
    )
        throws -> VenueInstruction
    {
        var fact = OrderAdjusted()
        fact.order = orderID(number)
        fact.request = 1
        fact.exDate = day2
        (fact.numerator, fact.denominator) = (7, 1)
        fact.terms.quantity = try Quantity("70")
        fact.terms.limitPrice = try limit.map { try Price($0) }
        fact.terms.stopPrice = try stop.map { try Price($0) }
        fact.terms.trailingAmount = try trail.map { try Price($0) }
        return .replace(
            RoutedReplace(
                account: account,
                order: fact.order,
                request: fact.request,
                terms: fact.terms,
                adjusted: fact
            )
        )
    }

    private static func adjustments() throws -> [VenueInstruction] {
        [
            try adjust(1, limit: "114.29"), try adjust(2, stop: "85.71"), try adjust(3, stop: "112.86"),
            try adjust(4, trail: "10"),
        ]
    }

    @Test("no price of the old units trades the new terms, whenever they come")
    func sleeps() throws {
        let (venue, recorder) = try opened(at: "700")
        venue.send(try Self.orders())
        _ = recorder.take()
        venue.send(try Self.adjustments())
        #expect(words(recorder.take()) == (1...4).map { "replaced \($0) by 1: 70" })
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("705"))])
        #expect(recorder.take().isEmpty)
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(apple, try Price("100"))])
        #expect(recorder.take().isEmpty)
        venue.advance(to: seconds(1, of: day2), date: day2, prices: [(apple, try Price("90"))])
        #expect(words(recorder.take()) == ["triggered 4 at 90", "fill 4: 70 at 90"])
        venue.advance(to: seconds(2, of: day2), date: day2, prices: [(apple, try Price("115"))])
        #expect(
            words(recorder.take()) == ["fill 1: 70 at 115", "triggered 3 at 115", "fill 3: 70 at 115"]
        )
    }

    @Test("a restart between the roll and the ex-date forgets none of it")
    func survives() throws {
        let folder = try Folder()
        do {
            let (venue, _) = listening(
                PaperVenue(commission: BasisPoints(0), journal: try reopened(folder.path + "/journal"))
            )
            venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price("700"))])
            venue.send(try Self.orders())
            venue.send(try Self.adjustments())
        }
        let (venue, recorder) = listening(
            PaperVenue(commission: BasisPoints(0), journal: try reopened(folder.path + "/journal"))
        )
        _ = recorder.take()
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("700"))])
        #expect(recorder.take().isEmpty)
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(apple, try Price("85"))])
        #expect(
            words(recorder.take()) == [
                "triggered 2 at 85", "fill 2: 70 at 85", "triggered 4 at 85", "fill 4: 70 at 85",
            ]
        )
    }

    @Test("one that traded before is too late, and takes no place of an auction")
    func tooLate() throws {
        let (venue, recorder) = try opened(at: "700")
        venue.send(Array(try Self.orders().prefix(1)))
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("801"))])
        _ = recorder.take()
        venue.send([try Self.adjust(1, limit: "114.29")])
        #expect(words(recorder.take()) == ["kept 1 at 1: TOO_LATE"])
    }
}
