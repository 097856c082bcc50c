public import EventStore
internal import PostgresClient

/// The transaction that committed an event, with the whole batch that it was part of.
public struct EventCommit: Equatable, Sendable {
    /// The transaction's number.
    public let transaction: UInt32
    /// The last position of the batch.
    public let lastPosition: Int64
}

extension PostgresLog {
    /// The commit that the event at `position` came with, `nil` when there is no such event.
    ///
    /// A row keeps the number of its transaction when it is frozen, and no event is ever written again. An
    /// event whose table was dropped has none: that is `unavailable`.
    public func commit(of position: Int64, in shard: ShardNumber) throws(ReadError) -> EventCommit? {
        let found = try reading(shard) {
            leaves,
            connection throws(PostgresError) -> Result<EventCommit?, ReadError> in
            guard let leaf = leaves.first(where: { $0.lastPosition ?? .max >= position }) else {
                return .success(nil)
            }
            guard leaf.segment?.isDropped != true else {
                return .failure(
                    .unavailable(
                        "position \(position) lies in cold segment \(shard.value)/\(leaf.number), whose table was"
                            + " dropped with the numbers of its transactions. Name the time of the event instead,"
                            + " which `bifrost events export --from \(position)` prints"
                    )
                )
            }
            return .success(try Self.commit(of: position, leaf, connection))
        }
        return try found.get()
    }

    private static func commit(
        of position: Int64,
        _ leaf: Leaf,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> EventCommit? {
        // A batch lies in one leaf and is dense, so its end is the first row behind of another one.
        let rows = try connection.query(
            """
            with wanted as (select xmin from \(leaf.table) where position = $1)
            select wanted.xmin::text, coalesce(
                (select min(position) - 1 from \(leaf.table)
                    where position > $1 and xmin <> wanted.xmin),
                (select max(position) from \(leaf.table)))
            from wanted
            """,
            [.int64(position)]
        )
        guard rows.count == 1 else { return nil }
        guard let transaction = UInt32(try rows.text(0, 0)) else {
            throw .misuse("expected the number of a transaction, was \(try rows.text(0, 0))")
        }
        return EventCommit(transaction: transaction, lastPosition: try rows.int64(0, 1))
    }
}
