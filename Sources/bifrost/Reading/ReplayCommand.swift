internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import Replays
internal import Sagas

/// Folds shards from their first event and prints what they come to.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Rebuild the state from the log, and print its counts and its hash.",
        discussion: "Two runs to the same position print the same hash, on any machine with the same build."
    )

    @Option(help: "0 for global facts, 1 for accounts and orders (default: both; 1 with --at).")
    var shard: Int?

    @Option(
        name: [.long, .customLong("known-at")],
        help: "The last position to fold, or a time, as 2026-11-29T14:03:07Z (default: the end)."
    )
    var at: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        _ = try PlaceInLog.shard(shard)
        _ = try MomentOption.read(at, "--at")
    }

    /// What one shard came to, and how long it took.
    private struct Outcome {
        let replay: ShardReplay
        let eventsPerSecond: Int64
    }

    func run() throws {
        var shards = OpenLog.shards
        if at != nil { shards = [Node.tradingShard] }
        if let shard = try PlaceInLog.shard(shard) { shards = [shard] }
        let outcomes = try OpenLog.read(place.place) { log in try shards.map { try fold($0, log) } }
        var output = Output()
        for line in json ? [Self.json(outcomes).pretty] : Self.table(outcomes).lines { output.line(line) }
    }

    private func fold(_ shard: ShardNumber, _ log: any EventLog) throws -> Outcome {
        var replay = ShardReplay(shard)
        var bar = ProgressBar("Replaying shard \(shard.value)")
        let start = ContinuousClock.now
        let last = try MomentOption.position(at, "--at", log, shard)
        try replay.advance(log, to: last) { done, total in bar.show(done, of: total) }
        let spent = start.duration(to: .now)
        bar.end()
        let nanos =
            Int128(spent.components.seconds) * 1_000_000_000
            + Int128(spent.components.attoseconds / 1_000_000_000)
        return Outcome(
            replay: replay,
            eventsPerSecond: Int64(Int128(replay.position) * 1_000_000_000 / max(nanos, 1))
        )
    }

    private static func table(_ outcomes: [Outcome]) -> Table {
        var table = Table([
            ("SHARD", .right), ("EVENTS", .right), ("COMMANDS", .right), ("ACCOUNTS", .right),
            ("ORDERS", .right),
            ("OPEN", .right), ("EVENTS/S", .right), ("STATE HASH", .left),
        ])
        for outcome in outcomes {
            let replay = outcome.replay
            table.add([
                "\(replay.shard.value)", "\(replay.position)", "\(replay.commandCount)",
                "\(replay.state.accountByID.count)", "\(replay.state.orderByID.count)",
                "\(replay.state.openOrders.count)", "\(outcome.eventsPerSecond)", replay.digest.text,
            ])
        }
        return table
    }

    private static func json(_ outcomes: [Outcome]) -> JSONValue {
        .list(
            outcomes.map { outcome in
                let replay = outcome.replay
                return .object([
                    ("shard", .number(Int64(replay.shard.value))),
                    ("position", .number(replay.position)),
                    ("commands", .number(replay.commandCount)),
                    ("accounts", .number(Int64(replay.state.accountByID.count))),
                    ("orders", .number(Int64(replay.state.orderByID.count))),
                    ("openOrders", .number(Int64(replay.state.openOrders.count))),
                    ("eventsPerSecond", .number(outcome.eventsPerSecond)),
                    ("stateHash", .text(replay.digest.text)),
                ])
            }
        )
    }
}
