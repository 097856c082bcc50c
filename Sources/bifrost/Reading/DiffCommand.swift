internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import Replays
internal import Sagas

/// Tells what changed about an account between two moments.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed about an account between two moments of the log, and what was recorded.",
        discussion: """
            Each moment is a position, or a time in UTC such as 2026-11-29T14:03:07Z, and asks what was known then: \
            books, cash, positions, limits, switches. What did not change is left out.
            """
    )

    @Argument(help: "The account's alias or id.") var account: String
    @Option(help: "A position or a time; give two, the second may be left out for the present.")
    var at: [String] = []
    @Flag(help: "Print JSON, amounts as text.") var json = false
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard (1...2).contains(at.count) else {
            throw ValidationError("Name one moment or two with --at POSITION|TIME, not \(at.count).")
        }
        for text in at { _ = try MomentOption.read(text, "--at") }
    }

    func run() throws {
        let diff = try OpenLog.read(place.place) { log in
            let shard = Node.tradingShard
            let opened = try AccountDirectory(log, shard).resolve(account)
            var positions: [Int64] = []
            for text in at {
                if let position = try MomentOption.position(text, "--at", log) { positions.append(position) }
            }
            if positions.count == 1 { positions.append(try log.head(of: shard).position) }
            guard positions[0] <= positions[1] else {
                throw BifrostExit.failed.failure(
                    "The first moment is position \(positions[0]) and the second \(positions[1]): give the earlier one"
                        + " first."
                )
            }
            return try AccountDiff.between(positions[0], positions[1], of: opened, log, shard)
        }
        var output = Output()
        for line in json ? [Self.json(diff).pretty] : Self.lines(diff) { output.line(line) }
    }

    private static func lines(_ diff: AccountDiff) -> [String] {
        var table = Table([
            ("", .left), ("", .left), ("AT \(diff.from)", .right), ("AT \(diff.to)", .right),
            ("CHANGE", .right),
        ])
        for line in diff.lines {
            table.add([
                line.section, line.name, line.before ?? "none", line.after ?? "none", line.change ?? "",
            ])
        }
        var lines = ["Account \(diff.account.alias)  \(diff.account.account.id.text)", ""]
        lines += diff.lines.isEmpty ? ["Nothing changed."] : table.lines
        guard !diff.events.isEmpty else { return lines }
        var events = Table([("RECORDED IN BETWEEN", .left), ("EVENTS", .right)])
        for event in diff.events { events.add([event.type, String(event.count)]) }
        return lines + [""] + events.lines
    }

    private static func json(_ diff: AccountDiff) -> JSONValue {
        .object([
            ("account", .text(diff.account.account.id.text)),
            ("alias", .text(diff.account.alias)),
            ("from", .number(diff.from)),
            ("to", .number(diff.to)),
            (
                "changes",
                .list(
                    diff.lines.map { line in
                        .object([
                            ("section", .text(line.section)),
                            ("name", .text(line.name)),
                            ("before", .optional(line.before)),
                            ("after", .optional(line.after)),
                            ("change", .optional(line.change)),
                        ])
                    }
                )
            ),
            ("events", .object(diff.events.map { ($0.type, .number(Int64($0.count))) })),
        ])
    }
}
