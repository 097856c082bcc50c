// How long after it is durable a fact can be read in each read model, and comes out of an account's stream,
// under a steady load of orders that all trade. Everything runs in this process, as in `bifrost up`.

import ArgumentParser
import BifrostKernel
import HTTPAPI
import Nodes
import PostgresClient
import ReadModels
import Threads
import Venues

struct ProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "From a durable fact to its read models and its stream, under a steady load of orders."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Orders a second.")
    var load = 2_000

    /// Orders of one account are what its stream tells.
    private static let accounts = 10

    func validate() throws {
        guard load > 0 else { throw ValidationError("expected a load above 0") }
    }

    func run() async throws {
        let server = try BenchServer(options)
        let log = try server.openLog()
        let venue = PaperVenue(commission: BasisPoints(5), journal: nil)
        let desk = try OrderDesk(log, venue: venue, try OrderFlow(accounts: Self.accounts, day: 0))
        desk.quote(at: venue)
        var house = try await OpenHouse(desk, log, venue, options.data)
        try house.follow()
        let models = CheckpointWatch(server.admin, house.models.map(\.name))
        let stream = try StreamWatch(house.socketPath, desk.accounts[0])
        let durable = DurableWatch(desk.node.trading)
        let result = try desk.keep(load, seconds: options.seconds)
        pause(millis: 500)
        let steps = durable.end()

        var table = FigureTable("project", asJSON: options.json)
        func add(_ what: String, _ sample: Sample) {
            var row: [(name: String, figure: FigureTable.Figure)] = [
                ("what", .text(what)), ("load", .count(result.perSecond)),
                ("looks", .count(sample.sorted.count)),
            ]
            for (name, share) in [("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99), ("max_ms", 1)] {
                row.append((name, .decimal(sample.millis(share))))
            }
            table.add(row)
        }
        let seen = try models.end()
        for model in house.models {
            add("visible in \(model.name)", steps.delays(of: seen[model.name] ?? Steps()))
        }
        add("pushed to a stream", steps.delays(ofEach: stream.end()))
        table.finish()
        try await house.close()
        desk.stop()
        try server.stop()
    }
}

/// Positions and the moments from which they were reached, both ascending.
struct Steps: Sendable {
    var list: [(position: Int64, nanos: Int64)] = []

    mutating func take(_ position: Int64, at nanos: Int64) {
        if position > list.last?.position ?? -1 { list.append((position, nanos)) }
    }

    /// How long after each of these steps `other` reached the same position; what it never reached counts
    /// until its last step.
    func delays(of other: Steps) -> Sample {
        var index = 0
        var delays: [Int64] = []
        for (position, nanos) in list {
            while index < other.list.count - 1, other.list[index].position < position { index += 1 }
            guard index < other.list.count else { break }
            delays.append(max(other.list[index].nanos - nanos, 0))
        }
        return Sample(delays)
    }

    /// How long after these steps reached it each position of `other` came.
    func delays(ofEach other: Steps) -> Sample {
        var index = 0
        var delays: [Int64] = []
        for (position, nanos) in other.list {
            while index < list.count - 1, list[index].position < position { index += 1 }
            guard index < list.count else { break }
            delays.append(max(nanos - list[index].nanos, 0))
        }
        return Sample(delays)
    }
}
