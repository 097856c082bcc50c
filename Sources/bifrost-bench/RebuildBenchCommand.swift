import ArgumentParser
import EventStore
import EventStorePostgres
import Nodes
import ReadModels
import Threads

/// How fast read models are folded from a log that is there already, such as the demo's.
struct RebuildBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Rebuilding each read model of a data directory, against COPY of its rows."
    )

    @Flag(help: "Print JSON lines instead of tables.")
    var json = false

    @Option(help: "The data directory whose log is folded; its embedded PostgreSQL is started and stopped.")
    var dataDir = ".bifrost"

    @Option(help: "Rebuilds of each.")
    var rounds = 5

    func run() throws {
        let access = try LogAccess.openAlone(LogPlace(dataDirectory: dataDir, databaseURL: nil))
        let models = ReadModel.all(reference: .reference, trading: [Node.tradingShard])
        // The first builds, where there are none.
        try Projector.atEnd(of: access.log, models).stop()
        guard let account = try BlotterReader.firstAccount(access.log) else {
            throw ValidationError("expected a log with an account: `bifrost demo --exit` makes one")
        }
        let reader = BlotterReader(access.log, account)
        pause(millis: Self.quietMillis)
        let quiet = try reader.lap()
        var table = FigureTable("rebuild", asJSON: json)
        for model in models {
            let row = try measure(model, access.log, reader)
            table.add(row + [("quiet_p99_ms", .decimal(quiet.millis(0.99)))])
        }
        reader.end()
        table.finish()
        try access.close()
    }

    private static let quietMillis = 5_000

    /// Rebuilds take turns with `COPY` of the same rows.
    private func measure(
        _ model: ReadModel,
        _ log: PostgresLog,
        _ reader: BlotterReader
    ) throws -> [(name: String, figure: FigureTable.Figure)] {
        var (rebuilds, copies, reads): ([Int64], [Int64], [Int64]) = ([], [], [])
        var events: Int64 = 0
        for _ in 0..<rounds {
            _ = try reader.lap()
            let began = monotonicNanos()
            let outcome = try Rebuild(model, log).run { _, _ in }
            rebuilds.append(monotonicNanos() - began)
            reads += try reader.lap().sorted
            events = outcome.events
            try Upkeep(log).drop(model.name, version: outcome.previous.version)
            copies.append(try TableCopies(of: outcome.build.schema, log.access.projector).write())
        }
        let (seconds, copied) = (Sample(rebuilds).millis(0.5) / 1_000, Sample(copies).millis(0.5) / 1_000)
        return [
            ("model", .text(model.name)), ("events", .count(Int(events))), ("rounds", .count(rounds)),
            ("seconds", .decimal(seconds)),
            ("events_per_s", .count(Int(Double(events) / seconds))),
            ("ratio_to_copy", .decimal(copied / seconds)),
            ("reads", .count(reads.count)), ("read_p99_ms", .decimal(Sample(reads).millis(0.99))),
        ]
    }
}
