/// A moment in nanoseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch.
    public let nanos: Int64
    /// Takes nanoseconds since the Unix epoch.
    @inlinable public init(nanos: Int64) { self.nanos = nanos }
    /// Orders moments in time.
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanos < right.nanos }
    /// The civil date in UTC.
    public var date: BusinessDate {
        let (days, rest) = nanos.quotientAndRemainder(dividingBy: Self.nanosPerDay)
        return BusinessDate(days: Int32(rest < 0 ? days - 1 : days))
    }
    /// Nanoseconds since midnight UTC of its date.
    private var nanosOfDay: Int64 {
        let rest = nanos % Self.nanosPerDay
        return rest < 0 ? rest + Self.nanosPerDay : rest
    }
    /// Nanoseconds of a day.
    public static let nanosPerDay: Int64 = 86_400_000_000_000
    /// RFC 3339 in UTC with nine decimals, as `1990-01-02T21:00:00.000000000Z`.
    public var text: String {
        var rest = nanosOfDay
        let fraction = rest % 1_000_000_000
        rest /= 1_000_000_000
        return date.text + "T" + padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":"
            + padded(rest % 60, 2) + "." + padded(fraction, 9) + "Z"
    }
}

/// A date on a calendar, as days since 1970-01-01.
public struct BusinessDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; may be negative.
    public let days: Int32
    /// Takes days since 1970-01-01.
    @inlinable public init(days: Int32) { self.days = days }
    /// Orders dates in time.
    @inlinable public static func < (left: BusinessDate, right: BusinessDate) -> Bool {
        left.days < right.days
    }

    /// 0 for Monday … 6 for Sunday.
    public var weekday: Int {
        // 1970-01-01 was a Thursday.
        ((Int(days) + 3) % 7 + 7) % 7
    }

    /// A civil date of the proleptic Gregorian calendar, `nil` when there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.days = Int32(era * 146_097 + dayOfEra - 719_468)
        guard civil == (year, month, day) else { return nil }
    }

    /// Reads `YYYY-MM-DD`, `nil` when malformed or no such day.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else {
            return nil
        }
        self.init(year: year, month: month, day: day)
    }

    /// Year, month and day; by the days-from-civil method for eras of 400 years.
    public var civil: (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1
        )
    }

    /// `YYYY-MM-DD`.
    public var text: String {
        let (year, month, day) = civil
        return padded(Int64(year), 4) + "-" + padded(Int64(month), 2) + "-" + padded(Int64(day), 2)
    }

    /// Midnight UTC at the start of this date; the nearest moment of `Timestamp`, which spans 1677 … 2262,
    /// beyond it.
    public var start: Timestamp { at(seconds: 0) }

    /// The moment `seconds` after midnight UTC of this date, or the nearest that `Timestamp` holds.
    public func at(seconds: Int64) -> Timestamp {
        let nanos = Int128(days) * Int128(Timestamp.nanosPerDay) + Int128(seconds) * 1_000_000_000
        return Timestamp(nanos: Int64(clamping: nanos))
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
    return (value < 0 ? "-" : "") + zeros + digits
}

/// A trading or settlement calendar: its days as data, in order.
public struct TradingCalendar: Equatable, Sendable {
    /// The days of the calendar, ascending and unique.
    public private(set) var days: [BusinessDate] = []
    /// An empty calendar.
    public init() {}

    /// Adds days behind the last one; `false`, and no change, unless they ascend and all come later.
    public mutating func append(_ more: [BusinessDate]) -> Bool {
        var last = days.last
        for day in more {
            if let last, day <= last { return false }
            last = day
        }
        days += more
        return true
    }

    /// Whether `date` is a day of this calendar.
    public func contains(_ date: BusinessDate) -> Bool {
        let index = firstIndex(notBefore: date)
        return index < days.count && days[index] == date
    }

    /// The first day after `date`, `nil` beyond the end of the data.
    public func next(after date: BusinessDate) -> BusinessDate? {
        guard date.days < Int32.max else { return nil }
        let index = firstIndex(notBefore: BusinessDate(days: date.days + 1))
        return index < days.count ? days[index] : nil
    }

    /// The last day up to `date`, `nil` before the first.
    public func last(upTo date: BusinessDate) -> BusinessDate? {
        let index = firstIndex(notBefore: date)
        if index < days.count, days[index] == date { return date }
        return index > 0 ? days[index - 1] : nil
    }

    private func firstIndex(notBefore date: BusinessDate) -> Int {
        var low = 0
        var high = days.count
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < date { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Where the shell takes the time from; deciders never see one.
public protocol TimeSource: Sendable {
    /// The present moment.
    func now() -> Timestamp
}
