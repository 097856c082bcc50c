internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import Portfolios
internal import Replays
internal import Sagas

/// Questions about an account's books.
struct PortfolioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portfolio",
        abstract: "Show an account's cash, positions and profit.",
        subcommands: [
            PortfolioShow.self, PortfolioLots.self, PortfolioReturns.self, PortfolioExposure.self,
        ]
    )
}

/// Shows an account's books, now or at any moment before.
struct PortfolioShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show cash, positions and profit, now or at any moment before.",
        discussion: """
            --at asks what was known at a position of the log, --as-of what was true on a date, by all that became \
            known since. Together they ask what was true on the date by what was known at the position.
            """
    )

    @Argument(help: "The account's alias or id.")
    var account: String

    @Option(name: .customLong("as-of"), help: "The last business date that counts, as YYYY-MM-DD.")
    var asOf: String?

    @Option(
        name: [.long, .customLong("known-at")],
        help: "The last position of the log that counts, or a time, as 2026-11-29T14:03:07Z."
    )
    var at: String?

    @Flag(help: "Print JSON, amounts as text.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        _ = try DayOption.read(asOf, "--as-of")
        _ = try MomentOption.read(at, "--at")
    }

    func run() throws {
        let date = try DayOption.read(asOf, "--as-of")
        let view = try OpenLog.read(place.place) { log in
            let point = ReplayPoint(position: try MomentOption.position(at, "--at", log), date: date)
            let opened = try AccountDirectory(log, Node.tradingShard).resolve(account)
            return try PortfolioReplay.fold(log, Node.tradingShard, opened, point)
        }
        var output = Output()
        for line in json ? [PortfolioText.json(view).pretty] : PortfolioText.lines(view) { output.line(line) }
    }
}

/// An account's books for people and for programs.
enum PortfolioText {
    static func json(_ view: PortfolioView) -> JSONValue {
        .object([
            ("account", .text(view.account.account.id.text)),
            ("alias", .text(view.account.alias)),
            ("position", .number(view.position)),
            ("asOf", .optional(view.asOf?.text)),
            ("currency", .text(view.account.currency.code)),
            ("cash", .object(view.cash.map { ($0.currency.code, .text($0.amount.text)) })),
            ("receivable", .text(view.receivable.text)),
            ("payable", .text(view.payable.text)),
            ("positions", .list(view.positions.map { json($0, view) })),
            ("realised", .text(view.realised.text)),
            ("unrealised", .text(view.unrealised.text)),
            ("fees", .text(view.fees.text)),
            ("feesByKind", .object(view.feesByKind.map { ($0.kind.name, .text($0.amount.text)) })),
            ("contributions", .text(view.contributions.text)),
            ("foreign", .list(view.foreign.map(json))),
            ("translation", .optional(view.translation?.text)),
            ("equity", .text(view.equity.text)),
            ("equityCurve", .list(view.days.map(json))),
        ])
    }

    private static func json(_ position: PositionView, _ view: PortfolioView) -> JSONValue {
        .object([
            ("symbol", .text(position.symbol)),
            ("instrument", .text(position.instrument.id.text)),
            ("quantity", .text(position.quantity.text)),
            ("averageCost", .text(position.averageCost.text)),
            ("cost", .text(position.cost.text)),
            ("mark", .optional(position.mark?.text)),
            ("markDate", .optional(position.markDate?.text)),
            ("stale", .flag(position.isStale)),
            ("value", .text(position.value.text)),
            ("unrealised", .text(position.unrealised.text)),
            ("lots", .list((view.state.lotsByID[position.instrument]?.lots ?? []).map(json))),
        ])
    }

    private static func json(_ balance: TranslatedBalance) -> JSONValue {
        .object([
            ("currency", .text(balance.currency.code)),
            ("cash", .text(balance.cash.text)),
            ("owed", .text(balance.owed.text)),
            ("positionValue", .text(balance.positionValue.text)),
            ("unrealised", .text(balance.unrealised.text)),
            ("realised", .text(balance.realised.text)),
            ("rate", .optional(balance.rate?.text)),
            ("inverse", .flag(balance.inverse)),
            ("rateDate", .optional(balance.rateDate?.text)),
            ("value", .optional(balance.value?.text)),
        ])
    }

    static func json(_ lot: Lot) -> JSONValue {
        .object([
            ("quantity", .text(lot.quantity.text)),
            ("cost", .text(lot.cost.text)),
            ("opened", .text(lot.opened.text)),
            ("execution", .text(lot.execution.text)),
        ])
    }

    private static func json(_ day: DayClosed) -> JSONValue {
        .object([
            ("date", .text(day.date.text)),
            ("equity", .text(day.equity.text)),
            ("settledCash", .text(day.settledCash.text)),
            ("positionValue", .text(day.positionValue.text)),
            ("unrealised", .text(day.unrealised.text)),
            ("realised", .text(day.realised.text)),
            ("marksVersion", .number(Int64(day.marksVersion))),
            ("staleMarks", .number(Int64(day.staleMarks))),
            ("foreign", .list(day.foreign.map(json))),
            ("translation", .optional(day.translation?.text)),
            ("staleRates", .number(Int64(day.staleRates ?? 0))),
        ])
    }

    static func lines(_ view: PortfolioView) -> [String] {
        let currency = view.account.currency
        var moment = "At position \(view.position)"
        if let date = view.asOf {
            moment = "As of \(date.text), by what was known at position \(view.position)"
        }
        var lines = ["Account \(view.account.alias)  \(view.account.account.id.text)", moment, ""]
        var figures = Table([.left, .right, .left])
        for line in view.cash {
            figures.add(["Cash", amount(line.amount, line.currency), line.currency.code])
        }
        if view.receivable != .zero || view.payable != .zero {
            figures.add(["To come", amount(view.receivable, currency), currency.code])
            figures.add(["To go", amount(view.payable, currency), currency.code])
        }
        for balance in view.foreign {
            let rate = balance.rate.map { balance.inverse ? "1 / \($0.text)" : $0.text }
            let at = "\(balance.currency.code) at \(rate ?? "no rate")"
            let day = balance.rateDate.map { " of \($0.text)" } ?? ""
            figures.add([at + day, balance.value.map { amount($0, currency) } ?? "0", currency.code])
        }
        if let translation = view.translation {
            figures.add(["Translation", amount(translation, currency), currency.code])
        }
        for (name, value) in [
            ("Unrealised", view.unrealised), ("Realised", view.realised), ("Fees", view.fees),
        ] { figures.add([name, amount(value, currency), currency.code]) }
        // A commission alone is all of the fees.
        for fee in view.feesByKind where view.feesByKind.contains(where: { $0.kind != .commission }) {
            figures.add(["  " + fee.kind.name, amount(fee.amount, currency), currency.code])
        }
        for (name, value) in [("Contributions", view.contributions), ("Equity", view.equity)] {
            figures.add([name, amount(value, currency), currency.code])
        }
        for other in view.state.ledger.currencies([.contributedEquity]) where other != currency {
            let paid = Money(clamping: -view.state.ledger.balance(.contributedEquity, .money(other)))
            figures.add(["Contributions", amount(paid, other), other.code])
        }
        lines += figures.lines + [""]
        if view.positions.isEmpty {
            lines.append("No positions.")
        } else {
            lines += positions(view).lines
        }
        if let last = view.days.last {
            lines += [
                "", "Last close \(last.date.text): equity \(amount(last.equity, currency)) \(currency.code)",
            ]
        }
        return lines
    }

    private static func positions(_ view: PortfolioView) -> Table {
        var table = Table([
            ("SYMBOL", .left), ("QUANTITY", .right), ("AVERAGE COST", .right), ("MARK", .right),
            ("OF", .left), ("VALUE", .right), ("UNREALISED", .right),
        ])
        let currency = view.account.currency
        for position in view.positions {
            let date = (position.markDate?.text ?? "") + (position.isStale ? " stale" : "")
            table.add([
                position.symbol, position.quantity.text, position.averageCost.text,
                position.mark?.text ?? "none",
                date, amount(position.value, currency), amount(position.unrealised, currency),
            ])
        }
        return table
    }

    /// At least the minor unit's digits, and more where there are any: nothing is rounded away.
    static func amount(_ money: Money, _ currency: Currency) -> String {
        let text = money.text
        let digits = currency.minorUnitDigits
        let decimals = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
        guard decimals < digits else { return text }
        return text + (decimals == 0 ? "." : "") + String(repeating: "0", count: digits - decimals)
    }
}
