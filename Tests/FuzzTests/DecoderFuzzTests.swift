import BifrostKernel
import HTTPAPI
import LZ4Codec
import Orders
import PostgresClient
import Sagas
import SeededChoices
import Testing

@Suite("Hostile bytes are an error and never a trap: what is read from outside")
struct DecoderFuzzTests {
    /// Inputs of one decoder and seed.
    static let inputsMax = 40_000

    /// Calls `body` with noise and with spoiled samples by turns.
    private static func inputs(
        _ seed: UInt64,
        _ samples: [[UInt8]],
        _ body: ([UInt8], inout Generator) -> Void
    ) {
        var choices = Generator(seed: seed)
        for number in 0..<inputsMax {
            var bytes = number % 4 == 0 ? choices.bytes(choices.int(0...80)) : choices.one(of: samples)
            if number % 4 != 0 { choices.spoil(&bytes) }
            body(bytes, &choices)
        }
    }

    static let texts = [
        #"{"clientOrderId":"a-1","symbol":"AAPL","side":"buy","type":"limit","quantity":"1.5","limitPrice":"9.99"}"#,
        #"[1,-0.5,1e9,true,false,null,"\u00e9\ud83d\ude00\n",{"a":[[[]]]}]"#,
        #"{"amount":"-000.10","x":{"y":{}}}"#,
        String(repeating: "[", count: 40), #""\ud800""#, "\u{feff}{}", "  12 ",
    ]

    @Test("JSON", arguments: [1, 2] as [UInt64])
    func json(seed: UInt64) {
        Self.inputs(seed, Self.texts.map { Array($0.utf8) }) { bytes, _ in
            guard let value = try? JSONReader.read(bytes) else { return }
            let again = try? JSONReader.read(Array(value.text.utf8))
            #expect(again == value, "what is read can be written and read again")
        }
    }

    @Test("LZ4 frames", arguments: [1, 2] as [UInt64])
    func frames(seed: UInt64) {
        var choices = Generator(seed: seed)
        let contents = [[], choices.bytes(10), [UInt8](repeating: 7, count: 3_000), choices.bytes(900)]
        let samples = contents.map { LZ4Frame.compress($0) }
        Self.inputs(seed, samples) { bytes, _ in
            guard let content = try? LZ4Frame.decompress(bytes, decompressedBytesMax: 4_000) else { return }
            #expect(content.count <= 4_000)
        }
    }

    @Test("rows of a binary copy, read as whatever comes", arguments: [1, 2] as [UInt64])
    func tuples(seed: UInt64) {
        let text = Array("text".utf8)
        let sample: [UInt8] =
            [0, 4, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 4] + text + [0xff, 0xff, 0xff, 0xff]
            + [0, 0, 0, 1, 1]
        Self.inputs(seed, [sample, [0, 0], [0xff, 0xff], [0, 1, 0x7f, 0xff, 0xff, 0xff]]) { bytes, choices in
            let kinds = (0..<6).map { _ in choices.int(0...9) }
            _ = try? Self.readTuple(bytes, kinds)
        }
    }

    static func readTuple(_ bytes: [UInt8], _ kinds: [Int]) throws {
        var tuple = try CopyTuple(bytes.span.bytes)
        for kind in kinds {
            switch kind {
            case 0: _ = try tuple.nextInt64()
            case 1: _ = try tuple.nextOptionalInt32()
            case 2: _ = try tuple.nextInt16()
            case 3: _ = try tuple.nextBool()
            case 4: _ = try tuple.nextOptionalUUID()
            case 5: _ = try tuple.nextOptionalText()
            case 6: _ = try tuple.nextBytes().byteCount
            case 7: try tuple.skip()
            case 8: try tuple.finish()
            default: _ = try tuple.nextOptionalInt64()
            }
        }
    }

    @Test("commands and reports in the wire form", arguments: [1, 2] as [UInt64])
    func wire(seed: UInt64) {
        var report = OrderExecuted()
        report.venue = "paper"
        report.venueExecutionID = "E1"
        report.quantity = Quantity(units: 3)
        report.settlementAmount = Money(nanos: -Money.nanosMax)
        var order = PlaceOrder()
        order.clientOrderID = ClientName("o-1")
        order.limitPrice = Price(nanos: Price.nanosMax)
        let samples = [WireEncoder.encode(report), WireEncoder.encode(order)]
        Self.inputs(seed, samples) { bytes, _ in
            if let read = try? WireDecoder.decode(OrderExecuted.self, bytes) {
                #expect(WireEncoder.encode(read) == bytes)
            }
            if let read = try? WireDecoder.decode(PlaceOrder.self, bytes) {
                #expect(WireEncoder.encode(read) == bytes)
            }
        }
    }
}
