/// Reads canonical protobuf bytes; any other form, and anything unknown, is an error and never a trap.
public struct WireDecoder: FieldVisitor {
    /// It does.
    @inlinable public var isReading: Bool { true }
    @usableFromInline let bytes: [UInt8]
    @usableFromInline var index: Int
    @usableFromInline var end: Int

    @usableFromInline init(bytes: [UInt8]) {
        self.bytes = bytes
        self.index = 0
        self.end = bytes.count
    }

    /// The value that `bytes` encode.
    @inlinable public static func decode<M: WireFields>(_ type: M.Type, _ bytes: [UInt8]) throws(WireError)
        -> M
    {
        var decoder = WireDecoder(bytes: bytes)
        var value = M()
        try value.fields(&decoder)
        guard decoder.index == decoder.end else { throw .unexpectedField(number: try decoder.varint(0) >> 3) }
        return value
    }

    @inlinable mutating func varint(_ number: UInt64) throws(WireError) -> UInt64 {
        // Tags, lengths and most values have one byte.
        if index < end, bytes[index] < 0x80 {
            index += 1
            return UInt64(bytes[index - 1])
        }
        return try longVarint(number)
    }

    @usableFromInline mutating func longVarint(_ number: UInt64) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < end {
            let byte = bytes[index]
            index += 1
            guard shift < 63 || byte <= 1 else { throw .outOfRange(field: number) }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard byte != 0 || shift == 0 else { throw .notCanonical(field: number) }
                return value
            }
            shift += 7
        }
        throw .truncated
    }

    /// Whether the next field is `number` of `wireType`; if so its tag is consumed.
    @inlinable mutating func next(_ number: UInt64, _ wireType: UInt64) throws(WireError) -> Bool {
        guard index < end else { return false }
        let mark = index
        let tag = try varint(number)
        if tag == number << 3 | wireType { return true }
        guard tag >> 3 > number else { throw .unexpectedField(number: tag >> 3) }
        index = mark
        return false
    }

    @inlinable mutating func fixed() throws(WireError) -> UInt64 {
        guard end - index >= 8 else { throw .truncated }
        defer { index += 8 }
        return bytes.withUnsafeBytes { [index] in
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        }
    }

    @inlinable mutating func bigEndian() throws(WireError) -> UInt64 {
        UInt64(bigEndian: try fixed().littleEndian)
    }

    @inlinable mutating func length(_ number: UInt64) throws(WireError) -> Int {
        let count = try varint(number)
        guard count <= UInt64(end - index) else { throw .truncated }
        return Int(count)
    }

    /// The text of the next bytes, `nil` where they are not UTF-8.
    ///
    /// The standard check of any encoding costs several times the rest of reading a short text.
    @usableFromInline func checkedText(_ count: Int) -> String? {
        bytes.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])
            guard text.allSatisfy({ $0 < 0x80 }) else { return String(validating: text, as: UTF8.self) }
            return String(decoding: text, as: UTF8.self)
        }
    }

    @inlinable static func unzigzag(_ raw: UInt64) -> Int64 { Int64(bitPattern: raw >> 1) ^ -Int64(raw & 1) }

    @inlinable mutating func halves(_ number: UInt64) throws(WireError) -> Int128 {
        let count = try length(number)
        guard count == 18, bytes[index] == 0x09, bytes[index + 9] == 0x11 else {
            throw .notCanonical(field: number)
        }
        index += 1
        let high = Int64(bitPattern: try fixed())
        index += 1
        let low = try fixed()
        return Int128(high) << 64 | Int128(low)
    }

    @inlinable mutating func nested<M: WireFields>(_ number: UInt64) throws(WireError) -> M {
        let count = try length(number)
        let outer = end
        end = index + count
        var value = M()
        try value.fields(&self)
        guard index == end else { throw .unexpectedField(number: try varint(0) >> 3) }
        end = outer
        return value
    }
}

extension WireDecoder {
    /// Reads the field, zero when absent.
    @inlinable
    public mutating func uint(_ number: UInt64, _ name: StaticString, _ value: inout UInt64) throws(WireError)
    {
        value = 0
        guard try next(number, 0) else { return }
        value = try varint(number)
        guard value != 0 else { throw .notCanonical(field: number) }
    }
    /// Reads the field, zero when absent.
    @inlinable
    public mutating func int(_ number: UInt64, _ name: StaticString, _ value: inout Int64) throws(WireError) {
        var raw: UInt64 = 0
        try uint(number, name, &raw)
        value = Self.unzigzag(raw)
    }
    /// Reads the field, false when absent.
    @inlinable
    public mutating func flag(_ number: UInt64, _ name: StaticString, _ value: inout Bool) throws(WireError) {
        var raw: UInt64 = 0
        try uint(number, name, &raw)
        guard raw <= 1 else { throw .outOfRange(field: number) }
        value = raw == 1
    }
    /// Reads the field, empty when absent.
    @inlinable
    public mutating func text(_ number: UInt64, _ name: StaticString, _ value: inout String) throws(WireError)
    {
        value = ""
        guard try next(number, 2) else { return }
        let count = try length(number)
        guard count > 0 else { throw .notCanonical(field: number) }
        guard let text = checkedText(count) else {
            throw .outOfRange(field: number)
        }
        value = text
        index += count
    }
    /// Reads the field, empty when absent.
    @inlinable
    public mutating func bytes(_ number: UInt64, _ name: StaticString, _ value: inout [UInt8])
        throws(WireError)
    {
        value = []
        guard try next(number, 2) else { return }
        let count = try length(number)
        guard count > 0 else { throw .notCanonical(field: number) }
        value = Array(bytes[index..<index + count])
        index += count
    }
    /// Reads the field, `Identifier.none` when absent.
    @inlinable
    public mutating func identifier(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Identifier
    ) throws(WireError) {
        value = Identifier(high: 0, low: 0)
        guard try next(number, 2) else { return }
        guard try length(number) == 16 else { throw .outOfRange(field: number) }
        value = Identifier(high: try bigEndian(), low: try bigEndian())
        guard value.high | value.low != 0 else { throw .notCanonical(field: number) }
    }
    @inlinable mutating func signedFixed(_ number: UInt64) throws(WireError) -> Int64? {
        guard try next(number, 1) else { return nil }
        return Int64(bitPattern: try fixed())
    }
    @inlinable mutating func nonzeroFixed(_ number: UInt64) throws(WireError) -> Int64 {
        guard let value = try signedFixed(number) else { return 0 }
        guard value != 0 else { throw .notCanonical(field: number) }
        return value
    }
    /// Reads the field, zero when absent.
    @inlinable
    public mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price) throws(WireError)
    {
        guard let price = Price(exactly: try nonzeroFixed(number)) else { throw .outOfRange(field: number) }
        value = price
    }
    /// Reads the field, `nil` when absent.
    @inlinable
    public mutating func price(_ number: UInt64, _ name: StaticString, _ value: inout Price?)
        throws(WireError)
    {
        value = nil
        guard let nanos = try signedFixed(number) else { return }
        guard let price = Price(exactly: nanos) else { throw .outOfRange(field: number) }
        value = price
    }
    /// Reads the field, zero when absent.
    @inlinable
    public mutating func quantity(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout Quantity
    ) throws(WireError) {
        guard let quantity = Quantity(exactly: try nonzeroFixed(number)) else {
            throw .outOfRange(field: number)
        }
        value = quantity
    }
    /// Reads the two halves.
    @inlinable
    public mutating func money(_ number: UInt64, _ name: StaticString, _ value: inout Money) throws(WireError)
    {
        guard try next(number, 2) else { throw .missingField(number: number) }
        guard let money = Money(exactly: try halves(number)) else { throw .outOfRange(field: number) }
        value = money
    }
    /// Reads the two halves, `nil` when absent.
    @inlinable
    public mutating func wide(_ number: UInt64, _ name: StaticString, _ value: inout Int128?)
        throws(WireError)
    {
        value = nil
        if try next(number, 2) { value = try halves(number) }
    }
    /// Reads the field, 1970-01-01 when absent.
    @inlinable
    public mutating func date(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout BusinessDate
    ) throws(WireError) {
        var days: Int64 = 0
        try int(number, name, &days)
        guard let narrow = Int32(exactly: days) else { throw .outOfRange(field: number) }
        value = BusinessDate(days: narrow)
    }
    /// Reads the packed days.
    @inlinable
    public mutating func dates(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [BusinessDate]
    ) throws(WireError) {
        value = []
        guard try next(number, 2) else { return }
        let count = try length(number)
        let stop = index + count
        let outer = end
        end = stop
        var last: Int64 = 0
        while index < stop {
            let (sum, overflow) = last.addingReportingOverflow(Self.unzigzag(try varint(number)))
            guard !overflow, let narrow = Int32(exactly: sum) else { throw .outOfRange(field: number) }
            value.append(BusinessDate(days: narrow))
            last = sum
        }
        end = outer
        guard !value.isEmpty else { throw .notCanonical(field: number) }
    }
    /// Reads the field, the epoch when absent.
    @inlinable
    public mutating func time(_ number: UInt64, _ name: StaticString, _ value: inout Timestamp)
        throws(WireError)
    {
        value = Timestamp(nanos: try nonzeroFixed(number))
    }
    /// Reads the raw value.
    @inlinable
    public mutating func choice<C: WireChoice>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout C
    ) throws(WireError) {
        guard try next(number, 0) else { throw .missingField(number: number) }
        guard let raw = UInt8(exactly: try varint(number)), let known = C(rawValue: raw) else {
            throw .outOfRange(field: number)
        }
        value = known
    }
    /// Reads the message.
    @inlinable
    public mutating func message<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout M
    ) throws(WireError) {
        guard try next(number, 2) else { throw .missingField(number: number) }
        value = try nested(number)
    }
    /// Reads the message, `nil` when absent.
    @inlinable
    public mutating func message<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout M?
    ) throws(WireError) {
        value = nil
        if try next(number, 2) { value = try nested(number) }
    }
    /// Reads the messages.
    @inlinable
    public mutating func list<M: WireFields>(
        _ number: UInt64,
        _ name: StaticString,
        _ value: inout [M]
    ) throws(WireError) {
        value.removeAll(keepingCapacity: true)
        while try next(number, 2) { value.append(try nested(number)) }
    }
}
