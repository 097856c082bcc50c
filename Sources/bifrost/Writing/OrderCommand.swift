internal import ArgumentParser
internal import HTTPAPI

/// Commands about orders.
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Place, replace, review, cancel, resolve and look at orders.",
        subcommands: [
            OrderPlace.self, OrderReplace.self, OrderReview.self, OrderCancel.self, OrderResolve.self,
            OrderShow.self, OrderList.self, OrderBracket.self, OrderPair.self, OrderTriggering.self,
            OrderCancelGroup.self, OrderResolveGroup.self, OrderGroups.self,
        ]
    )
}

/// Which way an order trades.
enum OrderSide: String, ExpressibleByArgument, CaseIterable {
    case buy
    case sell
    case sellShort = "sell-short"
    case sellShortExempt = "sell-short-exempt"

    /// The word of the door.
    var word: String { rawValue.replacing("-", with: "_") }
}

/// Places an order.
struct OrderPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "place", abstract: "Place an order.")

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "buy, sell, sell-short or sell-short-exempt.") var side: OrderSide
    @Argument(help: "How much.") var quantity: String
    @Argument(help: "What.") var symbol: String
    @Option(help: "The worst price; without it the order is a market order.") var limit: String?
    @OptionGroup(title: "Terms") var terms: TermOptions
    @Option(name: .customLong("client-id"), help: "A name of your own for the order.") var clientID: String?
    @Option(help: "The book that it belongs to.") var book: String?
    @Option(help: "The strategy that it belongs to.") var strategy: String?
    @Option(help: "The worked order that it is a slice of, by its id.") var parent: String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "symbol": .string(symbol), "side": .string(side.word),
            "type": .string(terms.type(hasLimit: limit != nil)), "quantity": .string(quantity),
            "limitPrice": .optional(limit), "clientOrderId": .optional(clientID), "book": .optional(book),
            "strategy": .optional(strategy), "timeInForce": .string(terms.life.word),
            "stopPrice": .optional(terms.stop), "trailingAmount": .optional(terms.trail),
            "trailingBasisPoints": .optional(terms.trailBasisPoints),
            "limitOffset": .optional(terms.limitOffset), "minimumQuantity": .optional(terms.minimum),
            "displayQuantity": .optional(terms.display), "reduceOnly": .bool(terms.reduceOnly),
            "postOnly": .bool(terms.postOnly), "expireDate": .optional(terms.until),
            "expireAt": .optional(terms.expireAt), "lots": .array(terms.lotList),
            "lotMethod": .optional(terms.lotMethod?.rawValue),
            "doNotReduce": .bool(terms.doNotReduce), "review": .bool(terms.review),
            "locateId": .optional(terms.locate), "worked": .bool(terms.worked), "parent": .optional(parent),
        ]
        try await options.send("POST", ["accounts", account, "orders"], body, done: "Accepted order")
    }
}

/// Asks to cancel an order.
struct OrderCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Ask the venue to take the rest of an order off its book."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The order's id.") var order: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "orders", order]
        try await options.send("DELETE", path, done: "Asked to cancel order")
    }
}

/// Shows an order.
struct OrderShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what became of an order.",
        usage: "bifrost order show [<account>] <order> [--json] [--data-dir <dir>]"
    )

    @Argument(help: "The order's id, and before it, if you like, its account.") var order: [String]
    @OptionGroup var options: AskOptions

    func validate() throws {
        guard (1...2).contains(order.count) else {
            throw ValidationError("Name one order: [<account>] <order>.")
        }
    }

    func run() async throws {
        let path = order.count == 1 ? ["orders", order[0]] : ["accounts", order[0], "orders", order[1]]
        guard let answer = try await options.ask(path) else { return }
        var table = Table([.left, .left])
        for name in [
            "order", "account", "clientOrderId", "symbol", "side", "type", "timeInForce", "quantity",
            "limitPrice", "stopPrice", "trailingAmount", "trailingBasisPoints", "expireDate", "expireAt",
            "status", "cumulative", "leaves", "averagePrice", "venue", "route", "parent", "group",
            "orderClass",
            "placedAt",
        ] {
            if let value = answer[name]?.string { table.add([name, value]) }
        }
        if let rejection = answer["rejection"], rejection != .null {
            table.add([
                "refused by", "\(rejection["by"]?.string ?? "?"): \(rejection["code"]?.string ?? "?")",
            ])
        }
        for line in table.lines { print(line) }
        let slices = answer["slices"]?.array ?? []
        guard !slices.isEmpty else { return }
        let columns = ["order", "quantity", "limitPrice", "status", "cumulative", "leaves"]
        var parts = Table([
            ("slice", .left), ("quantity", .right), ("limit", .right), ("status", .left),
            ("filled", .right), ("leaves", .right),
        ])
        for slice in slices { parts.add(columns.map { slice[$0]?.string ?? "—" }) }
        for line in parts.lines { print(line) }
    }
}

/// Lists an account's orders.
struct OrderList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the last orders of an account, newest first."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let answer = try await options.ask(["accounts", account, "orders"]) else { return }
        var table = Table([
            ("order", .left), ("side", .left), ("quantity", .right), ("symbol", .left), ("limit", .right),
            ("status", .left), ("filled", .right), ("average", .right),
        ])
        for order in answer["orders"]?.array ?? [] {
            table.add(
                ["order", "side", "quantity", "symbol", "limitPrice", "status", "cumulative", "averagePrice"]
                    .map {
                        order[$0]?.string ?? "—"
                    }
            )
        }
        for line in table.lines { print(line) }
    }
}
