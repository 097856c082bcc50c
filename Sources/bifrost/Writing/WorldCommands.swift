internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI
internal import Nodes

/// Commands about official prices.
struct MarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Record official prices.",
        subcommands: [MarkSet.self]
    )
}

/// Records an official price.
struct MarkSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Record an instrument's official price of a day.",
        discussion: "On a wall clock the paper venue trades at the latest one."
    )

    @Argument(help: "The instrument's symbol.") var symbol: String
    @Argument(help: "Its price.") var price: String
    @Option(help: "The day (default: today, in UTC).") var date: String?
    @Option(help: "Where the price comes from.") var source = "cli"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "date": .string(date ?? WallTime().now().date.text), "source": .string(source),
            "marks": .array([["symbol": .string(symbol), "price": .string(price)]]),
        ]
        try await options.send("POST", ["marks"], body, done: "Recorded \(symbol) at \(price)")
    }
}
