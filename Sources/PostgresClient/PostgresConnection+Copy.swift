import CLibPQ

extension PostgresConnection {
    /// Runs statements whose last one is `copy … from stdin`, feeds it what `fill` writes, and reads every
    /// result.
    ///
    /// The simple protocol without `begin` makes the string one implicit transaction. `fill` is given an
    /// empty writer, again and again, until it returns `false` with its last bytes. Errors of the server are
    /// in the report, not thrown: only the whole report tells whether the transaction committed. A thrown
    /// `connectionLost` means that the outcome is unknown.
    ///
    /// The rows follow the statements without waiting for the server to ask for them, so that all of it is
    /// one round trip and the server finds rows when it has done what stands in front of the copy. libpq
    /// would wait; the protocol does not ask for it: a server that does not come to the copy, or is past it,
    /// ignores what belongs to it (PostgreSQL 15, 55.2.6 "COPY Operations").
    public func copyIn(
        _ sql: String,
        through writer: inout CopyWriter,
        _ fill: (inout CopyWriter) -> Bool
    ) throws(PostgresError) -> CopyReport {
        try copyIn(sql, through: &writer, mayRunAhead: true, fill)
    }

    /// The same; with `mayRunAhead` false the rows wait for the server, as they must where the session is
    /// encrypted.
    func copyIn(
        _ sql: String,
        through writer: inout CopyWriter,
        mayRunAhead: Bool,
        _ fill: (inout CopyWriter) -> Bool
    ) throws(PostgresError) -> CopyReport {
        try begin(sql)
        let isAhead = mayRunAhead && handle.isOpenToBytes
        if isAhead {
            // libpq will send an end of its own, which the server, past the copy by then, ignores.
            guard
                Self.pieces(&writer, fill, { handle.sendMessage(UInt8(ascii: "d"), $0) }),
                handle.sendMessage(UInt8(ascii: "c"), RawSpan())
            else { throw lost() }
        }
        var results: [StatementResult] = []
        try readResults { result in
            results.append(StatementResult(of: result))
        } feedingOneCopy: {
            isAhead || Self.pieces(&writer, fill) { piece in pieces(of: piece) { handle.putCopyData($0) } }
        }
        return CopyReport(results: results, status: transactionStatus)
    }

    /// Makes one piece after another and puts it; `false` as soon as one cannot be put.
    private static func pieces(
        _ writer: inout CopyWriter,
        _ fill: (inout CopyWriter) -> Bool,
        _ put: (RawSpan) -> Bool
    ) -> Bool {
        var hasMore = true
        while hasMore {
            writer.reset()
            hasMore = fill(&writer)
            guard put(writer.bytes) else { return false }
        }
        return true
    }

    /// The same for bytes that are there already; the copy need not be the last statement.
    ///
    /// They wait until the server asks for them, unless they may run `ahead`.
    public func copyIn(
        _ sql: String,
        _ data: RawSpan,
        ahead: Bool = false
    ) throws(PostgresError) -> CopyReport {
        try begin(sql)
        let isAhead = ahead && handle.isOpenToBytes
        if isAhead {
            let isSent =
                pieces(of: data) { handle.sendMessage(UInt8(ascii: "d"), $0) }
                && handle.sendMessage(UInt8(ascii: "c"), RawSpan())
            guard isSent else { throw lost() }
        }
        var results: [StatementResult] = []
        try readResults { result in
            results.append(StatementResult(of: result))
        } feedingOneCopy: {
            isAhead || pieces(of: data) { handle.putCopyData($0) }
        }
        return CopyReport(results: results, status: transactionStatus)
    }

    /// Puts bytes in messages small enough for the cache, which libpq copies them through.
    private func pieces(of data: RawSpan, _ put: (RawSpan) -> Bool) -> Bool {
        var start = 0
        while start < data.byteCount {
            let end = min(start + Self.copyMessageBytesMax, data.byteCount)
            guard put(data.extracting(start..<end)) else { return false }
            start = end
        }
        return true
    }

    private static let copyMessageBytesMax = 65_536

    /// The same for bytes in an array.
    public func copyIn(_ sql: String, _ data: [UInt8]) throws(PostgresError) -> CopyReport {
        try unsafe copyIn(sql, data.span.bytes)
    }

    /// Runs `copy … to stdout (format binary)` and lends the bytes of each tuple, in order, to `row`.
    ///
    /// A tuple is a 16-bit field count, then per field a 32-bit length and the bytes; `CopyTuple` reads it.
    /// If `row` throws, the copy is cancelled on the server and the error is passed on. The session must not
    /// be used by `row`.
    public func copyOut(
        _ sql: String,
        _ row: (RawSpan) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        try begin(sql)
        guard try isCopyOutStarted() else { return }
        var framing = CopyFraming()
        do throws(PostgresError) {
            while try withCopyMessage({ message throws(PostgresError) in try framing.tuples(of: message, row)
            }) {}
        } catch {
            try abandonCopyOut()
            throw error
        }
        var failure: PostgresError?
        try readResults { result in
            if case .error(let error) = StatementResult(of: result) { failure = failure ?? .server(error) }
        }
        if let failure { throw failure }
        guard framing.isComplete else { throw .misuse("expected a copy that ends with its trailer") }
    }

    /// True when data follows; throws when the statement failed or was no copy to stdout.
    private func isCopyOutStarted() throws(PostgresError) -> Bool {
        guard let first = nextResult() else { throw lost() }
        let status = first.status
        guard status != PGRES_COPY_OUT else { return true }
        let result = StatementResult(of: first)
        let error = first.serverError
        // A copy from stdin is refused here, for libpq repeats its result until the copy is ended.
        try readResults { _ in }
        if let error { throw .server(error) }
        throw .misuse("expected a copy to stdout, was \(result)")
    }

    /// Leaves a session that can be used again, or a closed one where cancelling fails.
    private func abandonCopyOut() throws(PostgresError) {
        guard requestCancel() else { throw lost() }
        while try withCopyMessage({ _ throws(PostgresError) in }) {}
        try readResults { _ in }
    }
}

/// The frame around the tuples of a binary copy: a header once, a trailer once.
struct CopyFraming {
    private var isHeaderRead = false
    private(set) var isComplete = false

    /// The eleven bytes that no text conversion leaves alone.
    static let signature: [UInt8] = [80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0]
    /// Signature, flags, length of the header's extension.
    static let headerBytesMin = 19

    /// Lends what a message holds after the header: one tuple, or the trailer, or nothing.
    mutating func tuples(
        of message: RawSpan,
        _ row: (RawSpan) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        var start = 0
        if !isHeaderRead {
            start = try Self.headerLength(message)
            isHeaderRead = true
        }
        guard start < message.byteCount else { return }
        guard !isComplete else { throw .misuse("expected nothing behind the trailer of a copy") }
        guard message.byteCount - start >= 2 else { throw .misuse("expected a field count") }
        if message.bigEndian(at: start, as: Int16.self) == -1 {
            isComplete = true
        } else {
            try row(start == 0 ? message : message.extracting(start..<message.byteCount))
        }
    }

    private static func headerLength(_ message: RawSpan) throws(PostgresError) -> Int {
        guard message.byteCount >= headerBytesMin else {
            throw .misuse("expected the header of a binary copy")
        }
        for (index, byte) in signature.enumerated()
        where message.bigEndian(at: index, as: UInt8.self) != byte {
            throw .misuse("expected the signature of a binary copy: is `(format binary)` missing?")
        }
        let flags = message.bigEndian(at: 11, as: UInt32.self)
        guard flags == 0 else { throw .misuse("expected no flags in the copy header, was \(flags)") }
        let length = headerBytesMin + Int(message.bigEndian(at: 15, as: UInt32.self))
        guard length <= message.byteCount else {
            throw .misuse("expected the whole copy header in one message")
        }
        return length
    }
}
