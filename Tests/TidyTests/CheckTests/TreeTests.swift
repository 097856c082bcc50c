import Testing

@Suite("all checks together")
struct TreeTests {
    @Test("every finding is reported, by file and line, with its remedy")
    func report() {
        let files = [
            Snippet("# A\n[b](b.md)", at: "docs/a.md").file,
            Snippet("a\nlet a = try! b()", at: "Sources/Engine/A.swift").file,
        ]
        #expect(
            TidyTests.findings(in: files, paths: Set(files.map(\.path))).map(\.description) == [
                "Sources/Engine/A.swift:2: `try!` is banned here; handle or rethrow the error",
                "docs/a.md:2: broken link to `b.md`; correct the path or drop the link",
            ]
        )
    }

    @Test("generated code is excused, but a link may lead to it")
    func generated() {
        let generated = Snippet("import Foundation\ntry! a()", at: "EventSchemas/Generated/A.swift").file
        let page = Snippet("# A\n[g](EventSchemas/Generated/A.swift)", at: "a.md").file
        #expect(TidyTests.findings(in: [generated, page], paths: [generated.path, page.path]).isEmpty)
    }
}
