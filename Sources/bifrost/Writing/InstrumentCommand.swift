internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI

/// Commands about instruments.
struct InstrumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instrument",
        abstract: "Register instruments, change their terms, correct and withdraw changes, halt them.",
        subcommands: [
            InstrumentRegister.self, InstrumentChange.self, InstrumentCorrect.self, InstrumentWithdraw.self,
            InstrumentStatusCommand.self,
        ]
    )
}

/// The terms that may change.
struct TermsOptions: ParsableArguments {
    @Option(help: "The smallest step of its price.") var tick = "0.01"
    @Option(help: "The smallest step of an order's quantity.") var lot = "1"
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Other steps from a price on.", valueName: "price:step")
    )
    var ticks: [String] = []
    @Option(help: "Its sector in your own list.") var sector: String?
    @Flag(help: "It may be bought on margin.") var marginable = false
    @Flag(help: "It may be sold short.") var shortable = false
    @Flag(help: "Quantities below one unit may be ordered; the lot is below one then.") var fractionable =
        false

    func members() throws -> [JSON.Member] {
        let steps = try ticks.map { text -> JSON in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--ticks takes steps as 1:0.01.") }
            return ["priceFrom": .string(String(parts[0])), "tickSize": .string(String(parts[1]))]
        }
        var members: [JSON.Member] = [
            JSON.Member("tickSize", .string(tick)), JSON.Member("lotSize", .string(lot)),
            JSON.Member("marginable", .bool(marginable)),
            JSON.Member("shortable", .bool(shortable)), JSON.Member("fractionable", .bool(fractionable)),
            JSON.Member("tickTable", .array(steps)),
        ]
        if let sector { members.append(JSON.Member("sector", .string(sector))) }
        return members
    }
}

/// Registers an instrument.
struct InstrumentRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Register an instrument."
    )

    @Argument(help: "Its symbol.") var symbol: String
    @Option(help: "The calendar of its trading days.") var calendar: String
    @Option(help: "The calendar of its settlement days (default: the same).") var settlementCalendar: String?
    @Option(help: "Its currency.") var currency = "USD"
    @Option(help: "The first day on which the symbol names it, as 2026-01-02 (default: ever).") var from:
        String?
    @OptionGroup var terms: TermsOptions
    @OptionGroup var options: WriteOptions

    func run() async throws {
        var members = try terms.members()
        members.append(JSON.Member("symbol", .string(symbol)))
        members.append(JSON.Member("currency", .string(currency)))
        members.append(JSON.Member("tradingCalendar", .string(calendar)))
        if let settlementCalendar {
            members.append(JSON.Member("settlementCalendar", .string(settlementCalendar)))
        }
        if let from { members.append(JSON.Member("validFrom", .string(from))) }
        try await options.send("POST", ["instruments"], .object(members), done: "Registered \(symbol)")
    }
}

/// Changes an instrument's terms.
struct InstrumentChange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change",
        abstract: "Give an instrument other terms from a day on: all of them, its symbol included.",
        discussion: "What is not named gets the value that registering gives it."
    )

    @Argument(help: "Its symbol on the day before.") var symbol: String
    @Option(help: "The first day of the terms, as 2026-01-02.") var from: String
    @Option(help: "Its symbol from then on (default: the same).") var name: String?
    @OptionGroup var terms: TermsOptions
    @OptionGroup var options: WriteOptions

    func run() async throws {
        var members = try terms.members()
        members.append(JSON.Member("effectiveFrom", .string(from)))
        if let name { members.append(JSON.Member("symbol", .string(name))) }
        let done = "Changed \(symbol) from \(from) on"
        try await options.send("POST", ["instruments", symbol, "terms"], .object(members), done: done)
    }
}

/// Puts another day or another symbol in the place of a change's.
struct InstrumentCorrect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct",
        abstract: "Correct the day or the symbol of an instrument's last change; what is not named stays.",
        discussion: """
            Before the change holds and after it: what was judged by it stays as it was judged, and open orders are \
            judged again where more than the name differs. Other terms are withdrawn and announced anew.
            """
    )

    @Argument(help: "Its symbol on the day before the change.") var symbol: String
    @Option(help: "The first day that the change was announced for, as 2026-01-02.") var announced: String
    @Option(help: "The first day that it has.") var from: String?
    @Option(help: "Its symbol from then on.") var name: String?
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["effectiveFrom": .optional(from), "symbol": .optional(name)]
        let done = "Corrected the change of \(symbol) from \(announced) on"
        try await options.send("PATCH", ["instruments", symbol, "terms", announced], body, done: done)
    }
}

/// Takes a change back.
struct InstrumentWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Withdraw an instrument's last change: the terms of before hold on."
    )

    @Argument(help: "Its symbol on the day before the change.") var symbol: String
    @Option(help: "The first day that the change was announced for, as 2026-01-02.") var announced: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let done = "Withdrew the change of \(symbol) from \(announced) on"
        try await options.send("DELETE", ["instruments", symbol, "terms", announced], done: done)
    }
}

/// Halts an instrument, or lets it trade again.
struct InstrumentStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whether an instrument trades.",
        discussion: "A halted one takes only orders that reduce a position, and they wait at the venue."
    )

    @Argument(help: "Its symbol.") var symbol: String
    @Argument(help: "active, halted, closing-only or delisted.") var status: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = ["status": .string(status)]
        let done = "\(symbol) is \(status)"
        try await options.send("POST", ["instruments", symbol, "status"], body, done: done)
    }
}
