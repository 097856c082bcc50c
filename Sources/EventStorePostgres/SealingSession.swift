internal import BifrostKernel
internal import ColdSegments
internal import EventStore
internal import PostgresClient
internal import Threads

/// A full leaf, with what is needed to read it in both forms.
struct FullLeaf {
    let leaf: Leaf
    let firstPosition: Int64
    let lastPosition: Int64
    /// Whether it is read from its frames already.
    let isSealed: Bool
    /// How it is read from its frames.
    let segment: Segment

    var events: Int64 { lastPosition - firstPosition + 1 }
}

/// A session that works on the segments of one shard, and keeps others from doing so.
struct SealingSession {
    let log: PostgresLog
    let shard: ShardNumber
    let connection: PostgresConnection

    /// Connects as `bifrost_writer`, which may add frames and change none.
    init(_ log: PostgresLog, _ shard: ShardNumber) throws(SegmentError) {
        self.log = log
        self.shard = shard
        let store = ColdStore(log)
        connection = try store.asking { () throws(PostgresError) in
            let connection = try PostgresConnection(log.access.writer)
            // A plan for a leaf reads it in the order of its key.
            try connection.execute("set enable_seqscan = off; set enable_bitmapscan = off")
            return connection
        }
        // A session that ended a moment ago may not have given its lock back yet.
        let deadline = MonotonicTime.now.advanced(millis: Self.lockMillisMax)
        while try !tryLock() {
            guard .now < deadline else {
                throw .unavailable(
                    "Another process works on the segments of shard \(shard.value). Wait until it is done."
                )
            }
            pause(millis: Self.lockPauseMillis)
        }
    }

    private static let lockMillisMax = 2_000
    private static let lockPauseMillis = 10

    private func tryLock() throws(SegmentError) -> Bool {
        try asking { () throws(PostgresError) in
            try connection.query(
                "select pg_try_advisory_lock($1, $2)",
                [.int32(AdvisoryLock.sealing), shardParameter]
            ).bool(0, 0)
        }
    }

    var shardParameter: PostgresParameter { .int32(Int32(shard.value)) }
    var chain: Chain { Chain(log: log.id, shard: shard) }

    func asking<Answer>(
        _ body: () throws(PostgresError) -> Answer
    ) throws(SegmentError) -> Answer {
        try ColdStore(log).asking(body)
    }

    /// The leaf, which must be full.
    func leaf(_ number: Int32) throws(SegmentError) -> FullLeaf {
        let rows = try asking { () throws(PostgresError) in
            try connection.query(
                """
                select leaf.first_position, leaf.last_position, segment.frame_events, segment.dropped_at is not null
                from bifrost.leaf left join bifrost.segment
                    on segment.shard = leaf.shard and segment.leaf = leaf.number
                where leaf.shard = $1 and leaf.number = $2
                """,
                [shardParameter, .int32(number)]
            )
        }
        guard rows.count == 1 else {
            throw .refused("There is no leaf \(shard.value)/\(number): `bifrost log list` shows them.")
        }
        let parts = try asking { () throws(PostgresError) in
            (try rows.optionalInt64(0, 0), try rows.optionalInt64(0, 1), try rows.optionalInt32(0, 2))
        }
        guard let first = parts.0, let last = parts.1 else {
            throw .refused(
                "Leaf \(shard.value)/\(number) is not full yet: a leaf is sealed once the next one was begun."
            )
        }
        let segment = Segment(
            shard: shard,
            leaf: number,
            firstPosition: first,
            lastPosition: last,
            frameEvents: Int64(parts.2 ?? log.limits.frameEventsMax),
            isDropped: try asking { () throws(PostgresError) in try rows.bool(0, 3) }
        )
        return FullLeaf(
            leaf: Leaf(shard: shard, number: number, lastPosition: last),
            firstPosition: first,
            lastPosition: last,
            isSealed: parts.2 != nil,
            segment: segment
        )
    }

    /// Events of the leaf's table behind a position.
    func tableEvents(
        _ full: FullLeaf,
        after position: Int64,
        limit: Int64
    ) throws(SegmentError) -> [RecordedEvent] {
        let query = full.leaf.query(.all(after: position), limit: Int(limit))
        var events: [RecordedEvent] = []
        try asking { () throws(PostgresError) in
            try connection.copyOut("copy (\(query)) to stdout (format binary)") { row throws(PostgresError) in
                events.append(try EventRow.read(row))
            }
        }
        let wanted = min(limit, full.lastPosition - position)
        for (index, event) in events.enumerated() where event.header.position != position + 1 + Int64(index) {
            throw .damaged(shard, position: position + 1 + Int64(index), "it is missing in the leaf's table")
        }
        guard events.count == wanted else {
            let missing = position + 1 + Int64(events.count)
            throw .damaged(shard, position: missing, "it is missing in the leaf's table")
        }
        return events
    }
}
