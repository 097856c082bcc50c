/// Reads one tuple of the binary copy format field by field, without copying or allocating.
///
/// Reading past the last field, or a field of another width, throws `misuse`; `finish` proves that all was
/// read.
public struct CopyTuple: ~Escapable {
    /// The number of fields that the tuple says it has.
    public let fields: Int

    @usableFromInline let message: RawSpan
    @usableFromInline var offset = 2
    @usableFromInline var fieldsRead = 0

    /// Reads the field count; the tuple borrows the bytes.
    @inlinable
    @_lifetime(copy message)
    public init(_ message: RawSpan) throws(PostgresError) {
        guard message.byteCount >= 2 else {
            throw .misuse("expected a field count, was \(message.byteCount) bytes")
        }
        self.message = message
        fields = Int(message.bigEndian(at: 0, as: Int16.self))
    }

    /// The next field lent as it is, or nil where it is null.
    @inlinable
    @_lifetime(copy self)
    public mutating func nextOptionalBytes() throws(PostgresError) -> RawSpan? {
        guard let start = try nextField() else { return nil }
        return message.extracting(start..<offset)
    }

    /// The next field lent as it is.
    @inlinable
    @_lifetime(copy self)
    public mutating func nextBytes() throws(PostgresError) -> RawSpan {
        guard let start = try nextField() else { throw unexpectedNull() }
        return message.extracting(start..<offset)
    }

    /// The next field as text, or nil where it is null.
    @inlinable
    public mutating func nextOptionalText() throws(PostgresError) -> String? {
        guard let start = try nextField() else { return nil }
        guard let text = message.extracting(start..<offset).validatedText else {
            throw .misuse("expected UTF-8 in field \(fieldsRead)")
        }
        return text
    }

    /// The next field as an integer of eight bytes, or nil where it is null.
    @inlinable
    public mutating func nextOptionalInt64() throws(PostgresError) -> Int64? { try nextInteger() }

    /// The next field as an integer of eight bytes.
    @inlinable
    public mutating func nextInt64() throws(PostgresError) -> Int64 { try nextPresentInteger() }

    /// The next field as an integer of four bytes, or nil where it is null.
    @inlinable
    public mutating func nextOptionalInt32() throws(PostgresError) -> Int32? { try nextInteger() }

    /// The next field as an integer of four bytes.
    @inlinable
    public mutating func nextInt32() throws(PostgresError) -> Int32 { try nextPresentInteger() }

    /// The next field as an integer of two bytes, or nil where it is null.
    @inlinable
    public mutating func nextOptionalInt16() throws(PostgresError) -> Int16? { try nextInteger() }

    /// The next field as an integer of two bytes.
    @inlinable
    public mutating func nextInt16() throws(PostgresError) -> Int16 { try nextPresentInteger() }

    /// The next field as a bool.
    @inlinable
    public mutating func nextBool() throws(PostgresError) -> Bool { try nextPresentInteger() as UInt8 != 0 }

    /// The next field as the two halves of a uuid, or nil where it is null.
    @inlinable
    public mutating func nextOptionalUUID() throws(PostgresError) -> (high: UInt64, low: UInt64)? {
        guard let start = try nextField() else { return nil }
        guard offset - start == 16 else { throw wrongWidth(expected: 16, actual: offset - start) }
        return (
            message.bigEndian(at: start, as: UInt64.self), message.bigEndian(at: start + 8, as: UInt64.self)
        )
    }

    /// The next field as the two halves of a uuid.
    @inlinable
    public mutating func nextUUID() throws(PostgresError) -> (high: UInt64, low: UInt64) {
        guard let value = try nextOptionalUUID() else { throw unexpectedNull() }
        return value
    }

    /// Passes over the next field.
    @inlinable
    public mutating func skip() throws(PostgresError) { _ = try nextField() }

    /// Throws unless every field and every byte was read.
    @inlinable
    public func finish() throws(PostgresError) {
        guard fieldsRead == fields, offset == message.byteCount else {
            throw .misuse(
                "expected \(fields) fields in \(message.byteCount) bytes, read \(fieldsRead) in \(offset)"
            )
        }
    }
}

extension CopyTuple {
    /// Moves behind the next field and returns where its bytes start, or nil where it is null.
    @inlinable
    mutating func nextField() throws(PostgresError) -> Int? {
        guard fieldsRead < fields else { throw .misuse("expected \(fields) fields, asked for one more") }
        guard message.byteCount - offset >= 4 else {
            throw .misuse("expected the length of field \(fieldsRead)")
        }
        let length = Int(message.bigEndian(at: offset, as: Int32.self))
        let start = offset + 4
        guard length >= -1, length <= message.byteCount - start else {
            throw .misuse("expected field \(fieldsRead) within the tuple, was \(length) bytes long")
        }
        fieldsRead += 1
        offset = start + max(length, 0)
        return length == -1 ? nil : start
    }

    @inlinable
    mutating func nextInteger<Value: FixedWidthInteger & BitwiseCopyable>() throws(PostgresError) -> Value? {
        guard let start = try nextField() else { return nil }
        let width = MemoryLayout<Value>.size
        guard offset - start == width else { throw wrongWidth(expected: width, actual: offset - start) }
        return message.bigEndian(at: start, as: Value.self)
    }

    @inlinable
    mutating func nextPresentInteger<Value: FixedWidthInteger & BitwiseCopyable>() throws(PostgresError)
        -> Value
    {
        guard let value: Value = try nextInteger() else { throw unexpectedNull() }
        return value
    }

    @usableFromInline
    func unexpectedNull() -> PostgresError {
        .misuse("expected a value in field \(fieldsRead - 1), was null")
    }

    @usableFromInline
    func wrongWidth(expected: Int, actual: Int) -> PostgresError {
        .misuse("expected \(expected) bytes in field \(fieldsRead - 1), was \(actual)")
    }
}
