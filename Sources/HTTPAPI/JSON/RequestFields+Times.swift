internal import BifrostKernel

extension RequestFields {
    /// A moment of RFC 3339 in UTC, as `2026-01-02T15:30:00Z`.
    mutating func optionalTime(_ name: String) throws(GatewayRejection) -> Timestamp? {
        guard let text = try optionalText(name) else { return nil }
        guard let time = Self.time(text) else {
            throw GatewayRejection(
                .dateMalformed,
                "`\(name)` is a moment in UTC of the form 2026-01-02T15:30:00Z, with at most nine decimals."
            )
        }
        return time
    }

    static func time(_ text: String) -> Timestamp? {
        guard text.hasSuffix("Z"), let split = text.firstIndex(of: "T"),
            let date = BusinessDate(String(text[..<split]))
        else { return nil }
        let parts = text[text.index(after: split)...].dropLast().split(
            separator: ":",
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, parts[0].utf8.count == 2, parts[1].utf8.count == 2,
            let hours = number(parts[0]), let minutes = number(parts[1]), hours < 24, minutes < 60
        else { return nil }
        let seconds = parts[2].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard seconds[0].utf8.count == 2, let whole = number(seconds[0]), whole < 60 else { return nil }
        var nanos: Int64 = 0
        if seconds.count == 2 {
            let digits = seconds[1]
            guard (1...9).contains(digits.utf8.count), let fraction = number(digits) else { return nil }
            nanos = (digits.utf8.count..<9).reduce(fraction) { sum, _ in sum * 10 }
        }
        let (sum, overflow) = date.at(seconds: hours * 3600 + minutes * 60 + whole).nanos
            .addingReportingOverflow(nanos)
        return overflow ? nil : Timestamp(nanos: sum)
    }

    private static func number(_ digits: Substring) -> Int64? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(digits) : nil
    }
}
