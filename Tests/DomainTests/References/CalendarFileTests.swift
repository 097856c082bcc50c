import BifrostKernel
import References
import Testing

@Suite("Calendar files")
struct CalendarFileTests {
    static let text = """
        # A week with a holiday, an early close and the change to summer time.
        calendar XNYS
        from 1990-03-30
        through 1990-04-06
        hours 09:30 16:00
        offset 1989-10-29 -05:00
        offset 1990-04-01 -04:00

        closed 1990-04-03
        early 1990-04-04 13:00
        late 1990-04-05 10:00
        """

    @Test("a file gives its days and their hours in UTC")
    func reads() throws {
        let file = try CalendarFile(Self.text)
        #expect(file.name == "XNYS")
        func clock(_ time: Timestamp) -> Substring { time.text.dropFirst(11).prefix(5) }
        let shown = zip(file.days, file.hours).map { day, hours in
            "\(day.text) \(clock(hours.opensAt)) \(clock(hours.closesAt))"
        }
        #expect(
            shown == [
                "1990-03-30 14:30 21:00", "1990-04-02 13:30 20:00", "1990-04-04 13:30 17:00",
                "1990-04-05 14:00 20:00", "1990-04-06 13:30 20:00",
            ]
        )
    }

    @Test("a file without hours gives days alone")
    func readsDays() throws {
        let file = try CalendarFile("calendar US\nfrom 1990-01-01\nthrough 1990-01-07\nclosed 1990-01-01")
        #expect(file.days.map(\.text) == ["1990-01-02", "1990-01-03", "1990-01-04", "1990-01-05"])
        #expect(file.hours.isEmpty)
    }

    static let wrong: [(String, CalendarFileError)] = [
        ("calendar A\nclosed 1990-02-30", .malformed(line: 2)),
        ("calendar A\nfrom 1990-01-01\nhours 9:30 16:00", .malformed(line: 3)),
        ("shut 1990-01-01", .malformed(line: 1)),
        ("early 1990-01-01", .malformed(line: 1)),
        ("offset 1990-01-02 00:00\noffset 1990-01-01 00:00", .malformed(line: 2)),
        ("calendar A\nfrom 1990-01-01", .incomplete),
        ("calendar A\nfrom 1990-01-02\nthrough 1990-01-01", .incomplete),
        ("calendar A\nfrom 1990-01-01\nthrough 1990-01-02\nhours 09:30 16:00", .incomplete),
        (
            "calendar A\nfrom 1990-01-01\nthrough 1990-01-02\nhours 09:30 16:00\noffset 1990-01-02 00:00",
            .incomplete
        ),
    ]

    @Test("what a file does not say right is refused with its line", arguments: wrong)
    func refuses(text: String, error: CalendarFileError) {
        #expect(throws: error) { try CalendarFile(text) }
    }
}
