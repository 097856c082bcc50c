internal import EventStore
internal import PostgresClient
internal import ProjectionKit

/// Writes the rows of one table of a build, for one shard.
///
/// New rows are copied straight into the table. Changed ones are copied into a temporary table of the session
/// and updated from there by one statement; the wanted ones are found in the same way.
struct TableWriter {
    let table: ProjectedTable
    let number: Int
    let shard: ShardNumber
    private let name: String
    private let columns: String
    /// Tuples of new rows, of changed rows and of wanted keys.
    private var added = TupleWriter(capacityBytes: 1 << 16)
    private var changed = TupleWriter(capacityBytes: 1 << 16)
    private var wanted = TupleWriter()
    private(set) var addedCount = 0
    private(set) var changedCount = 0
    private(set) var wantedCount = 0

    init(_ table: ProjectedTable, number: Int, schema: String, shard: ShardNumber) {
        self.table = table
        self.number = number
        self.shard = shard
        name = "\(schema).\(table.name)"
        columns = (["shard"] + table.columns + (table.isAppended ? [] : ["state"])).joined(separator: ", ")
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

    /// Makes the temporary tables of the session.
    func prepare(_ connection: PostgresConnection) throws(PostgresError) {
        guard !table.isAppended else { return }
        try connection.execute(
            "create temporary table changed_\(table.name) (like \(name)) on commit delete rows;"
                + "create temporary table wanted_\(table.name) on commit delete rows as "
                + "select \(table.key.joined(separator: ", ")) from \(name) limit 0"
        )
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
        guard wantedCount > 0 else { return }
        wanted.copy.trailer()
        try connection.copy(into: "pg_temp.wanted_\(table.name)", "", wanted.copy, rows: wantedCount)
        let match = table.key.map { "t.\($0) = w.\($0)" }.joined(separator: " and ")
        try connection.copyOut(
            "copy (select t.state from pg_temp.wanted_\(table.name) w join \(name) t "
                + "on t.shard = \(shard.value) and \(match)) to stdout (format binary)"
        ) { message throws(PostgresError) in
            var tuple = try CopyTuple(message)
            try body(try tuple.nextBytes().withUnsafeBytes { Array($0) })
        }
    }

    /// Writes what was collected, within the open transaction.
    mutating func flush(_ connection: PostgresConnection) throws(PostgresError) {
        if addedCount > 0 {
            added.copy.trailer()
            try connection.copy(into: name, "(\(columns))", added.copy, rows: addedCount)
        }
        guard changedCount > 0 else { return }
        changed.copy.trailer()
        let stage = "pg_temp.changed_\(table.name)"
        try connection.copy(into: stage, "(\(columns))", changed.copy, rows: changedCount)
        let keys = ["shard"] + table.key
        let sets = (table.columns + ["state"]).filter { !keys.contains($0) }.map { "\($0) = c.\($0)" }
        let updated = try connection.query(
            "update \(name) t set \(sets.joined(separator: ", ")) from \(stage) c where "
                + keys.map { "t.\($0) = c.\($0)" }.joined(separator: " and ")
        )
        guard updated.affectedRows == changedCount else {
            throw .misuse("expected \(changedCount) changed rows in \(name), was \(updated.affectedRows)")
        }
    }
}

extension PostgresConnection {
    /// Copies tuples that are complete with header and trailer; throws unless all of them arrived.
    fileprivate func copy(
        into table: String,
        _ columns: String,
        _ writer: CopyWriter,
        rows: Int
    ) throws(PostgresError) {
        let report = try copyIn("copy \(table) \(columns) from stdin (format binary)", writer.bytes)
        for case .error(let error) in report.results { throw .server(error) }
        guard report.results == [.command(tag: "COPY \(rows)")] else {
            throw .misuse("expected a copy of \(rows) rows, was \(report.results)")
        }
    }
}
