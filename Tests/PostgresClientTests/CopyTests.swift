import Glibc
import PostgresTesting
import Testing

@testable import PostgresClient

/// A session with a temporary table, and the statement that fills it behind another one.
private struct CopyTarget {
    let connection: PostgresConnection

    init() throws {
        connection = try SharedCluster.connect(database: "copies")
        try connection.execute(
            """
            create temp table target (
                id int8 primary key, small int4, tiny int2, flag bool, key uuid, note text, payload bytea)
            """
        )
    }

    static let copy = "copy target from stdin (format binary)"

    func count() throws -> Int64 { try connection.query("select count(*) from target").int64(0, 0) }
}

/// A batch with the given ids; every third note is null.
private func batch(_ ids: some Sequence<Int64>) -> CopyWriter {
    var writer = CopyWriter(capacityBytes: 1_024)
    writer.header()
    for id in ids {
        writer.beginTuple(fields: 7)
        writer.int64(id)
        writer.int32(Int32(truncatingIfNeeded: -id))
        writer.int16(Int16(truncatingIfNeeded: id))
        writer.bool(id % 2 == 0)
        writer.uuid(high: UInt64(bitPattern: id), low: ~0)
        if id % 3 == 0 { writer.null() } else { writer.text("note \(id)") }
        writer.bytes([UInt8(truncatingIfNeeded: id), 0, 255])
    }
    writer.trailer()
    return writer
}

@Suite("Copying in")
struct CopyInTests {
    @Test("lists of integers arrive as arrays, an empty one too")
    func lists() throws {
        let connection = try SharedCluster.connect(database: "copies")
        try connection.execute("create temp table listed (list int4[])")
        var writer = CopyWriter()
        writer.header()
        for list in [[], [7], [.min, -1, 0, .max]] as [[Int32]] {
            writer.beginTuple(fields: 1)
            writer.int32s(list)
        }
        writer.trailer()
        _ = try connection.copyIn("copy listed from stdin (format binary)", writer.bytes)
        let rows = try connection.query(
            "select list::text, list = '{}' from listed order by cardinality(list)"
        )
        let lists = try (0..<rows.count).map { try rows.text($0, 0) }
        #expect(lists == ["{}", "{7}", "{-2147483648,-1,0,2147483647}"])
        #expect(try rows.bool(0, 1))
    }

    @Test("statements and copy succeed, each with its result")
    func success() throws {
        let target = try CopyTarget()
        let report = try target.connection.copyIn("select 1; \(CopyTarget.copy)", batch(1...5).array)
        #expect(report.results == [.rows(tag: "SELECT 1", count: 1), .command(tag: "COPY 5")])
        #expect(report.status == .idle)
        let rows = try target.connection.query(
            "select id, small, tiny, flag, key::text, note, payload from target where id = 2"
        )
        #expect(try rows.int64(0, 0) == 2)
        #expect(try rows.int32(0, 1) == -2)
        #expect(try rows.int32(0, 2) == 2)
        #expect(try rows.bool(0, 3))
        #expect(try rows.text(0, 4) == "00000000-0000-0002-ffff-ffffffffffff")
        #expect(try rows.text(0, 5) == "note 2")
        #expect(try rows.bytes(0, 6) == [2, 0, 255])
        #expect(try target.connection.query("select note from target where id = 3").isNull(0, 0))
    }

    @Test("a batch of many messages arrives whole")
    func large() throws {
        let target = try CopyTarget()
        let writer = batch(1...20_000)
        #expect(writer.byteCount > 1_000_000)
        let report = try target.connection.copyIn(CopyTarget.copy, writer.bytes)
        #expect(report.results == [.command(tag: "COPY 20000")])
        #expect(try target.count() == 20_000)
    }

    /// A batch in pieces of a few hundred rows; the first has the header, the last the trailer.
    private func pieces(_ ids: ClosedRange<Int64>) -> (inout CopyWriter) -> Bool {
        let bytes = batch(ids).array
        var rest = bytes[...]
        return { writer in
            let piece = rest.prefix(30_000)
            rest = rest.dropFirst(piece.count)
            for byte in piece { writer.append(byte) }
            return !rest.isEmpty
        }
    }

    @Test("rows in pieces arrive whole, sent ahead or when the server asks", arguments: [true, false])
    func pieces(mayRunAhead: Bool) throws {
        let target = try CopyTarget()
        var writer = CopyWriter()
        for round in 0..<3 as Range<Int64> {
            let report = try target.connection.copyIn(
                "select 1; \(CopyTarget.copy)",
                through: &writer,
                mayRunAhead: mayRunAhead,
                pieces(round * 20_000 + 1...round * 20_000 + 20_000)
            )
            #expect(report.results == [.rows(tag: "SELECT 1", count: 1), .command(tag: "COPY 20000")])
            #expect(report.status == .idle)
        }
        #expect(try target.count() == 60_000)
    }

    @Test("a megabyte of rows behind a failing statement is ignored", arguments: [true, false])
    func piecesBehindAFailure(mayRunAhead: Bool) throws {
        let target = try CopyTarget()
        var writer = CopyWriter()
        for sql in [
            "select 1/0; \(CopyTarget.copy)", "insert into target (id) values (7); \(CopyTarget.copy)",
        ] {
            let report = try target.connection.copyIn(
                sql,
                through: &writer,
                mayRunAhead: mayRunAhead,
                pieces(1...20_000)
            )
            guard case .error = report.results.last else {
                Issue.record("expected an error, was \(report)")
                return
            }
            #expect(report.status == .idle)
            // The session goes on, and what was sent for the copy disturbs nothing.
            #expect(try target.count() == 0)
        }
    }

    @Test("a failing first statement is reported and nothing is stored")
    func firstStatementFails() throws {
        let target = try CopyTarget()
        let report = try target.connection.copyIn("select 1/0; \(CopyTarget.copy)", batch(1...5).array)
        guard case .error(let error) = report.results.first, report.results.count == 1 else {
            Issue.record("expected one error, was \(report)")
            return
        }
        #expect(error.sqlState == "22012")
        #expect(report.status == .idle)
        #expect(try target.count() == 0)
    }

    @Test("a broken constraint or a broken stream undoes the whole string")
    func copyFails() throws {
        let target = try CopyTarget()
        let insert = "insert into target (id) values (99)"
        let doubled = try target.connection.copyIn("\(insert); \(CopyTarget.copy)", batch([1, 1]).array)
        #expect(doubled.results.first == .command(tag: "INSERT 0 1"))
        guard case .error(let error) = doubled.results.last else {
            Issue.record("expected an error, was \(doubled)")
            return
        }
        #expect(error.sqlState == "23505", "\(error)")
        #expect(doubled.results.count == 2 && doubled.status == .idle)
        let broken = try target.connection.copyIn(CopyTarget.copy, Array(batch(1...2_000).array.dropLast(7)))
        guard case .error(let error) = broken.results.last else {
            Issue.record("expected an error, was \(broken)")
            return
        }
        #expect(["22P04", "08P01"].contains(error.sqlState))
        #expect(try target.count() == 0)
    }

    @Test("an error in the middle of a long stream is reported, not a dead session")
    func failsEarly() throws {
        let target = try CopyTarget()
        var ids = Array(1...50_000 as ClosedRange<Int64>)
        ids[1] = 1
        let report = try target.connection.copyIn(CopyTarget.copy, batch(ids).array)
        guard case .error(let error) = report.results.last else {
            Issue.record("expected an error, was \(report)")
            return
        }
        #expect(error.sqlState == "23505" && report.status == .idle)
        #expect(try target.count() == 0)
    }

    @Test("inside a failed transaction the report shows it, and commit says ROLLBACK")
    func failedTransaction() throws {
        let target = try CopyTarget()
        try target.connection.execute("begin")
        let report = try target.connection.copyIn(CopyTarget.copy, batch([7, 7]).array)
        #expect(report.status == .failed)
        let commit = try target.connection.copyIn("commit", [])
        #expect(commit == CopyReport(results: [.command(tag: "ROLLBACK")], status: .idle))
    }

    @Test("a second copy in the string is refused and shown")
    func secondCopy() throws {
        let target = try CopyTarget()
        let report = try target.connection.copyIn("\(CopyTarget.copy); \(CopyTarget.copy)", batch([1]).array)
        #expect(report.results.prefix(2) == [.command(tag: "COPY 1"), .copyIn])
        guard case .error(let error) = report.results.last else {
            Issue.record("expected an error, was \(report)")
            return
        }
        #expect(error.sqlState == "57014" && report.status == .idle)
        #expect(try target.count() == 0)
    }

    @Test("a cut connection leaves the outcome unknown")
    func cut() throws {
        let target = try CopyTarget()
        shutdown(target.connection.socketDescriptor, Int32(SHUT_RDWR))
        #expect(
            isLost { () throws(PostgresError) in
                _ = try target.connection.copyIn(CopyTarget.copy, batch(1...5).array)
            }
        )
        #expect(!target.connection.isUsable)
    }

    @Test("a session ended by the server is lost although an error was read, for a commit may lie before it")
    func terminated() throws {
        let target = try CopyTarget()
        let sql = "select pg_terminate_backend(pg_backend_pid()); \(CopyTarget.copy)"
        #expect(
            isLost { () throws(PostgresError) in
                _ = try target.connection.copyIn(sql, batch(1...5).array)
            }
        )
    }
}

@Suite("Copying out")
struct CopyOutTests {
    private let copy = "copy (select * from target order by id) to stdout (format binary)"

    @Test("what was copied in comes out, field by field")
    func roundTrip() throws {
        let target = try CopyTarget()
        _ = try target.connection.copyIn(CopyTarget.copy, batch(1...1_000).array)
        var expected: Int64 = 0
        try target.connection.copyOut(copy) { message throws(PostgresError) in
            expected += 1
            var tuple = try CopyTuple(message)
            #expect(tuple.fields == 7)
            #expect(try tuple.nextInt64() == expected)
            #expect(try tuple.nextInt32() == Int32(-expected))
            #expect(try tuple.nextInt16() == Int16(expected))
            #expect(try tuple.nextBool() == (expected % 2 == 0))
            #expect(try tuple.nextUUID().high == UInt64(expected))
            #expect(try tuple.nextOptionalText() == (expected % 3 == 0 ? nil : "note \(expected)"))
            #expect(try tuple.nextBytes().byteCount == 3)
            try tuple.finish()
        }
        #expect(expected == 1_000)
    }

    @Test("an empty table has no tuples")
    func empty() throws {
        let target = try CopyTarget()
        try target.connection.copyOut(copy) { _ throws(PostgresError) in Issue.record("expected no tuple") }
        #expect(try target.count() == 0)
    }

    @Test("an error before the first tuple and one between tuples are the server's")
    func serverErrors() throws {
        let target = try CopyTarget()
        var tuples = 0
        for divisor in ["0", "(500 - i)"] {
            let sql = "copy (select 1/\(divisor) from generate_series(1, 1000) i) to stdout (format binary)"
            let refusal = refusal { () throws(PostgresError) in
                try target.connection.copyOut(sql) { _ throws(PostgresError) in tuples += 1 }
            }
            #expect(refusal?.sqlState == "22012")
        }
        #expect(tuples == 499)
        #expect(target.connection.transactionStatus == .idle)
    }

    @Test("a reader that gives up stops the server and keeps the session")
    func abandoned() throws {
        let target = try CopyTarget()
        let endless = "copy (select generate_series(1, 1000000000)) to stdout (format binary)"
        #expect(throws: PostgresError.misuse("enough")) {
            try target.connection.copyOut(endless) { _ throws(PostgresError) in throw .misuse("enough") }
        }
        #expect(try target.count() == 0)
    }

    @Test(
        "what is no binary copy to stdout is named as misuse",
        arguments: [
            "select 1", "copy target from stdin", "copy (select 1) to stdout",
        ]
    )
    func noCopy(sql: String) throws {
        let target = try CopyTarget()
        #expect(throws: PostgresError.self) {
            try target.connection.copyOut(sql) { _ throws(PostgresError) in Issue.record("expected no tuple")
            }
        }
        #expect(try target.count() == 0)
    }

    @Test("the session cannot be used while its rows are being read")
    func reentrant() throws {
        let target = try CopyTarget()
        #expect(throws: PostgresError.misuse("expected the statement before this one to be finished")) {
            try target.connection.copyOut("copy (select 1) to stdout (format binary)") {
                _ throws(PostgresError) in
                try target.connection.execute("select 1")
            }
        }
        #expect(try target.count() == 0)
    }
}

@Suite("The binary copy format")
struct CopyFormatTests {
    private func tuple(_ fill: (inout CopyWriter) -> Void) -> [UInt8] {
        var writer = CopyWriter()
        fill(&writer)
        return writer.array
    }

    @Test("header, fields and trailer are these bytes")
    func golden() {
        var writer = CopyWriter()
        writer.header()
        writer.beginTuple(fields: 3)
        writer.int64(1)
        writer.int32(-2)
        writer.null()
        writer.trailer()
        #expect(
            writer.array.prefix(19) == [80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        )
        #expect(
            Array(writer.array.dropFirst(19)) == [
                0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4, 255, 255, 255, 254, 255, 255, 255, 255,
                255, 255,
            ]
        )
        writer.reset()
        #expect(writer.byteCount == 0 && writer.array.isEmpty)
    }

    @Test("the buffer grows by itself and is kept by a reset", arguments: [0, 1, 63, 64, 65, 100_000])
    func grows(bytes: Int) {
        var writer = CopyWriter(capacityBytes: 0)
        let payload = (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
        for _ in 0..<2 {
            writer.reset()
            writer.bytes(payload)
            writer.int64(-1)
            #expect(Array(writer.array.dropFirst(4).dropLast(12)) == payload)
            #expect(writer.array.suffix(12) == [0, 0, 0, 8] + [UInt8](repeating: 255, count: 8))
        }
    }

    @Test(
        "a tuple that lies about itself is refused",
        arguments: [
            [], [0], [0, 1], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 9, 1], [0, 1, 255, 255, 255, 254],
        ] as [[UInt8]]
    )
    func malformed(bytes: [UInt8]) {
        #expect(throws: PostgresError.self) {
            // SAFETY: `bytes` outlives the tuple that borrows it.
            var tuple = try CopyTuple(unsafe bytes.span.bytes)
            _ = try tuple.nextOptionalBytes()
        }
    }

    @Test("a wrong width, a null, one field too many and one too few are refused")
    func wrongReads() throws {
        let bytes = tuple { writer in
            writer.beginTuple(fields: 2)
            writer.int32(5)
            writer.null()
        }
        #expect(throws: PostgresError.misuse("expected 8 bytes in field 0, was 4")) {
            // SAFETY: `bytes` outlives the tuple that borrows it.
            var tuple = try CopyTuple(unsafe bytes.span.bytes)
            _ = try tuple.nextInt64()
        }
        #expect(throws: PostgresError.misuse("expected a value in field 1, was null")) {
            // SAFETY: `bytes` outlives the tuple that borrows it.
            var tuple = try CopyTuple(unsafe bytes.span.bytes)
            try tuple.skip()
            _ = try tuple.nextInt64()
        }
        // SAFETY: `bytes` outlives the tuple that borrows it.
        var tuple = try CopyTuple(unsafe bytes.span.bytes)
        #expect(try tuple.nextInt32() == 5)
        #expect(throws: PostgresError.self) { try tuple.finish() }
        #expect(try tuple.nextOptionalUUID() == nil)
        try tuple.finish()
        #expect(throws: PostgresError.self) { try tuple.skip() }
    }
}
