/// The rows of one statement, in binary, valid as long as somebody holds them.
///
/// An accessor throws `misuse` when row or column do not exist, the type does not fit, or the value is null
/// and the accessor is not an optional one.
public struct PostgresRows {
    private let storage: Storage

    /// One owner for the handle however often the rows are passed on.
    private final class Storage {
        let handle: ResultHandle

        init(_ handle: consuming ResultHandle) { self.handle = handle }
    }

    init(_ handle: consuming ResultHandle) { storage = Storage(handle) }

    /// The number of rows.
    public var count: Int { storage.handle.rowCount }

    /// The number of columns.
    public var columns: Int { storage.handle.columnCount }

    /// The command tag: what the server says it did.
    public var tag: String { storage.handle.tag }

    /// The number of rows that the statement read or changed.
    public var affectedRows: Int { storage.handle.affectedRows }

    /// Whether the field is SQL null.
    public func isNull(_ row: Int, _ column: Int) throws(PostgresError) -> Bool {
        guard row >= 0, row < count, column >= 0, column < columns else {
            throw .misuse(
                "expected a field within \(count) rows and \(columns) columns, was (\(row), \(column))"
            )
        }
        return storage.handle.isNull(row, column)
    }

    /// Lends the bytes of a field as the server sent them, whatever its type; nil where it is null.
    public func withBytes<Answer>(
        _ row: Int,
        _ column: Int,
        _ body: (RawSpan) throws(PostgresError) -> Answer
    ) throws(PostgresError) -> Answer? {
        guard try !isNull(row, column) else { return nil }
        return try storage.handle.withBytes(row, column, body)
    }
}

// MARK: - Values that must be there

extension PostgresRows {
    /// The value of an `int8`, `int4` or `int2` column.
    public func int64(_ row: Int, _ column: Int) throws(PostgresError) -> Int64 {
        try present(optionalInt64(row, column), row, column)
    }

    /// The value of an `int4` or `int2` column.
    public func int32(_ row: Int, _ column: Int) throws(PostgresError) -> Int32 {
        try present(optionalInt32(row, column), row, column)
    }

    /// The value of a `bool` column.
    public func bool(_ row: Int, _ column: Int) throws(PostgresError) -> Bool {
        try present(optionalBool(row, column), row, column)
    }

    /// The value of a column whose binary form is text, enums included.
    public func text(_ row: Int, _ column: Int) throws(PostgresError) -> String {
        try present(optionalText(row, column), row, column)
    }

    /// A copy of the bytes of a column, as the server sent them.
    public func bytes(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8] {
        try present(optionalBytes(row, column), row, column)
    }

    /// The two halves of a `uuid` column.
    public func uuid(_ row: Int, _ column: Int) throws(PostgresError) -> (high: UInt64, low: UInt64) {
        try present(optionalUUID(row, column), row, column)
    }

    private func present<Value>(
        _ value: Value?,
        _ row: Int,
        _ column: Int
    ) throws(PostgresError) -> Value {
        guard let value else { throw .misuse("expected a value at (\(row), \(column)), was null") }
        return value
    }
}

// MARK: - Values that may be null

extension PostgresRows {
    /// The value of an `int8`, `int4` or `int2` column, or nil where it is null.
    public func optionalInt64(_ row: Int, _ column: Int) throws(PostgresError) -> Int64? {
        try decode(row, column, "an integer") { bytes, type in
            switch (type, bytes.byteCount) {
            case (TypeOID.int8, 8): bytes.bigEndian(at: 0, as: Int64.self)
            case (TypeOID.int4, 4): Int64(bytes.bigEndian(at: 0, as: Int32.self))
            case (TypeOID.oid, 4): Int64(bytes.bigEndian(at: 0, as: UInt32.self))
            case (TypeOID.int2, 2): Int64(bytes.bigEndian(at: 0, as: Int16.self))
            default: nil
            }
        }
    }

    /// The value of an `int4` or `int2` column, or nil where it is null.
    public func optionalInt32(_ row: Int, _ column: Int) throws(PostgresError) -> Int32? {
        try decode(row, column, "an integer of at most 32 bits") { bytes, type in
            switch (type, bytes.byteCount) {
            case (TypeOID.int4, 4): bytes.bigEndian(at: 0, as: Int32.self)
            case (TypeOID.int2, 2): Int32(bytes.bigEndian(at: 0, as: Int16.self))
            default: nil
            }
        }
    }

    /// The value of a `bool` column, or nil where it is null.
    public func optionalBool(_ row: Int, _ column: Int) throws(PostgresError) -> Bool? {
        try decode(row, column, "a bool") { bytes, type in
            type == TypeOID.bool && bytes.byteCount == 1 ? bytes.bigEndian(at: 0, as: UInt8.self) != 0 : nil
        }
    }

    /// The value of a column whose binary form is text, enums included, or nil where it is null.
    public func optionalText(_ row: Int, _ column: Int) throws(PostgresError) -> String? {
        try decode(row, column, "text in UTF-8") { bytes, type in
            TypeOID.travelsAsText(type) ? bytes.validatedText : nil
        }
    }

    /// A copy of the bytes of a column, as the server sent them, or nil where it is null.
    public func optionalBytes(_ row: Int, _ column: Int) throws(PostgresError) -> [UInt8]? {
        try withBytes(row, column) { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
    }

    /// The two halves of a `uuid` column, or nil where it is null.
    public func optionalUUID(
        _ row: Int,
        _ column: Int
    ) throws(PostgresError) -> (high: UInt64, low: UInt64)? {
        try decode(row, column, "a uuid") { bytes, type in
            guard type == TypeOID.uuid, bytes.byteCount == 16 else { return nil }
            return (bytes.bigEndian(at: 0, as: UInt64.self), bytes.bigEndian(at: 8, as: UInt64.self))
        }
    }

    /// Nil where the field is null; throws where `body` finds that type or width do not fit.
    private func decode<Value>(
        _ row: Int,
        _ column: Int,
        _ expected: String,
        _ body: (RawSpan, _ type: UInt32) -> Value?
    ) throws(PostgresError) -> Value? {
        try withBytes(row, column) { bytes throws(PostgresError) in
            let type = storage.handle.type(ofColumn: column)
            guard let value = body(bytes, type) else {
                throw .misuse("expected \(expected) in column \(column), was type \(type)")
            }
            return value
        }
    }
}
