import Testing

@Suite("the order of SQL")
struct SQLOrderTests {
    static let folder = SQLOrder.folder

    @Test("a list that names each file once")
    func complete() {
        let files = [
            Snippet("# first\nprepare tables/log.sql\n\n1 append.sql # then\n", at: SQLOrder.list),
            Snippet("", at: Self.folder + "append.sql"), Snippet("", at: Self.folder + "tables/log.sql"),
        ]
        #expect(files.found(by: SQLOrder.findings) == [])
        #expect([Snippet("a", at: "Projections/Kit/schema.sql")].found(by: SQLOrder.findings) == [])
    }

    @Test("a file without its line, a line without its file, and a line twice")
    func incomplete() {
        let files = [
            Snippet("a.sql\nb.sql\na.sql\n", at: SQLOrder.list),
            Snippet("", at: Self.folder + "a.sql"), Snippet("", at: Self.folder + "c.sql"),
        ]
        #expect(
            files.found(by: SQLOrder.findings) == [
                "\(SQLOrder.list):2: `b.sql` does not exist", "\(SQLOrder.list):3: `a.sql` is listed twice",
                "\(Self.folder)c.sql:1: not in the order of SQL",
            ]
        )
    }

    @Test("files without any list")
    func missingList() {
        let found = [Snippet("", at: Self.folder + "a.sql")].found(by: SQLOrder.findings)
        #expect(found == ["\(Self.folder)a.sql:1: SQL without its order"])
    }
}
