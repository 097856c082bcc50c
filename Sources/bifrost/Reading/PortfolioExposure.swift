internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import HTTPAPI
internal import Nodes
internal import PortfolioViewProjection
internal import PostgresClient
internal import ReadModels
internal import Replays
internal import RiskLimits
internal import Sagas

/// Shows what an account is exposed to.
struct PortfolioExposure: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure",
        abstract: "Show gross and net value, leverage, sectors, limits in use and what orders hold back.",
        discussion: """
            Limits are used as the risk checks of an order compare them, before the order adds anything. --at asks \
            what was known at a position of the log. Definitions are in docs/returns.md.
            """
    )

    @Argument(help: "The account's alias or id.")
    var account: String

    @Option(
        name: [.long, .customLong("known-at")],
        help: "The last position of the log that counts, or a time, as 2026-11-29T14:03:07Z."
    )
    var at: String?

    @Flag(help: "Print JSON, amounts as text.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func validate() throws { _ = try MomentOption.read(at, "--at") }

    func run() throws {
        let (exposure, drawdown) = try OpenLog.readStored(place.place) { log in
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            let at = try MomentOption.position(at, "--at", log)
            let (days, position) = try CaughtUp.read(PortfolioProjection.name, log) {
                snapshot throws(PostgresError) in
                (
                    try PortfolioProjection.returnDays(
                        of: opened.account,
                        from: BusinessDate(days: 0),
                        through: BusinessDate(days: PortfolioReturns.daysMax),
                        knownAt: at ?? .max,
                        at: snapshot
                    ).days, snapshot.positions[Node.tradingShard] ?? 0
                )
            }
            var replay = AccountReplay(opened.account, Node.tradingShard)
            try replay.advance(log, to: at ?? position)
            guard let exposure = replay.exposure else {
                throw BifrostExit.failed.failure("The account was opened after position \(at ?? position).")
            }
            return (exposure, ReturnFigures.drawdown(of: days))
        }
        var output = Output()
        let lines =
            json
            ? [JSONValue(ExposureView(exposure).json(drawdown)).pretty]
            : ExposureText.lines(exposure, drawdown)
        for line in lines { output.line(line) }
    }
}

/// An exposure for people; programs get what the door answers.
enum ExposureText {
    /// Of all closed days.
    typealias Drawdown = (now: ReturnFigure, most: ReturnFigure)

    static func lines(_ exposure: AccountExposure, _ drawdown: Drawdown) -> [String] {
        var lines = totals(exposure, drawdown).lines
        if exposure.valuation == nil { lines.append("A position has no mark, or a currency no rate.") }
        var holdings = Table([
            ("SYMBOL", .left), ("CURRENCY", .left), ("QUANTITY", .right), ("MARK", .right), ("OF", .left),
            ("VALUE", .right),
        ])
        for line in exposure.lines {
            holdings.add([
                line.symbol, line.currency.code, line.quantity.text, line.mark?.text ?? "none",
                (line.markDate?.text ?? "") + (line.isStale ? " stale" : ""),
                PortfolioText.amount(line.value, line.currency),
            ])
        }
        var sectors = Table([
            ("SECTOR", .left), ("CURRENCY", .left), ("GROSS", .right), ("NET", .right), ("POSITIONS", .right),
        ])
        for sum in exposure.bySector {
            sectors.add([
                sum.sector.isEmpty ? "none" : sum.sector, sum.currency.code, amount(sum.gross, sum.currency),
                amount(sum.net, sum.currency), String(sum.positions),
            ])
        }
        if !exposure.lines.isEmpty { lines += [""] + holdings.lines + [""] + sectors.lines }
        var limits = Table([
            ("LIMIT", .left), ("USED", .right), ("OF", .right), ("", .left), ("FRACTION", .right),
            ("", .left),
        ])
        for use in exposure.limitUses {
            limits.add([
                use.rule, use.used ?? "unknown", use.limit ?? "unknown", use.unit, use.fraction ?? "",
                use.isExceeded ? "exceeded" : "",
            ])
        }
        if !exposure.uses.isEmpty { lines += [""] + limits.lines }
        var held = Table([.left, .right, .left])
        for cash in exposure.reservedCash {
            held.add(["Held back", PortfolioText.amount(cash.amount, cash.currency), cash.currency.code])
        }
        for units in exposure.reservedUnits {
            held.add(["Held back", units.quantity.text, units.symbol])
        }
        let orders = exposure.openOrders
        if orders > 0 { lines += [""] + held.lines + ["By \(orders) open order\(orders == 1 ? "" : "s")"] }
        if exposure.killed { lines.append("The account's kill switch is pulled.") }
        if exposure.shardKilled { lines.append("The kill switch of all accounts is pulled.") }
        if let call = exposure.marginCall {
            lines.append(
                "A margin call of \(call.date.text) asks for \(call.deficit.text) \(call.currency.code)."
            )
        }
        return lines
    }

    private static func totals(_ exposure: AccountExposure, _ drawdown: Drawdown) -> Table {
        var table = Table([.left, .right, .left])
        if let worth = exposure.valuation {
            for (name, nanos) in [
                ("Long", worth.long), ("Short", worth.short), ("Gross", worth.long + worth.short),
                ("Net", worth.long - worth.short), ("Equity", worth.equity),
            ] { table.add([name, amount(nanos, exposure.currency), exposure.currency.code]) }
        }
        if let leverage = exposure.leverage { table.add(["Leverage", leverage, ""]) }
        table.add(["Drawdown", ReturnText.text(drawdown.now), ""])
        table.add(["  at most", ReturnText.text(drawdown.most), ""])
        return table
    }

    private static func amount(_ nanos: Int128, _ currency: Currency) -> String {
        PortfolioText.amount(Money(clamping: nanos), currency)
    }
}
