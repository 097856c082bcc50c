internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import HTTPAPI
internal import Nodes
internal import Replays
internal import Sagas

/// Commands about rebalances.
struct RebalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance",
        abstract: "Bring an account to target weights, stop that, look at it.",
        subcommands: [RebalanceStart.self, RebalanceStop.self, RebalanceList.self]
    )
}

/// Starts a rebalance, or says what it would do.
struct RebalanceStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Sell what is above its weight, then buy what is below.",
        discussion: """
            Sales go to the market, purchases have a limit. What is not named stays as it is; a weight of 0 sells it. \
            Weights, band, buffer and slippage are in percent.
            """
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "Weights, as AAPL=40 MSFT=35.5.") var weights: [String]
    @Option(help: "How far a weight may be off before it is traded.") var band = "0"
    @Option(help: "The least value of an order.") var minimumTrade = "0"
    @Option(help: "The share of the equity that stays in cash.") var buffer = "0.25"
    @Option(help: "How far above its price a purchase's limit is.") var slippage = "0"
    @Option(help: "Stop after so many seconds, and cancel what is open then.") var secondsMax: UInt32?
    @Flag(help: "Stop when an order is refused; otherwise the others go on.") var stopOnRefusal = false
    @Option(help: "How its sales choose among open lots: fifo or average; else as the account does.")
    var lots: LotChoice?
    @Option(help: "The strategy that it belongs to.") var strategy: String?
    @Flag(help: "Only say what would be traded, at official marks.") var dryRun = false
    @OptionGroup var options: WriteOptions

    func validate() throws { _ = try wanted() }

    func run() async throws {
        let wanted = try wanted()
        if dryRun { return try tell(wanted) }
        let body: JSON = [
            "targets": .array(
                wanted.targets.map { target in
                    ["symbol": .string(target.symbol.text), "weightBasisPoints": .string(target.weight.text)]
                }
            ),
            "bandBasisPoints": .string(wanted.band.text),
            "minimumTrade": .string(wanted.minimumTrade.text),
            "bufferBasisPoints": .string(wanted.buffer.text),
            "slippageBasisPoints": .string(wanted.slippage.text),
            "secondsMax": secondsMax.map { .count(Int64($0)) } ?? .null,
            "onRefusal": .string(stopOnRefusal ? "stop" : "go_on"),
            "strategy": .optional(strategy), "lotMethod": .optional(lots?.rawValue),
        ]
        try await options.send("POST", ["accounts", account, "rebalances"], body, done: "Began to rebalance")
    }

    private func wanted() throws -> RebalanceAccount {
        var wanted = RebalanceAccount()
        for weight in weights {
            let parts = weight.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let symbol = Symbol(String(parts[0])) else {
                throw ValidationError("'\(weight)': expected a symbol and a percentage, as AAPL=40.")
            }
            wanted.targets.append(WantedWeight(symbol, try Self.rate(String(parts[1]), weight)))
        }
        wanted.band = try Self.rate(band, "--band")
        wanted.buffer = try Self.rate(buffer, "--buffer")
        wanted.slippage = try Self.rate(slippage, "--slippage")
        guard let least = try? Money(minimumTrade) else {
            throw ValidationError("--minimum-trade '\(minimumTrade)': expected an amount, as 100.")
        }
        wanted.minimumTrade = least
        wanted.onRefusal = stopOnRefusal ? .stop : .goOn
        return wanted
    }

    private static func rate(_ text: String, _ option: String) throws -> BasisPoints {
        guard let percent = try? Quantity(text), let rate = BasisPoints(micros: percent.nanos / 10),
            percent.nanos % 10 == 0
        else { throw ValidationError("\(option): '\(text)' is no percentage, as 0.25.") }
        return rate
    }

    /// The same function as the command's, over a fold of the log.
    private func tell(_ wanted: RebalanceAccount) throws {
        let (plan, fees) = try OpenLog.read(options.placeOptions.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            var replay = ShardReplay(Node.tradingShard)
            try replay.advance(log)
            let today = try ReferenceReplay.today(log, Node.tradingShard)
            do throws(Rejection) {
                let plan = try Shard.rebalancePlan(wanted, opened.account, on: today, replay.state)
                let fees = plan.legs.map {
                    Shard.estimatedFees(of: $0, opened.account, on: today, replay.state)
                }
                return (plan, fees)
            } catch {
                throw BifrostExit.failed.failure(
                    "\(error.code.name). See `bifrost explain \(error.code.name)`."
                )
            }
        }
        var table = Table([
            ("SIDE", .left), ("QUANTITY", .right), ("SYMBOL", .left), ("PRICE", .right), ("VALUE", .right),
            ("FEES", .right),
        ])
        var sum: Int128 = 0
        for (leg, fees) in zip(plan.legs, fees) {
            let cost = fees.map { $0.commission.nanos + $0.fees.nanos } ?? 0
            sum += cost
            table.add([
                leg.side.name.lowercased(), leg.quantity.text, leg.symbol.text, leg.price.text,
                Money.notional(leg.price, leg.quantity, .halfAwayFromZero).text, Decimals.text(cost),
            ])
        }
        for line in table.lines { print(line) }
        print(
            "Equity \(plan.equity.text), estimated fees \(Decimals.text(sum)); what cash is there for is decided"
                + " after the sales. Nothing was sent."
        )
    }
}

/// Stops a rebalance.
struct RebalanceStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Send no more of a rebalance, and cancel what is at the venue."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @Argument(help: "The rebalance's id.") var rebalance: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let path = ["accounts", account, "rebalances", rebalance]
        try await options.send("DELETE", path, done: "Stopping the rebalance")
    }
}

/// Lists an account's rebalances.
struct RebalanceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rebalances of an account, newest first."
    )

    @Argument(help: "The account, by alias or id.") var account: String
    @OptionGroup var options: AskOptions

    func run() async throws {
        guard let answer = try await options.ask(["accounts", account, "rebalances"]) else { return }
        var table = Table([
            ("REBALANCE", .left), ("STARTED", .left), ("STATE", .left), ("AFTER", .left), ("EQUITY", .right),
            ("ORDERS", .right), ("REFUSED", .right),
        ])
        for item in answer["rebalances"]?.array ?? [] {
            let sales = (item["wanted"]?.array ?? []).filter { $0["side"]?.string == "sell" }.count
            table.add([
                item["rebalance"]?.string ?? "", item["startedAt"]?.string ?? "", item["state"]?.string ?? "",
                item["after"]?.string ?? "", item["equity"]?.string ?? "",
                "\(sales + (item["purchases"]?.array?.count ?? 0))", "\(item["refused"]?.array?.count ?? 0)",
            ])
        }
        for line in table.lines { print(line) }
    }
}
