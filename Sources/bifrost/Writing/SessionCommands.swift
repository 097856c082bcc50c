internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI

/// Opens a session.
struct CalendarOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open the session of a trading day."
    )

    @OptionGroup var session: SessionOptions
    @OptionGroup var options: WriteOptions

    func run() async throws { try await session.send("open", "Opened", options) }
}

/// Closes a session.
struct CalendarClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract:
            "Close the session of a trading day: where the calendar has hours, no more orders are taken."
    )

    @OptionGroup var session: SessionOptions
    @OptionGroup var options: WriteOptions

    func run() async throws { try await session.send("closed", "Closed", options) }
}

/// The day of a session.
struct SessionOptions: ParsableArguments {
    @Argument(help: "The calendar's name.") var calendar: String
    @Argument(help: "The day, as 2026-01-02.") var date: String

    func send(_ state: String, _ done: String, _ options: WriteOptions) async throws {
        guard let day = BusinessDate(date) else { throw ValidationError("The day is one as 2026-01-02.") }
        let body: JSON = ["date": .string(day.text), "state": .string(state)]
        let path = ["calendars", calendar, "sessions"]
        try await options.send("POST", path, body, done: "\(done) \(calendar) on \(day.text)")
    }
}
