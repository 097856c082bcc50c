import Testing

@Suite("shape")
struct ShapeTests {
    @Test("a line of 111 columns is found, one of 110 is not")
    func longLine() {
        let fits = "let " + String(repeating: "a", count: 106)
        #expect(Snippet("\(fits)\n\(fits)a\n").found(by: Shape.longLines) == ["2: 111 columns"])
        #expect(Snippet(fits + "a", at: "ops/list.txt").found(by: Shape.longLines) == [])
    }

    @Test("an address and a line that is mostly a literal are excused, prose beside an address is not")
    func excusedLines() {
        let long = String(repeating: "b", count: 110)
        #expect(Snippet("// See https://example.org/\(long)").found(by: Shape.longLines) == [])
        #expect(Snippet("let a = \"\(long)\"").found(by: Shape.longLines) == [])
        #expect(Snippet("// \(long) https://a.b").found(by: Shape.longLines).count == 1)
        #expect(Snippet("let \(long) = \"a\"").found(by: Shape.longLines).count == 1)
    }

    @Test("a file of 501 lines is found, one of 500 is not")
    func longFile() {
        let lines = String(repeating: "a\n", count: 500)
        #expect(Snippet(lines).found(by: Shape.longFile) == [])
        #expect(Snippet(lines + "a").found(by: Shape.longFile) == ["501: 501 lines"])
        #expect(Snippet(lines + "a", at: "docs/page.md").found(by: Shape.longFile) == [])
    }

    @Test(
        "a body of 61 lines is found, one of 60 is not",
        arguments: [
            "func f()", "static func < (a: A, b: A) -> Bool", "init?<T>(a: T = { 1 }()) throws(E) where T: P",
            "deinit", "subscript(a: Int) -> Int", "func f(\n) -> @Sendable () -> Void",
        ]
    )
    func longFunction(signature: String) {
        func body(_ lineCount: Int) -> Snippet {
            let lines = lineCount - signature.split(separator: "\n").count - 1
            return Snippet(
                "\(signature) {\n" + String(repeating: "if a { b(\"}\") } // }\n", count: lines) + "}"
            )
        }
        #expect(body(60).found(by: Shape.longFunctions) == [])
        #expect(body(61).found(by: Shape.longFunctions) == ["1: a function of 61 lines"])
    }

    @Test("a requirement has no body, so what follows it is not counted")
    func requirement() {
        let filler = String(repeating: "    // why\n", count: 70)
        let text =
            "protocol P {\n    func a() throws -> Int\n\(filler)    var b: Int { get }\n    init()\n}\n"
        #expect(Snippet(text + "struct S {\n\(filler)}").found(by: Shape.longFunctions) == [])
        #expect(Snippet("a.init(b)\n\(filler)if c { }").found(by: Shape.longFunctions) == [])
    }
}
