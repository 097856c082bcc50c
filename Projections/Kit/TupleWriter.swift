public import BifrostKernel
package import PostgresClient

/// Writes the columns of a row in PostgreSQL's own binary form, which is also what its hash is taken of.
public struct TupleWriter {
    /// The tuples of a batch, with what frames them.
    package var copy: CopyWriter

    /// An empty writer with room for `capacityBytes` before it grows.
    package init(capacityBytes: Int = 4_096) { copy = CopyWriter(capacityBytes: capacityBytes) }

    /// A column of type `int8`.
    public mutating func int64(_ value: Int64) { copy.int64(value) }

    /// A column of type `int4`.
    public mutating func int32(_ value: Int32) { copy.int32(value) }

    /// A column of type `int4[]`.
    public mutating func int32s(_ values: [Int32]) { copy.int32s(values) }

    /// A column of type `bool`.
    public mutating func bool(_ value: Bool) { copy.bool(value) }

    /// A column of type `uuid`, null for the id of nothing.
    public mutating func identifier(_ value: Identifier) {
        if value == .none { copy.null() } else { copy.uuid(high: value.high, low: value.low) }
    }

    /// A column of type `text`.
    ///
    /// A NUL, which PostgreSQL cannot store and a venue could send, becomes U+FFFD.
    public mutating func text(_ value: String) {
        var text = value
        guard text.withUTF8({ $0.contains(0) }) else { return copy.text(value) }
        let scalars = value.unicodeScalars.map { $0 == "\0" ? "\u{fffd}" : $0 }
        copy.text(String(String.UnicodeScalarView(scalars)))
    }

    /// A column of type `text`, null where there is no text.
    public mutating func optionalText(_ value: String?) {
        if let value, !value.isEmpty { text(value) } else { copy.null() }
    }

    /// A column of type `numeric(39,9)`.
    public mutating func money(_ value: Money) { copy.numeric(nanos: value.nanos) }

    /// A column of type `numeric(39,9)`, null where there is no amount.
    public mutating func amount(_ nanos: Int128?) {
        if let nanos { copy.numeric(nanos: nanos) } else { copy.null() }
    }

    /// A column of type `numeric(19,9)`.
    public mutating func quantity(_ value: Quantity) { copy.numeric(nanos: Int128(value.nanos)) }

    /// A column of type `numeric(19,9)`, null where there is no price.
    public mutating func price(_ value: Price?) {
        if let value { copy.numeric(nanos: Int128(value.nanos)) } else { copy.null() }
    }

    /// A column of type `int8` in nanoseconds since 1970, as in the log: `timestamptz` would round.
    public mutating func time(_ value: Timestamp?) {
        if let value { copy.int64(value.nanos) } else { copy.null() }
    }

    /// A column of type `date`, null where there is none; a day that PostgreSQL does not know becomes the
    /// nearest that it does.
    public mutating func date(_ value: BusinessDate?) {
        guard let value else { return copy.null() }
        let days = min(max(Int64(value.days) - Self.daysTo2000, Self.dateMin), Self.dateMax)
        copy.int32(Int32(clamping: days))
    }

    /// PostgreSQL counts days from 2000-01-01.
    private static let daysTo2000: Int64 = 10_957
    /// 4714-11-24 BC and 5874897-12-31.
    private static let dateMin: Int64 = -2_451_545
    private static let dateMax: Int64 = 2_145_031_948
}
