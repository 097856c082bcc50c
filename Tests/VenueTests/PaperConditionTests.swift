import BifrostKernel
import Orders
import Testing

@testable import Venues

@Suite("Conditions of the paper venue")
struct PaperConditionTests {
    private static func conditions(_ change: (inout PaperConditions) -> Void) -> PaperConditions {
        var conditions = PaperConditions()
        conditions.seed = 7
        change(&conditions)
        return conditions
    }

    private static func tick(_ price: String, volume: String) throws -> [PaperTick] {
        [PaperTick(apple, try Price(price), volume: try Quantity(volume))]
    }

    @Test("bound what trades by a share of each price's volume, in order of arrival")
    func participation() throws {
        let (venue, recorder) = try opened(
            at: "10",
            Self.conditions { $0.participation = BasisPoints(5_000) }
        )
        venue.advance(to: seconds(1), date: day1, ticks: try Self.tick("10", volume: "9"))
        venue.send([
            .new(try order(1, .buy, "3")), .new(try order(2, .buy, "4")),
            .new(try special(3, .buy, "1", .market, .fillOrKill)),
            .new(try special(4, .sell, "5", .stop) { $0.stopPrice = try Price("9") }),
        ])
        // Half of 9 is 4.5, of which orders of whole units take 4.
        #expect(
            words(recorder.take()) == [
                "new 1", "fill 1: 3 at 10", "new 2", "fill 2: 1 at 10", "new 3", "cancelled 3", "new 4",
            ]
        )
        venue.advance(to: seconds(2), date: day1, ticks: try Self.tick("9", volume: "8"))
        #expect(words(recorder.take()) == ["fill 2: 3 at 9", "triggered 4 at 9", "fill 4: 1 at 9"])
        venue.send([try replace(4, 1, quantity: "3", stop: "9")])
        #expect(words(recorder.take()) == ["replaced 4 by 1: 3"])
        venue.advance(to: seconds(3), date: day1, prices: [(apple, try Price("8"))])
        let last = recorder.take()
        #expect(words(last) == ["fill 4: 2 at 8"])
        #expect(executions(last).map(\.venueCumulative) == [Quantity(units: 3)])
    }

    @Test("let immediate orders take what there is, and nothing take less than its minimum")
    func parts() throws {
        let (venue, recorder) = try opened(
            at: "10",
            Self.conditions { $0.participation = BasisPoints(10_000) }
        )
        venue.advance(to: seconds(1), date: day1, ticks: try Self.tick("10", volume: "3"))
        venue.send([
            .new(
                try special(1, .buy, "5", .limit, .immediateOrCancel, limit: "10") {
                    $0.minimumQuantity = Quantity(units: 4)
                }
            ),
            .new(try special(2, .buy, "5", .limit, .immediateOrCancel, limit: "10")),
            .new(try special(3, .buy, "5", .marketOnOpen)),
        ])
        #expect(
            words(recorder.take()) == [
                "new 1", "cancelled 1", "new 2", "fill 2: 3 at 10", "cancelled 2", "new 3",
            ]
        )
        venue.advance(to: seconds(2), date: day1, ticks: try Self.tick("11", volume: "2"))
        #expect(words(recorder.take()) == ["fill 3: 2 at 11", "cancelled 3"])
    }

    @Test("let a limit order wait for the volume before it, unless the price goes beyond its limit")
    func queue() throws {
        let (venue, recorder) = try opened(at: "10", Self.conditions { $0.hasQueues = true })
        venue.advance(to: seconds(1), date: day1, ticks: try Self.tick("10", volume: "100"))
        venue.send([.new(try order(1, .buy, "5", limit: "9")), .new(try order(2, .buy, "5", limit: "8"))])
        _ = recorder.take()
        for (index, (price, volume, said)) in [
            ("9", "60", []), ("9.5", "70", []), ("9", "40", []), ("9", "1", ["fill 1: 5 at 9"]),
            ("7.99", "0", ["fill 2: 5 at 7.99"]),
        ].enumerated() {
            let ticks = try Self.tick(price, volume: volume)
            venue.advance(to: seconds(Int64(index) + 2), date: day1, ticks: ticks)
            #expect(words(recorder.take()) == said, "\(volume) at \(price)")
        }
    }

    @Test("take trades back, and the book with them")
    func busts() throws {
        let (venue, recorder) = try opened(
            at: "10",
            commission: 5,
            Self.conditions { $0.busts = BasisPoints(10_000) }
        )
        venue.send([.new(try order(1, .buy, "5"))])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("11"))])
        let said = recorder.take()
        #expect(words(said) == ["new 1", "fill 1: 5 at 10", "busted E1"])
        #expect(venue.presentBook.positionByID.values.map(\.nanos) == [0])
        #expect(venue.presentBook.cashByID.values.map(\.nanos) == [0])
        venue.advance(to: seconds(2), date: day1, prices: [(apple, try Price("11"))])
        #expect(recorder.take() == [])
        venue.send([.new(try order(1, .buy, "5"))])
        #expect(recorder.take() == said)
    }

    @Test("correct trades in the order's favour")
    func corrections() throws {
        let conditions = Self.conditions { $0.corrections = BasisPoints(10_000) }
        let (venue, recorder) = try opened(at: "10", commission: 5, conditions)
        venue.send([.new(try order(1, .buy, "5"))])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("11"))])
        guard case .told(_, .corrected(let fact), _)? = recorder.take().last else {
            Issue.record("expected a correction")
            return
        }
        let range = try Price("9.95")..<Price("10")
        #expect(range.contains(fact.price))
        let paid = fact.settlementAmount.nanos + fact.commission.nanos
        #expect(venue.presentBook.cashByID.values.map(\.nanos) == [-paid])
    }

    @Test("let an order trade before its cancel comes")
    func races() throws {
        let conditions = Self.conditions { $0.cancelRaces = BasisPoints(10_000) }
        let (venue, recorder) = try opened(at: "10", conditions)
        let numbers = Array(Int64(1)...40)
        venue.send(try numbers.map { .new(try order($0, .buy, "4", limit: "9")) })
        _ = recorder.take()
        venue.send(numbers.map { .cancel(account, orderID($0)) })
        let said = recorder.take()
        let trades = executions(said)
        #expect(trades.count == 40 && trades.allSatisfy { $0.price == Price(nanos: 9_000_000_000) })
        let whole = trades.count { $0.quantity == Quantity(units: 4) }
        #expect(whole > 5 && whole < 35 && trades.allSatisfy { $0.quantity >= Quantity(units: 2) })
        #expect(words(said).count { $0.hasPrefix("uncancelled") } == whole)
        #expect(words(said).count { $0.hasPrefix("cancelled") } == 40 - whole)
    }

    @Test("refuse orders by chance, and always the same ones")
    func rejects() throws {
        let conditions = Self.conditions { $0.rejects = BasisPoints(5_000) }
        let runs = try (0..<2).map { _ in
            let (venue, recorder) = try opened(at: "10", conditions)
            venue.send(try (1...60).map { .new(try order($0, .buy, "4", limit: "9")) })
            return words(recorder.take())
        }
        #expect(runs[0] == runs[1])
        let refused = runs[0].count { $0.hasPrefix("rejected") }
        #expect(refused > 15 && refused < 45)
    }

    @Test("keep instructions under way for so many moves")
    func latency() throws {
        let (venue, recorder) = try opened(at: "10", Self.conditions { $0.latencyMoves = 2 })
        venue.send([.new(try order(1, .buy, "4", limit: "9"))])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("8"))])
        #expect(recorder.take() == [])
        venue.advance(to: seconds(2), date: day1, prices: [(apple, try Price("8.5"))])
        #expect(words(recorder.take()) == ["new 1", "fill 1: 4 at 8.5"])
    }

    @Test("lose acknowledgements until the order comes again, and say others twice")
    func acknowledgements() throws {
        let (lost, lostRecorder) = try opened(
            at: "10",
            Self.conditions { $0.droppedAcknowledgements = BasisPoints(5_000) }
        )
        let orders = try (1...20).map { VenueInstruction.new(try order($0, .buy, "4", limit: "9")) }
        lost.send(orders)
        var heard = Set(words(lostRecorder.take()))
        #expect(heard.count < 18)
        for _ in 0..<40 { lost.send(orders) }
        heard.formUnion(words(lostRecorder.take()))
        #expect(heard.count == 20)
        let (twice, recorder) = try opened(
            at: "10",
            Self.conditions { $0.duplicatedAcknowledgements = BasisPoints(10_000) }
        )
        twice.send([.new(try order(1, .buy, "4", limit: "9"))])
        #expect(words(recorder.take()) == ["new 1", "new 1"])
    }

    @Test("let what is sent vanish while the connection is broken, and say late what happened")
    func disconnects() throws {
        let (venue, recorder) = try opened(
            at: "10",
            Self.conditions {
                $0.disconnects = BasisPoints(10_000)
                $0.disconnectMoves = 2
            }
        )
        // The first move, which broke it, was before.
        venue.start { _ in }
        recorder.listen(to: venue)
        let resting = VenueInstruction.new(try order(1, .buy, "4", limit: "9"))
        venue.send([resting])
        #expect(words(recorder.take()) == ["new 1"])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("9"))])
        venue.send([.new(try order(2, .buy, "4"))])
        #expect(recorder.take() == [])
        recorder.listen(to: venue)
        #expect(words(recorder.take()) == ["fill 1: 4 at 9"])
        venue.send([resting, .new(try order(2, .buy, "4"))])
        #expect(words(recorder.take()) == ["new 1", "fill 1: 4 at 9", "new 2", "fill 2: 4 at 9"])
    }
}
