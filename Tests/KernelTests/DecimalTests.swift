import BifrostKernel
import SeededChoices
import Testing

@Suite("decimals are read and printed exactly")
struct DecimalTests {
    private static let wideMax = Int128.max

    @Test(
        "a decimal reads as units of 10⁻⁹ and prints in its shortest form",
        arguments: [
            ("0", 0, "0"), ("-0", 0, "0"), ("-0.000", 0, "0"), ("1", 1_000_000_000, "1"),
            ("1.0", 1_000_000_000, "1"), ("1.00", 1_000_000_000, "1"), ("007", 7_000_000_000, "7"),
            ("0.000000001", 1, "0.000000001"), ("-0.000000001", -1, "-0.000000001"),
            ("187.25", 187_250_000_000, "187.25"), ("-0.5", -500_000_000, "-0.5"),
            ("1.0000000000000", 1_000_000_000, "1"), ("0.1000000000", 100_000_000, "0.1"),
            ("999999999.999999999", 999_999_999_999_999_999, "999999999.999999999"),
        ] as [(String, Int128, String)]
    )
    func reads(text: String, nanos: Int128, shortest: String) throws {
        #expect(try Decimals.nanos(text, magnitudeMax: Self.wideMax) == nanos)
        #expect(Decimals.text(nanos) == shortest)
    }

    @Test(
        "no other form is a decimal",
        arguments: [
            "", "-", ".", "-.", "1.", "-1.", ".5", "-.5", "+1", "--1", "1-", "1e3", "1E3", "0x10", "1,000",
            "1_000",
            " 1", "1 ", "1 000", "1.2.3", "1..2", "NaN", "inf", "Infinity", "١", "１", "1\u{0}", "\u{feff}1",
            "½", "−1",
            "1\n", "$1", "1.5f",
        ]
    )
    func malformed(text: String) {
        #expect(throws: DecimalError.malformed) { try Decimals.nanos(text, magnitudeMax: Self.wideMax) }
    }

    @Test(
        "a tenth decimal that carries a value is refused and never rounded",
        arguments: ["0.0000000001", "1.0000000005", "-0.9999999999", "1.00000000000000000001"]
    )
    func tooPrecise(text: String) {
        #expect(throws: DecimalError.tooPrecise) { try Decimals.nanos(text, magnitudeMax: Self.wideMax) }
    }

    @Test("the longest text is 64 characters")
    func length() throws {
        let longest = "1." + String(repeating: "0", count: 62)
        #expect(try Decimals.nanos(longest, magnitudeMax: Self.wideMax) == 1_000_000_000)
        #expect(throws: DecimalError.malformed) {
            try Decimals.nanos(longest + "0", magnitudeMax: Self.wideMax)
        }
        #expect(throws: DecimalError.malformed) {
            try Decimals.nanos(String(repeating: "1", count: 100_000), magnitudeMax: Self.wideMax)
        }
        #expect(throws: DecimalError.outOfRange) {
            try Decimals.nanos(String(repeating: "9", count: 64), magnitudeMax: Self.wideMax)
        }
    }

    @Test("a number beyond the bound of its type is refused", arguments: ["", "-"])
    func bounds(sign: String) throws {
        let power30 = "1" + String(repeating: "0", count: 30)
        #expect(throws: DecimalError.outOfRange) {
            try Decimals.nanos(sign + power30, magnitudeMax: Self.wideMax)
        }
        #expect(throws: DecimalError.outOfRange) { try Money(sign + power30) }
        #expect(throws: DecimalError.outOfRange) { try Money(sign + "1000000000000000000.000000001") }
        #expect(try Money(sign + "1000000000000000000").nanos.magnitude == UInt128(Money.nanosMax))
        #expect(throws: DecimalError.outOfRange) { try Price(sign + "1000000000.000000001") }
        #expect(try Price(sign + "1000000000").nanos.magnitude == UInt64(Price.nanosMax))
        #expect(throws: DecimalError.outOfRange) { try Quantity(sign + "1000000000.000000001") }
        #expect(try Quantity(sign + "1000000000").nanos.magnitude == UInt64(Quantity.nanosMax))
    }

    @Test("the bounds of 128 bits print and read back")
    func extremes() throws {
        #expect(Decimals.text(.max) == "170141183460469231731687303715.884105727")
        #expect(Decimals.text(.min) == "-170141183460469231731687303715.884105728")
        #expect(try Decimals.nanos(Decimals.text(.max), magnitudeMax: .max) == .max)
        #expect(throws: DecimalError.outOfRange) {
            try Decimals.nanos(Decimals.text(.min), magnitudeMax: .max)
        }
    }

    @Test("what is printed reads back as the same number", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var source = Generator(seed: seed)
        for _ in 0..<20_000 {
            // Every magnitude is as likely, and so are trailing zeros.
            let bits = Int128(source.next()) << 64 | Int128(source.next())
            var nanos = bits >> Int128(source.next() % 127)
            if nanos == .min { nanos = .max }
            if source.next() % 2 == 0 { nanos = nanos / 1_000_000 * 1_000_000 }
            let text = Decimals.text(nanos)
            guard try Decimals.nanos(text, magnitudeMax: .max) != nanos else { continue }
            Issue.record("\(nanos) printed as \(text)")
        }
    }

    @Test("no text traps", arguments: [4, 5] as [UInt64])
    func hostile(seed: UInt64) {
        var source = Generator(seed: seed)
        let letters = Array("0123456789.-+e ,\u{660}")
        for _ in 0..<20_000 {
            let count = Int(source.next() % 70)
            let text = String((0..<count).map { _ in letters[Int(source.next() % UInt64(letters.count))] })
            _ = try? Decimals.nanos(text, magnitudeMax: .max)
            _ = try? Money(text)
            _ = try? Price(text)
            _ = try? Quantity(text)
        }
    }
}
