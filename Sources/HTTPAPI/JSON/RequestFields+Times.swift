internal import BifrostKernel

extension RequestFields {
    /// A moment of RFC 3339 in UTC, as `2026-01-02T15:30:00Z`.
    mutating func optionalTime(_ name: String) throws(GatewayRejection) -> Timestamp? {
        guard let text = try optionalText(name) else { return nil }
        return try Self.time(text, name)
    }

    /// The same, where it must be there.
    mutating func time(_ name: String) throws(GatewayRejection) -> Timestamp {
        try Self.time(try text(name), name)
    }

    static func time(_ text: String, _ name: String) throws(GatewayRejection) -> Timestamp {
        guard let time = Timestamp(text) else {
            throw GatewayRejection(
                .dateMalformed,
                "`\(name)` is a moment in UTC of the form 2026-01-02T15:30:00Z, with at most nine decimals."
            )
        }
        return time
    }
}
