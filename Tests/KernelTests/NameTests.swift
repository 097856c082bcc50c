import BifrostKernel
import Testing

@Suite("names are what their rules allow")
struct NameTests {
    @Test(
        "a client's name is 1–128 printable ASCII characters",
        arguments: ["a", "~", "!", "order 1", "a\"b\\c"]
    )
    func clientName(text: String) throws {
        #expect(ClientName(text)?.text == text)
        #expect(ActorName(text)?.text == text)
        Array(text.utf8).withUnsafeBytes { bytes in
            #expect(ClientName(bytes: bytes)?.text == text)
            #expect(ActorName(bytes: bytes)?.text == text)
        }
    }

    @Test(
        "no other text is a name",
        arguments: [
            "", " ", " a", "a ", "a\tb", "a\nb", "\u{0}", "\u{7f}", "é", "a\u{301}", "名", "𝄞", "a\r\n",
        ]
    )
    func notClientName(text: String) {
        #expect(ClientName(text) == nil)
        #expect(ActorName(text) == nil)
        Array(text.utf8).withUnsafeBytes { bytes in
            #expect(ClientName(bytes: bytes) == nil)
            #expect(ActorName(bytes: bytes) == nil)
        }
    }

    @Test("bytes that are no text are no name")
    func notText() {
        for bytes in [[0x61, 0xff, 0x61], [0xc3, 0x28], [0x80]] as [[UInt8]] {
            bytes.withUnsafeBytes { #expect(ClientName(bytes: $0) == nil && ActorName(bytes: $0) == nil) }
        }
    }

    @Test("names have a longest length")
    func lengths() {
        func text(_ count: Int) -> String { String(repeating: "a", count: count) }
        #expect(ClientName.bytesMax == 128)
        #expect(ClientName(text(128)) != nil && ClientName(text(129)) == nil)
        #expect(ActorName(text(64)) != nil && ActorName(text(65)) == nil)
        #expect(Symbol(text(32)) != nil && Symbol(text(33)) == nil)
        #expect(AccountAlias(text(32)) != nil && AccountAlias(text(33)) == nil)
    }

    @Test(
        "a symbol",
        arguments: ["A", "aapl", "BRK.B", "ES-2026", "EUR/USD", "BTC_USD", "XNAS:AAPL", "0700", ".", "-"]
    )
    func symbol(text: String) { #expect(Symbol(text)?.text == text) }

    @Test(
        "no other text is a symbol",
        arguments: ["", " ", "A B", "A,B", "A+", "É", "Ａ", "A\u{301}", "A\u{0}", "$A", "A\\B"]
    )
    func notSymbol(text: String) { #expect(Symbol(text) == nil) }

    @Test("an alias", arguments: ["a", "main", "desk-1", "a_b", "z9"])
    func alias(text: String) { #expect(AccountAlias(text)?.text == text) }

    @Test(
        "no other text is an alias",
        arguments: ["", "A", "1a", "-a", "_a", "a b", "a.b", "aB", "é", "aé", "a\u{301}", "a\u{0}"]
    )
    func notAlias(text: String) { #expect(AccountAlias(text) == nil) }

    @Test("every character is allowed or not, as the rules say")
    func everyByte() throws {
        for scalar in (0...0x17f as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init) {
            let text = "a" + String(scalar) + "a"
            let isPrintable = scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7f
            let isAlphanumeric =
                scalar.isASCII && Character(scalar).isLetter || Character(scalar).isWholeNumber
            let isDigit = scalar.isASCII && isAlphanumeric
            #expect((ClientName(text) != nil) == isPrintable, "\(scalar.value)")
            #expect(
                (Symbol(text) != nil) == (isDigit || ".-/_:".unicodeScalars.contains(scalar)),
                "\(scalar.value)"
            )
            let isLowOrDigit = isDigit && !Character(scalar).isUppercase
            #expect(
                (AccountAlias(text) != nil) == (isLowOrDigit || scalar == "-" || scalar == "_"),
                "\(scalar.value)"
            )
        }
    }

    @Test("names are ordered byte by byte")
    func order() throws {
        let names = try ["B", "a", "aa", "b"].map { try #require(ClientName($0)) }
        #expect(names.sorted() == names)
        let symbols = try ["-", ".", "/", "0", ":", "A", "_", "a"].map { try #require(Symbol($0)) }
        #expect(symbols.sorted() == symbols)
        let aliases = try ["a-", "a0", "a_", "aa"].map { try #require(AccountAlias($0)) }
        #expect(aliases.sorted() == aliases)
    }
}
