internal import ArgumentParser
internal import HTTPAPI

/// Lists the differences between the venue's book and the account's.
struct AccountBreaks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breaks",
        abstract: "List where the venue's book and ours differed, newest first, with age and resolution."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let answer = try await options.ask(["accounts", account, "breaks"]) else { return }
        var table = Table([
            ("POSITION", .right), ("SINCE", .left), ("AGE s", .right), ("WHAT", .left), ("OURS", .right),
            ("THEIRS", .right), ("RESOLUTION", .left),
        ])
        for item in answer["breaks"]?.array ?? [] {
            table.add([
                item["position"]?.text ?? "", item["since"]?.string ?? "", item["ageSeconds"]?.text ?? "",
                item["kind"]?.string ?? "", item["ours"]?.string ?? "", item["theirs"]?.string ?? "",
                item["resolution"]?.string ?? "open",
            ])
        }
        for line in table.lines { print(line) }
    }
}

/// How a break ended.
enum BreakEnd: String, ExpressibleByArgument, CaseIterable {
    case timing
    case venueError = "venue-error"
    case ourError = "our-error"
}

/// Says why the venue's book and the account's differed.
struct AccountResolveBreak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve-break",
        abstract: "Say why the venue's book and ours differed.",
        discussion: """
            timing: one book was ahead, and both agree by now. venue-error: the venue was wrong. our-error: we were, and \
            other bookings put it right.
            """
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The position of the break in the log.") var position: String
    @Argument(help: "timing, venue-error or our-error.") var resolution: BreakEnd
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "breaks", position, "resolution"]
        let word = resolution.rawValue.split(separator: "-").joined(separator: "_")
        try await options.send("POST", path, ["resolution": .string(word)], done: "Resolved the break")
    }
}
