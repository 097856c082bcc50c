internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Glibc
internal import Nodes
internal import Orders
internal import Replays
internal import Sagas
internal import Synchronization

/// Prints events as JSON lines.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print events as JSON lines.",
        subcommands: [EventsExport.self, EventsTail.self]
    )
}

/// Prints what the log holds.
struct EventsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the events that the log holds, one a line."
    )

    @Option(help: "Only one account's events, by alias or id.")
    var account: String?

    @Option(help: "Only one order's events, by its id or the client's order id.")
    var order: String?

    @Option(help: "The first position to print.")
    var from: Int64 = 1

    @Option(help: "0 for global facts, 1 for accounts and orders.")
    var shard: Int = Int(Node.tradingShard.value)

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        try PlaceInLog.position(from, "--from")
        _ = try PlaceInLog.shard(shard)
    }

    func run() throws {
        let shard = try PlaceInLog.shard(shard) ?? Node.tradingShard
        try OpenLog.read(place.place) { log in
            var filter = EventExport.Filter()
            let opened = try account.map { try AccountDirectory(log, shard).resolve($0) }
            filter.account = opened?.account
            if let order {
                let story = try OrderStory.find(order, account: opened, log, shard)
                filter.order = OrderID(story.subject)
                filter.account = story.account?.account
            }
            var output = Output()
            var export = EventExport(log, shard)
            Interruption.watch()
            _ = try export.lines(after: from - 1, filter) { output.line($0) && !Interruption.isAsked }
        }
    }
}

/// Prints what the log holds and then what comes.
struct EventsTail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the latest events and then each new one, until interrupted."
    )

    @Option(help: "Only one account's events, by alias or id.")
    var account: String?

    @Option(help: "The first position to print (default: the last \(Self.latestEvents) events).")
    var from: Int64?

    @Option(help: "0 for global facts, 1 for accounts and orders.")
    var shard: Int = Int(Node.tradingShard.value)

    @Flag(help: "End at the end of the log instead of waiting for more.")
    var exitWhenIdle = false

    @OptionGroup var place: PlaceOptions

    private static let latestEvents: Int64 = 10
    private static let pauseMillis: UInt32 = 50

    func validate() throws {
        try PlaceInLog.position(from, "--from")
        _ = try PlaceInLog.shard(shard)
    }

    func run() throws {
        let shard = try PlaceInLog.shard(shard) ?? Node.tradingShard
        try OpenLog.read(place.place) { log in
            let filter = EventExport.Filter(
                account: try account.map { try AccountDirectory(log, shard).resolve($0).account }
            )
            var output = Output()
            var export = EventExport(log, shard)
            let last = try log.head(of: shard).position
            var position = max(0, from.map { $0 - 1 } ?? last - Self.latestEvents)
            Interruption.watch()
            while !Interruption.isAsked {
                let reached = try export.lines(after: position, filter) {
                    output.line($0) && !Interruption.isAsked
                }
                output.flush()
                if output.isClosed || (exitWhenIdle && reached <= position) { return }
                if reached <= position { usleep(Self.pauseMillis * 1000) }
                position = max(position, reached)
            }
        }
    }
}

/// Whether a person asked to stop; what was begun is then ended in good order.
enum Interruption {
    private static let asked = Atomic<Bool>(false)

    /// Takes SIGINT and SIGTERM from now on.
    static func watch() {
        _ = isAsked
        for number in [SIGINT, SIGTERM] { signal(number) { _ in Interruption.note() } }
    }

    static var isAsked: Bool { asked.load(ordering: .relaxed) }

    private static func note() { asked.store(true, ordering: .relaxed) }
}
