// What reading the log costs, each way against `COPY … TO` of the same rows by turns: the least that leaves
// PostgreSQL at all. The rows are orders as `orders` places them, which stay open; with `--trading` each is
// filled at once. With `--sealed` the log has leaves of a tenth of its events, and all full ones are read
// from their frames; the copy still takes the tables.

import ArgumentParser
import BifrostKernel
import CAllocations
import Engine
import EventRegistry
import EventStore
import EventStorePostgres
import Nodes
import PostgresClient
import Replays
import Sagas
import Venues

/// What every measurement of reading takes.
struct ReadingOptions: ParsableArguments {
    @OptionGroup var bench: BenchOptions

    @Option(help: "Events in the log that is read.")
    var events = 250_000

    @Flag(help: "Seal the log's full leaves, which are a tenth of it each, and read them from their frames.")
    var sealed = false

    @Flag(help: "Orders that are filled at once, in place of orders that stay open.")
    var trading = false

    mutating func validate() throws {
        guard events > 0 else { throw ValidationError("expected at least one event") }
    }

    /// Positions of a leaf; the standard number unless leaves are to be sealed.
    var leafEventsMax: Int64? { sealed ? max(Int64(events) / 10, 1) : nil }
}

/// A log with as many events as were asked for, and what the readers measure on it.
struct ReadingDesk {
    static let shard = Node.tradingShard
    let server: BenchServer
    let log: PostgresLog
    let orders: OrderDesk
    /// The end of the log.
    let last: Int64
    private let plain: PostgresConnection
    private let tables: [String]

    /// With `behind` a snapshot is made when so many events are still to come.
    init(_ options: ReadingOptions, snapshotBehind behind: Int? = nil) throws {
        server = try BenchServer(options.bench)
        log = try server.openLog(leafEventsMax: options.leafEventsMax)
        if options.trading {
            let venue = PaperVenue(commission: BasisPoints(5), journal: nil)
            orders = try OrderDesk(log, venue: venue, try OrderFlow(day: 0))
            orders.quote(at: venue)
        } else {
            orders = try OrderDesk(log)
        }
        if let behind {
            try orders.fill(upTo: Int64(options.events - behind))
            try Self.makeSnapshot(log, asJSON: options.bench.json)
        }
        try orders.fill(upTo: Int64(options.events))
        orders.stop()
        last = try log.head(of: Self.shard).position
        plain = try server.connect()
        let leaves = try ColdStore(log).leaves(Self.shard)
        tables = leaves.map { "bifrost.event_s1_l\($0.number)" }
        // What every reader of a settled log finds: hint bits set and statistics taken.
        for table in tables { try plain.execute("vacuum analyze \(table)") }
        if options.sealed { try seal(options, leaves.filter { $0.lastPosition != nil }) }
    }

    /// Makes a snapshot beside the engine and tells what that took.
    static func makeSnapshot(_ log: PostgresLog, asJSON: Bool) throws {
        guard let build = BuildIdentity.current else {
            throw BenchServer.Refusal(description: "expected a program that says which build it is")
        }
        let began = monotonicNanos()
        let made = try SnapshotMaker(log, shard, EngineSnapshots(PostgresSnapshots(log), build: build)).make()
        guard let made else { throw BenchServer.Refusal(description: "expected a snapshot, was none") }
        let seconds = Double(monotonicNanos() - began) / 1e9
        let kept = made.kept
        var table = FigureTable("snapshot", asJSON: asJSON)
        table.add([
            ("events", .count(Int(kept.label.position))), ("made_from", .count(Int(made.fromPosition))),
            ("seconds", .decimal(seconds)),
            ("content_bytes", .count(Int(kept.contentBytes))),
            ("stored_bytes", .count(Int(kept.storedBytes))),
            ("stored_bytes_per_event", .decimal(Double(kept.storedBytes) / Double(kept.label.position))),
        ])
        table.finish()
    }

    /// Seals the full leaves and tells what that took and saved.
    private func seal(_ options: ReadingOptions, _ leaves: [StoredLeaf]) throws {
        let store = ColdStore(log)
        let began = monotonicNanos()
        for leaf in leaves { try store.seal(leaf.shard, leaf.number, by: "bench") }
        let seconds = Double(monotonicNanos() - began) / 1e9
        let sealed = try store.leaves(Self.shard).filter { $0.seal != nil }
        let events = sealed.reduce(0) { $0 + ($1.lastPosition ?? 0) - $1.firstPosition + 1 }
        func each(_ bytes: Int64) -> FigureTable.Figure { .decimal(Double(bytes) / Double(max(events, 1))) }
        var table = FigureTable("seal", asJSON: options.bench.json)
        table.add([
            ("leaves", .count(sealed.count)), ("events", .count(Int(events))), ("seconds", .decimal(seconds)),
            ("events_per_s", .count(Int(Double(events) / seconds))),
            ("table_bytes_per_event", each(sealed.reduce(0) { $0 + $1.tableBytes })),
            ("sealed_bytes_per_event", each(sealed.reduce(0) { $0 + ($1.seal?.bytes ?? 0) })),
        ])
        table.finish()
    }

    /// All rows out of PostgreSQL, and looked at no further.
    func copyOut() throws {
        var rows: Int64 = 0
        for table in tables {
            let sql = "copy \(table) (\(EventRow.columns)) to stdout (format binary)"
            try plain.copyOut(sql) { _ throws(PostgresError) in rows += 1 }
        }
        guard rows >= last else {
            throw BenchServer.Refusal(description: "expected \(last) rows, was \(rows)")
        }
    }

    /// The raw copy and `body` by turns.
    func measure(_ table: inout FigureTable, _ what: String, rounds: Int, _ body: () throws -> Void) throws {
        var turns = Alternation(candidates: 2)
        for _ in 0..<rounds {
            try turns.round { candidate in
                try candidate == 0 ? body() : copyOut()
                return nil
            }
        }
        let samples = turns.samples
        let seconds = samples[0].millis(0.5) / 1_000
        table.add([
            ("what", .text(what)), ("events", .count(Int(last))), ("rounds", .count(rounds)),
            ("seconds", .decimal(seconds)), ("events_per_s", .count(Int(Double(last) / seconds))),
            ("ratio_to_copy", .decimal(samples[1].millis(0.5) / samples[0].millis(0.5))),
        ])
    }
}

struct ReplayBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Reading, decoding and folding a shard, against COPY … TO of its rows."
    )

    @OptionGroup var options: ReadingOptions

    @Option(help: "Turns of each.")
    var rounds = 7

    func run() throws {
        let desk = try ReadingDesk(options)
        var table = FigureTable("replay", asJSON: options.bench.json)
        try desk.measure(&table, "read", rounds: rounds) {
            var subscription = LogSubscription(desk.log, ReadingDesk.shard, after: 0)
            while try subscription.next({ _ in }) > 0 {}
        }
        try desk.measure(&table, "replay", rounds: rounds) {
            var replay = ShardReplay(ReadingDesk.shard)
            try replay.advance(desk.log)
        }
        table.finish()
        try memory(desk)
        try desk.server.stop()
    }

    /// The part of it that needs no database.
    private func memory(_ desk: ReadingDesk) throws {
        var table = FigureTable("fold", asJSON: options.bench.json)
        var recorded: [RecordedEvent] = []
        var subscription = LogSubscription(desk.log, ReadingDesk.shard, after: 0)
        while try subscription.next({ recorded.append($0) }) > 0 {}
        let decoded = try recorded.map { Fact($0.header, try EventRegistry.decode($0)) }
        func add(_ what: String, _ body: () throws -> Void) rethrows {
            let times = try (0..<rounds).map { _ in
                let began = threadNanos()
                try body()
                return threadNanos() - began
            }
            let seconds = Sample(times).millis(0.5) / 1_000
            table.add([
                ("what", .text(what)), ("events", .count(recorded.count)), ("seconds", .decimal(seconds)),
                ("events_per_s", .count(Int(Double(recorded.count) / seconds))),
            ])
        }
        try add("decode and fold") {
            var state = Shard.initial
            for event in recorded {
                Shard.evolve(&state, by: Fact(event.header, try EventRegistry.decode(event)))
            }
        }
        add("fold") {
            var state = Shard.initial
            for fact in decoded { Shard.evolve(&state, by: fact) }
        }
        table.finish()
    }
}

struct VerifyBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Proving a shard from its first event, against COPY … TO of its rows."
    )

    @OptionGroup var options: ReadingOptions

    @Option(help: "Turns of each.")
    var rounds = 7

    func run() throws {
        let desk = try ReadingDesk(options)
        var table = FigureTable("verify", asJSON: options.bench.json)
        try desk.measure(&table, "verify", rounds: rounds) {
            let verdicts = try LogVerification(desk.log).verify([ReadingDesk.shard])
            guard verdicts.allSatisfy({ $0.fault == nil }) else {
                throw BenchServer.Refusal(description: "expected a verdict, was \(verdicts)")
            }
        }
        table.finish()
        try desk.server.stop()
    }
}

struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "From the start of an engine to its readiness, with a log to recover from."
    )

    @OptionGroup var options: ReadingOptions

    @Option(help: "Starts.")
    var rounds = 7

    @Option(help: "Start from a snapshot that was made when this many of the events were still to come.")
    var behind: Int?

    func validate() throws {
        guard let behind, !(0..<options.events).contains(behind) else { return }
        throw ValidationError("expected --behind from 0 to below --events, was \(behind)")
    }

    func run() throws {
        let desk = try ReadingDesk(options, snapshotBehind: behind)
        var table = FigureTable("restart", asJSON: options.bench.json)
        var memory: [Int] = []
        try desk.measure(&table, "restart", rounds: rounds) {
            let node = try OrderDesk.node(on: desk.log)
            memory.append(Int(bifrost_allocated_bytes()))
            node.stop()
            memory.append(Int(bifrost_allocated_bytes()))
        }
        table.finish()
        // As the job makes it: from the one before.
        if let behind, behind > 0 { try ReadingDesk.makeSnapshot(desk.log, asJSON: options.bench.json) }
        var held = FigureTable("memory", asJSON: options.bench.json)
        let engines = memory[0] - memory[1]
        held.add([
            ("events", .count(Int(desk.last))), ("engines_mb", .decimal(Double(engines) / 1e6)),
            ("bytes_per_event", .decimal(Double(engines) / Double(desk.last))),
        ])
        held.finish()
        try desk.server.stop()
    }
}

struct ReadStreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read-stream",
        abstract: "The history of one order, and all events of one account."
    )

    @OptionGroup var options: ReadingOptions

    @Option(help: "Reads of each kind.")
    var reads = 2_000

    func run() throws {
        let desk = try ReadingDesk(options)
        var streams: [(AccountOrdinal, StreamOrdinal)] = []
        var subscription = LogSubscription(desk.log, ReadingDesk.shard, after: 0)
        while try subscription.next({ event in
            let header = event.header
            if header.stream.kind == .order, header.version == 1 {
                streams.append((header.account, header.stream))
            }
        }) > 0 {}
        var table = FigureTable("read-stream", asJSON: options.bench.json)
        func add(_ what: String, _ selection: (Int) -> LogSelection) throws {
            var events = 0
            let times = try (0..<reads).map { number in
                let began = monotonicNanos()
                events += try desk.log.read(ReadingDesk.shard, selection(number), limit: 100_000) { _ in }
                return monotonicNanos() - began
            }
            let sample = Sample(times)
            table.add([
                ("what", .text(what)), ("reads", .count(reads)),
                ("events_per_read", .decimal(Double(events) / Double(reads))),
                ("p50_ms", .decimal(sample.millis(0.5))), ("p99_ms", .decimal(sample.millis(0.99))),
                ("max_ms", .decimal(sample.millis(1))),
            ])
        }
        // Far apart from each other, so that neighbours do not warm each other's pages.
        func pick(_ number: Int) -> (AccountOrdinal, StreamOrdinal) {
            streams[number * 7_919 % streams.count]
        }
        try add("order") { .stream(pick($0).0, pick($0).1, afterVersion: 0) }
        try add("account") { .account(pick($0).0, after: 0) }
        table.finish()
        try desk.server.stop()
    }
}
