import BifrostKernel
import EventRegistry
import Testing

@Suite("older versions are lifted a step at a time")
struct UpcasterTests {
    /// A made-up second version that counts in thousandths, and a third that adds a unit.
    private let steps: [Upcasters.Step: Upcasters.Lift] = [
        .init(type: 900, version: 1): { bytes throws(WireError) in
            let old = try WireDecoder.decode(CountedV1.self, bytes)
            var new = CountedV2()
            new.thousandths = old.count * 1000
            return WireEncoder.encode(new)
        },
        .init(type: 900, version: 2): { bytes throws(WireError) in
            let old = try WireDecoder.decode(CountedV2.self, bytes)
            var new = CountedV3()
            new.thousandths = old.thousandths
            new.unit = "each"
            return WireEncoder.encode(new)
        },
    ]

    @Test(
        "the first version is lifted through the second to the third",
        arguments: [0, 1, 128, 1_000_000] as [UInt64]
    )
    func lifts(count: UInt64) throws {
        var old = CountedV1()
        old.count = count
        let bytes = try Upcasters.lift(type: 900, version: 1, WireEncoder.encode(old), by: steps)
        let new = try WireDecoder.decode(CountedV3.self, bytes)
        #expect(new.thousandths == count * 1000)
        #expect(new.unit == "each")
    }

    @Test("the present version is left as it is")
    func present() throws {
        #expect(Upcasters.current(of: 900, by: steps) == 3)
        #expect(try Upcasters.lift(type: 900, version: 3, [1, 2, 3], by: steps) == [1, 2, 3])
        #expect(try Upcasters.lift(type: 901, version: 1, [1, 2, 3], by: steps) == [1, 2, 3])
    }

    @Test("a version that this build does not know is refused", arguments: [0, 4, 5, .max] as [UInt32])
    func unknown(version: UInt32) {
        #expect(throws: WireError.unknownType(type: 900, version: version)) {
            try Upcasters.lift(type: 900, version: version, [], by: steps)
        }
    }

    @Test("bytes that are not of their version are refused by the step")
    func malformed() {
        #expect(throws: WireError.truncated) { try Upcasters.lift(type: 900, version: 1, [0x08], by: steps) }
    }

    @Test("a newer version of a real event is refused")
    func newer() {
        #expect(throws: WireError.unknownType(type: 1, version: 2)) {
            try EventRegistry.decode(type: 1, schemaVersion: 2, payload: [])
        }
    }
}

private struct CountedV1: WireFields {
    var count: UInt64 = 0
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.uint(1, "count", &count)
    }
}

private struct CountedV2: WireFields {
    var thousandths: UInt64 = 0
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.uint(2, "thousandths", &thousandths)
    }
}

private struct CountedV3: WireFields {
    var thousandths: UInt64 = 0
    var unit = ""
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.uint(2, "thousandths", &thousandths)
        try visitor.text(3, "unit", &unit)
    }
}
