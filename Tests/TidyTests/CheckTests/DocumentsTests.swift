import Testing

@Suite("documents")
struct DocumentsTests {
    @Test("a page has exactly one title; a comment in a fenced script is none")
    func titles() {
        #expect(Snippet("# A\n## B\n```sh\n# c\n```\n", at: "a.md").found(by: Documents.titles) == [])
        #expect(Snippet("a", at: "a.md").found(by: Documents.titles) == ["1: no title"])
        #expect(Snippet("# A\n\n# B", at: "a.md").found(by: Documents.titles) == ["3: a second title"])
        #expect(Snippet("a", at: "a.txt").found(by: Documents.titles) == [])
    }

    @Test("a decision has a status, the index of decisions needs none")
    func statuses() {
        let found = { (path: String, text: String) in Snippet(text, at: path).found(by: Documents.statuses) }
        #expect(found("docs/decisions/0001-a.md", "# A\n\nStatus: Accepted\n") == [])
        #expect(found("docs/decisions/0001-a.md", "# A") == ["1: a decision without its status"])
        #expect(found("docs/decisions/0001-a.md", "# A\nStatus:\n").count == 1)
        #expect(found("docs/decisions/README.md", "# A") == [])
        #expect(found("docs/start.md", "# A") == [])
    }

    static let paths: Set = ["docs/a.md", "docs/decisions/b.md", "ops/run"]

    @Test(
        "links that lead somewhere",
        arguments: [
            "[b](decisions/b.md)", "[b](decisions/b.md#title \"B\")", "[b](./decisions)", "[r](../ops/run)",
            "[r](/ops/run)", "[x](https://example.org/a)", "[x](mailto:a@example.org)", "[x](#here)",
            "`[x](nowhere.md)`", "[b]: decisions/b.md", "a[i](../ops/)",
        ]
    )
    func links(text: String) {
        let found = Snippet(text, at: "docs/a.md").found {
            Documents.brokenLinks(in: [$0], paths: Self.paths)
        }
        #expect(found == [])
    }

    @Test(
        "links that lead nowhere",
        arguments: [
            ("[x](nowhere.md)", "nowhere.md"), ("[x](b.md#title)", "b.md"), ("[x]: ../run", "../run"),
            ("![x](x.svg)", "x.svg"), ("[x](../../main/ops/run)", "../../main/ops/run"),
        ]
    )
    func brokenLinks(text: String, target: String) {
        let found = Snippet(text, at: "docs/a.md").found {
            Documents.brokenLinks(in: [$0], paths: Self.paths)
        }
        #expect(found == ["1: broken link to `\(target)`"])
    }
}
