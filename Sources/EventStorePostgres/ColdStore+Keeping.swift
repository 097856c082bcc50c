public import BifrostKernel
public import EventStore
internal import PostgresClient

/// A legal hold: the tables of these positions stay.
public struct LegalHold: Equatable, Sendable {
    /// Its number, by which it is released.
    public var number: Int64
    /// The shard.
    public var shard: ShardNumber
    /// The first position that it covers.
    public var firstPosition: Int64
    /// The last position that it covers; the largest number for all that is to come.
    public var lastPosition: Int64
    /// Why it was placed.
    public var reason: String
    /// By whom.
    public var by: String
    /// When.
    public var at: Timestamp
    /// Its end, `nil` while it holds.
    public var release: Release?

    /// The end of a hold.
    public struct Release: Equatable, Sendable {
        /// Why it was released.
        public var reason: String
        /// By whom.
        public var by: String
        /// When.
        public var at: Timestamp
    }
}

extension ColdStore {
    /// What a drop holds too, for the shard that is the first parameter: one of the two comes first.
    private static let leavesLock = "pg_advisory_xact_lock(\(AdvisoryLock.leaves), $1)"

    /// Drops the table of a sealed leaf, after both forms were compared once more; `false` when it was
    /// dropped before.
    ///
    /// Refused where a legal hold covers one of its positions, or the shard's retention keeps it.
    @discardableResult
    public func drop(
        _ shard: ShardNumber,
        _ leaf: Int32,
        by person: String,
        _ progress: (Int64, Int64) -> Bool = { _, _ in true }
    ) throws(SegmentError) -> Bool {
        let session = try SealingSession(log, shard)
        let full = try session.leaf(leaf)
        let name = full.segment.name
        guard full.isSealed else {
            throw .refused("Leaf \(name) is not sealed: run `bifrost log seal` first.")
        }
        guard !full.segment.isDropped else { return false }
        try compare(full, session) { progress($0, full.events) }
        do throws(PostgresError) {
            _ = try session.connection.query(
                "select bifrost.drop_leaf($1, $2, $3)",
                [session.shardParameter, .int32(leaf), .text(person)]
            )
        } catch {
            guard case .server(let answer) = error else {
                throw .unavailable("PostgreSQL did not do what was asked (\(error)). Try again.")
            }
            switch answer.sqlState {
            case "BF004": throw .refused("The table of leaf \(name) stays: \(answer.message).")
            case "55P03":
                throw .unavailable(
                    "Somebody still reads the table of leaf \(name). Try again when that is over."
                )
            default: throw .unavailable("The table of leaf \(name) was not dropped (\(error)). Try again.")
            }
        }
        return true
    }

    /// Forbids dropping any table with one of these positions, and returns the hold's number.
    public func hold(
        _ shard: ShardNumber,
        _ positions: ClosedRange<Int64>,
        reason: String,
        by person: String
    ) throws(SegmentError) -> Int64 {
        let rows = try write(
            "insert into bifrost.hold (shard, first_position, last_position, reason, placed_by) "
                + "select number, $2, $3, $4, $5 from bifrost.shard, \(Self.leavesLock) "
                + "where number = $1 returning number",
            [
                .int32(Int32(shard.value)), .int64(positions.lowerBound), .int64(positions.upperBound),
                .text(reason), .text(person),
            ]
        )
        guard rows.count == 1 else { throw .refused("Shard \(shard.value) has no log yet.") }
        return try asking { () throws(PostgresError) in try rows.int64(0, 0) }
    }

    /// Ends a hold.
    public func release(_ hold: Int64, reason: String, by person: String) throws(SegmentError) {
        let released = try write(
            "insert into bifrost.hold_release (hold, reason, released_by) "
                + "select number, $2, $3 from bifrost.hold where number = $1 "
                + "on conflict on constraint hold_release_pkey do nothing returning hold",
            [.int64(hold), .text(reason), .text(person)]
        )
        guard released.count == 1 else {
            throw .refused("There is no hold \(hold) that is not released: `bifrost log list` shows them.")
        }
    }

    /// Keeps the tables of a shard's leaves for so many days after their sealing; 0 keeps none.
    public func retain(
        _ shard: ShardNumber,
        days: Int32,
        reason: String,
        by person: String
    ) throws(SegmentError) {
        let rows = try write(
            "insert into bifrost.retention (shard, keep_days, reason, set_by) "
                + "select number, $2, $3, $4 from bifrost.shard, \(Self.leavesLock) "
                + "where number = $1 returning number",
            [.int32(Int32(shard.value)), .int32(days), .text(reason), .text(person)]
        )
        guard rows.count == 1 else { throw .refused("Shard \(shard.value) has no log yet.") }
    }

    /// For how many days after their sealing the tables of a shard's leaves stay.
    public func retentionDays(_ shard: ShardNumber) throws(SegmentError) -> Int32 {
        try asking { () throws(PostgresError) in
            try log.readers.withConnection { connection throws(PostgresError) in
                try connection.query(
                    "select coalesce((select keep_days from bifrost.retention where shard = $1 "
                        + "order by number desc limit 1), 0)",
                    [.int32(Int32(shard.value))]
                ).int32(0, 0)
            }
        }
    }

    /// All holds, released or not, in the order in which they were placed.
    public func holds() throws(SegmentError) -> [LegalHold] {
        try asking { () throws(PostgresError) in
            try log.readers.withConnection { connection throws(PostgresError) in
                let rows = try connection.query(
                    """
                    select hold.number, hold.shard, hold.first_position, hold.last_position, hold.reason,
                        hold.placed_by, (extract(epoch from hold.placed_at) * 1000000)::int8,
                        released.reason, released.released_by,
                        (extract(epoch from released.released_at) * 1000000)::int8
                    from bifrost.hold left join bifrost.hold_release as released on released.hold = hold.number
                    order by hold.number
                    """
                )
                return try (0..<rows.count).map { row throws(PostgresError) in try Self.hold(rows, row) }
            }
        }
    }

    private static func hold(_ rows: PostgresRows, _ row: Int) throws(PostgresError) -> LegalHold {
        var hold = LegalHold(
            number: try rows.int64(row, 0),
            shard: ShardNumber(UInt16(try rows.int32(row, 1))),
            firstPosition: try rows.int64(row, 2),
            lastPosition: try rows.int64(row, 3),
            reason: try rows.text(row, 4),
            by: try rows.text(row, 5),
            at: Timestamp(micros: try rows.int64(row, 6))
        )
        if let micros = try rows.optionalInt64(row, 9) {
            hold.release = LegalHold.Release(
                reason: try rows.text(row, 7),
                by: try rows.text(row, 8),
                at: Timestamp(micros: micros)
            )
        }
        return hold
    }

    private func write(
        _ sql: String,
        _ parameters: [PostgresParameter]
    ) throws(SegmentError) -> PostgresRows {
        try asking { () throws(PostgresError) in
            try PostgresConnection(log.access.writer).query(sql, parameters)
        }
    }
}
