internal import ArgumentParser
internal import BifrostKernel
internal import HTTPAPI
internal import References

/// A calendar file, read.
struct CalendarFileOptions: ParsableArguments {
    @Argument(help: "A calendar file, as ops/calendars.d/XNYS.txt.") var file: String

    func read() throws -> CalendarFile {
        let text = try TextFile.read(file)
        do throws(CalendarFileError) {
            return try CalendarFile(text)
        } catch .malformed(let line) {
            throw ValidationError("\(file):\(line) is no line of a calendar file.")
        } catch .incomplete {
            throw ValidationError(
                "\(file) needs `calendar`, `from` and `through`, and with `hours` an `offset` on the first day."
            )
        }
    }
}

/// Prints what a calendar file says.
struct CalendarDays: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "days",
        abstract: "Print the days of a calendar file, with their hours in UTC; nothing is declared."
    )

    @OptionGroup var source: CalendarFileOptions

    func run() async throws {
        let file = try source.read()
        for (index, day) in file.days.enumerated() {
            guard !file.hours.isEmpty else {
                print(day.text)
                continue
            }
            let hours = file.hours[index]
            print(day.text, Self.seconds(hours.opensAt), Self.seconds(hours.closesAt))
        }
    }

    /// RFC 3339 without the fraction, which is always zero.
    private static func seconds(_ time: Timestamp) -> String { time.text.prefix(19) + "Z" }
}

/// Declares the days of a calendar file.
struct CalendarLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Declare the days of a calendar file, year by year.",
        discussion: "Days that come before --from are left out, so that a later file adds only what is new."
    )

    @OptionGroup var source: CalendarFileOptions
    @Option(help: "The first day to declare, as 2026-01-01 (default: the file's first).") var from: String?
    @Flag(help: "Leave the hours out: orders are taken at any time.") var withoutHours = false
    @OptionGroup var options: WriteOptions

    func run() async throws {
        let file = try source.read()
        let first = try from.map { text in
            guard let day = BusinessDate(text) else {
                throw ValidationError("--from is a day as 2026-01-01.")
            }
            return day
        }
        var years: [(year: Int, days: [JSON], hours: [JSON])] = []
        for (index, day) in file.days.enumerated() {
            if let first, day < first { continue }
            if years.last?.year != day.civil.year { years.append((day.civil.year, [], [])) }
            years[years.count - 1].days.append(.string(day.text))
            guard !withoutHours, !file.hours.isEmpty else { continue }
            let hours = file.hours[index]
            let bounds = [hours.opensAt, hours.closesAt].map { ($0.nanos - day.start.nanos) / 1_000_000_000 }
            years[years.count - 1].hours.append(.array(bounds.map { .count($0) }))
        }
        let title = source.file.split(separator: "/").last.map(String.init) ?? source.file
        let bodies = years.map { year, days, hours in
            var body: [JSON.Member] = [
                JSON.Member("calendar", .string(file.name)), JSON.Member("days", .array(days)),
                JSON.Member("source", .string(title)),
            ]
            if !hours.isEmpty { body.append(JSON.Member("hours", .array(hours))) }
            return (done: "Declared \(days.count) days of \(file.name) in \(year)", body: JSON.object(body))
        }
        try await options.sendAll("POST", ["calendars"], bodies)
    }
}
