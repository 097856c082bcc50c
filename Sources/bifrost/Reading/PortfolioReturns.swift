internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels
internal import Replays
internal import Sagas

/// Shows what an account earned.
struct PortfolioReturns: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "returns",
        abstract: "Show profit and loss, and time-weighted and money-weighted returns.",
        discussion: "Definitions with their sources are in docs/returns.md."
    )

    @Argument(help: "The account's alias or id.")
    var account: String

    @Option(help: "The first day of the returns, as YYYY-MM-DD.")
    var from: String?

    @Option(help: "The last day of the returns, as YYYY-MM-DD.")
    var to: String?

    @Flag(help: "Print JSON, amounts and rates as text.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard let first = try DayOption.read(from, "--from"), let last = try DayOption.read(to, "--to") else {
            return
        }
        guard first <= last else {
            throw ValidationError("--from \(first.text) is behind --to \(last.text).")
        }
    }

    func run() throws {
        let first = try DayOption.read(from, "--from") ?? BusinessDate(days: 0)
        let last = try DayOption.read(to, "--to") ?? BusinessDate(days: Self.daysMax)
        let (opened, results, figures) = try OpenLog.readStored(place.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            return try CaughtUp.read(PortfolioProjection.name, log) { snapshot throws(PostgresError) in
                let (before, days) = try PortfolioProjection.returnDays(
                    of: opened.account,
                    from: first,
                    through: last,
                    at: snapshot
                )
                return (
                    opened, try PortfolioProjection.results(of: opened.account, at: snapshot),
                    ReturnFigures(days, after: before)
                )
            }
        }
        var output = Output()
        let lines =
            json
            ? [ReturnText.json(results, figures).pretty]
            : ReturnText.lines(results, figures, opened.currency)
        for line in lines { output.line(line) }
    }

    /// 2999-12-31.
    static let daysMax: Int32 = 376_199
}

/// Returns for people and for programs.
enum ReturnText {
    static func json(_ results: [ResultFigures], _ figures: ReturnFigures) -> JSONValue {
        .object([
            ("results", .list(results.map(json))),
            ("first", .optional(figures.first?.text)),
            ("last", .optional(figures.last?.text)),
            ("days", .number(Int64(figures.days))),
            ("opening", .text(figures.opening.text)),
            ("closing", .text(figures.closing.text)),
            ("paidIn", .text(figures.paidIn.text)),
            ("paidOut", .text(figures.paidOut.text)),
            ("gain", .text(figures.gain.text)),
            ("timeWeighted", .optional(figures.timeWeighted.text)),
            ("timeWeightedAnnual", .optional(figures.timeWeightedAnnual?.text)),
            ("moneyWeighted", .optional(figures.moneyWeighted.text)),
            ("drawdown", .optional(figures.drawdown.text)),
            ("drawdownMax", .optional(figures.drawdownMax.text)),
            ("undefined", .optional(figures.timeWeighted.reason ?? figures.moneyWeighted.reason)),
            ("estimatedDays", .number(Int64(figures.estimatedDays))),
        ])
    }

    private static func json(_ result: ResultFigures) -> JSONValue {
        .object([
            ("currency", .text(result.currency)),
            ("contributed", .text(result.contributed)),
            ("realised", .text(result.realised)),
            ("unrealised", .text(result.unrealised)),
            ("income", .text(result.income)),
            ("expense", .text(result.expense)),
            ("total", .text(result.total)),
            ("equity", .text(result.equity)),
        ])
    }

    static func lines(
        _ results: [ResultFigures],
        _ figures: ReturnFigures,
        _ currency: Currency
    ) -> [String] {
        var table = Table([
            ("CURRENCY", .left), ("REALISED", .right), ("UNREALISED", .right), ("INCOME", .right),
            ("EXPENSE", .right), ("TOTAL", .right), ("EQUITY", .right),
        ])
        for result in results {
            table.add([
                result.currency, result.realised, result.unrealised, result.income, result.expense,
                result.total, result.equity,
            ])
        }
        guard let first = figures.first, let last = figures.last else {
            return table.lines + ["", "No day was closed in this time."]
        }
        var period = Table([.left, .right, .left])
        for (name, amount) in [
            ("Opening", figures.opening), ("Paid in", figures.paidIn), ("Paid out", figures.paidOut),
            ("Closing", figures.closing), ("Gain", figures.gain),
        ] { period.add([name, PortfolioText.amount(amount, currency), currency.code]) }
        period.add(["Time-weighted", text(figures.timeWeighted), ""])
        if let annual = figures.timeWeightedAnnual { period.add(["  a year", text(annual), ""]) }
        period.add(["Money-weighted, a year", text(figures.moneyWeighted), ""])
        period.add(["Drawdown", text(figures.drawdown), ""])
        period.add(["  at most", text(figures.drawdownMax), ""])
        var lines = table.lines + ["", "\(first.text) to \(last.text), \(figures.days) days"] + period.lines
        if figures.estimatedDays > 0 {
            lines.append("\(figures.estimatedDays) days have stale marks, or flows that nothing valued.")
        }
        return lines
    }

    /// As a percentage with six decimals, rounded half away from zero.
    static func text(_ figure: ReturnFigure) -> String {
        guard case .rate(let units) = figure else { return figure.reason ?? "" }
        let micros = (units + (units < 0 ? -5_000 : 5_000)) / 10_000
        return Decimals.text(micros * 1_000) + " %"
    }
}
