internal import EventStore
internal import PostgresClient
internal import ProjectionKit

/// Writes the rows of one table of a build, for one shard.
///
/// New rows are copied straight into the table. Changed ones are one parameter of one statement that updates
/// them; the wanted ones are found in the same way.
struct TableWriter {
    let table: ProjectedTable
    let number: Int
    let shard: ShardNumber
    private let name: String
    private let columns: [String]
    /// The type of its rows, where they are loaded and changed.
    private var rowType: RecordType?
    /// Tuples of new rows, of changed rows and of wanted keys.
    private var added = TupleWriter(capacityBytes: 1 << 16)
    private var changed = TupleWriter(capacityBytes: 1 << 16)
    private var wanted = TupleWriter()
    private(set) var addedCount = 0
    private(set) var changedCount = 0
    private(set) var wantedCount = 0
    /// The new rows of this session.
    ///
    /// A plan that was made while the table had a page takes any index of it: plans are made anew each time
    /// that this has doubled.
    private var addedTotal = 0
    private var generation: Int { Int.bitWidth - addedTotal.leadingZeroBitCount }

    init(_ table: ProjectedTable, number: Int, schema: String, shard: ShardNumber) {
        self.table = table
        self.number = number
        self.shard = shard
        name = "\(schema).\(table.name)"
        columns = ["shard"] + table.columns + (table.isAppended ? [] : ["state"])
        reset()
    }

    /// Forgets what was collected for a batch.
    mutating func reset() {
        for writer in [\Self.added, \Self.changed, \Self.wanted] {
            self[keyPath: writer].copy.reset()
            self[keyPath: writer].copy.header()
        }
        (addedCount, changedCount, wantedCount) = (0, 0, 0)
    }

    /// Looks the type of its rows up.
    mutating func prepare(_ connection: PostgresConnection) throws(PostgresError) {
        rowType = table.isAppended ? nil : try RecordType(ofTable: name, connection)
    }

    /// Collects a row, and returns its hash.
    mutating func add<Row: ProjectionRow>(_ row: Row, isNew: Bool) -> UInt128 {
        if isNew { addedCount += 1 } else { changedCount += 1 }
        return isNew
            ? Self.hash(row, table, number, shard, in: &added)
            : Self.hash(row, table, number, shard, in: &changed)
    }

    /// Collects a key of a row to load.
    mutating func want<Key: ProjectionKey>(_ key: Key) {
        wantedCount += 1
        wanted.copy.beginTuple(fields: Int16(table.key.count))
        key.write(to: &wanted)
    }

    /// Writes the tuple that stands for a row.
    private static func write<Row: ProjectionRow>(
        _ row: Row,
        _ table: ProjectedTable,
        _ shard: ShardNumber,
        to writer: inout TupleWriter
    ) {
        writer.copy.beginTuple(fields: Int16(table.columns.count + (table.isAppended ? 1 : 2)))
        writer.copy.int32(Int32(shard.value))
        row.write(to: &writer)
        if !table.isAppended { writer.copy.bytes(row.state) }
    }

    /// Writes the tuple that stands for a row, and returns its hash.
    static func hash<Row: ProjectionRow>(
        _ row: Row,
        _ table: ProjectedTable,
        _ number: Int,
        _ shard: ShardNumber,
        in writer: inout TupleWriter
    ) -> UInt128 {
        let start = writer.copy.byteCount
        write(row, table, shard, to: &writer)
        return StateHash.row(table: number, writer.copy.bytes.extracting(start..<writer.copy.byteCount))
    }

    /// Hands over the states of the wanted rows that there are.
    mutating func load(
        _ connection: PostgresConnection,
        _ body: ([UInt8]) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        guard wantedCount > 0, let rowType else { return }
        let match = table.key.map { "t.\($0) = w.\($0)" }.joined(separator: " and ")
        let found = try connection.queryKept(
            "select t.state from unnest($1) w join \(name) t on t.shard = \(shard.value) and \(match)",
            [try rowType.array(of: wanted.copy, table.key, rows: wantedCount)],
            generation: generation
        )
        for row in 0..<found.count { try body(try found.bytes(row, 0)) }
    }

    /// Writes the new rows, within the transaction, which it begins where none is open.
    ///
    /// `end` is a statement that commits it, where nothing else is to be written.
    mutating func flushAdded(
        _ connection: PostgresConnection,
        _ end: String? = nil
    ) throws(PostgresError) {
        guard addedCount > 0 else { return }
        addedTotal += addedCount
        added.copy.trailer()
        try connection.copy(into: name, columns, added.copy, rows: addedCount, end)
    }

    /// Writes the changed rows in the same way.
    mutating func flushChanged(_ connection: PostgresConnection) throws(PostgresError) {
        guard changedCount > 0, let rowType else { return }
        if connection.transactionStatus == .idle { try connection.execute("begin") }
        let keys = ["shard"] + table.key
        let sets = columns.filter { !keys.contains($0) }.map { "\($0) = c.\($0)" }
        let updated = try connection.queryKept(
            "update \(name) t set \(sets.joined(separator: ", ")) from unnest($1) c where "
                + keys.map { "t.\($0) = c.\($0)" }.joined(separator: " and "),
            [try rowType.array(of: changed.copy, columns, rows: changedCount)],
            generation: generation
        )
        guard updated.affectedRows == changedCount else {
            throw .misuse("expected \(changedCount) changed rows in \(name), was \(updated.affectedRows)")
        }
    }
}

extension PostgresConnection {
    /// Copies tuples that are complete with header and trailer; throws unless all of them arrived.
    ///
    /// It begins a transaction where none is open, and runs `end` behind the copy.
    fileprivate func copy(
        into table: String,
        _ columns: [String],
        _ writer: CopyWriter,
        rows: Int,
        _ end: String?
    ) throws(PostgresError) {
        let list = columns.joined(separator: ", ")
        let beginning = transactionStatus == .idle ? "begin; " : ""
        let ending = end.map { "; \($0)" } ?? ""
        let report = try copyIn(
            "\(beginning)copy \(table) (\(list)) from stdin (format binary)\(ending)",
            writer.bytes,
            ahead: true
        )
        for case .error(let error) in report.results { throw .server(error) }
        guard report.results.contains(.command(tag: "COPY \(rows)")),
            end == nil || report.results.last == .command(tag: "COMMIT")
        else {
            throw .misuse("expected a copy of \(rows) rows, was \(report.results)")
        }
    }
}
