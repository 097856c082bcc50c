// Orders through risk, compliance, saga and log, in this process, against PostgreSQL: how many a second, and
// how long each takes at stated loads. A load comes on schedule and not when the engine has time for it, and
// each order's time runs from the moment it was due, so a stall counts for every order that it delays.

import ArgumentParser
import BifrostKernel
import Engine
import EventStorePostgres
import PostgresClient
import Threads

struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "Orders a second through the whole write path, and their times at stated loads."
    )

    @OptionGroup var options: BenchOptions

    @Option(
        help: "Loads in orders a second; half of what was measured when none is given.",
        transform: { $0.split(separator: ",").compactMap { Int($0) } }
    )
    var loads: [Int] = []

    @Option(help: "Orders on their way while the most a second is measured.")
    var window = 4_000

    func validate() throws {
        guard window > 0, window <= ShardEngine.queueCommandsMax, loads.allSatisfy({ $0 > 0 }) else {
            throw ValidationError(
                "expected loads above 0 and a window of 1 … \(ShardEngine.queueCommandsMax)"
            )
        }
    }

    func run() throws {
        let server = try BenchServer(options)
        let desk = try OrderDesk(try server.openLog())
        var table = FigureTable("orders", asJSON: options.json)
        let (alone, insert) = try measureAlone(desk, server)
        table.add(row("one client", 0, alone, [("ratio_to_insert", alone.millis(0.5) / insert.millis(0.5))]))
        table.add(row("plain insert", 0, insert, [("ratio_to_insert", 1)]))
        let flood = try desk.flood(window: window, seconds: options.seconds)
        table.add(row("most", flood.perSecond, flood.sample, [("ratio_to_insert", 0)]))
        for load in loads.isEmpty ? [flood.perSecond / 2] : loads {
            let result = try desk.keep(load, seconds: options.seconds)
            table.add(row("load \(load)", result.perSecond, result.sample, [("ratio_to_insert", 0)]))
        }
        table.finish()
        var rows = FigureTable("rows", asJSON: options.json)
        rows.add([("rows_per_order", .decimal(desk.rowsPerOrder))])
        rows.finish()
        desk.stop()
        try server.stop()
    }

    private func row(
        _ name: String,
        _ perSecond: Int,
        _ sample: Sample,
        _ more: [(String, Double)]
    ) -> [(name: String, figure: FigureTable.Figure)] {
        var row: [(name: String, figure: FigureTable.Figure)] = [
            ("what", .text(name)), ("orders", .count(sample.sorted.count)),
            ("orders_per_second", .count(perSecond)),
        ]
        for (name, share) in [("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99), ("p999_ms", 0.999)] {
            row.append((name, .decimal(sample.millis(share))))
        }
        row.append(("max_ms", .decimal(sample.millis(1))))
        for (name, value) in more { row.append((name, .decimal(value))) }
        return row
    }

    /// One client that waits for each answer, by turns with one that inserts and commits a row as wide as an
    /// event.
    private func measureAlone(_ desk: OrderDesk, _ server: BenchServer) throws -> (Sample, Sample) {
        let plain = try server.connect()
        try plain.execute("create table public.plain (number int8 primary key, content bytea not null)")
        let content = [UInt8](repeating: 7, count: 300)
        var turns = Alternation(candidates: 2)
        let end = monotonicNanos() + Int64(options.seconds) * 1_000_000_000
        while monotonicNanos() < end {
            let number = Int64(turns.rounds)
            try turns.round { candidate in
                if candidate == 0 {
                    try desk.place()
                } else {
                    _ = try plain.query(
                        "insert into public.plain values ($1, $2)",
                        [.int64(number), .bytes(content)]
                    )
                }
                return nil
            }
        }
        return (turns.samples[0], turns.samples[1])
    }
}
