import BifrostKernel
import Orders
import Synchronization
import Testing
import Venues

@Suite("The paper venue")
struct PaperVenueTests {
    @Test("fills a market order at once, in full, at the stream's price")
    func market() throws {
        let (venue, recorder) = try opened(at: "187.25", commission: 5)
        venue.send([.new(try order(1, .buy, "100"))])
        var acknowledged = OrderAcknowledged()
        acknowledged.order = orderID(1)
        acknowledged.venueOrderID = "P1"
        var executed = OrderExecuted()
        executed.order = orderID(1)
        executed.venue = "paper"
        executed.tradeDate = day1
        executed.venueExecutionID = "E1"
        executed.side = .buy
        executed.quantity = Quantity(units: 100)
        executed.price = try Price("187.25")
        executed.settlementAmount = try Money("18725")
        executed.commission = try Money("9.36")
        executed.venueCumulative = Quantity(units: 100)
        executed.venuePosition = Quantity(units: 100)
        executed.venueCash = try Money("-18734.36")
        #expect(
            recorder.take() == [
                .acknowledged(account, acknowledged, at: seconds(0)),
                .executed(account, executed, at: seconds(0)),
            ]
        )
    }

    @Test(
        "fills a limit order at the stream's price when that is within the limit, else lets it rest",
        arguments: [
            (Side.buy, "10.00", true), (.buy, "10.01", true), (.buy, "9.99", false),
            (.sell, "10.00", true), (.sell, "9.99", true), (.sell, "10.01", false),
        ]
    )
    func limit(side: Side, limit: String, fills: Bool) throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([.new(try order(1, side, "5", limit: limit))])
        let reports = recorder.take()
        #expect(reports.count == (fills ? 2 : 1))
        #expect(executions(reports).map(\.price) == (fills ? [try Price("10")] : []))
    }

    @Test("fills resting orders in order of arrival when the price reaches them, never worse than the limit")
    func resting() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.advance(to: seconds(1), date: day1, prices: [(boeing, try Price("200"))])
        venue.send([
            .new(try order(1, .buy, "1", boeing, limit: "190")), .new(try order(2, .buy, "1", limit: "8")),
            .new(try order(3, .buy, "1", limit: "9")), .new(try order(4, .sell, "1", limit: "11")),
        ])
        #expect(recorder.take().count == 4)
        let prices = [(apple, try Price("8.5")), (boeing, try Price("189"))]
        venue.advance(to: seconds(2), date: day1, prices: prices)
        let filled = executions(recorder.take())
        #expect(filled.map(\.order) == [orderID(1), orderID(3)])
        #expect(filled.map(\.price) == [try Price("189"), try Price("8.5")])
        #expect(filled.map(\.venueExecutionID) == ["E1", "E2"])
        venue.advance(to: seconds(3), date: day1, prices: [(apple, try Price("8.5"))])
        #expect(recorder.take() == [])
        venue.advance(to: seconds(4), date: day1, prices: [(apple, try Price("20"))])
        #expect(executions(recorder.take()).map(\.order) == [orderID(4)])
    }

    @Test("answers a repeated order with all that it said before, and does not trade it again")
    func repeats() throws {
        let (venue, recorder) = try opened(at: "10")
        let filled = VenueInstruction.new(try order(1, .buy, "5"))
        let cancelled = VenueInstruction.new(try order(2, .buy, "5", limit: "9"))
        let refused = VenueInstruction.new(try order(3, .buy, "5", boeing))
        let resting = VenueInstruction.new(try order(4, .buy, "5", limit: "9"))
        let all = [filled, cancelled, refused, resting]
        venue.send(all)
        venue.send([.cancel(account, orderID(2))])
        let said = recorder.take()
        venue.advance(
            to: seconds(9),
            date: day1,
            prices: [(apple, try Price("11")), (boeing, try Price("7"))]
        )
        venue.send(all)
        let again = recorder.take()
        #expect(again.count == 6)
        #expect(again.allSatisfy(said.contains))
        let other = RoutedOrder(
            account: otherAccount,
            order: orderID(1),
            instrument: boeing,
            side: .sell,
            quantity: Quantity(units: 9),
            limitPrice: nil,
            currency: .usd
        )
        venue.send([.new(other)])
        #expect(recorder.take() == Array(said[0..<2]))
    }

    @Test("refuses an order that has no price, no quantity, or a figure beyond its bounds")
    func refusals() throws {
        let (venue, recorder) = try opened(at: "1000000000")
        venue.send([
            .new(try order(1, .buy, "1", boeing)), .new(try order(2, .buy, "0")),
            .new(try order(3, .buy, "1000000000")), .new(try order(4, .buy, "1")),
        ])
        let reports = recorder.take()
        #expect(reports[0] == .rejected(account, orderID(1), .venueUnpriced, at: seconds(0)))
        #expect(reports[1] == .rejected(account, orderID(2), .venueRejected, at: seconds(0)))
        #expect(executions(reports).map(\.venueCash) == [try Money("-1000000000000000000")])
        #expect(reports.last == .rejected(account, orderID(4), .venueRejected, at: seconds(0)))
    }

    @Test("cancels what rests, once, and nothing that is filled or unknown")
    func cancels() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([.new(try order(1, .buy, "5")), .new(try order(2, .buy, "5", limit: "9"))])
        _ = recorder.take()
        venue.send([
            .cancel(account, orderID(1)), .cancel(account, orderID(2)), .cancel(account, orderID(2)),
            .cancel(account, orderID(3)), .cancel(otherAccount, orderID(2)),
        ])
        let at = seconds(0)
        #expect(
            recorder.take() == [
                .cancelRejected(account, orderID(1), at: at), .cancelled(account, orderID(2), at: at),
                .cancelled(account, orderID(2), at: at), .cancelRejected(account, orderID(3), at: at),
                .cancelRejected(otherAccount, orderID(2), at: at),
            ]
        )
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("1"))])
        #expect(recorder.take() == [])
    }

    @Test("drops what rests when the date changes, silently, and cancels it when asked")
    func dayChange() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([.new(try order(1, .buy, "5", limit: "9"))])
        _ = recorder.take()
        venue.advance(to: seconds(0, of: day2), date: day2, prices: [(apple, try Price("8"))])
        #expect(recorder.take() == [])
        venue.send([.cancel(account, orderID(1))])
        #expect(recorder.take() == [.cancelled(account, orderID(1), at: seconds(0, of: day2))])
        venue.send([.new(try order(2, .buy, "5", limit: "9"))])
        #expect(executions(recorder.take()).map(\.tradeDate) == [day2])
    }

    @Test("takes no step back in time and no price below zero")
    func advance() throws {
        let (venue, recorder) = try opened(at: "10")
        #expect(venue.advance(to: seconds(5), date: day1, prices: []))
        #expect(!venue.advance(to: seconds(4), date: day1, prices: [(apple, try Price("1"))]))
        #expect(!venue.advance(to: seconds(6), date: BusinessDate(days: 9_999), prices: []))
        #expect(!venue.advance(to: seconds(6), date: day1, prices: [(apple, try Price("-1"))]))
        #expect(venue.clock?.at == seconds(5))
        let quoted = ReferencePrice(last: try Price("10"), source: "paper", at: seconds(0))
        #expect(venue.price(of: apple) == quoted)
        #expect(venue.price(of: boeing) == nil)
        #expect(recorder.take() == [])
    }

    @Test("reports what was done before it was started, then what its callback asks for, in order")
    func nested() throws {
        let venue = PaperVenue(commission: BasisPoints(0), journal: nil)
        venue.advance(to: seconds(0), date: day1, prices: [(apple, try Price("10"))])
        venue.send([.new(try order(1, .buy, "1"))])
        let second = try order(2, .sell, "1")
        let kept = Mutex<[[VenueReport]]>([])
        venue.start { reports in
            let isFirst = kept.withLock { kept in
                kept.append(reports)
                return kept.count == 1
            }
            guard isFirst else { return }
            venue.send([.new(second)])
            #expect(kept.withLock { $0.count } == 1, "a nested call reports after the present report")
        }
        let orders = kept.withLock { $0 }.flatMap(executions).map(\.order)
        #expect(orders == [orderID(1), orderID(2)])
    }

    @Test("keeps one order of executions under concurrent callers")
    func concurrent() async throws {
        let (venue, recorder) = try opened(at: "10")
        let orders = try (1...400).map { VenueInstruction.new(try order($0, .buy, "1")) }
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask { for one in orders[part * 100..<part * 100 + 100] { venue.send([one]) } }
            }
        }
        let filled = executions(recorder.take())
        #expect(filled.map(\.venueExecutionID) == (1...400).map { "E\($0)" })
        #expect(filled.map(\.venuePosition) == (1...400).map { Quantity(units: $0) })
    }
}
