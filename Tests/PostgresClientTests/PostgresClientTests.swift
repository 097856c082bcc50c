import Glibc
import PostgresClient
import PostgresTesting
import Testing

private func connect() throws -> PostgresConnection { try SharedCluster.connect(database: "client") }

@Suite("A session")
struct SessionTests {
    @Test("every parameter type comes back as it went")
    func roundTrip() throws {
        let connection = try connect()
        let rows = try connection.query(
            "select $1, $2, $3, $4, $5, $6, $7::text, $8, $9",
            [
                .int32(.min), .int64(.max), .bool(true), .text("Größe 🜚 'x'"), .bytes([0, 1, 255]),
                .uuid(high: 0x0123_4567_89ab_cdef, low: .max), .null, .text(""), .bytes([]),
            ]
        )
        #expect(rows.count == 1 && rows.columns == 9)
        #expect(try rows.int32(0, 0) == .min)
        #expect(try rows.int64(0, 1) == .max)
        #expect(try rows.bool(0, 2))
        #expect(try rows.text(0, 3) == "Größe 🜚 'x'")
        #expect(try rows.bytes(0, 4) == [0, 1, 255])
        let uuid = try rows.uuid(0, 5)
        #expect(uuid.high == 0x0123_4567_89ab_cdef && uuid.low == .max)
        #expect(try rows.isNull(0, 6))
        #expect(try rows.optionalText(0, 6) == nil)
        #expect(try rows.text(0, 7) == "")
        #expect(try rows.bytes(0, 8) == [])
    }

    @Test("a kept statement is parsed once, and anew for another generation")
    func kept() throws {
        let connection = try connect()
        let count = "select count(*), $1::int4 from pg_prepared_statements where name like 'kept_%'"
        for value in 1...8 as ClosedRange<Int32> {
            let rows = try connection.queryKept(count, [.int32(value)])
            #expect(try rows.int64(0, 0) == 1 && rows.int32(0, 1) == value)
        }
        let made = "select min(prepare_time)::text from pg_prepared_statements where name = 'kept_0'"
        let first = try connection.query(made).text(0, 0)
        #expect(try connection.queryKept(count, [.int32(9)], generation: 1).int64(0, 0) == 1)
        #expect(try connection.query(made).text(0, 0) != first)
        // One that cannot be parsed is not taken for kept.
        for _ in 0..<2 {
            #expect(throws: PostgresError.self) { try connection.queryKept("select nothing", []) }
        }
        #expect(try connection.queryKept("select $1", [.int32(5)]).int32(0, 0) == 5)
    }

    @Test("each row of a kept statement comes alone and in order, up to what went wrong")
    func eachRow() throws {
        let connection = try connect()
        let quotients = "select number, 6 / (4 - number) from generate_series(1, $1) as number"
        var rows: [Int32] = []
        func read(_ count: Int32, failingAt stop: Int32? = nil) throws(PostgresError) {
            rows = []
            try connection.queryKept(quotients, [.int32(count)]) { row throws(PostgresError) in
                #expect(row.count == 1)
                rows.append(try row.int32(0, 0))
                if rows.last == stop { throw PostgresError.misuse("enough") }
            }
        }
        try read(0)
        #expect(rows == [])
        try read(3)
        #expect(rows == [1, 2, 3])
        #expect(refusal { () throws(PostgresError) in try read(9) }?.sqlState == "22012")
        #expect(rows == [1, 2, 3])
        #expect(throws: PostgresError.misuse("enough")) { try read(3, failingAt: 2) }
        #expect(rows == [1, 2])
        #expect(throws: PostgresError.misuse("enough")) { try read(9, failingAt: 1) }
        #expect(rows == [1])
        #expect(connection.transactionStatus == .idle)
        try read(2)
        #expect(rows == [1, 2])
    }

    @Test("a statement behind another takes one round trip, and fails with it")
    func pipeline() throws {
        let connection = try connect()
        for value in 1...3 as ClosedRange<Int32> {
            let rows = try connection.queryKept(
                behind: "begin isolation level repeatable read read only",
                "select $1::int4, current_setting('transaction_isolation')",
                [.int32(value)]
            )
            #expect(try rows.int32(0, 0) == value && rows.text(0, 1) == "repeatable read")
            #expect(connection.transactionStatus == .inTransaction)
            try connection.execute("commit")
        }
        func sqlState(_ first: String, _ sql: String) -> String? {
            refusal { () throws(PostgresError) in
                _ = try connection.queryKept(behind: first, sql, [.int32(0)])
            }?.sqlState
        }
        #expect(sqlState("nonsense", "select $1") == "42601")
        #expect(connection.transactionStatus == .idle)
        #expect(sqlState("begin", "select 1 / $1") == "22012")
        #expect(connection.transactionStatus == .failed)
        try connection.execute("rollback")
        #expect(try connection.query("select 1").int32(0, 0) == 1)
    }

    @Test("what nobody waits for is done before the next statement, which says how it went wrong")
    func later() throws {
        let connection = try connect()
        try connection.execute("begin; create temporary table kept_rows (a int4)")
        try connection.executeLater("insert into kept_rows values (1); commit")
        #expect(connection.isFree)
        #expect(try connection.query("select a from kept_rows").int32(0, 0) == 1)
        #expect(connection.transactionStatus == .idle)
        try connection.executeLater("select 1 / 0")
        #expect(
            refusal { () throws(PostgresError) in _ = try connection.query("select 1") }?.sqlState == "22012"
        )
        #expect(try connection.query("select 1").int32(0, 0) == 1)
        try connection.executeLater("select pg_terminate_backend(pg_backend_pid())")
        #expect(throws: PostgresError.self) { try connection.query("select 1") }
        #expect(!connection.isFree)
    }

    @Test("one that gives way does so alone, and goes on to answer")
    func givingWay() throws {
        let (polite, other) = (try connect(), try connect())
        func priority(_ connection: PostgresConnection) -> Int32 {
            getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(connection.backendPID))
        }
        let before = priority(other)
        polite.giveWay()
        #expect(priority(polite) == 19 && priority(other) == before)
        #expect(try polite.query("select 1").int32(0, 0) == 1)
    }

    @Test("the server reads the binary parameters as we mean them")
    func serverSide() throws {
        let rows = try connect().query(
            "select ($1 = -7)::text, $2::text, ($3 = '\\x00ff'::bytea)::text, length($4)",
            [
                .int64(-7), .uuid(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff), .bytes([0, 255]),
                .text("äöü"),
            ]
        )
        #expect(try rows.text(0, 0) == "true")
        #expect(try rows.text(0, 1) == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(try rows.text(0, 2) == "true")
        #expect(try rows.int32(0, 3) == 3)
    }

    @Test("integers widen but never narrow, and types are not mixed up")
    func typesAreChecked() throws {
        let rows = try connect().query(
            "select 5::int2, 6::int4, 7::int8, 'x'::text, null::int8, 1.5::numeric"
        )
        #expect(try [rows.int64(0, 0), rows.int64(0, 1), rows.int64(0, 2)] == [5, 6, 7])
        #expect(try rows.int32(0, 0) == 5)
        #expect(throws: PostgresError.self) { try rows.int32(0, 2) }
        #expect(throws: PostgresError.self) { try rows.int64(0, 3) }
        #expect(throws: PostgresError.self) { try rows.int64(0, 4) }
        #expect(throws: PostgresError.self) { try rows.text(0, 5) }
        #expect(throws: PostgresError.self) { try rows.int64(1, 0) }
        #expect(throws: PostgresError.self) { try rows.int64(0, 6) }
        #expect(try rows.optionalInt64(0, 4) == nil)
    }

    @Test("an enum is read as text")
    func enums() throws {
        let connection = try connect()
        try connection.execute("drop type if exists side; create type side as enum ('buy', 'sell')")
        #expect(try connection.query("select 'sell'::side").text(0, 0) == "sell")
    }

    @Test("rows outlive later statements and the session")
    func rowsOutlive() throws {
        let connection = try connect()
        let rows = try connection.query("select generate_series(1, 3)")
        try connection.execute("select 1")
        connection.close()
        #expect(try (0..<rows.count).map { row in try rows.int32(row, 0) } == [1, 2, 3])
    }

    @Test("an error carries SQLSTATE, detail and hint, and the session goes on")
    func errors() throws {
        let connection = try connect()
        let raise = "do $$ begin raise 'no' using errcode = 'BF001', detail = 'd', hint = 'h'; end $$"
        let raised = refusal { () throws(PostgresError) in try connection.execute(raise) }
        #expect(raised == ServerError(sqlState: "BF001", message: "no", detail: "d", hint: "h"))
        let divided = refusal { () throws(PostgresError) in _ = try connection.query("select 1/0") }
        #expect(divided?.sqlState == "22012" && divided?.sqlStateClass == "22")
        let misspelt = refusal { () throws(PostgresError) in try connection.execute("selec") }
        #expect(misspelt?.sqlState == "42601")
        #expect(connection.isUsable && connection.transactionStatus == .idle)
    }

    @Test("several statements give their tags, and the first error stops them")
    func severalStatements() throws {
        let connection = try connect()
        let tags = try connection.execute(
            "create temp table t (i int); insert into t values (1), (2); select * from t"
        )
        #expect(tags == ["CREATE TABLE", "INSERT 0 2", "SELECT 2"])
        let refusal = refusal { () throws(PostgresError) in
            try connection.execute("insert into t values (3); select 1/0; insert into t values (4)")
        }
        #expect(refusal?.sqlState == "22012")
        #expect(
            try connection.query("select count(*) from t").int64(0, 0) == 2,
            "the string is one transaction"
        )
        #expect(try connection.query("delete from t").affectedRows == 2)
        #expect(try connection.execute("") == [])
    }

    @Test("commit of a failed transaction shows as the tag ROLLBACK")
    func commitOfFailed() throws {
        let connection = try connect()
        try connection.execute("begin")
        #expect(connection.transactionStatus == .inTransaction)
        _ = refusal { () throws(PostgresError) in try connection.execute("select 1/0") }
        #expect(connection.transactionStatus == .failed)
        #expect(try connection.execute("commit") == ["ROLLBACK"])
        try connection.execute("begin")
        _ = refusal { () throws(PostgresError) in try connection.execute("select 1/0") }
        #expect(try connection.query("commit").tag == "ROLLBACK")
        #expect(connection.transactionStatus == .idle)
    }

    @Test("a copy where none belongs is refused and leaves the session usable")
    func strayCopy() throws {
        let connection = try connect()
        try connection.execute("create temp table stray (i int)")
        for sql in ["copy stray from stdin", "copy stray to stdout"] {
            #expect(throws: PostgresError.self) { try connection.execute(sql) }
            #expect(throws: PostgresError.self) { _ = try connection.query(sql) }
            #expect(try connection.query("select 1").int32(0, 0) == 1)
        }
    }

    @Test("a NUL is refused before it can cut a statement short")
    func nul() throws {
        let connection = try connect()
        #expect(throws: PostgresError.misuse("expected no NUL in the statement")) {
            try connection.execute("select 1\0; drop table t")
        }
    }

    @Test("quoting survives what it is made for")
    func quoting() throws {
        let connection = try connect()
        let nasty = #"a'b"c\d"#
        let sql = "select \(try connection.escapeLiteral(nasty)) as \(try connection.escapeIdentifier(nasty))"
        #expect(try connection.query(sql).text(0, 0) == nasty)
    }

    @Test("nobody there is cannotConnect, and so is a closed session")
    func cannotConnect() throws {
        let error = failure { () throws(PostgresError) in
            _ = try PostgresConnection("host=/nonexistent dbname=x connect_timeout=1")
        }
        #expect(error?.description.hasPrefix("cannot connect: ") == true)
        #expect(error?.description.contains("/nonexistent") == true)
        let connection = try connect()
        connection.close()
        #expect(connection.socketDescriptor == -1 && !connection.isUsable && connection.backendPID == 0)
        #expect(throws: PostgresError.cannotConnect(message: "the session is closed")) {
            try connection.execute("select 1")
        }
    }

    @Test("a session that ends under a statement is lost, whoever ended it")
    func lost() throws {
        let cut = try connect()
        shutdown(cut.socketDescriptor, Int32(SHUT_RDWR))
        #expect(isLost { () throws(PostgresError) in try cut.execute("select 1") })
        #expect(!cut.isUsable)

        let ended = try connect()
        #expect(
            isLost { () throws(PostgresError) in
                _ = try ended.query("select pg_terminate_backend(pg_backend_pid())")
            }
        )
        #expect(!ended.isUsable)
    }
}

/// The error of the body, or nil where it has none.
func failure(_ body: () throws(PostgresError) -> Void) -> PostgresError? {
    do throws(PostgresError) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// The server's refusal of the body, or nil where there was none.
func refusal(_ body: () throws(PostgresError) -> Void) -> ServerError? {
    guard case .server(let error) = failure(body) else { return nil }
    return error
}

/// Whether the body ends with an unknown outcome.
func isLost(_ body: () throws(PostgresError) -> Void) -> Bool {
    guard case .connectionLost = failure(body) else { return false }
    return true
}
