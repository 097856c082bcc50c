// Numbers whose absence means something else than zero: `optional` in the published schema, so that a zero
// that is there is written.

extension WireEncoder {
    /// Writes the field if present.
    @inlinable public mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64?) {
        if let value { varintField(number, value) }
    }
    /// Writes the field if present.
    @inlinable public mutating func date(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout BusinessDate?
    ) {
        if let value { varintField(number, Self.zigzag(Int64(value.days))) }
    }
    /// Writes the field if present.
    @inlinable public mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp?) {
        if let value { fixedField(number, value.nanos) }
    }
}

extension WireDecoder {
    /// Reads the field, `nil` when absent.
    @inlinable
    public mutating func uint(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout UInt64?
    ) throws(WireError) {
        value = nil
        if try next(number, 0) { value = try varint(number) }
    }
    /// Reads the field, `nil` when absent.
    @inlinable
    public mutating func date(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout BusinessDate?
    ) throws(WireError) {
        value = nil
        guard try next(number, 0) else { return }
        guard let days = Int32(exactly: Self.unzigzag(try varint(number))) else {
            throw .outOfRange(field: number)
        }
        value = BusinessDate(days: days)
    }
    /// Reads the field, `nil` when absent.
    @inlinable
    public mutating func time(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Timestamp?
    ) throws(WireError) {
        value = try signedFixed(number).map { Timestamp(nanos: $0) }
    }
}

extension FieldVisitor {
    /// A rate in millionths of a basis point, presence explicit.
    @inlinable
    public mutating func rate(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout BasisPoints?
    ) throws(WireError) {
        var micros = value.map { UInt64($0.micros) }
        try uint(number, name, &micros)
        guard let micros else {
            value = nil
            return
        }
        guard let signed = Int64(exactly: micros), let known = BasisPoints(micros: signed) else {
            throw .outOfRange(field: number)
        }
        value = known
    }
    /// A quantity, presence explicit.
    @inlinable
    public mutating func quantity(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Quantity?
    ) throws(WireError) {
        // Prices and quantities have the same bounds and the same form.
        var same = value.flatMap { Price(exactly: $0.nanos) }
        try price(number, name, &same)
        value = same.flatMap { Quantity(exactly: $0.nanos) }
    }
}

extension FieldVisitor {
    /// An enumeration as the number of its case, zero when absent.
    @inlinable
    public mutating func choice<C: WireChoice>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout C?
    ) throws(WireError) {
        var raw = UInt64(value?.rawValue ?? 0)
        try uint(number, name, &raw)
        guard raw != 0 else {
            value = nil
            return
        }
        guard let narrow = UInt8(exactly: raw), let known = C(rawValue: narrow) else {
            throw .outOfRange(field: number)
        }
        value = known
    }
    /// An amount of money, presence explicit.
    @inlinable
    public mutating func money(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Money?
    ) throws(WireError) {
        var nanos = value?.nanos
        try wide(number, name, &nanos)
        guard let nanos else {
            value = nil
            return
        }
        guard let known = Money(exactly: nanos) else { throw .outOfRange(field: number) }
        value = known
    }
    /// A currency as the text of its code, absent where there is none.
    @inlinable
    public mutating func currency(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Currency?
    ) throws(WireError) {
        var code = value?.code ?? ""
        try text(number, name, &code)
        guard !code.isEmpty else {
            value = nil
            return
        }
        guard let known = Currency(code) else { throw .outOfRange(field: number) }
        value = known
    }
}
