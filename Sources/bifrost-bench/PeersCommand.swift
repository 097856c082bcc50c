// Our append beside what other event stores on PostgreSQL do, by turns in one run: a plain insert of each
// event, a function that appends one message under an advisory lock, and the `eventsourcing` library.

import ArgumentParser
import BifrostKernel
import EventStore
import EventStorePostgres
import EventStoreTesting
import PostgresClient

struct PeersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers",
        abstract: "The durable append beside other ways of keeping events in PostgreSQL."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Sizes of batches.", transform: { $0.split(separator: ",").compactMap { Int($0) } })
    var rows = [1, 50, 1_000]

    @Option(help: "Bytes of a payload.")
    var payload = 120

    @Option(help: "A Python that has eventsourcing[postgres], as ops/bench makes one.")
    var python: String?

    func run() throws {
        let server = try BenchServer(options)
        let log = try server.openLog(batchEventsMax: rows.max() ?? 0)
        let writer = try log.acquire(.reference, holder: "bench", takingOver: true)
        let plain = try PlainInserts(server)
        let function = try FunctionCalls(server)
        let library = try python.map { try LibraryProcess($0, server.admin, payload) }
        var table = FigureTable("peers", asJSON: options.json)
        var maker = EventMaker()
        maker.payloadBytes = payload
        maker.streams = 5_000
        var head = writer.headAtStart
        for rows in rows {
            var turns = Alternation(candidates: library == nil ? 3 : 4)
            let end = monotonicNanos() + Int64(options.seconds) * 1_000_000_000
            while monotonicNanos() < end || turns.rounds < 10 {
                let batch = maker.batch(after: head, count: rows)
                try turns.round { candidate in
                    switch candidate {
                    case 0: head = try writer.append(batch, after: head, epoch: writer.epoch)
                    case 1: try plain.append(batch)
                    case 2: try function.append(batch)
                    default: return try library?.append(rows)
                    }
                    return nil
                }
            }
            let names = ["bifrost", "plain inserts", "function and lock", "eventsourcing"]
            for (name, sample) in zip(names, turns.samples) {
                table.add([
                    ("rows", .count(rows)), ("what", .text(name)), ("batches", .count(sample.sorted.count)),
                    ("p50_ms", .decimal(sample.millis(0.5))), ("p99_ms", .decimal(sample.millis(0.99))),
                    ("events_per_s", .count(Int(Double(rows) / sample.millis(0.5) * 1_000))),
                    ("ours_is_faster", .decimal(sample.millis(0.5) / turns.samples[0].millis(0.5))),
                ])
            }
        }
        table.finish()
        library?.end()
        writer.release()
        try server.stop()
    }
}

/// Each event inserted by a statement of its own, all of a batch in one transaction.
private struct PlainInserts {
    private let connection: PostgresConnection

    init(_ server: BenchServer) throws {
        connection = try server.connect()
        try connection.execute(
            """
            create table public.plain (
                position bigserial primary key, stream int8 not null, version int8 not null,
                type text not null, payload bytea not null, unique (stream, version))
            """
        )
    }

    func append(_ batch: EventBatch) throws {
        if batch.count > 1 { try connection.execute("begin") }
        for (index, header) in batch.headers.enumerated() {
            _ = try connection.query(
                "insert into public.plain (stream, version, type, payload) values ($1, $2, 'Appended', $3)",
                [
                    .int64(header.stream.value), .int64(header.version),
                    .bytes(Array(batch.payload(at: index))),
                ]
            )
        }
        if batch.count > 1 { try connection.execute("commit") }
    }
}

/// One call for each message, which takes an advisory lock, finds the stream's version and inserts.
private struct FunctionCalls {
    private let connection: PostgresConnection

    init(_ server: BenchServer) throws {
        connection = try server.connect()
        try connection.execute(
            """
            create table public.message (
                global_position bigserial primary key, id uuid not null unique default gen_random_uuid(),
                stream_name text not null, position int8 not null, type text not null, data bytea not null,
                time timestamptz not null default now(), unique (stream_name, position));
            create function public.append_message(in_stream text, in_type text, in_data bytea, in_expected int8)
            returns int8 language plpgsql as $$
            declare
                last int8;
            begin
                perform pg_advisory_xact_lock(hashtextextended(split_part(in_stream, '-', 1), 0));
                select max(position) into last from public.message where stream_name = in_stream;
                if coalesce(last, -1) <> in_expected then
                    raise exception 'expected version %, was %', in_expected, last;
                end if;
                insert into public.message (stream_name, position, type, data)
                values (in_stream, in_expected + 1, in_type, in_data);
                return in_expected + 1;
            end $$
            """
        )
    }

    func append(_ batch: EventBatch) throws {
        if batch.count > 1 { try connection.execute("begin") }
        for (index, header) in batch.headers.enumerated() {
            _ = try connection.query(
                "select public.append_message($1, 'Appended', $2, $3)",
                [
                    .text("order-\(header.stream.value)"), .bytes(Array(batch.payload(at: index))),
                    .int64(header.version - 2),
                ]
            )
        }
        if batch.count > 1 { try connection.execute("commit") }
    }
}
