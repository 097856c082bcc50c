import BifrostKernel
import Orders
import Testing
import Venues

@Suite("Replacements at the paper venue")
struct PaperReplaceTests {
    @Test("give a resting order other terms, and trade it when they let it")
    func replaces() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try order(1, .buy, "5", limit: "9")), try replace(1, 1, quantity: "7", limit: "9.5"),
        ])
        #expect(words(recorder.take()) == ["new 1", "replaced 1 by 1: 7"])
        venue.send([try replace(1, 2, quantity: "3", limit: "10")])
        #expect(words(recorder.take()) == ["replaced 1 by 2: 3", "fill 1: 3 at 10"])
    }

    @Test("move a stop, and wake it where the price has reached the new one")
    func stops() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try special(1, .sell, "5", .stop) { $0.stopPrice = try Price("9") }),
            try replace(1, 1, quantity: "5", stop: "8"),
        ])
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("8.5"))])
        #expect(words(recorder.take()) == ["new 1", "replaced 1 by 1: 5"])
        venue.send([try replace(1, 2, quantity: "4", stop: "8.75")])
        #expect(
            words(recorder.take()) == ["replaced 1 by 2: 4", "triggered 1 at 8.5", "fill 1: 4 at 8.5"]
        )
    }

    @Test("are refused with the reason, and the terms stay")
    func refusals() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try order(1, .buy, "5")), .new(try order(2, .buy, "5", limit: "9")),
            .new(try special(3, .buy, "5", .limit, limit: "9") { $0.postOnly = true }),
            .new(try order(4, .buy, "5", limit: "9")), .cancel(account, orderID(4)),
        ])
        _ = recorder.take()
        venue.send([
            try replace(1, 1, quantity: "9"), try replace(2, 1, quantity: "0", limit: "9"),
            try replace(2, 2, quantity: "5"), try replace(2, 3, quantity: "5", limit: "9", stop: "8"),
            try replace(3, 1, quantity: "5", limit: "10"), try replace(4, 1, quantity: "6", limit: "9"),
            try replace(5, 1, quantity: "6", limit: "9"),
            try replace(2, 4, quantity: "6", limit: "9", for: otherAccount),
        ])
        #expect(
            words(recorder.take()) == [
                "kept 1 at 1: TOO_LATE", "kept 2 at 1: QUANTITY_BELOW_FILLED", "kept 2 at 2: TERMS_INVALID",
                "kept 2 at 3: TERMS_INVALID", "kept 3 at 1: WOULD_TRADE", "kept 4 at 1: TOO_LATE",
                "kept 5 at 1: UNKNOWN_ORDER", "kept 2 at 4: UNKNOWN_ORDER",
            ]
        )
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("9"))])
        #expect(words(recorder.take()) == ["fill 2: 5 at 9", "fill 3: 5 at 9"])
    }

    @Test("get the same answer when they are asked again, whatever happened since")
    func repeats() throws {
        let (venue, recorder) = try opened(at: "10")
        let requests = [
            try replace(1, 1, quantity: "7", limit: "9.5"),
            try replace(1, 2, quantity: "7", limit: "0", stop: "1"),
        ]
        venue.send([.new(try order(1, .buy, "5", limit: "9"))] + requests)
        let said = Array(recorder.take().dropFirst())
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("9"))])
        _ = recorder.take()
        venue.send(requests)
        #expect(recorder.take() == said)
        venue.send([try replace(1, 3, quantity: "9", limit: "9.5")])
        #expect(words(recorder.take()) == ["kept 1 at 3: TOO_LATE"])
        venue.send([.new(try order(1, .buy, "5", limit: "9"))])
        #expect(
            words(recorder.take()) == [
                "new 1", "replaced 1 by 1: 7", "kept 1 at 2: TERMS_INVALID", "fill 1: 7 at 9",
                "kept 1 at 3: TOO_LATE",
            ]
        )
    }

    @Test("that come behind a later one in force are refused")
    func sequence() throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try order(1, .buy, "5", limit: "9")), try replace(1, 2, quantity: "7", limit: "9"),
            try replace(1, 1, quantity: "6", limit: "9"),
        ])
        #expect(words(recorder.take()).dropFirst() == ["replaced 1 by 2: 7", "kept 1 at 1: OUT_OF_SEQUENCE"])
    }

    @Test(
        "send an order to the end of the queue unless it only gets smaller",
        arguments: [("4", "9", ["1", "2"]), ("6", "9", ["2", "1"]), ("5", "9.1", ["2", "1"])]
    )
    func priority(quantity: String, limit: String, order expected: [String]) throws {
        let (venue, recorder) = try opened(at: "10")
        venue.send([
            .new(try order(1, .buy, "5", limit: "9")), .new(try order(2, .buy, "5", limit: "9")),
            try replace(1, 1, quantity: quantity, limit: limit),
        ])
        _ = recorder.take()
        venue.advance(to: seconds(1), date: day1, prices: [(apple, try Price("8"))])
        let filled = executions(recorder.take()).map { $0.order == orderID(1) ? "1" : "2" }
        #expect(filled == expected)
    }
}
