/// The row type of a table, by which many rows go into one statement as one parameter: `unnest($1)` gives
/// them back, without a temporary table that every commit would have to empty.
public struct RecordType: Sendable {
    /// The numbers in `pg_type` of the row type and of arrays of it.
    private let record: UInt32
    private let array: UInt32
    /// The types of its fields, and where the columns stand among them.
    private let fields: [UInt32]
    private let places: [String: Int]

    /// Reads the row type of a table.
    public init(ofTable table: String, _ connection: PostgresConnection) throws(PostgresError) {
        let rows = try connection.query(
            "select t.oid::int8, t.typarray::int8, a.atttypid::int8, a.attname::text from pg_class c "
                + "join pg_type t on t.oid = c.reltype join pg_attribute a on a.attrelid = c.oid "
                + "where c.oid = $1::regclass and a.attnum > 0 order by a.attnum",
            [.text(table)]
        )
        guard rows.count > 0 else { throw .misuse("expected columns of \(table)") }
        func type(_ row: Int, _ column: Int) throws(PostgresError) -> UInt32 {
            UInt32(truncatingIfNeeded: try rows.int64(row, column))
        }
        (record, array) = (try type(0, 0), try type(0, 1))
        var fields: [UInt32] = []
        var places: [String: Int] = [:]
        for row in 0..<rows.count {
            places[try rows.text(row, 3)] = fields.count
            fields.append(try type(row, 2))
        }
        (self.fields, self.places) = (fields, places)
    }

    /// The tuples of `writer`, a batch with its header and without its trailer, as an array of rows; their
    /// fields are these columns, and all others are null.
    public func array(
        of writer: borrowing CopyWriter,
        _ columns: [String],
        rows: Int
    ) throws(PostgresError) -> PostgresParameter {
        var places: [Int] = []
        for column in columns {
            guard let place = self.places[column] else {
                throw .misuse("expected a column \(column) of the table")
            }
            places.append(place)
        }
        var result = CopyWriter(capacityBytes: writer.byteCount + rows * (12 + 8 * fields.count) + 20)
        // One dimension from 1 on, without nulls.
        result.append(1 as Int32)
        result.append(0 as Int32)
        result.append(record)
        result.append(Int32(rows))
        result.append(1 as Int32)
        let bytes = writer.bytes
        var offset = CopyFraming.headerBytesMin
        var values = [Range<Int>?](repeating: nil, count: fields.count)
        for _ in 0..<rows {
            offset += 2
            var length = 4 + 8 * fields.count
            for place in places {
                let count = Int(bytes.bigEndian(at: offset, as: Int32.self))
                offset += 4
                values[place] = count < 0 ? nil : offset..<offset + count
                offset += max(count, 0)
                length += max(count, 0)
            }
            result.append(Int32(length))
            append(values, of: bytes, to: &result)
        }
        return .array(type: array, result.array)
    }

    private func append(_ values: [Range<Int>?], of bytes: RawSpan, to result: inout CopyWriter) {
        result.append(Int32(fields.count))
        for (type, value) in zip(fields, values) {
            result.append(type)
            guard let value else {
                result.append(-1 as Int32)
                continue
            }
            result.append(Int32(value.count))
            result.append(bytes.extracting(value))
        }
    }
}
