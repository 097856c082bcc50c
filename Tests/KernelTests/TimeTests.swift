import BifrostKernel
import Testing

@Suite("dates and times are exact")
struct TimeTests {
    @Test(
        "a civil date and its day number",
        arguments: [
            ("0001-01-01", -719_162), ("1600-02-29", -135_081), ("1600-03-01", -135_080),
            ("1900-02-28", -25_509),
            ("1900-03-01", -25_508), ("1969-12-31", -1), ("1970-01-01", 0), ("1970-01-02", 1),
            ("1972-02-29", 789),
            ("2000-02-29", 11_016), ("2000-03-01", 11_017), ("2024-02-29", 19_782), ("2024-05-28", 19_871),
            ("2026-12-31", 20_818), ("2100-02-28", 47_540), ("2100-03-01", 47_541), ("9999-12-31", 2_932_896),
        ] as [(String, Int32)]
    )
    func civil(text: String, days: Int32) throws {
        let date = try #require(BusinessDate(text))
        #expect(date.days == days)
        #expect(BusinessDate(days: days).text == text)
        let (year, month, day) = date.civil
        #expect(BusinessDate(year: year, month: month, day: day) == date)
    }

    @Test("every day of 400 years follows the one before")
    func everyDay() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var number: Int32 = -135_140
        for year in 1600..<2000 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
                for day in 1...length {
                    if BusinessDate(year: year, month: month, day: day)?.days != number {
                        Issue.record("\(year)-\(month)-\(day) is day \(number)")
                    }
                    number += 1
                }
                #expect(BusinessDate(year: year, month: month, day: length + 1) == nil)
            }
        }
        #expect(number == 10_957)
    }

    @Test(
        "no such day, or no such form",
        arguments: [
            "", "2026-1-1", "2026-02-29", "1900-02-29", "2100-02-29", "2026-13-01", "2026-00-01",
            "2026-01-00",
            "2026-01-32", "2026-04-31", "0000-01-01", "2026/01/01", "20260101", "-001-01-01", "2026-01-01 ",
            "2026-01-0a",
            "+026-01-01", "２026-01-",
        ]
    )
    func malformed(text: String) { #expect(BusinessDate(text) == nil) }

    @Test("a year outside 1 … 9999 is no date to read", arguments: [0, -1, 10_000, .min, .max])
    func years(year: Int) { #expect(BusinessDate(year: year, month: 1, day: 1) == nil) }

    @Test("the first and the last date print")
    func extremeDates() {
        #expect(BusinessDate(days: .max).text == "5881580-07-11")
        #expect(BusinessDate(days: .min).text == "-5877641-06-23")
        #expect(BusinessDate(days: -719_528).text == "0000-01-01")
        #expect(BusinessDate(days: -719_529).text == "-0001-12-31")
    }

    @Test(
        "a moment prints in UTC and knows its date",
        arguments: [
            (0, "1970-01-01T00:00:00.000000000Z"), (1, "1970-01-01T00:00:00.000000001Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"), (86_399_999_999_999, "1970-01-01T23:59:59.999999999Z"),
            (86_400_000_000_000, "1970-01-02T00:00:00.000000000Z"),
            (-86_400_000_000_000, "1969-12-31T00:00:00.000000000Z"),
            (-86_400_000_000_001, "1969-12-30T23:59:59.999999999Z"),
            (631_314_000_000_000_000, "1990-01-02T21:00:00.000000000Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
        ] as [(Int64, String)]
    )
    func moments(nanos: Int64, text: String) {
        let moment = Timestamp(nanos: nanos)
        #expect(moment.text == text)
        #expect(moment.date.text == text.prefix(10))
    }

    @Test("a date starts at midnight UTC, and beyond what a moment can hold at the nearest")
    func starts() {
        #expect(BusinessDate(days: 1).start.nanos == Timestamp.nanosPerDay)
        #expect(BusinessDate(days: -1).start.nanos == -Timestamp.nanosPerDay)
        #expect(BusinessDate(days: 0).at(seconds: 75_600).text == "1970-01-01T21:00:00.000000000Z")
        #expect(BusinessDate(days: 1).at(seconds: -1).text == "1970-01-01T23:59:59.000000000Z")
        for days in [106_751, -106_751] as [Int32] {
            #expect(BusinessDate(days: days).start.date.days == days)
        }
        #expect(BusinessDate(days: 106_752).start.nanos == .max)
        #expect(BusinessDate(days: .min).start.nanos == .min)
        #expect(BusinessDate(days: .max).at(seconds: .max).nanos == .max)
        #expect(BusinessDate(days: .min).at(seconds: .min).nanos == .min)
    }

    @Test("moments and dates are ordered in time")
    func order() {
        #expect(Timestamp(nanos: -1) < Timestamp(nanos: 0))
        #expect(BusinessDate(days: -1) < BusinessDate(days: 0))
    }
}

@Suite("a calendar is its days, in order")
struct TradingCalendarTests {
    private func days(_ numbers: Int32...) -> [BusinessDate] { numbers.map { BusinessDate(days: $0) } }

    @Test("days are only added behind the last one")
    func append() {
        var calendar = TradingCalendar()
        let isEmptyTaken = calendar.append([])
        #expect(isEmptyTaken)
        let isTaken = calendar.append(days(-3, 0, 4))
        #expect(isTaken)
        for more in [days(4), days(3), days(5, 5), days(6, 5), days(5, 4)] {
            let isTaken = calendar.append(more)
            #expect(!isTaken)
            #expect(calendar.days == days(-3, 0, 4), "a refusal changes nothing")
        }
        let isMoreTaken = calendar.append(days(5, 9))
        #expect(isMoreTaken)
        #expect(calendar.days == days(-3, 0, 4, 5, 9))
    }

    @Test("it knows its days and the next one")
    func next() {
        var calendar = TradingCalendar()
        #expect(!calendar.contains(BusinessDate(days: 0)))
        #expect(calendar.next(after: BusinessDate(days: 0)) == nil)
        let isTaken = calendar.append(days(.min, -3, 0, 4, .max))
        #expect(isTaken)
        for day in calendar.days { #expect(calendar.contains(day)) }
        for day in days(-4, -1, 1, 5) { #expect(!calendar.contains(day)) }
        #expect(calendar.next(after: BusinessDate(days: .min))?.days == -3)
        #expect(calendar.next(after: BusinessDate(days: -3))?.days == 0)
        #expect(calendar.next(after: BusinessDate(days: 1))?.days == 4)
        #expect(calendar.next(after: BusinessDate(days: 4))?.days == .max)
        #expect(calendar.next(after: BusinessDate(days: .max)) == nil)
    }
}
