import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("What the paper venue takes")
struct PaperFeeTests {
    /// An order of 300 that trades in parts of 100, `revised` at the next price.
    private static func parts(_ revised: (inout PaperConditions) -> Void = { _ in }) throws -> (
        PaperVenue, Recorder
    ) {
        var conditions = PaperConditions()
        conditions.participation = BasisPoints(10_000)
        revised(&conditions)
        let (venue, recorder) = listening(
            PaperVenue(fees: [fullSchedule], conditions: conditions, journal: nil)
        )
        #expect(venue.advance(to: seconds(0), date: day1, ticks: [try tick("50", "0")]))
        return (venue, recorder)
    }

    private static func tick(_ price: String, _ volume: String) throws -> PaperTick {
        PaperTick(apple, try Price(price), volume: try Quantity(volume))
    }

    private static func cents(_ amounts: [Money]) -> [Int64] { amounts.map { Int64($0.nanos / 10_000_000) } }

    @Test("the first part pays the least of the order, later ones what exceeds it, up to the most")
    func partialFills() throws {
        let (venue, recorder) = try Self.parts()
        venue.send([.new(try order(1, .buy, "300", limit: "50"))])
        for move in 1...3 {
            venue.advance(to: seconds(Int64(move)), date: day1, ticks: [try Self.tick("50", "100")])
        }
        let trades = executions(recorder.take())
        // A hundred is 0.50 for the share and 0.50 for the units.
        #expect(Self.cents(trades.map(\.commission)) == [100, 100, 100])
        venue.send([.new(try order(2, .buy, "60", limit: "50"))])
        for (move, volume) in [(4, "20"), (5, "20"), (6, "20")] as [(Int64, String)] {
            venue.advance(to: seconds(move), date: day1, ticks: [try Self.tick("50", volume)])
        }
        #expect(Self.cents(executions(recorder.take()).map(\.commission)) == [100, 0, 0])
        venue.send([.new(try order(3, .buy, "5000", limit: "50"))])
        for (move, volume) in [(7, "2000"), (8, "2000"), (9, "1000")] as [(Int64, String)] {
            venue.advance(to: seconds(move), date: day1, ticks: [try Self.tick("50", volume)])
        }
        #expect(Self.cents(executions(recorder.take()).map(\.commission)) == [2000, 500, 0])
    }

    @Test("a sale pays what the rules of the market take, and cash is less by all of it")
    func sales() throws {
        let (venue, recorder) = try Self.parts()
        venue.send([.new(try order(1, .sell, "200", limit: "50"))])
        venue.advance(to: seconds(1), date: day1, ticks: [try Self.tick("50", "200")])
        let trade = try #require(executions(recorder.take()).first)
        // 10,000 at 27.80 per million, and 200 units at 0.000166.
        #expect(trade.fees.map(\.kind) == [.sec, .taf] && Self.cents(trade.fees.map(\.amount)) == [28, 4])
        #expect(trade.venueCash == (try Money("9997.68")))
    }

    @Test("a bust brings the order's commission to what its other trades come to")
    func busts() throws {
        let (venue, recorder) = try Self.parts { $0.busts = BasisPoints(10_000) }
        venue.send([.new(try order(1, .buy, "40", limit: "50"))])
        for move in 1...3 {
            venue.advance(to: seconds(Int64(move)), date: day1, ticks: [try Self.tick("50", "20")])
        }
        var kept: [Money?] = []
        var fills: [Money] = []
        for report in recorder.take() {
            if case .told(_, .busted(let fact), _) = report { kept.append(fact.commission) }
            if case .executed(_, let trade, _) = report { fills.append(trade.commission) }
        }
        // Nothing of the order stands when its first trade is taken back, and so it is with the second.
        #expect(Self.cents(fills) == [100, 100] && kept == [nil, nil])
        #expect(venue.presentBook.cashByID.values.allSatisfy { $0 == .zero })
    }

    /// A cancel that comes too late leaves two trades of one price, of which the first may be taken back.
    @Test("what a busted trade still bears keeps the least of the order")
    func keeps() throws {
        let (venue, recorder) = try Self.parts {
            $0.busts = BasisPoints(5_000)
            $0.cancelRaces = BasisPoints(10_000)
        }
        let orders = try (1...20 as ClosedRange<Int64>).map { try order($0, .buy, "40", limit: "50") }
        var sums = ReportSums(orders, fullSchedule)
        var kept: [Money] = []
        for (index, order) in orders.enumerated() {
            venue.send([.new(order)])
            venue.advance(to: seconds(Int64(index * 2 + 1)), date: day1, ticks: [try Self.tick("50", "20")])
            venue.send([.cancel(account, order.order)])
            venue.advance(to: seconds(Int64(index * 2 + 2)), date: day1, ticks: [try Self.tick("50", "0")])
            for report in recorder.take() {
                if case .told(_, .busted(let fact), _) = report, let part = fact.commission {
                    kept.append(part)
                }
                try sums.take(report)
            }
        }
        sums.compare(with: venue.presentBook)
        // Nothing but the least is kept, and given back once the second trade is gone too.
        #expect(kept.contains(try Money("1")) && sums.busted > 5)
    }

    @Test("schedules hold by the date of the trade, and others can take their place")
    func schedules() throws {
        var later = FeeSchedule(BasisPoints(20))
        later.validFrom = day2
        let (venue, recorder) = listening(
            PaperVenue(fees: [FeeSchedule(BasisPoints(10)), later], journal: nil)
        )
        for (date, expected) in [(day1, "1"), (day2, "2")] {
            venue.advance(to: seconds(0, of: date), date: date, prices: [(apple, try Price("100"))])
            venue.send([.new(try order(date == day1 ? 1 : 2, .buy, "10"))])
            #expect(executions(recorder.take()).map(\.commission) == [try Money(expected)])
        }
        venue.setFees([FeeSchedule(BasisPoints(30))])
        venue.send([.new(try order(3, .buy, "10"))])
        #expect(executions(recorder.take()).map(\.commission) == [try Money("3")])
        // None holds yet.
        var none = FeeSchedule(BasisPoints(30))
        none.validFrom = BusinessDate(days: day2.days + 1)
        venue.setFees([none])
        venue.send([.new(try order(4, .buy, "10"))])
        #expect(executions(recorder.take()).map(\.commission) == [.zero])
    }
}
