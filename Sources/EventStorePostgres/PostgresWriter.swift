// The write path. A batch is one string of two statements, `execute fence(…); copy … from stdin`, with its
// rows behind it: one round trip and one flush of the WAL. The rows are hashed and encoded piece by piece
// into one small buffer that is kept: the first pieces while the server fences, each further one while the
// server takes in those before. So nobody waits for the writer's thread but at the last piece.

internal import BifrostKernel
internal import EventStore
internal import PostgresClient

/// The writer of a shard in PostgreSQL; its connection holds the shard's advisory lock.
final class PostgresWriter: ShardWriter {
    /// What the writer got when it took the shard.
    struct Reign {
        let log: Identifier
        let shard: ShardNumber
        let epoch: Epoch
        let head: Head
        let backend: Backend
        let openLeaf: Int32
        let leafEventsMax: Int64
        let batchEventsMax: Int
    }

    var epoch: Epoch { reign.epoch }
    var headAtStart: Head { reign.head }
    var backend: Backend { reign.backend }
    /// The socket of the append connection, so that a test can cut it.
    var socketDescriptor: Int32 { connection.socketDescriptor }
    /// The leaf that the next batch goes to if it fits.
    private(set) var openLeaf: Int32

    private let reign: Reign
    private let connection: PostgresConnection
    private let heartbeat: Heartbeat
    private let recent: RecentRows
    private let chain: Chain
    private var copy = CopyWriter(capacityBytes: 2 * RowFeed.pieceBytes)
    private var isReleased = false
    /// The leaf whose fence this session has parsed and planned.
    private var preparedLeaf: Int32?

    init(
        _ connection: PostgresConnection,
        _ heartbeat: Heartbeat,
        _ recent: RecentRows,
        _ reign: Reign
    ) {
        self.reign = reign
        self.connection = connection
        self.heartbeat = heartbeat
        self.recent = recent
        self.openLeaf = reign.openLeaf
        self.chain = Chain(log: reign.log, shard: reign.shard)
    }

    deinit { heartbeat.abandon() }

    func append(_ batch: EventBatch, after head: Head, epoch: Epoch) throws(AppendError) -> Head {
        guard !isReleased else { throw .fenced("the writer has given the shard back") }
        guard epoch == reign.epoch else {
            throw .fenced("expected epoch \(reign.epoch.value), was \(epoch.value)")
        }
        guard !batch.isEmpty else { return head }
        try check(batch, after: head)
        // A batch that does not fit into the rest of the leaf opens the next one: it stays one copy.
        let isTurning = head.position + Int64(batch.count) > reign.leafEventsMax * Int64(openLeaf)
        var rows = RowFeed(batch: batch, chain: chain, hash: head.hash)
        heartbeat.appendBegins()
        let verdict = verdict(of: batch, after: head, isTurning: isTurning, &rows)
        heartbeat.appendEnds()
        if verdict != .committed { recent.forget(reign.shard) }
        switch verdict {
        case .committed: recent.add(rows.committed, reign.shard)
        case .fenced(let reason): throw .fenced(reason)
        case .unavailable(let reason): throw .unavailable(reason)
        case .refused(let reason): throw .refused(reason)
        case .unknown(let reason):
            // Whatever this session still does ends with it; and nobody waits for a writer that is done.
            connection.close()
            heartbeat.abandon()
            throw .outcomeUnknown(reason)
        }
        if isTurning {
            openLeaf += 1
            heartbeat.leafOpened(openLeaf)
        }
        let last = batch.headers[batch.count - 1]
        return Head(position: last.position, hash: rows.hash, recordedAt: last.recordedAt)
    }

    func release() {
        guard !isReleased else { return }
        isReleased = true
        recent.forget(reign.shard)
        heartbeat.stop()
        defer { connection.close() }
        guard connection.isUsable else { return }
        do throws(PostgresError) {
            _ = try connection.query(
                "select bifrost.release_lease($1, $2)",
                [.int32(Int32(reign.shard.value)), .int64(reign.epoch.value)]
            )
        } catch {
            // The session is over then, and a holder without a session does not hold anything.
        }
    }

    /// A batch that may not be sent is known before a byte of it is.
    private func check(_ batch: EventBatch, after head: Head) throws(AppendError) {
        guard batch.count <= reign.batchEventsMax else {
            throw .refused("expected at most \(reign.batchEventsMax) events, was \(batch.count)")
        }
        var position = head.position
        for header in batch.headers {
            position += 1
            guard header.position == position else {
                throw .refused("expected position \(position), was \(header.position)")
            }
        }
    }

    private func verdict(
        of batch: EventBatch,
        after head: Head,
        isTurning: Bool,
        _ rows: inout RowFeed
    ) -> BatchVerdict {
        do throws(PostgresError) {
            // Made ahead by the heartbeat; here only if that could not.
            if isTurning { try makeNextLeaf() } else { try prepareFence() }
            let report = try connection.copyIn(
                statements(after: head, isTurning: isTurning),
                through: &copy
            ) { rows.fill(&$0) }
            return BatchVerdict.of(results: report.results, status: report.status, rows: batch.count)
        } catch {
            switch error {
            case .connectionLost: return .unknown(error.description)
            case .cannotConnect: return .unavailable(error.description)
            case .server(let answer): return .of(results: [.error(answer)], status: .idle, rows: batch.count)
            case .misuse(let message): return .refused(message)
            }
        }
    }

    private func makeNextLeaf() throws(PostgresError) {
        _ = try connection.query(
            "select bifrost.add_leaf($1, $2)",
            [.int32(Int32(reign.shard.value)), .int32(openLeaf + 1)]
        )
    }

    /// Parses and plans the fence of the open leaf, once.
    private func prepareFence() throws(PostgresError) {
        guard preparedLeaf != openLeaf else { return }
        try connection.execute(
            "prepare fence_l\(openLeaf) (int8, int8, bytea) as "
                + "select bifrost.fence_s\(reign.shard.value)_l\(openLeaf)($1, $2, $3)"
        )
        preparedLeaf = openLeaf
    }

    /// The fence and the copy.
    private func statements(after head: Head, isTurning: Bool) -> String {
        let shard = reign.shard.value
        let leaf = isTurning ? openLeaf + 1 : openLeaf
        let end = "\(head.position), \(hexLiteral(head.hash.bytes))"
        let fence =
            isTurning
            ? "select bifrost.turn_leaf(\(shard), \(reign.epoch.value), \(leaf), \(end))"
            : "execute fence_l\(leaf) (\(reign.epoch.value), \(end))"
        return "\(fence); copy \(Leaf.table(reign.shard, leaf)) (\(EventRow.columns)) "
            + "from stdin (format binary)"
    }
}

/// The rows of one batch, piece by piece.
struct RowFeed {
    let batch: EventBatch
    var chain: Chain
    /// The hash of the last event written so far.
    var hash: EventHash
    private var next = 0
    /// What was written so far, and where its rows begin.
    private var written: [UInt8] = []
    private var bounds: [Int] = []

    /// Enough that a message costs little, and little enough that the server starts early.
    static let pieceBytes = 16_384

    init(batch: EventBatch, chain: Chain, hash: EventHash) {
        self.batch = batch
        self.chain = chain
        self.hash = hash
        bounds.reserveCapacity(batch.count + 1)
    }

    /// All rows, once they are committed.
    var committed: CommittedRows {
        CommittedRows(firstPosition: batch.headers[0].position, bytes: written, bounds: bounds)
    }

    /// Writes the next piece; `false` when it was the last.
    mutating func fill(_ copy: inout CopyWriter) -> Bool {
        if next == 0 { copy.header() }
        while next < batch.count, copy.byteCount < Self.pieceBytes {
            let payload = batch.payload(at: next)
            bounds.append(written.count + copy.byteCount)
            hash = chain.hash(after: hash, batch.headers[next], payload: payload)
            EventRow.write(batch.headers[next], payload: payload, hash: hash, to: &copy)
            next += 1
        }
        copy.bytes.withUnsafeBytes { written.append(contentsOf: $0) }
        guard next == batch.count else { return true }
        bounds.append(written.count)
        copy.trailer()
        return false
    }
}
