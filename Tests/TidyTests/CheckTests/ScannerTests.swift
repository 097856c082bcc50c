import Testing

@Suite("code, comments and literals are told apart")
struct ScannerTests {
    @Test(
        "only code is seen as code",
        arguments: [
            (#"a("b") // c"#, "a(   )"),
            (#"a /* b /* c */ d */ e"#, "a                   e"),
            (#"a("b \(c("d")) e")"#, "a(     c(   )    )"),
            (#"a("b\"c") d"#, "a(      ) d"),
            (##"a(#"b"c\(d)"#) e"##, "a(           ) e"),
            (##"a(#"b\#(c)"#) e"##, "a(      c   ) e"),
            (#"a("") b"#, "a(  ) b"),
            (#"a(/b"c/) d"#, "a(     ) d"),
            (##"a(#/b"/c/#) d"##, "a(        ) d"),
            ("a / b / c", "a / b / c"),
            ("func `try! it`() {}", "func          () {}"),
            (#"a("// b") c"#, "a(      ) c"),
        ]
    )
    func views(text: String, code: String) throws {
        let line = try #require(SourceFile(path: "a.swift", text: text).lines.first)
        #expect(line.code == code.padded(to: line.text.count))
    }

    @Test("a string of many lines ends at its own quotes")
    func multiline() {
        let text = "a = \"\"\"\n  b \"c\" // d\n  \\(e)\n  \"\"\"\nf"
        let code = SourceFile(path: "a.swift", text: text).lines.map { $0.code.filter { $0 != " " } }
        #expect(code == ["a=", "", "e", "", "f"])
    }

    @Test("a string that is never closed ends with its line")
    func unclosed() {
        let lines = SourceFile(path: "a.swift", text: "a \"b\nc").lines
        #expect(lines.map(\.code) == ["a   ", "c"])
    }

    @Test("a comment is seen as a comment, without what is beside it")
    func comments() {
        let line = SourceFile(path: "a.swift", text: "a \"b\" // c").lines[0]
        #expect(line.comment == "      // c")
        #expect(line.literal == "  \"b\"     ")
    }

    @Test("Markdown hides fenced blocks and code spans")
    func markdown() {
        let text = "a `b` c\n```swift\n# d\n```\ne ``f ` g`` h ` i"
        let code = SourceFile(path: "a.md", text: text).lines.map { $0.code.filter { $0 != " " } }
        #expect(code == ["ac", "", "", "", "eh`i"])
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: width - count) }
}
