// Durable append, with encoding and hashing, against a bare binary copy of the same rows into an equal table.
//
// The candidates take turns batch by batch in one run: ours, the copy, and the copy into a second table,
// whose ratio to the first shows the noise. The bytes of the copies are made outside their time.

import ArgumentParser
import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresClient

struct AppendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "The durable append against raw COPY of the same rows, and against other event stores."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Sizes of batches.", transform: { $0.split(separator: ",").compactMap { Int($0) } })
    var rows = [1, 5, 50, 250, 1_000, 4_000]

    @Option(help: "Bytes of a payload.")
    var payload = 120

    func validate() throws {
        guard !rows.isEmpty, rows.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("expected --rows like 1,50,1000")
        }
        guard payload >= 0 else { throw ValidationError("expected a payload of at least 0 bytes") }
    }

    func run() throws {
        let server = try BenchServer(options)
        let log = try server.openLog(batchEventsMax: rows.max() ?? 0)
        var table = FigureTable("append", asJSON: options.json)
        for (index, rows) in rows.enumerated() {
            table.add(try measure(log, server, ShardNumber(UInt16(index)), rows))
        }
        table.finish()
        try server.stop()
    }

    private func measure(_ log: PostgresLog, _ server: BenchServer, _ shard: ShardNumber, _ rows: Int) throws
        -> [(name: String, figure: FigureTable.Figure)]
    {
        let writer = try log.acquire(shard, holder: "bench", takingOver: true)
        defer { writer.release() }
        let leaf = "event_s\(shard.value)_l1"
        let peers = try ["raw", "control"].map { try RawCopy(server, leaf: leaf, name: $0) }
        var maker = EventMaker()
        maker.payloadBytes = payload
        maker.streams = 5_000
        var head = writer.headAtStart
        var bytes = CopyWriter(capacityBytes: 1 << 20)
        var turns = Alternation(candidates: 3)
        let end = monotonicNanos() + Int64(options.seconds) * 1_000_000_000
        while monotonicNanos() < end || turns.rounds < 30 {
            let batch = maker.batch(after: head, count: rows)
            RawCopy.encode(batch, head.hash, into: &bytes)
            try turns.round { candidate in
                if candidate == 0 {
                    head = try writer.append(batch, after: head, epoch: writer.epoch)
                } else {
                    try peers[candidate - 1].copy(bytes, rows: rows)
                }
                return nil
            }
        }
        let samples = turns.samples
        let size = try peers[0].connection.query(
            "select pg_relation_size('bifrost.\(leaf)')::int8, pg_indexes_size('bifrost.\(leaf)')::int8"
        )
        let total = Double(turns.rounds * rows)
        let sums = samples.map { $0.sumSeconds }
        return [
            ("rows", .count(rows)), ("batches", .count(turns.rounds)),
            ("ratio_to_copy", .decimal(samples[1].millis(0.5) / samples[0].millis(0.5))),
            ("ratio_of_means", .decimal(sums[1] / sums[0])),
            ("control", .decimal(samples[1].millis(0.5) / samples[2].millis(0.5))),
            ("p50_ms", .decimal(samples[0].millis(0.5))), ("copy_p50_ms", .decimal(samples[1].millis(0.5))),
            ("p99_ms", .decimal(samples[0].millis(0.99))),
            ("copy_p99_ms", .decimal(samples[1].millis(0.99))),
            ("events_per_s", .count(Int(Double(samples[0].sorted.count * rows) / sums[0]))),
            ("row_bytes", .count(Int(Double(try size.int64(0, 0)) / total))),
            ("index_bytes", .count(Int(Double(try size.int64(0, 1)) / total))),
        ]
    }
}

/// A bare binary copy into a table that equals a leaf.
///
/// It has a session of its own, for a session that works more often finds its processor's caches warmer.
struct RawCopy {
    let connection: PostgresConnection
    private let table: String

    init(_ server: BenchServer, leaf: String, name: String) throws {
        connection = try server.connect()
        table = "public.\(leaf)_\(name)"
        try connection.execute("create table \(table) (like bifrost.\(leaf) including all)")
    }

    func copy(_ bytes: borrowing CopyWriter, rows: Int) throws {
        let sql = "copy \(table) (\(EventRow.columns)) from stdin (format binary)"
        let report = try connection.copyIn(sql, bytes.bytes)
        guard report.results == [.command(tag: "COPY \(rows)")] else {
            throw BenchServer.Refusal(description: "expected COPY \(rows), was \(report.results)")
        }
    }

    /// The rows as the writer sends them, under hashes that cost nothing.
    static func encode(_ batch: EventBatch, _ hash: EventHash, into copy: inout CopyWriter) {
        copy.reset()
        copy.header()
        for index in 0..<batch.count {
            EventRow.write(batch.headers[index], payload: batch.payload(at: index), hash: hash, to: &copy)
        }
        copy.trailer()
    }
}
