import BifrostKernel
import EventRegistry
import Foundation
import Orders
import References
import Sagas
import Testing

@Suite("events print as JSON")
struct JSONPrinterTests {
    @Test("every sample is one JSON object", arguments: Sample.all)
    func parses(sample: Sample) throws {
        _ = try Oracle.object(EventRegistry.json(sample.event))
    }

    @Test("an order")
    func order() {
        var placed = OrderPlaced()
        placed.order = OrderID(Identifier(.order, slot: 7, shard: 1, birth: 42))
        placed.clientOrderID = ClientName("say \"hi\"")
        placed.side = .sell
        placed.type = .limit
        placed.quantity = Quantity(nanos: 1_500_000_000)
        placed.limitPrice = Price(nanos: 187_250_000_000)
        placed.symbol = Symbol("AAPL") ?? .none
        placed.seen.at = Timestamp(nanos: 1)
        let order = placed.order.id.text
        #expect(
            EventRegistry.json(.order(.placed(placed)))
                == """
                {"orderId":"\(order)","clientOrderId":"say \\"hi\\"","side":"SELL","type":"LIMIT","timeInForce":"DAY",\
                "quantity":"1.5","limitPrice":"187.25","symbol":"AAPL","capacity":"AGENCY",\
                "reduceOnly":false,"postOnly":false,"seen":{"at":"1970-01-01T00:00:00.000000001Z"},\
                "chosenLots":[],"doNotReduce":false,"worked":false}
                """
        )
    }

    @Test("codes, wide numbers and bytes")
    func rejection() {
        var rejected = CommandRejected()
        rejected.code = .clientOrderIDTaken
        rejected.limit = .min
        rejected.command = [0, 0x0a, 0xff]
        #expect(
            EventRegistry.json(.commandRejected(rejected))
                == """
                {"code":"CLIENT_ORDER_ID_TAKEN","limit":"-170141183460469231731687303715.884105728","command":"000aff"}
                """
        )
        #expect(EventRegistry.json(.commandRejected(CommandRejected())) == "{}")
    }

    @Test("dates, numbers, flags and lists")
    func plain() {
        var days = TradingDaysDeclared()
        days.days = [BusinessDate(days: -1), BusinessDate(days: 0)]
        #expect(
            EventRegistry.json(.reference(.tradingDaysDeclared(days)))
                == #"{"days":["1969-12-31","1970-01-01"],"hours":[]}"#
        )
        var marks = OfficialMarksRecorded()
        marks.version = 2
        marks.marks = [OfficialMark(), OfficialMark(.none, Price(nanos: -1))]
        #expect(
            EventRegistry.json(.reference(.marksRecorded(marks)))
                == #"{"date":"1970-01-01","version":2,"marks":[{"price":"0"},{"price":"-0.000000001"}]}"#
        )
        #expect(
            EventRegistry.json(.reference(.restrictionChanged(RestrictionChanged())))
                == #"{"restricted":false,"listVersion":0}"#
        )
    }

    @Test("a copied fact shows as what it says")
    func copied() {
        var fact = RestrictionChanged()
        fact.restricted = true
        var copy = ReferenceFactCopied()
        copy.sourcePosition = 5
        copy.type = RestrictionChanged.eventType
        copy.schemaVersion = 1
        copy.payload = WireEncoder.encode(fact)
        #expect(
            EventRegistry.json(.reference(.copied(copy, .restrictionChanged(fact))))
                == """
                {"sourcePosition":5,"type":102,"schemaVersion":1,"payload":"1001",\
                "fact":{"restricted":true,"listVersion":0}}
                """
        )
    }

    @Test("text is escaped as JSON wants it and reads back the same")
    func escapes() throws {
        let text = String(String.UnicodeScalarView((0...0x300).compactMap(Unicode.Scalar.init))) + "\u{2028}𝄞"
        var started = WriterStarted()
        started.build = text
        let json = EventRegistry.json(.writerStarted(started))
        #expect(json.utf8.allSatisfy { $0 >= 0x20 })
        #expect(try Oracle.object(json)["build"] as? String == text)
        started.build = "\u{0}\u{1f}\n\r\t\\\"/"
        #expect(
            EventRegistry.json(.writerStarted(started)) == #"{"epoch":0,"build":"\u0000\u001f\n\r\t\\\"/"}"#
        )
    }
}
