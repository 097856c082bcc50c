internal import ArgumentParser
internal import HTTPAPI

/// Where a position is left: with a profit, or to limit a loss.
struct ExitOptions: ParsableArguments {
    @Option(help: "The limit of the order that takes the profit.") var profit: String?
    @Option(help: "The price that wakes the order that limits the loss.") var loss: String?
    @Option(help: "The limit of that order; without it, it is a market order once awake.")
    var lossLimit: String?

    var members: [JSON.Member] {
        let profit = profit.map { ["limitPrice": .string($0)] as JSON }
        let loss = loss.map { ["stopPrice": .string($0), "limitPrice": .optional(lossLimit)] as JSON }
        return [JSON.Member("takeProfit", profit ?? .null), JSON.Member("stopLoss", loss ?? .null)]
    }
}

/// What an entry and its legs have in common with an order that stands alone.
struct EntryOptions: ParsableArguments {
    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "buy or sell: the first order's side.") var side: OrderSide
    @Argument(help: "How much.") var quantity: String
    @Argument(help: "What.") var symbol: String
    @Option(name: .customLong("life"), help: "day, gtc or gtd (with --until or --expire-at), for all.")
    var life = OrderLife.day
    @Option(help: "The last day of gtd orders, YYYY-MM-DD.") var until: String?
    @Option(help: "The moment that ends gtd orders, in UTC, as 2026-01-02T15:30:00Z.") var expireAt: String?
    @Option(help: "The strategy that they belong to.") var strategy: String?

    func body(_ orderClass: String, _ exits: ExitOptions, _ more: [JSON.Member] = []) -> JSON {
        .object(
            [
                JSON.Member("orderClass", .string(orderClass)), JSON.Member("symbol", .string(symbol)),
                JSON.Member("side", .string(side.rawValue)), JSON.Member("quantity", .string(quantity)),
                JSON.Member("timeInForce", .string(life.word)), JSON.Member("expireDate", .optional(until)),
                JSON.Member("expireAt", .optional(expireAt)),
                JSON.Member("strategy", .optional(strategy)),
            ] + exits.members + more
        )
    }

    static func entry(limit: String?) -> [JSON.Member] {
        [
            JSON.Member("type", .string(limit == nil ? "market" : "limit")),
            JSON.Member("limitPrice", .optional(limit)),
        ]
    }
}

/// Places a bracket.
struct OrderBracket: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bracket",
        abstract: "Place an entry, and behind it a profit and a loss leg of which one cancels the other.",
        discussion: """
            The legs are placed when the entry can trade no more, for what it traded. Each of the three is judged when it \
            is placed.
            """
    )

    @OptionGroup var entry: EntryOptions
    @Option(help: "The entry's worst price; without it, it is a market order.") var limit: String?
    @OptionGroup var exits: ExitOptions
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body = entry.body("bracket", exits, EntryOptions.entry(limit: limit))
        try await options.send(
            "POST",
            ["accounts", entry.account, "order-groups"],
            body,
            done: "Accepted bracket"
        )
    }
}

/// Places an order that triggers another one.
struct OrderTriggering: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oto",
        abstract: "Place an entry, and behind it either a profit or a loss leg (one triggers the other)."
    )

    @OptionGroup var entry: EntryOptions
    @Option(help: "The entry's worst price; without it, it is a market order.") var limit: String?
    @OptionGroup var exits: ExitOptions
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body = entry.body("oto", exits, EntryOptions.entry(limit: limit))
        try await options.send(
            "POST",
            ["accounts", entry.account, "order-groups"],
            body,
            done: "Accepted pair"
        )
    }
}

/// Places a pair of which one cancels the other.
struct OrderPair: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oco",
        abstract: "Place a profit and a loss leg of which one cancels the other.",
        discussion:
            "What one trades is taken from the other. The account holds back for the larger of both, once."
    )

    @OptionGroup var entry: EntryOptions
    @OptionGroup var exits: ExitOptions
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body = entry.body("oco", exits)
        try await options.send(
            "POST",
            ["accounts", entry.account, "order-groups"],
            body,
            done: "Accepted pair"
        )
    }
}

/// Cancels a group.
struct OrderCancelGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel-group",
        abstract: "Cancel what is open of a bracket or a pair, and place no more of it."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The group's id, which is its first order's.") var group: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "order-groups", group]
        try await options.send("DELETE", path, done: "Asked to cancel the group")
    }
}

/// Says what becomes of a group that cannot go on by itself.
struct OrderResolveGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve-group",
        abstract: "Say what becomes of a parked group: something of it was refused.",
        discussion: "retry tries again what was refused. closed cancels what is open and ends the group."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The group's id, which is its first order's.") var group: String
    @Argument(help: "retry or closed.") var resolution: OrderResolution
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "order-groups", group, "resolution"]
        let body: JSON = ["resolution": .string(resolution.rawValue)]
        try await options.send("POST", path, body, done: "Resolved group")
    }
}

/// Lists an account's groups.
struct OrderGroups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "List the brackets and pairs of an account, newest first."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let answer = try await options.ask(["accounts", account, "order-groups"]) else { return }
        var table = Table([
            ("GROUP", .left), ("CLASS", .left), ("SYMBOL", .left), ("STATE", .left), ("AFTER", .left),
            ("QUANTITY", .right), ("ORDERS", .right), ("REFUSED", .left), ("FLAGS", .left),
        ])
        for item in answer["groups"]?.array ?? [] {
            let refused = (item["refused"]?.array ?? []).compactMap { refusal in
                refusal["code"]?.string.map { "\(refusal["leg"]?.text ?? "?"): \($0)" }
            }
            let flags = (item["flags"]?.array ?? []).compactMap { $0["flag"]?.string }
            table.add(
                ["group", "orderClass", "symbol", "state", "after", "quantity"].map {
                    item[$0]?.string ?? "—"
                } + [
                    "\(item["orders"]?.array?.count ?? 0)", refused.joined(separator: " "),
                    flags.joined(separator: " "),
                ]
            )
        }
        for line in table.lines { print(line) }
    }
}
