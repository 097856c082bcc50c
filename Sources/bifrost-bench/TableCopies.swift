// The ceiling of a rebuild: its rows written by `COPY`, into empty tables with the same indexes.

import Glibc
import PostgresClient

/// The rows of a build, ready to be copied.
struct TableCopies {
    private static let schema = "bench_copies"

    private let connection: PostgresConnection
    private let from: String
    private var tables: [(name: String, tuples: CopyWriter)] = []

    /// Reads all rows of the tables of `schema` into memory.
    init(of schema: String, _ conninfo: String) throws(PostgresError) {
        connection = try PostgresConnection(conninfo)
        from = schema
        let names = try connection.query(
            "select tablename from pg_tables where schemaname = $1 order by 1",
            [.text(schema)]
        )
        for row in 0..<names.count { try take(try names.text(row, 0)) }
    }

    private mutating func take(_ name: String) throws(PostgresError) {
        var tuples = CopyWriter(capacityBytes: 1 << 20)
        tuples.header()
        try connection.copyOut("copy \(from).\(name) to stdout (format binary)") {
            message throws(PostgresError) in
            var tuple = try CopyTuple(message)
            tuples.beginTuple(fields: Int16(tuple.fields))
            for _ in 0..<tuple.fields {
                if let field = try tuple.nextOptionalBytes() { tuples.bytes(field) } else { tuples.null() }
            }
        }
        tuples.trailer()
        tables.append((name, tuples))
    }

    /// Copies them once, each table in a transaction, and returns how long that took in nanoseconds.
    func write() throws(PostgresError) -> Int64 {
        try connection.execute(
            "drop schema if exists \(Self.schema) cascade; create schema \(Self.schema);"
                // As sessions of projectors do: what a crash takes is folded again.
                + "set synchronous_commit = off;"
                + tables.map {
                    "create table \(Self.schema).\($0.name) (like \(from).\($0.name) including all)"
                }.joined(separator: ";")
        )
        let began = monotonicNanos()
        for table in tables {
            let report = try connection.copyIn(
                "copy \(Self.schema).\(table.name) from stdin (format binary)",
                table.tuples.bytes
            )
            for case .error(let error) in report.results { throw .server(error) }
        }
        let nanos = monotonicNanos() - began
        try connection.execute("drop schema \(Self.schema) cascade")
        return nanos
    }
}
