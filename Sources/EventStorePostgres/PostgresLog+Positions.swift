public import EventStore
internal import PostgresClient

extension PostgresLog {
    /// Hands the events at these positions to `body`, in ascending order; those that there are not are left
    /// out.
    public func read(
        _ shard: ShardNumber,
        at positions: [Int64],
        _ body: (RecordedEvent) -> Void
    ) throws(ReadError) {
        guard !positions.isEmpty else { return }
        try reading(shard) { leaves, connection throws(PostgresError) in
            var first: Int64 = 1
            for leaf in leaves {
                let last = leaf.lastPosition ?? .max
                let wanted = positions.filter { $0 >= first && $0 <= last }
                if last < .max { first = last + 1 }
                guard !wanted.isEmpty else { continue }
                try withLeaf(leaf, connection) { leaf throws(PostgresError) in
                    try read(leaf, at: wanted.sorted(), connection, body)
                }
            }
        }
    }

    private func read(
        _ leaf: Leaf,
        at positions: [Int64],
        _ connection: PostgresConnection,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) {
        if let segment = leaf.segment {
            return try segment.read(at: positions, Chain(log: id, shard: leaf.shard), connection, body)
        }
        let list = positions.map { String($0) }.joined(separator: ", ")
        try connection.copyOut(
            "copy (select \(EventRow.columns) from \(leaf.table) where position in (\(list)) "
                + "order by position) to stdout (format binary)"
        ) { row throws(PostgresError) in body(try EventRow.read(row)) }
    }
}
