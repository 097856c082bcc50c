import PostgresClient
import PostgresTesting
import Testing

@Suite("Many rows go into a statement as one parameter")
struct RecordTypeTests {
    private static func connect(_ database: String) throws -> PostgresConnection {
        let connection = try SharedCluster.connect(database: database)
        try connection.execute(
            "create table public.lines (first int8, second text, third numeric(39,9), fourth bytea)"
        )
        return connection
    }

    @Test("columns find their places by name, what is null stays null, and what is left out is null")
    func unnests() throws {
        let connection = try Self.connect("records")
        let type = try RecordType(ofTable: "public.lines", connection)
        var writer = CopyWriter()
        writer.header()
        let texts = ["", "ß\u{1f600}", nil, String(repeating: "x", count: 70_000)]
        for (place, text) in texts.enumerated() {
            writer.beginTuple(fields: 3)
            if place == 1 { writer.null() } else { writer.numeric(nanos: -Int128(place)) }
            if let text { writer.text(text) } else { writer.null() }
            writer.int64(Int64(place))
        }
        let array = try type.array(of: writer, ["third", "second", "first"], rows: texts.count)
        let rows = try connection.query("select first, second, third::text, fourth from unnest($1)", [array])
        #expect(rows.count == texts.count)
        for (place, text) in texts.enumerated() {
            #expect(try rows.int64(place, 0) == Int64(place))
            #expect(try rows.optionalText(place, 1) == text)
            #expect(try rows.isNull(place, 2) == (place == 1))
            #expect(try rows.isNull(place, 3))
        }
        #expect(try rows.text(3, 2) == "-0.000000003")
    }

    @Test("no rows are an empty array, and a column that the table does not have is refused")
    func refuses() throws {
        let connection = try Self.connect("records_refused")
        let type = try RecordType(ofTable: "public.lines", connection)
        var writer = CopyWriter()
        writer.header()
        let none = try type.array(of: writer, ["first"], rows: 0)
        #expect(try connection.query("select * from unnest($1)", [none]).count == 0)
        #expect(throws: PostgresError.misuse("expected a column fifth of the table")) {
            _ = try type.array(of: writer, ["fifth"], rows: 0)
        }
        #expect(throws: PostgresError.self) { _ = try RecordType(ofTable: "public.nothing", connection) }
    }
}
