internal import ArgumentParser
internal import BifrostKernel
internal import EventStore
internal import Nodes
internal import References
internal import Replays

/// Lists a venue's schedules.
struct FeesShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a venue takes, by the first trade date."
    )

    @Argument(help: "The venue.") var venue = "paper"
    @Flag(help: "Print JSON, amounts as text.") var json = false
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let schedules = try OpenLog.read(place.place) { log in
            try ReferenceReplay.fold(log, Node.tradingShard).feesByVenue[venue] ?? []
        }
        var output = Output()
        if json {
            output.line(JSONValue.list(schedules.map(Self.json)).pretty)
            return
        }
        var table = Table([
            ("FROM", .left), ("VERSION", .right), ("TAKES", .left), ("SOURCE", .left),
        ])
        for schedule in schedules {
            let lines = Self.words(schedule)
            table.add([schedule.validFrom.text, "\(schedule.version)", lines[0], schedule.source])
            for line in lines.dropFirst() { table.add(["", "", line, ""]) }
        }
        if schedules.isEmpty { output.line("No schedule of \(venue) is declared.") }
        for line in schedules.isEmpty ? [] : table.lines { output.line(line) }
    }

    private static func words(_ schedule: FeeScheduleSet) -> [String] {
        let code = schedule.currency?.code ?? ""
        var commission = ["commission \(schedule.commission.text) basis points"]
        if let perShare = schedule.perShare { commission.append("\(perShare.text) \(code) a unit") }
        if let least = schedule.minimum { commission.append("at least \(least.text) \(code) an order") }
        if let most = schedule.maximum { commission.append("at most \(most.text) \(code) an order") }
        return [commission.joined(separator: ", ")]
            + schedule.fees.map { fee in
                var words = ["\(fee.kind.name)"]
                if fee.perShare == nil || fee.rate > BasisPoints(0) {
                    words.append("\(fee.rate.text) basis points")
                }
                if let perShare = fee.perShare { words.append("\(perShare.text) \(code) a unit") }
                if let most = fee.maximum { words.append("at most \(most.text) \(code) a trade") }
                if !fee.sides.isEmpty {
                    words.append(
                        "of "
                            + fee.sides.map { $0 == .buy ? "purchases" : "sales" }.joined(separator: " and ")
                    )
                }
                return words.joined(separator: ", ")
            }
    }

    private static func json(_ schedule: FeeScheduleSet) -> JSONValue {
        .object([
            ("venue", .text(schedule.venue)), ("validFrom", .text(schedule.validFrom.text)),
            ("version", .number(Int64(schedule.version))),
            ("commissionBasisPoints", .text(schedule.commission.text)),
            ("perShare", .optional(schedule.perShare?.text)), ("minimum", .optional(schedule.minimum?.text)),
            ("maximum", .optional(schedule.maximum?.text)),
            ("currency", .optional(schedule.currency?.code)),
            (
                "fees",
                .list(
                    schedule.fees.map { fee in
                        .object([
                            ("kind", .text(fee.kind.name.lowercased())),
                            ("basisPoints", .text(fee.rate.text)),
                            ("perShare", .optional(fee.perShare?.text)),
                            ("maximum", .optional(fee.maximum?.text)),
                            ("sides", .list(fee.sides.map { .text($0.name.lowercased()) })),
                        ])
                    }
                )
            ),
            ("source", .text(schedule.source)),
        ])
    }
}

/// Says what one trade would cost.
struct FeesEstimate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "Estimate what one trade of a new order costs, by the schedule of its date."
    )

    @Argument(help: "The venue.") var venue: String
    @Argument(help: "buy or sell.") var side: String
    @Argument(help: "How much.") var quantity: String
    @Argument(help: "The price of one unit.") var price: String
    @Option(help: "The trade date (default: the log's present business date).") var date: String?
    @Option(help: "The currency of the price.") var currency = "USD"
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard ["buy", "sell"].contains(side) else {
            throw ValidationError("'\(side)': expected buy or sell.")
        }
        _ = try DayOption.read(date, "--date")
        _ = try amounts()
    }

    private func amounts() throws -> (Price, Quantity, Currency) {
        guard let price = try? Price(price), let quantity = try? Quantity(quantity), price >= .zero,
            quantity > .zero, let currency = Currency(currency)
        else { throw ValidationError("Expected a quantity, a price and a currency, as 100 187.25.") }
        return (price, quantity, currency)
    }

    func run() throws {
        let (price, quantity, currency) = try amounts()
        let day = try DayOption.read(date, "--date")
        let (on, schedule) = try OpenLog.read(place.place) { log in
            let on = try day ?? ReferenceReplay.today(log, Node.tradingShard)
            return (on, try ReferenceReplay.fold(log, Node.tradingShard).fees(of: venue, on: on))
        }
        guard let schedule else {
            throw BifrostExit.failed.failure("No schedule of \(venue) holds on \(on.text).")
        }
        let isSale = side == "sell"
        guard let cost = schedule.estimate(price, quantity, isSale: isSale, on: on, currency) else {
            throw BifrostExit.failed.failure("The trade is beyond what money can hold.")
        }
        var table = Table([.left, .right, .left])
        for fee in [Fee(.commission, cost.commission, currency)] + cost.fees {
            table.add([fee.kind.name, PortfolioText.amount(fee.amount, currency), currency.code])
        }
        let sum = Money(clamping: cost.commission.nanos + cost.fees.nanos)
        table.add(["In all", PortfolioText.amount(sum, currency), currency.code])
        for line in table.lines { print(line) }
        print("By version \(schedule.version) of the schedule of \(venue), on \(on.text).")
    }
}
