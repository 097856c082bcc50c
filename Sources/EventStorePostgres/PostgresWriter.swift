// The write path. A batch is hashed and encoded on the writer's thread into one buffer that is kept, and sent
// as one string of two statements, `select fence(…); copy … from stdin`: two round trips and one flush of the
// WAL. For 1,000 events of 300 bytes that is 300 kB, no allocation an event, and one wait for the disk.

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
    private var chain: Chain
    private var copy = CopyWriter(capacityBytes: 1 << 20)
    private var isReleased = false

    init(_ connection: PostgresConnection, _ heartbeat: Heartbeat, _ reign: Reign) {
        self.reign = reign
        self.connection = connection
        self.heartbeat = heartbeat
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
        let newHead = try encode(batch, after: head)
        // A batch that does not fit into the rest of the leaf opens the next one: it stays one copy.
        let isTurning = newHead.position > reign.leafEventsMax * Int64(openLeaf)
        heartbeat.appendBegins()
        let verdict = verdict(of: batch.count, after: head, isTurning: isTurning)
        heartbeat.appendEnds()
        switch verdict {
        case .committed: break
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
        return newHead
    }

    func release() {
        guard !isReleased else { return }
        isReleased = true
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

    /// Hashes the batch and writes it into the buffer; returns the end of the log with it.
    private func encode(_ batch: EventBatch, after head: Head) throws(AppendError) -> Head {
        guard batch.count <= reign.batchEventsMax else {
            throw .refused("expected at most \(reign.batchEventsMax) events, was \(batch.count)")
        }
        copy.reset()
        copy.header()
        var end = head
        for index in 0..<batch.count {
            let header = batch.headers[index]
            guard header.position == end.position + 1 else {
                throw .refused("expected position \(end.position + 1), was \(header.position)")
            }
            let payload = batch.payload(at: index)
            end.hash = chain.hash(after: end.hash, header, payload: payload)
            end.position = header.position
            EventRow.write(header, payload: payload, hash: end.hash, to: &copy)
        }
        copy.trailer()
        end.recordedAt = batch.headers[batch.count - 1].recordedAt
        return end
    }

    private func verdict(of rows: Int, after head: Head, isTurning: Bool) -> BatchVerdict {
        do throws(PostgresError) {
            // Made ahead by the heartbeat; here only if that could not.
            if isTurning { try makeNextLeaf() }
            let report = try send(copy, behind: statements(after: head, isTurning: isTurning))
            return BatchVerdict.of(results: report.results, status: report.status, rows: rows)
        } catch {
            switch error {
            case .connectionLost: return .unknown(error.description)
            case .cannotConnect: return .unavailable(error.description)
            case .server(let answer): return .of(results: [.error(answer)], status: .idle, rows: rows)
            case .misuse(let message): return .refused(message)
            }
        }
    }

    private func send(
        _ rows: borrowing CopyWriter,
        behind statements: String
    ) throws(PostgresError) -> CopyReport { try connection.copyIn(statements, rows.bytes) }

    private func makeNextLeaf() throws(PostgresError) {
        _ = try connection.query(
            "select bifrost.add_leaf($1, $2)",
            [.int32(Int32(reign.shard.value)), .int32(openLeaf + 1)]
        )
    }

    /// The fence and the copy.
    private func statements(after head: Head, isTurning: Bool) -> String {
        let shard = reign.shard.value
        let leaf = isTurning ? openLeaf + 1 : openLeaf
        let end = "\(head.position), \(hexLiteral(head.hash.bytes))"
        let fence =
            isTurning
            ? "select bifrost.turn_leaf(\(shard), \(reign.epoch.value), \(leaf), \(end))"
            : "select bifrost.fence_s\(shard)_l\(leaf)(\(reign.epoch.value), \(end))"
        return "\(fence); copy \(Leaf.table(reign.shard, leaf)) (\(EventRow.columns)) "
            + "from stdin (format binary)"
    }
}
