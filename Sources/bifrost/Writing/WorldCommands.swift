internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI
internal import Nodes

/// Commands about calendars.
struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Declare trading days, and close them.",
        subcommands: [CalendarDeclare.self, CalendarRoll.self]
    )
}

/// Declares trading days.
struct CalendarDeclare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "declare",
        abstract: "Declare the next trading days of a calendar: Monday to Friday."
    )

    @Argument(help: "The calendar's name.") var calendar: String
    @Option(help: "The first day, as 2026-01-01.") var from: String
    @Option(help: "The last day.") var through: String
    @Option(parsing: .upToNextOption, help: "Days between them on which there is no trading.")
    var except: [String] = []
    @OptionGroup var options: WriteOptions

    func run() async throws {
        guard let first = BusinessDate(from), let last = BusinessDate(through), first <= last else {
            throw ValidationError("--from and --through are days as 2026-01-01, in order.")
        }
        let holidays = Set(except.compactMap { BusinessDate($0) })
        guard holidays.count == except.count else {
            throw ValidationError("--except takes days as 2026-01-01.")
        }
        let days = (first.days...last.days).map { BusinessDate(days: $0) }.filter { day in
            // 1970-01-01 was a Thursday.
            let weekday = ((Int(day.days) + 3) % 7 + 7) % 7
            return weekday < 5 && !holidays.contains(day)
        }
        let body: JSON = ["calendar": .string(calendar), "days": .array(days.map { .string($0.text) })]
        let done = "Declared \(days.count) days of \(calendar)"
        try await options.send("POST", ["calendars"], body, done: done)
    }
}

/// Closes a trading day.
struct CalendarRoll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roll",
        abstract: "Close a trading day: its orders expire, every account closes at the day's marks."
    )

    @Argument(help: "The calendar's name.") var calendar: String
    @Argument(help: "The day, as 2026-01-02: the one after the last that was rolled.") var date: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        guard let day = BusinessDate(date) else { throw ValidationError("The day is one as 2026-01-02.") }
        let body: JSON = ["date": .string(day.text)]
        try await options.send("POST", ["calendars", calendar, "rolls"], body, done: "Rolled \(day.text)")
    }
}

/// Commands about instruments.
struct InstrumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instrument",
        abstract: "Register instruments.",
        subcommands: [InstrumentRegister.self]
    )
}

/// Registers an instrument.
struct InstrumentRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Register an instrument."
    )

    @Argument(help: "Its symbol.") var symbol: String
    @Option(help: "The calendar of its trading days.") var calendar: String
    @Option(help: "Its currency.") var currency = "USD"
    @Option(help: "The smallest step of its price.") var tick = "0.01"
    @Option(help: "The smallest step of an order's quantity.") var lot = "1"
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let body: JSON = [
            "symbol": .string(symbol), "currency": .string(currency), "tickSize": .string(tick),
            "lotSize": .string(lot), "tradingCalendar": .string(calendar),
        ]
        try await options.send("POST", ["instruments"], body, done: "Registered \(symbol)")
    }
}

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
