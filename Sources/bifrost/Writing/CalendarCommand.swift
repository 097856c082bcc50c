internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI

/// Commands about calendars.
struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Declare trading days, open, close and roll them.",
        subcommands: [
            CalendarLoad.self, CalendarDays.self, CalendarDeclare.self, CalendarOpen.self, CalendarClose.self,
            CalendarRoll.self, CalendarCatchUp.self,
        ]
    )
}

/// Declares trading days.
struct CalendarDeclare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "declare",
        abstract: "Declare the next trading days of a calendar: Monday to Friday, or every day."
    )

    @Argument(help: "The calendar's name.") var calendar: String
    @Option(help: "The first day, as 2026-01-01.") var from: String
    @Option(help: "The last day.") var through: String
    @Option(parsing: .upToNextOption, help: "Days between them on which there is no trading.")
    var except: [String] = []
    @Flag(help: "Saturdays and Sundays are trading days as well.") var weekends = false
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
            (weekends || day.weekday < 5) && !holidays.contains(day)
        }
        let body: JSON = ["calendar": .string(calendar), "days": .array(days.map { .string($0.text) })]
        let done = "Declared \(days.count) days of \(calendar)"
        try await options.send("POST", ["calendars"], body, done: done)
    }
}

/// Rolls trading days.
struct CalendarRoll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roll",
        abstract: "Close a trading day: its orders expire, every account closes at the day's marks.",
        discussion: "With --through, every day that is due until this one, one after another: after a pause."
    )

    @Argument(help: "The calendar's name.") var calendar: String
    @Argument(help: "The day, as 2026-01-02: the one after the last that was rolled.") var date: String
    @Flag(help: "Roll the days before it as well.") var through = false
    @OptionGroup var options: WriteOptions

    func run() async throws {
        guard let day = BusinessDate(date) else { throw ValidationError("The day is one as 2026-01-02.") }
        let body: JSON = through ? ["through": .string(day.text)] : ["date": .string(day.text)]
        let done = through ? "Rolling through \(day.text)" : "Rolled \(day.text)"
        try await options.send("POST", ["calendars", calendar, "rolls"], body, done: done)
    }
}

/// Rolls the days that are due of every calendar.
struct CalendarCatchUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catch-up",
        abstract: "Roll every day that is due of every calendar, in the order of the dates: after a pause."
    )

    @Argument(help: "The last date, as 2026-01-02; it need not be a trading day.") var date: String
    @OptionGroup var options: WriteOptions

    func run() async throws {
        guard let day = BusinessDate(date) else { throw ValidationError("The date is one as 2026-01-02.") }
        let body: JSON = ["through": .string(day.text)]
        try await options.send("POST", ["rolls"], body, done: "Rolling every calendar through \(day.text)")
    }
}
