// Sealing, in the order that makes it safe. The leaf serves until the last step, and nothing of it changes:
//
//  1. write the frames, some at a time, each time one transaction; a rerun goes on behind the last one
//  2. write the index of streams, in one transaction
//  3. read frames and index back and compare them with the leaf row for row, and the rows with the chain
//  4. switch: one row in `bifrost.segment`, after which readers take the frames
//
// Nobody waits for any of it: rows are added to tables that no append touches.

internal import BifrostKernel
internal import ColdSegments
public import EventStore
internal import PostgresClient

/// How far a leaf has come.
public enum SealingStep: Equatable, Sendable {
    /// Its frames are being written.
    case writing
    /// Both forms are being compared.
    case comparing
}

extension ColdStore {
    /// Frames of one transaction.
    private static let framesPerWrite: Int64 = 64

    /// Seals a full leaf; `false` when it was sealed before.
    ///
    /// `progress` is told how many of how many events a step has done, and stops the work by answering
    /// `false`; the next call goes on from there.
    @discardableResult
    public func seal(
        _ shard: ShardNumber,
        _ leaf: Int32,
        by person: String,
        _ progress: (SealingStep, Int64, Int64) -> Bool = { _, _, _ in true }
    ) throws(SegmentError) -> Bool {
        let session = try SealingSession(log, shard)
        let full = try session.leaf(leaf)
        guard !full.isSealed else { return false }
        try writeFrames(full, session) { progress(.writing, $0, full.events) }
        try writeIndex(full, session)
        try compare(full, session) { progress(.comparing, $0, full.events) }
        try asking { () throws(PostgresError) in
            _ = try session.connection.query(
                "select bifrost.seal_leaf($1, $2, $3, $4)",
                [
                    session.shardParameter, .int32(leaf), .int32(Int32(full.segment.frameEvents)),
                    .text(person),
                ]
            )
        }
        return true
    }

    private func writeFrames(
        _ full: FullLeaf,
        _ session: SealingSession,
        _ progress: (Int64) -> Bool
    ) throws(SegmentError) {
        let chain = session.chain
        let size = full.segment.frameEvents
        var position = try lastFramed(full, session)
        var copy = CopyWriter()
        while position < full.lastPosition {
            let events = try session.tableEvents(full, after: position, limit: size * Self.framesPerWrite)
            let starts = stride(from: 0, to: events.count, by: Int(size))
            let frames = starts.map { ColdFrame(events[$0..<min($0 + Int(size), events.count)], chain) }
            try write(frames, session, &copy)
            position += Int64(events.count)
            guard progress(position - full.firstPosition + 1) else { throw .stopped }
        }
    }

    /// The last position that stands in a frame.
    private func lastFramed(_ full: FullLeaf, _ session: SealingSession) throws(SegmentError) -> Int64 {
        try asking { () throws(PostgresError) in
            try session.connection.query(
                "select coalesce(max(last_position), $2 - 1) from bifrost.cold_frame "
                    + "where shard = $1 and first_position between $2 and $3",
                [session.shardParameter, .int64(full.firstPosition), .int64(full.lastPosition)]
            ).int64(0, 0)
        }
    }

    private func write(
        _ frames: [ColdFrame],
        _ session: SealingSession,
        _ copy: inout CopyWriter
    ) throws(SegmentError) {
        var next = frames[...]
        let shard = Int32(session.shard.value)
        let report = try asking { () throws(PostgresError) in
            try session.connection.copyIn(
                "copy bifrost.cold_frame (shard, first_position, last_position, content_bytes, frame, sha256) "
                    + "from stdin (format binary)",
                through: &copy
            ) { copy in
                if next.count == frames.count { copy.header() }
                if let frame = next.popFirst() {
                    copy.beginTuple(fields: 6)
                    copy.int32(shard)
                    copy.int64(frame.firstPosition)
                    copy.int64(frame.lastPosition)
                    copy.int32(Int32(frame.contentBytes))
                    copy.bytes(frame.bytes)
                    copy.bytes(frame.digest.bytes)
                }
                if next.isEmpty { copy.trailer() }
                return !next.isEmpty
            }
        }
        guard report.results == [.command(tag: "COPY \(frames.count)")], report.status == .idle else {
            throw .unavailable("PostgreSQL did not take the frames (\(report.results)). Try again.")
        }
    }

    private func writeIndex(_ full: FullLeaf, _ session: SealingSession) throws(SegmentError) {
        let connection = session.connection
        let number = PostgresParameter.int32(full.leaf.number)
        let isThere = try asking { () throws(PostgresError) in
            try connection.query(
                "select exists (select from bifrost.cold_index where shard = $1 and leaf = $2)",
                [session.shardParameter, number]
            ).bool(0, 0)
        }
        guard !isThere else { return }
        let pages = try asking { () throws(PostgresError) in try self.pages(full, connection) }
        // An error leaves the transaction to the end of the session.
        try asking { () throws(PostgresError) in
            try connection.execute("begin")
            for page in pages {
                _ = try connection.query(
                    "insert into bifrost.cold_index (shard, leaf, account, stream, version, entries, page, sha256) "
                        + "values ($1, $2, $3, $4, $5, $6, $7, $8)",
                    [
                        session.shardParameter, number, .int64(page.first.account), .int64(page.first.stream),
                        .int64(page.first.version), .int32(Int32(page.count)), .bytes(page.bytes),
                        .bytes(page.digest.bytes),
                    ]
                )
            }
            try connection.execute("commit")
        }
    }

    /// The whole index, compressed: some bytes an event.
    private func pages(
        _ full: FullLeaf,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> [StreamPage] {
        var pages: [StreamPage] = []
        var entries: [StreamEntry] = []
        // One pass over the table and a sort: in the order of the index each row would be a page of the disk.
        try connection.execute("set enable_seqscan = on; set enable_indexscan = off; set work_mem = '64MB'")
        let query =
            "select account, stream, version, position from \(full.leaf.table) "
            + "order by account, stream, version"
        try connection.copyOut("copy (\(query)) to stdout (format binary)") { row throws(PostgresError) in
            var tuple = try CopyTuple(row)
            let place = StreamPlace(
                account: try tuple.nextInt64(),
                stream: try tuple.nextInt64(),
                version: try tuple.nextInt64()
            )
            entries.append(StreamEntry(place, position: try tuple.nextInt64()))
            try tuple.finish()
            if entries.count == StreamPage.entriesMax {
                pages.append(StreamPage(entries))
                entries.removeAll(keepingCapacity: true)
            }
        }
        if !entries.isEmpty { pages.append(StreamPage(entries)) }
        try connection.execute("set enable_seqscan = off; set enable_indexscan = on; reset work_mem")
        return pages
    }
}
