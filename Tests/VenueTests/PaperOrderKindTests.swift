import BifrostKernel
import Orders
import Testing
import Venues

@Suite("Kinds of orders at the paper venue")
struct PaperOrderKindTests {
    /// An order, how it comes, and what is said of it at each price that follows.
    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let order: @Sendable () throws -> RoutedOrder
        let arrival: [String]
        let moves: [(price: String, said: [String])]

        init(
            _ name: String,
            _ order: @escaping @Sendable () throws -> RoutedOrder,
            _ arrival: [String],
            _ moves: [(String, [String])] = []
        ) {
            testDescription = name
            self.order = order
            self.arrival = arrival
            self.moves = moves
        }
    }

    @Test("an order that ends at a moment trades before it, and is dropped without a word when it comes")
    func endsAtMoments() throws {
        let (venue, recorder) = try opened(at: "10")
        let until = seconds(2)
        venue.send([
            .new(try special(1, .buy, "1", .limit, .goodTillDate, limit: "9") { $0.expireAt = until }),
            .new(try special(2, .buy, "1", .limit, .goodTillDate, limit: "8") { $0.expireAt = until }),
            .new(
                try special(3, .buy, "1", .limit, .goodTillDate, limit: "8") {
                    $0.expireAt = Timestamp(nanos: until.nanos - 2_000_000_001)
                }
            ),
        ])
        #expect(words(recorder.take()) == ["new 1", "new 2", "rejected 3: VENUE_REJECTED"])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("9"))])
        #expect(words(recorder.take()) == ["fill 1: 1 at 9"])
        venue.advance(to: until, date: day1, prices: [(apple, try Price("8"))])
        #expect(words(recorder.take()).isEmpty)
        venue.send([.cancel(account, orderID(2))])
        #expect(words(recorder.take()) == ["cancelled 2"])
    }

    @Test("do at each price what their terms say", arguments: stops + trailing + lives)
    func story(_ story: Story) throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([.new(try story.order())])
        #expect(words(recorder.take()) == story.arrival)
        for (index, move) in story.moves.enumerated() {
            venue.advance(
                to: seconds(Int64(index) + 1),
                date: day1,
                prices: [(apple, try Price(move.price))]
            )
            #expect(words(recorder.take()) == move.said, "at \(move.price)")
        }
    }

    static let stops = [
        Story(
            "a stop to sell wakes at or below its price and trades at the stream's",
            { try special(1, .sell, "5", .stop) { $0.stopPrice = try Price("9") } },
            ["new 1"],
            [("9.01", []), ("11", []), ("8.5", ["triggered 1 at 8.5", "fill 1: 5 at 8.5"]), ("8", [])]
        ),
        Story(
            "a stop to buy wakes at or above its price",
            { try special(1, .buy, "5", .stop) { $0.stopPrice = try Price("11") } },
            ["new 1"],
            [("10.99", []), ("11", ["triggered 1 at 11", "fill 1: 5 at 11"])]
        ),
        Story(
            "a stop that the price has reached wakes when it comes",
            { try special(1, .sell, "5", .stop) { $0.stopPrice = try Price("10") } },
            ["new 1", "triggered 1 at 10", "fill 1: 5 at 10"]
        ),
        Story(
            "a stop-limit wakes, and waits for its limit",
            { try special(1, .sell, "5", .stopLimit, limit: "8.8") { $0.stopPrice = try Price("9") } },
            ["new 1"],
            [("8.5", ["triggered 1 at 8.5"]), ("8.7", []), ("9.5", ["fill 1: 5 at 9.5"])]
        ),
    ]

    static let trailing = [
        Story(
            "a trailing sale follows the highest price by an amount",
            { try special(1, .sell, "5", .trailingStop) { $0.trailingAmount = try Price("1") } },
            ["new 1"],
            [
                ("9.01", []), ("12", []), ("11.01", []), ("11", ["triggered 1 at 11", "fill 1: 5 at 11"]),
            ]
        ),
        Story(
            "a trailing buy follows the lowest price by a share, to the last billionth",
            { try special(1, .buy, "5", .trailingStop) { $0.trailingRate = BasisPoints(1000) } },
            ["new 1"],
            [
                ("9.000000001", []), ("9.900000001", []),
                // 9.000000001 × 1.1 is 9.9000000011.
                ("9.900000002", ["triggered 1 at 9.900000002", "fill 1: 5 at 9.900000002"]),
            ]
        ),
        Story(
            "a trailing stop-limit has its limit from the stop that woke it",
            {
                try special(1, .sell, "5", .trailingStopLimit) {
                    $0.trailingAmount = try Price("1")
                    $0.limitOffset = try Price("0.25")
                }
            },
            ["new 1"],
            [
                ("11", []), ("9.7", ["triggered 1 at 9.7"]), ("9.74", []),
                ("9.75", ["fill 1: 5 at 9.75"]),
            ]
        ),
        Story(
            "a distance beyond all prices never wakes it",
            { try special(1, .sell, "5", .trailingStop) { $0.trailingAmount = try Price("1000000000") } },
            ["new 1"],
            [("0", []), ("1000000000", []), ("0.01", [])]
        ),
    ]

    static let lives = [
        Story(
            "immediate or cancel trades",
            { try special(1, .buy, "5", .limit, .immediateOrCancel, limit: "10") },
            ["new 1", "fill 1: 5 at 10"]
        ),
        Story(
            "immediate or cancel does not wait",
            { try special(1, .buy, "5", .limit, .immediateOrCancel, limit: "9") },
            ["new 1", "cancelled 1"],
            [("9", [])]
        ),
        Story(
            "fill or kill does not wait",
            { try special(1, .sell, "5", .limit, .fillOrKill, limit: "11") },
            ["new 1", "cancelled 1"],
            [("12", [])]
        ),
        Story(
            "an order on open waits for the first price after it",
            { try special(1, .buy, "5", .marketOnOpen) },
            ["new 1"],
            [("12", ["fill 1: 5 at 12"])]
        ),
        Story(
            "one whose limit the first price does not meet ends",
            { try special(1, .buy, "5", .limitOnOpen, limit: "11") },
            ["new 1"],
            [("12", ["cancelled 1"]), ("10", [])]
        ),
        Story(
            "post-only rests, and trades when the price comes to it",
            { try special(1, .buy, "5", .limit, limit: "9") { $0.postOnly = true } },
            ["new 1"],
            [("9", ["fill 1: 5 at 9"])]
        ),
        Story(
            "post-only is refused where it would trade at once",
            { try special(1, .buy, "5", .limit, limit: "10") { $0.postOnly = true } },
            ["rejected 1: VENUE_WOULD_TRADE"],
            [("9", [])]
        ),
        Story(
            "minimum, display and reduce-only are taken",
            {
                try special(1, .sell, "5", .limit, limit: "11") {
                    $0.minimumQuantity = Quantity(units: 2)
                    $0.displayQuantity = Quantity(units: 1)
                    $0.reduceOnly = true
                }
            },
            ["new 1"],
            [("11.5", ["fill 1: 5 at 11.5"])]
        ),
    ]

    @Test("live as long as their terms say")
    func dates() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try special(1, .buy, "1", .limit, limit: "9")),
            .new(try special(2, .buy, "1", .limit, .goodTillDate, limit: "9") { $0.expireDate = day1 }),
            .new(try special(3, .buy, "1", .limit, .goodTillDate, limit: "8") { $0.expireDate = day2 }),
            .new(try special(4, .buy, "1", .limit, .goodTillCancelled, limit: "7")),
            .new(try special(5, .sell, "1", .stop, .goodTillCancelled) { $0.stopPrice = try Price("7") }),
        ])
        _ = recorder.take()
        let day3 = BusinessDate(days: day2.days + 1)
        let moves = [
            (day2, "9", []), (day2, "8", ["fill 3: 1 at 8"]),
            (day3, "7", ["fill 4: 1 at 7", "triggered 5 at 7", "fill 5: 1 at 7"]),
        ]
        for (index, (date, price, said)) in moves.enumerated() {
            venue.advance(
                to: seconds(Int64(index), of: date),
                date: date,
                prices: [(apple, try Price(price))]
            )
            #expect(words(recorder.take()) == said)
        }
    }

    @Test("on close trade at the price that is said to be the last of its date")
    func closing() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try special(1, .buy, "1", .marketOnClose)),
            .new(try special(2, .buy, "1", .limitOnClose, limit: "9")),
        ])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("8"))])
        #expect(words(recorder.take()) == ["new 1", "new 2"])
        venue.advance(to: seconds(2), date: day1, ticks: [PaperTick(apple, try Price("11"), isClosing: true)])
        #expect(words(recorder.take()) == ["fill 1: 1 at 11", "cancelled 2"])
        // It came behind the close of its date, so that it is for the next.
        venue.send([.new(try special(3, .sell, "1", .marketOnClose))])
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(apple, try Price("12"))])
        #expect(words(recorder.take()) == ["new 3"])
        venue.advance(
            to: seconds(1, of: day2),
            date: day2,
            ticks: [PaperTick(apple, try Price("13"), isClosing: true)]
        )
        #expect(words(recorder.take()) == ["fill 3: 1 at 13"])
    }

    @Test("on close trade at the last price of a date that ends without a closing price")
    func datesEnd() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try special(1, .buy, "1", .marketOnClose)),
            .new(try special(2, .sell, "1", .limitOnClose, limit: "9.5")),
        ])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("9"))])
        _ = recorder.take()
        let refused = [(apple, try Price("-1"))]
        #expect(!venue.advance(to: seconds(0, of: day2), date: day2, prices: refused))
        #expect(recorder.take() == [])
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(apple, try Price("20"))])
        let reports = recorder.take()
        #expect(words(reports) == ["fill 1: 1 at 9", "cancelled 2"])
        #expect(executions(reports).map(\.tradeDate) == [day1])
    }

    @Test("for an auction that does not come are dropped")
    func noAuction() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([.new(try special(1, .buy, "1", .marketOnOpen))])
        _ = recorder.take()
        let day3 = BusinessDate(days: day2.days + 1)
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(boeing, try Price("20"))])
        venue.advance(to: seconds(0, of: day3), date: day3, prices: [(apple, try Price("9"))])
        #expect(recorder.take() == [])
        venue.send([.cancel(account, orderID(1))])
        #expect(words(recorder.take()) == ["cancelled 1"])
    }

    @Test("whose terms contradict each other are refused")
    func malformed() throws {
        let (venue, recorder) = try opened(at: "10")
        let orders = [
            try special(1, .buy, "1", .stop), try special(2, .buy, "1", .limit),
            try special(3, .buy, "1", .market, limit: "9"), try special(4, .buy, "1", .trailingStop),
            try special(5, .buy, "1", .trailingStop) { $0.trailingAmount = .zero },
            try special(6, .buy, "1", .trailingStop) { $0.trailingRate = BasisPoints(1_000_000) },
            try special(7, .buy, "1", .trailingStopLimit) { $0.trailingRate = BasisPoints(10) },
            try special(8, .buy, "1", .limit, .goodTillDate, limit: "9"),
            try special(9, .buy, "1", .limit, .goodTillDate, limit: "9") {
                $0.expireDate = BusinessDate(days: day1.days - 1)
            },
            try special(10, .buy, "1", .limit, limit: "9") { $0.minimumQuantity = Quantity(units: 2) },
            try special(11, .buy, "1", .market) { $0.postOnly = true },
            try special(12, .buy, "1", .stop, .fillOrKill) { $0.stopPrice = try Price("9") },
            try special(13, .buy, "1", .marketOnOpen, .goodTillCancelled),
            try special(14, .buy, "1", .limit, limit: "9") { $0.limitOffset = try Price("1") },
        ]
        venue.send(orders.map { .new($0) })
        #expect(words(recorder.take()) == (1...14).map { "rejected \($0): VENUE_REJECTED" })
    }
}
