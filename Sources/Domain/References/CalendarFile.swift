// A calendar as a text file: Monday to Friday from one day through another, but for the days that it names. A
// line is a word and what belongs to it; a line that begins with `#`, or is empty, says where the days come
// from.
//
//   calendar XNYS
//   from 1990-01-01
//   through 2027-12-31
//   hours 09:30 16:00                local time of every day; without this line the days have no hours
//   offset 1990-04-01 -04:00         local time is this far ahead of UTC from the day on; ascending
//   closed 1990-01-01                no day of the calendar
//   early 1990-11-23 13:00           closes earlier than other days
//   late 2001-09-17 09:33            opens later than other days

public import BifrostKernel

/// Why a calendar file is not taken.
public enum CalendarFileError: Error, Equatable, Sendable {
    /// A line that is none of those above; counted from 1.
    case malformed(line: Int)
    /// No name, no first or last day, or hours without an offset from UTC that holds on the first day.
    case incomplete
}

/// The days of a calendar, with their hours where the file has any.
public struct CalendarFile: Equatable, Sendable {
    /// The calendar's name.
    public private(set) var name = ""
    /// Its days, ascending.
    public private(set) var days: [BusinessDate] = []
    /// The hours of each day, or none at all.
    public private(set) var hours: [SessionHours] = []

    private var first: BusinessDate?
    private var last: BusinessDate?
    private var opens: Int64?
    private var closes: Int64?
    private var offsets: [(from: BusinessDate, seconds: Int64)] = []
    private var closed: Set<BusinessDate> = []
    private var early: [BusinessDate: Int64] = [:]
    private var late: [BusinessDate: Int64] = [:]

    /// Reads the text of a file.
    public init(_ text: String) throws(CalendarFileError) {
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let words = line.split(separator: " ").map(String.init)
            guard let word = words.first, !word.hasPrefix("#") else { continue }
            guard read(word, Array(words.dropFirst())) else { throw .malformed(line: number) }
        }
        try declare()
    }

    /// Two files are equal that declare the same.
    public static func == (left: CalendarFile, right: CalendarFile) -> Bool {
        left.name == right.name && left.days == right.days && left.hours == right.hours
    }

    private mutating func read(_ word: String, _ rest: [String]) -> Bool {
        switch (word, rest.count) {
        case ("calendar", 1): name = rest[0]
        case ("hours", 2):
            guard let from = Self.seconds(rest[0]), let to = Self.seconds(rest[1]) else { return false }
            opens = from
            closes = to
        case ("from", 1), ("through", 1), ("closed", 1), ("offset", 2), ("early", 2), ("late", 2):
            guard let day = BusinessDate(rest[0]) else { return false }
            return read(word, day, rest.count == 2 ? Self.seconds(rest[1]) : nil)
        default: return false
        }
        return true
    }

    private mutating func read(_ word: String, _ day: BusinessDate, _ seconds: Int64?) -> Bool {
        switch (word, seconds) {
        case ("from", _): first = day
        case ("through", _): last = day
        case ("closed", _): closed.insert(day)
        case ("offset", let seconds?):
            if let before = offsets.last, day <= before.from { return false }
            offsets.append((day, seconds))
        case ("early", let seconds?): early[day] = seconds
        case ("late", let seconds?): late[day] = seconds
        default: return false
        }
        return true
    }

    /// `09:30` and `-04:00` as seconds.
    private static func seconds(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).split(separator: ":")
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int64(parts[0]),
            let minutes = Int64(parts[1]), (0...24).contains(hours), (0...59).contains(minutes)
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private mutating func declare() throws(CalendarFileError) {
        guard !name.isEmpty, let first, let last, first <= last else { throw .incomplete }
        if opens != nil, offsets.first.map({ $0.from > first }) ?? true { throw .incomplete }
        var next = 0
        for day in first.days...last.days {
            let date = BusinessDate(days: day)
            while next < offsets.count, offsets[next].from <= date { next += 1 }
            guard date.weekday < 5, !closed.contains(date) else { continue }
            days.append(date)
            guard let opens, let closes, next > 0 else { continue }
            let offset = offsets[next - 1].seconds
            hours.append(
                SessionHours(
                    date.at(seconds: (late[date] ?? opens) - offset),
                    date.at(seconds: (early[date] ?? closes) - offset)
                )
            )
        }
    }
}
