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
        abstract: "Rebuilding each read model of a data directory, such as the demo's."
    )

    @Flag(help: "Print JSON lines instead of tables.")
    var json = false

    @Option(help: "The data directory whose log is folded; its embedded PostgreSQL is started and stopped.")
    var dataDir = ".bifrost"

    @Option(help: "Rebuilds of each.")
    var rounds = 5

    func run() throws {
        let access = try LogAccess.openAlone(LogPlace(dataDirectory: dataDir, databaseURL: nil))
        var table = FigureTable("rebuild", asJSON: json)
        for model in ReadModel.all(reference: .reference, trading: [Node.tradingShard]) {
            try begin(model, access.log)
            try measure(model, access.log, &table)
        }
        table.finish()
        try access.close()
    }

    /// The first build, where there is none.
    private func begin(_ model: ReadModel, _ log: PostgresLog) throws {
        let projector = try Projector.start([model], on: log) { _ in }
        while try !Upkeep(log).status(model.name).contains(where: { $0.isActive && $0.lag == 0 }) {
            pause(millis: 20)
        }
        projector.stop()
    }

    private func measure(_ model: ReadModel, _ log: PostgresLog, _ table: inout FigureTable) throws {
        var times: [Int64] = []
        var events: Int64 = 0
        for _ in 0..<rounds {
            let began = monotonicNanos()
            let outcome = try Rebuild(model, log).run { _, _ in }
            times.append(monotonicNanos() - began)
            events = outcome.events
            try Upkeep(log).drop(model.name, version: outcome.previous.version)
        }
        let seconds = Sample(times).millis(0.5) / 1_000
        table.add([
            ("model", .text(model.name)), ("events", .count(Int(events))), ("rounds", .count(rounds)),
            ("seconds", .decimal(seconds)),
            ("events_per_s", .count(Int(Double(events) / seconds))),
        ])
    }
}
