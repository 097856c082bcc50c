import CLibPQ

/// One result of libpq, cleared exactly once when its owner ends.
@safe struct ResultHandle: ~Copyable {
    private let raw: OpaquePointer

    init(taking raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe PQclear(raw) }

    var status: ExecStatusType { unsafe PQresultStatus(raw) }
    var rowCount: Int { unsafe Int(PQntuples(raw)) }
    var columnCount: Int { unsafe Int(PQnfields(raw)) }
    var tag: String { unsafe String(cString: PQcmdStatus(raw)) }

    /// The rows that an insert, update, delete, select or copy touched.
    var affectedRows: Int { unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    func type(ofColumn column: Int) -> UInt32 { unsafe PQftype(raw, Int32(column)) }
    func isNull(_ row: Int, _ column: Int) -> Bool { unsafe PQgetisnull(raw, Int32(row), Int32(column)) == 1 }

    /// Lends the bytes of one field, whose row and column were checked by the caller.
    func withBytes<Answer>(
        _ row: Int,
        _ column: Int,
        _ body: (RawSpan) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer {
        guard let start = unsafe PQgetvalue(raw, Int32(row), Int32(column)) else {
            throw .misuse("expected a field at (\(row), \(column))")
        }
        let length = unsafe Int(PQgetlength(raw, Int32(row), Int32(column)))
        return try body(unsafe RawSpan(_unsafeStart: start, byteCount: length))
    }

    /// The server's error, or nil where libpq made the error up because the session ended.
    var serverError: ServerError? {
        guard let sqlState = field("C") else { return nil }
        return ServerError(
            sqlState: sqlState,
            message: field("M") ?? "",
            detail: field("D"),
            hint: field("H")
        )
    }

    private func field(_ code: Unicode.Scalar) -> String? {
        unsafe PQresultErrorField(raw, Int32(code.value)).map { unsafe String(cString: $0) }
    }
}

/// One session of libpq, finished exactly once.
///
/// libpq takes a null session as a dead one, so a closed handle is safe to ask.
@safe struct ConnectionHandle: ~Copyable {
    private var raw: OpaquePointer?

    /// Connects, or throws and leaves nothing behind; libpq honours the `connect_timeout` of the text.
    init(_ conninfo: String) throws(PostgresError) {
        guard !conninfo.utf8.contains(0) else { throw .misuse("expected no NUL in the connection string") }
        // Later words win, so the encoding holds whatever the text and the environment say.
        let opened = unsafe Self.withCStrings(["dbname", "client_encoding", "fallback_application_name"]) {
            keywords in
            unsafe Self.withCStrings([conninfo, "UTF8", "bifrost"]) { values in
                unsafe PQconnectdbParams(keywords, values, 1)
            }
        }
        guard unsafe PQstatus(opened) == CONNECTION_OK else {
            let message = unsafe Self.errorMessage(opened)
            unsafe PQfinish(opened)
            throw .cannotConnect(message: message)
        }
        // libpq prints warnings to stderr, which is the terminal of whoever runs us; the server's log has
        // them.
        unsafe PQsetNoticeProcessor(opened, { _, _ in }, nil)
        unsafe self.raw = opened
    }

    deinit { unsafe PQfinish(raw) }

    mutating func close() {
        unsafe PQfinish(raw)
        unsafe raw = nil
    }

    var isUsable: Bool { unsafe PQstatus(raw) == CONNECTION_OK }
    var backendPID: Int32 { unsafe PQbackendPID(raw) }
    var socket: Int32 { unsafe PQsocket(raw) }
    var message: String { unsafe Self.errorMessage(raw) }

    var transactionStatus: TransactionStatus {
        switch unsafe PQtransactionStatus(raw) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_ACTIVE: .active
        case PQTRANS_INTRANS: .inTransaction
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    func send(_ sql: String) -> Bool { unsafe PQsendQuery(raw, sql) == 1 }

    /// Has each row of the statement that was just sent be a result of its own.
    func returnEachRow() -> Bool { unsafe PQsetSingleRowMode(raw) == 1 }

    /// Asks the server to parse a statement and to keep it under a name.
    func prepare(_ name: String, _ sql: String, _ block: ParameterBlock) -> Bool {
        unsafe PQsendPrepare(raw, name, sql, Int32(block.types.count), block.types) == 1
    }

    /// Sends one statement with parameters, by its text or by the name that it is kept under; all results
    /// come back in binary.
    func send(_ statement: String, isName: Bool = false, _ block: ParameterBlock) -> Bool {
        unsafe block.bytes.withUnsafeBytes { bytes in
            let values = unsafe block.offsets.map { offset in
                unsafe offset.flatMap { start in
                    unsafe bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
                }
            }
            let binary = [Int32](repeating: 1, count: block.offsets.count)
            let count = Int32(binary.count)
            guard !isName else {
                return unsafe PQsendQueryPrepared(
                    raw,
                    statement,
                    count,
                    values,
                    block.lengths,
                    binary,
                    1
                ) == 1
            }
            return unsafe PQsendQueryParams(
                raw,
                statement,
                count,
                block.types,
                values,
                block.lengths,
                binary,
                1
            ) == 1
        }
    }

    /// From now on statements wait for no results of those before them.
    func beginPipeline() -> Bool { unsafe PQenterPipelineMode(raw) == 1 }

    /// Sends what was collected, and asks for a mark behind its results.
    func endPipeline() -> Bool { unsafe PQpipelineSync(raw) == 1 }

    /// Goes back to one statement at a time; `false` while results are left.
    func leavePipeline() -> Bool { unsafe PQexitPipelineMode(raw) == 1 }

    /// Waits for the next result; nil when the string of statements is done.
    func nextResult() -> ResultHandle? {
        guard let result = unsafe PQgetResult(raw) else { return nil }
        return unsafe ResultHandle(taking: result)
    }

    /// One CopyData message of at most 2 GiB.
    func putCopyData(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, buffer.count > 0 else { return true }
            return unsafe PQputCopyData(raw, start.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
                == 1
        }
    }

    /// Whether bytes of ours may go out beside libpq's: nothing of its own waits, and nothing is encrypted.
    var isOpenToBytes: Bool {
        unsafe PQsslInUse(raw) == 0 && PQgssEncInUse(raw) == 0 && PQflush(raw) == 0
    }

    /// Writes one message of the protocol to the socket, past libpq; `false` when the session ended.
    func sendMessage(_ type: UInt8, _ bytes: RawSpan) -> Bool {
        SocketBytes(descriptor: socket).send(type, bytes)
    }

    /// Ends a copy well, or with a reason for the server to refuse it.
    func endCopy(refusing reason: String? = nil) -> Bool { unsafe PQputCopyEnd(raw, reason) == 1 }

    /// Lends the next message of a copy; false when there is none left or the session ended.
    func withCopyMessage(_ body: (RawSpan) throws(PostgresError) -> Void) throws(PostgresError) -> Bool {
        var buffer: UnsafeMutablePointer<CChar>?
        let length = unsafe PQgetCopyData(raw, &buffer, 0)
        guard length >= 0, let start = unsafe buffer else { return false }
        defer { unsafe PQfreemem(start) }
        try body(unsafe RawSpan(_unsafeStart: start, byteCount: Int(length)))
        return true
    }

    /// Asks the server, over a second connection, to stop what this session does.
    func requestCancel() -> Bool {
        guard let cancel = unsafe PQgetCancel(raw) else { return false }
        defer { unsafe PQfreeCancel(cancel) }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            unsafe PQcancel(cancel, message.baseAddress, Int32(message.count)) == 1
        }
    }

    func escaped(_ text: String, asIdentifier: Bool) throws(PostgresError) -> String {
        let length = text.utf8.count
        let quoted =
            unsafe asIdentifier ? PQescapeIdentifier(raw, text, length) : PQescapeLiteral(raw, text, length)
        guard let quoted = unsafe quoted else { throw .misuse(message) }
        defer { unsafe PQfreemem(quoted) }
        return unsafe String(cString: quoted)
    }

    private static func errorMessage(_ raw: OpaquePointer?) -> String {
        var text = unsafe Substring(String(cString: PQerrorMessage(raw)))
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Lends an array of C strings that ends with null, as libpq's keyword lists do.
    private static func withCStrings<Answer>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Answer
    ) -> Answer {
        let copies = unsafe strings.map { string in
            let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: string.utf8.count + 1)
            unsafe string.withCString { unsafe bytes.initialize(from: $0, count: string.utf8.count + 1) }
            return unsafe bytes
        }
        defer { unsafe copies.forEach { unsafe $0.deallocate() } }
        let list = unsafe copies.map { unsafe UnsafePointer<CChar>?($0) } + [nil]
        return unsafe list.withUnsafeBufferPointer { buffer in
            // The list holds at least its own end, so it has an address.
            unsafe body(buffer.baseAddress!)
        }
    }
}
