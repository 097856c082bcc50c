import BifrostKernel
import EventRegistry
import Orders
import References
import Sagas
import Testing

@Suite("only canonical bytes are read")
struct WireFormTests {
    /// A cancelled order: field 1 an id, field 2 a quantity.
    private static let id: [UInt8] = [0x0a, 16] + [UInt8](1...16)
    private static let quantity: [UInt8] = [0x11, 1, 0, 0, 0, 0, 0, 0, 0]

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: UInt32
        let bytes: [UInt8]
        let error: WireError

        init(_ text: String, _ type: UInt32, _ bytes: [UInt8], _ error: WireError) {
            testDescription = text
            self.type = type
            self.bytes = bytes
            self.error = error
        }
    }

    private static let tooLong: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]
    private static let zeros = [UInt8](repeating: 0, count: 8)

    static let cases: [Case] = [
        .init("unknown field behind the last", 207, id + quantity + [0x18, 1], .unexpectedField(number: 3)),
        .init(
            "unknown field with a large number",
            207,
            [0xf8, 0xff, 0xff, 0xff, 0x0f, 1],
            .unexpectedField(number: 536_870_911)
        ),
        .init("field zero", 207, [0x00, 1], .unexpectedField(number: 0)),
        .init("unknown field between", 200, id + [0x52, 0], .missingField(number: 5)),
        .init("out of order", 207, quantity + id, .unexpectedField(number: 1)),
        .init("the same field twice", 207, id + id, .unexpectedField(number: 1)),
        .init("another wire type", 207, [0x08, 1], .unexpectedField(number: 1)),
        .init("a group", 207, [0x0b, 0x0c], .unexpectedField(number: 1)),
        .init("a tag that is longer than it need be", 207, [0x8a, 0x00, 16], .notCanonical(field: 1)),
        .init("a length that is longer than it need be", 207, [0x0a, 0x90, 0x00], .notCanonical(field: 1)),
        .init("a number that is longer than it need be", 1, [0x10, 0x81, 0x00], .notCanonical(field: 2)),
        .init("a number of more than 64 bits", 6, [0x10] + tooLong + [0x02], .outOfRange(field: 2)),
        .init("a number of ten bytes that go on", 6, [0x10] + tooLong + [0x81], .outOfRange(field: 2)),
        .init("a default that is written", 1, [0x10, 0x00], .notCanonical(field: 2)),
        .init("a quantity of zero that is written", 207, [0x11] + zeros, .notCanonical(field: 2)),
        .init("an empty text that is written", 2, [0x12, 0x00], .notCanonical(field: 2)),
        .init("empty bytes that are written", 4, [0x22, 0x00], .notCanonical(field: 4)),
        .init("an id of no thing that is written", 207, [0x0a, 16] + zeros + zeros, .notCanonical(field: 1)),
        .init("an id of 15 bytes", 207, [0x0a, 15] + [UInt8](1...15), .outOfRange(field: 1)),
        .init("no days that are written", 104, [0x1a, 0x00], .notCanonical(field: 3)),
        .init("a text that is no UTF-8", 2, [0x12, 2, 0xc3, 0x28], .outOfRange(field: 2)),
        .init("a flag of two", 1, [0x18, 2], .outOfRange(field: 3)),
        .init("a number of 33 bits", 1, [0x10, 0x80, 0x80, 0x80, 0x80, 0x10], .outOfRange(field: 2)),
        .init("a negative position", 2, [0x08] + tooLong + [0x01], .outOfRange(field: 1)),
        .init("a date of 33 bits", 7, [0x08, 0x80, 0x80, 0x80, 0x80, 0x10], .outOfRange(field: 1)),
        .init("a rejection code that does not exist", 3, [0x08, 127], .outOfRange(field: 1)),
        .init("a rejection code of 17 bits", 3, [0x08, 0x81, 0x80, 0x04], .outOfRange(field: 1)),
        .init("a choice that does not exist", 202, [0x10, 9], .outOfRange(field: 2)),
        .init("an unspecified choice", 202, [0x10, 0], .outOfRange(field: 2)),
        .init("a choice that is missing", 202, id, .missingField(number: 2)),
        .init("an amount that is missing", 500, [0x12, 3, 0x55, 0x53, 0x44], .missingField(number: 3)),
        .init("a currency that is missing", 500, [], .outOfRange(field: 2)),
        .init("a currency that does not exist", 500, [0x12, 3, 0x58, 0x58, 0x58], .outOfRange(field: 2)),
        .init("an amount without its lower half", 3, [0x12, 9, 0x09] + zeros, .notCanonical(field: 2)),
        .init(
            "an amount with its halves swapped",
            3,
            [0x12, 18, 0x11] + zeros + [0x09] + zeros,
            .notCanonical(field: 2)
        ),
        .init(
            "a quantity beyond its bounds",
            207,
            [0x11] + [UInt8](repeating: 0x7f, count: 8),
            .outOfRange(field: 2)
        ),
        .init(
            "days that leave 32 bits",
            104,
            [0x1a, 6, 0xfe, 0xff, 0xff, 0xff, 0x0f, 2],
            .outOfRange(field: 3)
        ),
        .init("a length beyond the end", 207, [0x0a, 17, 0], .truncated),
        .init(
            "a length beyond all memory",
            207,
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            .truncated
        ),
        .init("a nested message that is cut short", 101, [0x22, 3, 0x0a, 16, 1], .truncated),
        .init(
            "a nested message with an unknown field",
            101,
            [0x22, 2, 0x18, 1],
            .unexpectedField(number: 3)
        ),
        .init("a copy of a copy", 105, [0x18, 105, 0x20, 1], .unknownType(type: 105, version: 1)),
        .init(
            "a copy of what is no reference fact",
            105,
            [0x18, 0xc8, 1, 0x20, 1],
            .unknownType(type: 200, version: 1)
        ),
        .init(
            "a copy of a version that does not exist",
            105,
            [0x18, 102, 0x20, 2],
            .unknownType(type: 102, version: 2)
        ),
        .init("a type that does not exist", 999, [], .unknownType(type: 999, version: 1)),
    ]

    @Test("other forms are refused", arguments: cases)
    func refuses(test: Case) {
        #expect(throws: test.error) {
            try EventRegistry.decode(type: test.type, schemaVersion: 1, payload: test.bytes)
        }
    }

    @Test("a payload that is cut is refused, unless what is left is a shorter event", arguments: Sample.all)
    func truncated(sample: Sample) {
        for count in 0..<sample.bytes.count {
            expectErrorOrCanonical(sample.type, Array(sample.bytes.prefix(count)))
        }
    }

    @Test("a byte more than the last field is refused", arguments: Sample.all)
    func extended(sample: Sample) {
        for byte in UInt8.min...UInt8.max { expectErrorOrCanonical(sample.type, sample.bytes + [byte]) }
    }

    @Test("what was written is told from all that differs in a byte or in length")
    func holds() {
        let bytes = Self.id + Self.quantity
        var encoder = WireEncoder()
        encoder.append(raw: bytes)
        #expect(encoder.holds(bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x40
            #expect(!encoder.holds(other), "byte \(index)")
            #expect(!encoder.holds(Array(bytes[..<index])))
        }
        #expect(!encoder.holds(bytes + [0]))
    }
}

/// Nothing traps, and whatever is read is written as the same bytes again and prints.
func expectErrorOrCanonical(_ type: UInt32, _ bytes: [UInt8]) {
    do throws(WireError) {
        let event = try EventRegistry.decode(type: type, schemaVersion: 1, payload: bytes)
        var encoding = Encoding()
        EventRegistry.visit(event, &encoding)
        if encoding.bytes != bytes {
            #expect(Golden.hexadecimal(encoding.bytes) == Golden.hexadecimal(bytes))
        }
        if EventRegistry.json(event).isEmpty { Issue.record("an event prints as an object") }
    } catch {
        return
    }
}
