internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import Portfolios
internal import Replays
internal import Sagas

/// Lists the open lots of an account.
struct PortfolioLots: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lots",
        abstract: "List open lots, oldest first, with what they cost and the execution that opened them.",
        discussion: """
            The execution names a lot in an order: bifrost order place demo sell 10 AAPL --lot EXECUTION:10.
            """
    )

    @Argument(help: "The account's alias or id.")
    var account: String

    @Option(help: "Only this symbol.")
    var symbol: String?

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let view = try OpenLog.read(place.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            return try PortfolioReplay.fold(log, Node.tradingShard, opened, .latest)
        }
        var table = Table([
            ("SYMBOL", .left), ("QUANTITY", .right), ("COST", .right), ("OPENED", .left),
            ("EXECUTION", .left),
        ])
        for position in view.positions where symbol.map({ $0 == position.symbol }) ?? true {
            for lot in view.state.lotsByID[position.instrument]?.lots ?? [] {
                table.add([
                    position.symbol, lot.quantity.text,
                    PortfolioText.amount(lot.cost, view.account.currency), lot.opened.text,
                    lot.execution.text,
                ])
            }
        }
        var output = Output()
        for line in table.lines { output.line(line) }
    }
}
