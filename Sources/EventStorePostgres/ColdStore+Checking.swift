internal import BifrostKernel
internal import ColdSegments
public import EventStore
internal import PostgresClient

extension ColdStore {
    /// Events that are compared at once.
    private static let eventsPerRead: Int64 = 4_096

    /// Reads the index of each segment of a shard and compares it with the frames: every event must be named
    /// once, in its place, and nothing else.
    ///
    /// The frames themselves are read by whoever walks the log. Throws `damaged` with the first position that
    /// readers of a stream or an account would miss.
    public func checkIndexes(_ shard: ShardNumber) throws(SegmentError) {
        try asking { () throws(PostgresError) -> Result<Void, SegmentError> in
            try log.readers.withConnection { connection throws(PostgresError) in
                for leaf in try Leaf.opened(shard, connection) {
                    guard let segment = leaf.segment else { continue }
                    if let fault = try IndexCheck.fault(segment, connection) { return .failure(fault) }
                }
                return .success(())
            }
        }.get()
    }

    /// Compares the frames with the leaf's table row for row, the rows with the chain, the index with both.
    func compare(
        _ full: FullLeaf,
        _ session: SealingSession,
        _ progress: (Int64) -> Bool
    ) throws(SegmentError) {
        var chain = session.chain
        var hash = try hash(before: full, session)
        var position = full.firstPosition - 1
        while position < full.lastPosition {
            let rows = try session.tableEvents(full, after: position, limit: Self.eventsPerRead)
            let framed = try frameEvents(full, after: position, session)
            for (index, row) in rows.enumerated() {
                position += 1
                guard chain.hash(after: hash, row.header, payload: row.payload[...]) == row.hash else {
                    throw .damaged(
                        session.shard,
                        position: position,
                        "the leaf's row does not follow its chain"
                    )
                }
                guard index < framed.count, framed[index] == row else {
                    throw .damaged(session.shard, position: position, "its frame differs from the leaf's row")
                }
                hash = row.hash
            }
            guard framed.count == rows.count else {
                throw .damaged(session.shard, position: position, "its frame goes on behind the leaf's rows")
            }
            guard progress(position - full.firstPosition + 1) else { throw .stopped }
        }
        let fault = try asking { () throws(PostgresError) in
            try IndexCheck.fault(full.segment, session.connection)
        }
        if let fault { throw fault }
    }

    private func frameEvents(
        _ full: FullLeaf,
        after position: Int64,
        _ session: SealingSession
    ) throws(SegmentError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        do throws(PostgresError) {
            _ = try full.segment.read(
                .all(after: position),
                limit: Int(Self.eventsPerRead),
                session.chain,
                session.connection
            ) { events.append($0) }
        } catch .misuse(let reason) {
            throw .damaged(session.shard, position: position + 1 + Int64(events.count), reason)
        } catch {
            throw .unavailable("PostgreSQL did not do what was asked (\(error)). Try again.")
        }
        return events
    }

    /// The hash that the leaf's first event follows.
    func hash(before full: FullLeaf, _ session: SealingSession) throws(SegmentError) -> EventHash {
        guard full.firstPosition > 1 else { return session.chain.genesis }
        var hash: EventHash?
        do throws(ReadError) {
            try log.read(session.shard, at: [full.firstPosition - 1]) { hash = $0.hash }
        } catch {
            switch error {
            case .unavailable(let reason):
                throw .unavailable("The log cannot be read (\(reason)). Try again.")
            case .corrupt(let reason):
                throw .damaged(session.shard, position: full.firstPosition - 1, reason)
            }
        }
        guard let hash else {
            throw .damaged(session.shard, position: full.firstPosition - 1, "it is missing")
        }
        return hash
    }
}

/// The comparison of a segment's index with its frames.
private struct IndexCheck {
    /// For each position a hash of its place, under a key of this process; 0 once it was named.
    private var keys: [UInt64]
    private var reason: String?
    private let segment: Segment

    static func fault(
        _ segment: Segment,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> SegmentError? {
        var check = IndexCheck(segment)
        do throws(PostgresError) {
            try check.readFrames(connection)
        } catch .misuse(let reason) {
            return .damaged(segment.shard, position: segment.firstPosition, reason)
        }
        try check.readPages(connection)
        return check.fault
    }

    private init(_ segment: Segment) {
        self.segment = segment
        keys = Array(repeating: 0, count: Int(segment.lastPosition - segment.firstPosition + 1))
    }

    private mutating func readFrames(_ connection: PostgresConnection) throws(PostgresError) {
        let segment = segment
        let range = "first_position between \(segment.firstPosition) and \(segment.lastPosition)"
        try segment.frames(range, connection) { frame throws(PostgresError) in
            do throws(ColdFault) {
                try frame.places { position, place in
                    guard position >= segment.firstPosition, position <= segment.lastPosition else { return }
                    keys[Int(position - segment.firstPosition)] = Self.key(place)
                }
            } catch {
                throw .misuse("the frame of position \(frame.firstPosition) is damaged: \(error)")
            }
        }
    }

    /// What cannot be read leaves its events unnamed, which shows the first of them.
    private mutating func readPages(_ connection: PostgresConnection) throws(PostgresError) {
        let segment = segment
        var last: StreamPlace?
        try segment.pages(of: nil, connection) { page throws(PostgresError) in
            let entries: [StreamEntry]
            do throws(ColdFault) {
                entries = try page.entries()
            } catch {
                reason = reason ?? "the index of streams is damaged: \(error)"
                return
            }
            if let last, last >= page.first { reason = reason ?? "the index of streams is not in order" }
            last = entries.last?.place
            for entry in entries { take(entry) }
        }
    }

    private mutating func take(_ entry: StreamEntry) {
        let index = entry.position - segment.firstPosition
        guard keys.indices.contains(Int(truncatingIfNeeded: index)),
            keys[Int(index)] == Self.key(entry.place)
        else {
            reason =
                reason ?? "the index of streams names position \(entry.position) in a wrong place or twice"
            return
        }
        keys[Int(index)] = 0
    }

    private var fault: SegmentError? {
        let unnamed = keys.firstIndex { $0 != 0 }
        guard unnamed != nil || reason != nil else { return nil }
        let position = segment.firstPosition + Int64(unnamed ?? 0)
        let reason = reason ?? "the index of streams does not name it"
        return .damaged(segment.shard, position: position, "cold segment \(segment.name): \(reason)")
    }

    private static func key(_ place: StreamPlace) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(place)
        return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }
}

extension Segment {
    /// As people name it.
    var name: String { "\(shard.value)/\(leaf)" }
}
