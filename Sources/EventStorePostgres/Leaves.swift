internal import BifrostKernel
internal import EventStore
internal import PostgresClient

/// A leaf that holds, or is about to hold, events: in its table, or in the frames of its segment.
struct Leaf: Equatable {
    let shard: ShardNumber
    let number: Int32
    /// Nil while the leaf is open.
    var lastPosition: Int64?
    /// What it is read from once it is sealed.
    var segment: Segment?

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
        let rows = try connection.queryKept(
            "select leaf.number, leaf.last_position, segment.first_position, segment.frame_events, "
                + "segment.dropped_at is not null from bifrost.leaf left join bifrost.segment "
                + "on segment.shard = leaf.shard and segment.leaf = leaf.number "
                + "where leaf.shard = $1 and leaf.first_position is not null order by leaf.number",
            [.int32(Int32(shard.value))]
        )
        var leaves: [Leaf] = []
        for row in 0..<rows.count {
            var leaf = Leaf(
                shard: shard,
                number: try rows.int32(row, 0),
                lastPosition: try rows.optionalInt64(row, 1)
            )
            if let first = try rows.optionalInt64(row, 2), let last = leaf.lastPosition {
                leaf.segment = Segment(
                    shard: shard,
                    leaf: leaf.number,
                    firstPosition: first,
                    lastPosition: last,
                    frameEvents: Int64(try rows.int32(row, 3)),
                    isDropped: try rows.bool(row, 4)
                )
            }
            leaves.append(leaf)
        }
        return leaves
    }

    /// The query that finds the last event.
    var headQuery: String {
        "select position, hash, recorded_at from \(table) order by position desc limit 1"
    }

    /// The last event of the table, nil when there is none.
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
        case .stream(let account, let stream, let version, let behind):
            // The sum keeps the planner from taking the primary key.
            return "select \(EventRow.columns) from \(table) where account = \(account.value) "
                + "and stream = \(stream.value) and version > \(version) "
                + (behind > 0 ? "and position + 0 > \(behind) " : "") + "order by version limit \(limit)"
        case .account(let account, let after): return accountQuery(account, after, limit)
        }
    }

    /// An account's events are found by its index and sorted, all behind `after`; materialised, for else a
    /// limit makes the planner walk the primary key past other accounts' events.
    ///
    /// Who follows an account asks for the end again and again, which must not cost what stands before it:
    /// the positions right behind `after` are looked through by the primary key, and the index is only asked
    /// where the leaf goes on behind them. Each sum keeps the planner from taking the other index.
    private func accountQuery(_ account: AccountOrdinal, _ after: Int64, _ limit: Int) -> String {
        let near = min(after, Int64.max - Self.nearPositions) + Self.nearPositions
        let columns = EventRow.columns
        return """
            with near as materialized (
                select \(columns) from \(table) where position > \(after) and position <= \(near)
                    and account + 0 = \(account.value) order by position limit \(limit)
            ), far as materialized (
                select \(columns) from \(table) where account = \(account.value) and position + 0 > \(near)
                    and (select max(position) from \(table)) > \(near)
                    and (select count(*) from near) < \(limit)
            )
            select \(columns) from (select * from near union all select * from far) hits
            order by position limit \(limit)
            """
    }

    /// How many positions are looked through for one account's events: about half a millisecond.
    private static let nearPositions: Int64 = 2_048

    /// Whether the leaf can hold something of the selection.
    func mayHold(_ selection: LogSelection) -> Bool {
        guard let lastPosition else { return true }
        switch selection {
        case .all(let after), .account(_, let after): return lastPosition > after
        case .stream(_, _, _, let behind): return lastPosition > behind
        }
    }
}
