internal import ArgumentParser
internal import HTTPAPI

/// How long an order lives, in the words that traders write.
enum OrderLife: String, ExpressibleByArgument, CaseIterable {
    case day
    case gtc
    case gtd
    case ioc
    case fok

    /// The word of the door.
    var word: String {
        switch self {
        case .day: "day"
        case .gtc: "good_till_cancelled"
        case .gtd: "good_till_date"
        case .ioc: "immediate_or_cancel"
        case .fok: "fill_or_kill"
        }
    }
}

/// How trades choose among open lots.
enum LotChoice: String, ExpressibleByArgument, CaseIterable {
    case fifo
    case average
    case chosen
}

/// The auction that an order is for.
enum OrderAuction: String, ExpressibleByArgument, CaseIterable {
    case open
    case close
}

/// The terms of an order beyond its price.
struct TermOptions: ParsableArguments {
    @Option(name: .customLong("life"), help: "day, gtc, gtd (with --until or --expire-at), ioc or fok.")
    var life = OrderLife.day
    @Option(help: "The last day of a gtd order, YYYY-MM-DD.") var until: String?
    @Option(help: "The moment that ends a gtd order, in UTC, as 2026-01-02T15:30:00Z.") var expireAt: String?
    @Option(help: "The price that wakes the order; with --limit it becomes a limit order.") var stop: String?
    @Option(help: "A stop that follows the market at this distance, as a price.") var trail: String?
    @Option(name: .customLong("trail-bps"), help: "The same, in basis points of the price.")
    var trailBasisPoints: String?
    @Option(help: "With a trailing stop: the distance of its limit from its stop.") var limitOffset: String?
    @Option(help: "For the opening or the closing auction: open or close.") var at: OrderAuction?
    @Option(help: "The least that may trade at once.") var minimum: String?
    @Option(help: "The most that the book shows.") var display: String?
    @Flag(help: "It may make a position smaller and never larger or opposite.") var reduceOnly = false
    @Flag(help: "It rests on the book or is refused.") var postOnly = false
    @Option(
        name: .customLong("lot"),
        help:
            "A lot to close first, EXECUTION:QUANTITY as `bifrost portfolio lots` shows it; may be repeated."
    )
    var lots: [String] = []
    @Option(
        name: .customLong("lot-method"),
        help: "How it chooses among the others: fifo, average or chosen."
    )
    var lotMethod: LotChoice?
    @Option(help: "The locate that a short sale rests on.") var locate: String?
    @Flag(help: "A cash dividend leaves its prices as they are.") var doNotReduce = false
    @Flag(help: "No venue gets it: it is worked by slices, orders placed with --parent.") var worked = false
    @Flag(help: "A person has to let it pass: see bifrost order review.") var review = false

    /// The lots as the door takes them.
    var lotList: [JSON] {
        lots.map { lot in
            let parts = lot.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init
            )
            return ["execution": .string(parts[0]), "quantity": .string(parts.count > 1 ? parts[1] : "")]
        }
    }

    /// The type that the options make, in the word of the door; what they cannot make together, the door
    /// refuses.
    func type(hasLimit: Bool) -> String {
        if let at { return (hasLimit ? "limit" : "market") + "_on_" + at.rawValue }
        if trail != nil || trailBasisPoints != nil {
            return limitOffset == nil ? "trailing_stop" : "trailing_stop_limit"
        }
        if stop != nil { return hasLimit ? "stop_limit" : "stop" }
        return hasLimit ? "limit" : "market"
    }
}

/// Asks for other terms of an order.
struct OrderReplace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace",
        abstract: "Ask the venue for other terms of an order; what is left out stays."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The order's id.") var order: String
    @Option(help: "How much in all, what has traded included.") var quantity: String?
    @Option(help: "The worst price.") var limit: String?
    @Option(help: "The price that wakes the order.") var stop: String?
    @Option(help: "The distance of a trailing stop, as a price.") var trail: String?
    @Option(name: .customLong("trail-bps"), help: "The distance of a trailing stop, in basis points.")
    var trailBasisPoints: String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "quantity": .optional(quantity), "limitPrice": .optional(limit), "stopPrice": .optional(stop),
            "trailingAmount": .optional(trail), "trailingBasisPoints": .optional(trailBasisPoints),
        ]
        let path = ["accounts", account, "orders", order]
        try await options.send("PATCH", path, body, done: "Asked to replace order")
    }
}

/// What a person decides about an order that waits.
enum OrderDecision: String, ExpressibleByArgument, CaseIterable {
    case approve
    case decline
}

/// Decides on an order that waits for a person.
struct OrderReview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Let an order that waits for a person go to the venue, or decline it."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The order's id.") var order: String
    @Argument(help: "approve or decline.") var decision: OrderDecision
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "orders", order, "review"]
        let body: JSON = ["decision": .string(decision.rawValue)]
        try await options.send("POST", path, body, done: "Decided on order")
    }
}

/// What a person found out about an order.
enum OrderResolution: String, ExpressibleByArgument, CaseIterable {
    case retry
    case closed
}

/// Says what becomes of an order whose venue does not answer.
struct OrderResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say what becomes of a parked order: its venue did not answer.",
        discussion: """
            retry asks the venue again. closed says that the venue does not work the order: what it held back is free. \
            A trade that the venue reports later is booked all the same.
            """
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The order's id.") var order: String
    @Argument(help: "retry or closed.") var resolution: OrderResolution
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "orders", order, "resolution"]
        let body: JSON = ["resolution": .string(resolution.rawValue)]
        try await options.send("POST", path, body, done: "Resolved order")
    }
}
