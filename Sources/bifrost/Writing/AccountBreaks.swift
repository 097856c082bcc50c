internal import ArgumentParser
internal import HTTPAPI

/// Lists the differences between the venue's book and the account's.
struct AccountBreaks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breaks",
        abstract: "List where the venue's book and ours differed, newest first, with age and resolution.",
        discussion: """
            Without an account: trades in suspense, and what is about accounts that we do not have.
            """
    )

    @Argument(help: "The account, by alias or id.") var account: String?
    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let account else { return try await listStray() }
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

    private func listStray() async throws {
        guard let answer = try await options.ask(["breaks"]) else { return }
        var table = Table([
            ("POSITION", .right), ("SINCE", .left), ("AGE s", .right), ("SIDE", .left), ("QUANTITY", .right),
            ("SYMBOL", .left), ("PRICE", .right), ("VENUE EXECUTION", .left), ("SUSPENSE", .left),
            ("RESOLUTION", .left),
        ])
        for item in answer["breaks"]?.array ?? [] {
            let trade = item["trade"]
            let stands = trade?["inSuspense"] == .bool(true)
            table.add([
                item["position"]?.text ?? "", item["since"]?.string ?? "", item["ageSeconds"]?.text ?? "",
                trade?["side"]?.string ?? "—", trade?["quantity"]?.string ?? "—",
                trade?["symbol"]?.string ?? trade?["instrument"]?.string ?? "—",
                trade?["price"]?.string ?? "—", item["venueExecutionId"]?.string ?? "",
                trade == .null ? "never" : stands ? "yes" : "assigned",
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
        usage: "bifrost account resolve-break [<account>] <position> <resolution> [--id <id>]",
        discussion: """
            timing: one book was ahead, and both agree by now. venue-error: the venue was wrong. our-error: we were, and \
            other bookings put it right. A break about an account that we do not have is named without one.
            """
    )

    @Argument(
        help: "The position of the break in the log, before it its account, and why the books differed."
    )
    var words: [String]
    @OptionGroup var options: WriteOptions

    func validate() throws {
        guard (2...3).contains(words.count), BreakEnd(rawValue: words[words.count - 1]) != nil else {
            throw ValidationError(
                "Name the break and the reason: [<account>] <position> timing|venue-error|our-error."
            )
        }
    }

    func run() async throws {
        let owner = words.count == 3 ? ["accounts", words[0]] : []
        let path = owner + ["breaks", words[words.count - 2], "resolution"]
        let word = words[words.count - 1].split(separator: "-").joined(separator: "_")
        try await options.send("POST", path, ["resolution": .string(word)], done: "Resolved the break")
    }
}

/// Says whose a trade in suspense is.
struct AccountAssignTrade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign-trade",
        abstract: "Move a trade from suspense to the account that it belongs to.",
        discussion: """
            The break is named by its position: `bifrost account breaks` without an account lists those in suspense.
            """
    )

    @Argument(help: "The position of the break in the log.") var position: String
    @Argument(help: "The account that the trade belongs to, by alias or id.") var account: String
    @Option(help: "What was traded, where the venue named nothing that is known here.") var symbol: String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["account": .string(account), "symbol": .optional(symbol)]
        try await options.send("POST", ["breaks", position, "assignment"], body, done: "Assigned the trade")
    }
}
