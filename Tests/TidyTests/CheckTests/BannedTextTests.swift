import Testing

@Suite("banned text")
struct BannedTextTests {
    static let pure = "Sources/Domain/Orders/Snippet.swift"

    @Test(
        "in pure targets",
        arguments: [
            ("import Foundation", "import Foundation"), ("import Glibc", "import Glibc"), ("Date()", "Date("),
            ("let id = UUID()", "UUID("), ("let t = clock.now", ".now"), ("print(a)", "print("),
            ("let a: Double = 1", "Double"), ("let a: Float = 1", "Float"), ("let a: Decimal", "Decimal"),
            ("func a() async {}", "async"), ("Task { }", "Task"), ("a.randomElement()", "random"),
            ("var g = SystemRandomNumberGenerator()", "random"),
        ]
    )
    func pure(text: String, ban: String) {
        #expect(Snippet(text, at: Self.pure).found(by: BannedText.findings) == ["1: `\(ban)` is banned here"])
        #expect(Snippet(text).found(by: BannedText.findings) == [], "it is allowed in the engine")
    }

    @Test(
        "each pure folder is one",
        arguments: ["Sources/BifrostKernel", "EventSchemas/Registry", "Projections/Kit"]
    )
    func pureFolders(folder: String) {
        #expect(Snippet("print(a)", at: "\(folder)/A.swift").found(by: BannedText.findings).count == 1)
    }

    @Test(
        "a longer word, a comment and a literal are not the banned one",
        arguments: [
            "validDate(a)", "fingerprint(a)", "a.nowhere", "DoubleEntry()", "Floating()", "asynchronous",
            "Tasks()", "// Double", "/// `async`", "let a = \"Task\"", "tryAll!", "let alias = a",
        ]
    )
    func negative(text: String) {
        #expect(Snippet(text, at: Self.pure).found(by: BannedText.findings) == [])
    }

    @Test(
        "everywhere",
        arguments: [
            ("let a = try! b()", "try!"), ("a as! B", "as!"), ("fatalError()", "fatalError"),
            ("Task.detached { }", "Task.detached"), ("// TO" + "DO: later", "TO" + "DO"),
            ("/* FIX" + "ME */", "FIX" + "ME"), ("unsafeFlags([\"-O" + "unchecked\"])", "-O" + "unchecked"),
        ]
    )
    func everywhere(text: String, ban: String) {
        #expect(Snippet("a\n" + text).found(by: BannedText.findings) == ["2: `\(ban)` is banned here"])
    }

    @Test("sleeps in tests only", arguments: ["Task.sleep(for: a)", "usleep(1)"])
    func sleeps(text: String) {
        let test = Snippet(text, at: "Tests/EngineTests/Snippet.swift")
        #expect(test.found(by: BannedText.findings) == ["1: `sleep(` is banned here"])
        #expect(Snippet(text).found(by: BannedText.findings) == [])
    }

    @Test("reminders in any kind of file, but not where a page quotes them")
    func reminders() {
        let word = "TO" + "DO"
        for path in ["ops/a", "a.sql", "docs/a.md", "a.proto"] {
            #expect(Snippet("# \(word)", at: path).found(by: BannedText.findings).count == 1)
        }
        #expect(Snippet("No `\(word)`.", at: "docs/a.md").found(by: BannedText.findings) == [])
        #expect(Snippet("mas\(word)n", at: "ops/a").found(by: BannedText.findings) == [])
    }
}
