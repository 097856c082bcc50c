// Durable append, with encoding and hashing, against a bare binary copy of the same rows into an equal table.
//
// The three candidates take turns batch by batch in one run: ours, the copy, and the copy into a second
// table, whose ratio to the first shows the noise. The bytes of the copies are made outside their time.

import BifrostKernel
import EmbeddedPostgres
import EventStore
import EventStorePostgres
import EventStoreTesting
import Glibc
import PostgresClient

/// Measures the append at several batch sizes.
struct AppendBench {
    /// A measurement that may not be made.
    struct Refusal: Error, CustomStringConvertible { let description: String }

    private static let database = "bifrost_bench"

    let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    func run() throws {
        let cluster = try EmbeddedCluster.start(dataDirectory: options.dataDirectory)
        let root = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "postgres")
        )
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value = try root.query("show \(setting)").text(0, 0)
            guard value == "on" else {
                throw Refusal(description: "expected \(setting) on, was \(value): such figures mislead")
            }
        }
        try Surroundings.report(root)
        try root.execute("drop database if exists \(Self.database) with (force)")
        try root.execute("create database \(Self.database)")
        let admin = cluster.conninfo(user: EmbeddedCluster.superuser, database: Self.database)
        try PostgresSetup.prepare(admin)
        var limits = PostgresLimits()
        limits.batchEventsMax = max(options.rows.max() ?? 0, limits.batchEventsMax)
        let access = PostgresAccess { cluster.conninfo(user: $0, database: Self.database) }
        let log = try PostgresLog.open(access, limits: limits)
        thinking(log)
        print(
            "batches alternate for \(options.seconds) s at each size, payload \(options.payloadBytes) bytes"
        )
        for (index, rows) in options.rows.enumerated() {
            try measure(log, ShardNumber(UInt16(index)), rows, admin)
        }
        if cluster.startedHere { try cluster.stop(.fast) }
    }

    private func measure(_ log: PostgresLog, _ shard: ShardNumber, _ rows: Int, _ admin: String) throws {
        let writer = try log.acquire(shard, holder: "bench", takingOver: true)
        defer { writer.release() }
        let leaf = "event_s\(shard.value)_l1"
        let connection = try PostgresConnection(admin)
        for table in ["raw", "control"] {
            try connection.execute(
                "create table public.\(leaf)_\(table) (like bifrost.\(leaf) including all)"
            )
        }
        var maker = EventMaker()
        maker.payloadBytes = options.payloadBytes
        maker.streams = 5_000
        var head = writer.headAtStart
        var copy = CopyWriter(capacityBytes: 1 << 20)
        var times: [[Int64]] = [[], [], []]
        let clock = ContinuousClock()
        let end = clock.now + .seconds(options.seconds)
        var turn = 0
        while clock.now < end || turn < 30 {
            let batch = maker.batch(after: head, count: rows)
            encode(batch, head.hash, into: &copy)
            for offset in 0..<3 {
                let candidate = (turn + offset) % 3
                let started = clock.now
                if candidate == 0 {
                    head = try writer.append(batch, after: head, epoch: writer.epoch)
                } else {
                    let table = candidate == 1 ? "raw" : "control"
                    let sql = "copy public.\(leaf)_\(table) (\(EventRow.columns)) from stdin (format binary)"
                    let report = try connection.copyIn(sql, copy.bytes)
                    guard report.results == [.command(tag: "COPY \(rows)")] else {
                        throw Refusal(description: "expected COPY \(rows), was \(report.results)")
                    }
                }
                times[candidate].append(nanos(clock.now - started))
            }
            turn += 1
        }
        try report(rows, times, connection, leaf)
    }

    /// The processor time of this thread, which others on the machine do not lengthen much.
    private var threadNanos: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// What the writer's thread does before it sends: no database.
    private func thinking(_ log: PostgresLog) {
        var maker = EventMaker()
        maker.payloadBytes = options.payloadBytes
        var chain = Chain(log: log.id, shard: .reference)
        var hash = chain.genesis
        let start = Head(position: 0, hash: hash, recordedAt: Timestamp(nanos: 0))
        let batch = maker.batch(after: start, count: 1_000)
        var copy = CopyWriter(capacityBytes: 1 << 20)
        let rounds = 200
        let began = threadNanos
        for _ in 0..<rounds {
            for index in 0..<batch.count {
                hash = chain.hash(after: hash, batch.headers[index], payload: batch.payload(at: index))
            }
        }
        let hashed = threadNanos
        for _ in 0..<rounds { encode(batch, hash, into: &copy) }
        let encoded = threadNanos
        let events = Int64(rounds * batch.count)
        print(
            "writer's thread: hash \((hashed - began) / events) ns, encode \((encoded - hashed) / events) ns of its time"
                + " an event of \(copy.byteCount / batch.count) bytes"
        )
    }

    /// The rows as the writer sends them, under hashes that cost nothing.
    private func encode(_ batch: EventBatch, _ hash: EventHash, into copy: inout CopyWriter) {
        copy.reset()
        copy.header()
        for index in 0..<batch.count {
            EventRow.write(batch.headers[index], payload: batch.payload(at: index), hash: hash, to: &copy)
        }
        copy.trailer()
    }

    private func report(
        _ rows: Int,
        _ times: [[Int64]],
        _ connection: PostgresConnection,
        _ leaf: String
    ) throws {
        // The first tenth warms caches, plans and files.
        let warm = times.map { $0.dropFirst($0.count / 10).sorted() }
        let medians = warm.map { Double($0[$0.count / 2]) }
        let sums = warm.map { Double($0.reduce(0, +)) }
        let size = try connection.query(
            "select pg_relation_size('bifrost.\(leaf)')::int8, pg_indexes_size('bifrost.\(leaf)')::int8"
        )
        let total = Double(times[0].count * rows)
        let width = "row \(Int(Double(try size.int64(0, 0)) / total)) B"
        let index = "indexes \(Int(Double(try size.int64(0, 1)) / total)) B a row"
        let rate = Int(Double(warm[0].count * rows) / (sums[0] / 1e9))
        print(
            """
            append rows=\(rows) batches=\(times[0].count) ratio_to_copy=\(decimal(medians[1] / medians[0])) \
            ratio_of_means=\(decimal(sums[1] / sums[0])) control=\(decimal(medians[1] / medians[2])) \
            p50_ms=\(decimal(medians[0] / 1e6)) copy_p50_ms=\(decimal(medians[1] / 1e6)) \
            p99_ms=\(decimal(Double(warm[0][warm[0].count * 99 / 100]) / 1e6)) \
            copy_p99_ms=\(decimal(Double(warm[1][warm[1].count * 99 / 100]) / 1e6)) \
            events_per_s=\(rate) \(width), \(index)
            """
        )
    }

    private func nanos(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }

    /// Three decimals.
    private func decimal(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded())
        let fraction = String(thousandths % 1_000)
        return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
