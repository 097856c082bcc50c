internal import BifrostKernel
internal import EventStore
internal import PostgresClient

/// A leaf table that holds, or is about to hold, events.
struct Leaf: Equatable {
    let shard: ShardNumber
    let number: Int32
    /// Nil while the leaf is open.
    var lastPosition: Int64?

    var table: String { Self.table(shard, number) }

    static func table(_ shard: ShardNumber, _ number: Int32) -> String {
        "bifrost.event_s\(shard.value)_l\(number)"
    }

    /// The leaves that have been opened, in order.
    ///
    /// Taken before a read: what was committed by then is in these leaves, and a leaf closed by then is
    /// complete.
    static func opened(_ shard: ShardNumber, _ connection: PostgresConnection) throws(PostgresError) -> [Leaf]
    {
        let rows = try connection.query(
            "select number, last_position from bifrost.leaf "
                + "where shard = $1 and first_position is not null order by number",
            [.int32(Int32(shard.value))]
        )
        var leaves: [Leaf] = []
        for row in 0..<rows.count {
            leaves.append(
                Leaf(
                    shard: shard,
                    number: try rows.int32(row, 0),
                    lastPosition: try rows.optionalInt64(row, 1)
                )
            )
        }
        return leaves
    }

    /// The query that finds the last event.
    var headQuery: String {
        "select position, hash, recorded_at from \(table) order by position desc limit 1"
    }

    /// The last event, nil when there is none.
    func head(_ connection: PostgresConnection) throws(PostgresError) -> Head? {
        let rows = try connection.query(headQuery)
        guard rows.count == 1 else { return nil }
        guard let hash = EventHash(bytes: try rows.bytes(0, 1)) else {
            throw .misuse("expected a hash of 32 bytes at the end of \(table)")
        }
        return Head(
            position: try rows.int64(0, 0),
            hash: hash,
            recordedAt: Timestamp(nanos: try rows.int64(0, 2))
        )
    }

    /// The query that reads a selection; it costs what it returns, except that an account's events are
    /// sorted.
    func query(_ selection: LogSelection, limit: Int) -> String {
        switch selection {
        case .all(let after):
            return "select \(EventRow.columns) from \(table) where position > \(after) "
                + "order by position limit \(limit)"
        case .stream(let account, let stream, let version):
            return "select \(EventRow.columns) from \(table) where account = \(account.value) "
                + "and stream = \(stream.value) and version > \(version) order by version limit \(limit)"
        case .account(let account, let after):
            // Materialised, for else a limit makes the planner walk the primary key past other accounts'
            // events.
            return "with hits as materialized (select \(EventRow.columns) from \(table) "
                + "where account = \(account.value) and position > \(after)) "
                + "select \(EventRow.columns) from hits order by position limit \(limit)"
        }
    }

    /// Whether the leaf can hold something of the selection.
    func mayHold(_ selection: LogSelection) -> Bool {
        guard let lastPosition else { return true }
        switch selection {
        case .all(let after), .account(_, let after): return lastPosition > after
        case .stream: return true
        }
    }
}
