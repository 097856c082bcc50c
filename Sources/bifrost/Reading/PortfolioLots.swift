internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import PortfolioViewProjection
internal import Portfolios
internal import PostgresClient
internal import ReadModels
internal import Replays
internal import Sagas

/// Lists the lots of an account.
struct PortfolioLots: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lots",
        abstract: "List open lots, oldest first, with what they cost and the execution that opened them.",
        discussion: """
            The execution names a lot in an order: bifrost order place demo sell 10 AAPL --lot EXECUTION:10.
            --closed lists what was closed instead: by which execution, at what cost, for what. --at asks what was \
            known at a position of the log, --as-of what was true on a date, by all that became known since.
            """
    )

    @Argument(help: "The account's alias or id.")
    var account: String

    @Option(help: "Only this symbol.")
    var symbol: String?

    @Flag(help: "List the parts that were closed.")
    var closed = false

    @Option(name: .customLong("as-of"), help: "The last business date that counts, as YYYY-MM-DD.")
    var asOf: String?

    @Option(
        name: [.long, .customLong("known-at")],
        help: "The last position of the log that counts, or a time, as 2026-11-29T14:03:07Z."
    )
    var at: String?

    @Flag(help: "Print JSON, amounts as text; open and closed lots.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        _ = try DayOption.read(asOf, "--as-of")
        _ = try MomentOption.read(at, "--at")
        guard let symbol, Symbol(symbol) == nil else { return }
        throw ValidationError("--symbol '\(symbol)': expected 1–32 of A–Z a–z 0–9 . - / _ :")
    }

    func run() throws {
        let date = try DayOption.read(asOf, "--as-of")
        let lots = try OpenLog.readStored(place.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            var query = LotQuery(opened.account)
            query.date = date
            query.position = try MomentOption.position(at, "--at", log)
            query.symbol = symbol.flatMap { Symbol($0) }
            return try CaughtUp.read(PortfolioProjection.name, log) { snapshot throws(PostgresError) in
                try PortfolioProjection.lots(query, at: snapshot)
            }
        }
        var output = Output()
        let lines =
            json
            ? [JSONValue.list(lots.map(LotText.json)).pretty]
            : closed ? LotText.closed(lots).lines : LotText.open(lots).lines
        for line in lines { output.line(line) }
    }
}

/// Lots for people and for programs.
enum LotText {
    static func open(_ lots: [LotFigures]) -> Table {
        var table = Table([
            ("SYMBOL", .left), ("QUANTITY", .right), ("COST", .right), ("OPENED", .left),
            ("EXECUTION", .left),
        ])
        for figures in lots {
            for lot in figures.book.open {
                table.add([
                    name(figures), lot.quantity.text, PortfolioText.amount(lot.cost, figures.currency),
                    lot.opened.text, lot.execution.text,
                ])
            }
        }
        return table
    }

    static func closed(_ lots: [LotFigures]) -> Table {
        var table = Table([
            ("SYMBOL", .left), ("QUANTITY", .right), ("COST", .right), ("PROCEEDS", .right),
            ("REALISED", .right), ("OPENED", .left), ("CLOSED", .left), ("OPENED BY", .left),
            ("CLOSED BY", .left),
        ])
        for figures in lots {
            for part in figures.book.closures {
                let amounts = [part.cost, part.proceeds, part.realised]
                table.add(
                    [name(figures), part.quantity.text]
                        + amounts.map { PortfolioText.amount($0, figures.currency) }
                        + [part.opened.text, part.closed.text, part.lot.text, part.closedBy.text]
                )
            }
        }
        return table
    }

    static func json(_ figures: LotFigures) -> JSONValue {
        .object([
            ("instrument", .text(figures.instrument.id.text)),
            ("symbol", .optional(figures.symbol)),
            ("currency", .text(figures.currency.code)),
            ("realised", .text(Money(clamping: figures.book.realised).text)),
            ("open", .list(figures.book.open.map(PortfolioText.json))),
            ("closed", .list(figures.book.closures.map(json))),
        ])
    }

    private static func json(_ part: LotClosure) -> JSONValue {
        .object([
            ("quantity", .text(part.quantity.text)),
            ("cost", .text(part.cost.text)),
            ("proceeds", .text(part.proceeds.text)),
            ("realised", .text(part.realised.text)),
            ("opened", .text(part.opened.text)),
            ("closed", .text(part.closed.text)),
            ("execution", .text(part.lot.text)),
            ("closedBy", .text(part.closedBy.text)),
        ])
    }

    private static func name(_ figures: LotFigures) -> String {
        figures.symbol ?? figures.instrument.id.text
    }
}
