internal import BifrostKernel
internal import ColdSegments
internal import EventStore
internal import PostgresClient

/// A sealed leaf as it is read: frames of events beside an index of streams.
struct Segment: Equatable {
    let shard: ShardNumber
    let leaf: Int32
    let firstPosition: Int64
    let lastPosition: Int64
    /// Events of each frame but the last.
    let frameEvents: Int64
    /// Whether the leaf's table is gone.
    let isDropped: Bool

    private var frames: ClosedRange<Int64> { firstPosition...lastPosition }

    /// Where the frame of a position begins.
    private func start(of position: Int64) -> Int64 {
        position - (position - firstPosition) % frameEvents
    }

    /// Hands the selected events, at most `limit`, to `body`; returns how many there were.
    func read(
        _ selection: LogSelection,
        limit: Int,
        _ chain: Chain,
        _ connection: PostgresConnection,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) -> Int {
        switch selection {
        case .all(let after):
            let first = max(firstPosition - 1, after) + 1
            guard first <= lastPosition, limit > 0 else { return 0 }
            let last = first + min(lastPosition - first, Int64(limit) - 1)
            try read(first...last, chain, connection, body)
            return Int(last - first + 1)
        case .stream(let account, let stream, let version, let behind):
            guard version < .max else { return 0 }
            let places = StreamRange(account.value, stream.value, from: version + 1)
            return try read(places, behind: behind, limit, chain, connection, body)
        case .account(let account, let after):
            let places = StreamRange(account.value, behind: after)
            return try read(places, behind: after, limit, chain, connection, body)
        }
    }

    /// Hands the events at these positions, which ascend and lie in the segment, to `body`.
    func read(
        at positions: [Int64],
        _ chain: Chain,
        _ connection: PostgresConnection,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) {
        var starts: [Int64] = []
        for position in positions where starts.last != start(of: position) {
            starts.append(start(of: position))
        }
        guard !starts.isEmpty else { return }
        var next = starts[...]
        var wanted = positions[...]
        func isWanted(_ position: Int64) -> Bool {
            while let first = wanted.first, first < position { wanted.removeFirst() }
            return wanted.first == position
        }
        try frames(at: starts, connection) { frame throws(PostgresError) in
            try expect(frame, at: next.popFirst())
            try open(frame, chain, where: isWanted, body)
        }
        if let missing = next.first { throw absent(missing) }
    }

    /// Hands all events of a range, which lies in the segment, to `body`.
    private func read(
        _ range: ClosedRange<Int64>,
        _ chain: Chain,
        _ connection: PostgresConnection,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) {
        var next = start(of: range.lowerBound)
        let condition = "first_position between \(next) and \(range.upperBound)"
        try frames(condition, connection) { frame throws(PostgresError) in
            try expect(frame, at: next)
            try open(frame, chain, where: { range.contains($0) }, body)
            next += frameEvents
        }
        if next <= range.upperBound { throw absent(next) }
    }

    private func read(
        _ places: StreamRange,
        behind: Int64,
        _ limit: Int,
        _ chain: Chain,
        _ connection: PostgresConnection,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) -> Int {
        var placeByPosition: [Int64: StreamPlace] = [:]
        try pages(of: places, connection) { page throws(PostgresError) in
            for entry in try entries(page) where places.contains(entry) {
                guard frames.contains(entry.position) else {
                    throw damaged("index", "it names position \(entry.position)")
                }
                if entry.position > behind { placeByPosition[entry.position] = entry.place }
            }
        }
        let positions = Array(placeByPosition.keys.sorted().prefix(max(limit, 0)))
        var stranger: Int64?
        try read(at: positions, chain, connection) { event in
            let place = event.header.streamPlace
            guard place == placeByPosition[event.header.position] else {
                stranger = stranger ?? event.header.position
                return
            }
            if stranger == nil { body(event) }
        }
        if let stranger { throw damaged("index", "it names another stream for position \(stranger)") }
        return positions.count
    }

    /// The last event.
    func head(_ chain: Chain, _ connection: PostgresConnection) throws(PostgresError) -> Head? {
        var head: Head?
        try read(at: [lastPosition], chain, connection) { event in
            head = Head(
                position: event.header.position,
                hash: event.hash,
                recordedAt: event.header.recordedAt
            )
        }
        return head
    }
}

// MARK: What is stored

extension Segment {
    /// Lends the frames that the condition selects, in order.
    func frames(
        _ condition: String,
        _ connection: PostgresConnection,
        _ body: (ColdFrame) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        try connection.copyOut("copy (\(frameQuery(condition))) to stdout (format binary)") {
            row throws(PostgresError) in
            var tuple = try CopyTuple(row)
            let frame = ColdFrame(
                firstPosition: try tuple.nextInt64(),
                lastPosition: try tuple.nextInt64(),
                contentBytes: Int(try tuple.nextInt32()),
                bytes: try tuple.nextBytes().withUnsafeBytes { Array($0) },
                digest: try EventRow.hash(try tuple.nextBytes())
            )
            try tuple.finish()
            try body(frame)
        }
    }

    private static let frameColumns = "first_position, last_position, content_bytes, frame, sha256"

    func frameQuery(_ condition: String) -> String {
        "select \(Self.frameColumns) from bifrost.cold_frame "
            + "where shard = \(shard.value) and \(condition) order by first_position"
    }

    /// Lends the frames that begin at `starts`, in that order; planning this anew took longer than finding
    /// them.
    private func frames(
        at starts: [Int64],
        _ connection: PostgresConnection,
        _ body: (ColdFrame) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        let list = "{" + starts.map { String($0) }.joined(separator: ",") + "}"
        let parameters = [PostgresParameter.int32(Int32(shard.value)), .text(list)]
        try connection.queryKept(Self.framesAtQuery, parameters) { row throws(PostgresError) in
            let frame = ColdFrame(
                firstPosition: try row.int64(0, 0),
                lastPosition: try row.int64(0, 1),
                contentBytes: Int(try row.int32(0, 2)),
                bytes: try row.bytes(0, 3),
                digest: try EventRow.hash(row, 0, 4)
            )
            try body(frame)
        }
    }

    /// Looks each up by itself, however many frames the planner takes the table to have.
    ///
    /// It cannot see how many are wanted, or it would make a plan for each such number.
    static let framesAtQuery =
        "select frame.* from unnest((select $2::int8[])) with ordinality as wanted (start, number) "
        + "cross join lateral (select \(frameColumns) from bifrost.cold_frame "
        + "where shard = $1 and first_position = wanted.start limit 1) as frame order by wanted.number"

    /// Lends the pages that may hold entries of `places`.
    func pages(
        of places: StreamRange?,
        _ connection: PostgresConnection,
        _ body: (StreamPage) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        // One page has all of most accounts.
        if let places, let last = try lastPage(upTo: places.last, connection), last.first <= places.first {
            return try body(last)
        }
        try connection.copyOut("copy (\(pageQuery(places))) to stdout (format binary)") {
            row throws(PostgresError) in
            var tuple = try CopyTuple(row)
            let first = StreamPlace(
                account: try tuple.nextInt64(),
                stream: try tuple.nextInt64(),
                version: try tuple.nextInt64()
            )
            let page = StreamPage(
                first: first,
                count: Int(try tuple.nextInt32()),
                bytes: try tuple.nextBytes().withUnsafeBytes { Array($0) },
                digest: try EventRow.hash(try tuple.nextBytes())
            )
            try tuple.finish()
            try body(page)
        }
    }

    /// The last page that does not begin behind `place`.
    private func lastPage(
        upTo place: StreamPlace,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> StreamPage? {
        let rows = try connection.queryKept(
            Self.lastPageQuery,
            [
                .int32(Int32(shard.value)), .int32(leaf), .int64(place.account), .int64(place.stream),
                .int64(place.version),
            ]
        )
        guard rows.count == 1 else { return nil }
        return StreamPage(
            first: StreamPlace(
                account: try rows.int64(0, 0),
                stream: try rows.int64(0, 1),
                version: try rows.int64(0, 2)
            ),
            count: Int(try rows.int32(0, 3)),
            bytes: try rows.bytes(0, 4),
            digest: try EventRow.hash(rows, 0, 5)
        )
    }

    private static let pageColumns = "account, stream, version, entries, page, sha256"

    static let lastPageQuery =
        "select \(pageColumns) from bifrost.cold_index where shard = $1 and leaf = $2 "
        + "and (account, stream, version) <= ($3, $4, $5) "
        + "order by account desc, stream desc, version desc limit 1"

    /// The page that the first place is in, and those that begin within the range; all without a range.
    func pageQuery(_ places: StreamRange?) -> String {
        let columns =
            "select \(Self.pageColumns) from bifrost.cold_index "
            + "where shard = \(shard.value) and leaf = \(leaf)"
        guard let places else { return columns + " order by account, stream, version" }
        let key = "(account, stream, version)"
        return "(\(columns) and \(key) <= \(places.first.row) "
            + "order by account desc, stream desc, version desc limit 1) union all "
            + "(\(columns) and \(key) > \(places.first.row) and \(key) <= \(places.last.row) "
            + "order by account, stream, version)"
    }

    func entries(_ page: StreamPage) throws(PostgresError) -> [StreamEntry] {
        do throws(ColdFault) {
            return try page.entries()
        } catch {
            throw damaged("index", error.description)
        }
    }

    private func open(
        _ frame: ColdFrame,
        _ chain: Chain,
        where wanted: (Int64) -> Bool,
        _ body: (RecordedEvent) -> Void
    ) throws(PostgresError) {
        do throws(ColdFault) {
            try frame.events(chain, where: wanted, body)
        } catch {
            throw damaged("frame of positions \(frame.firstPosition) to \(frame.lastPosition)", "\(error)")
        }
    }

    /// A frame begins where the one before ends.
    private func expect(_ frame: ColdFrame, at start: Int64?) throws(PostgresError) {
        guard let start, frame.firstPosition == start else { throw absent(start ?? frame.firstPosition) }
        let last = min(start + frameEvents - 1, lastPosition)
        guard frame.lastPosition == last else {
            throw damaged("frame of position \(start)", "it ends at \(frame.lastPosition), expected \(last)")
        }
    }

    private func absent(_ start: Int64) -> PostgresError {
        .misuse("the cold frame of position \(start) of shard \(shard.value) is missing")
    }

    private func damaged(_ part: String, _ reason: String) -> PostgresError {
        .misuse("the \(part) of cold segment \(shard.value)/\(leaf) is damaged: \(reason)")
    }
}

/// The entries of an index that a reader looks for: all between two places and behind a position.
struct StreamRange: Equatable {
    let first: StreamPlace
    let last: StreamPlace
    let after: Int64

    /// One stream's from a version on.
    init(_ account: Int64, _ stream: Int64, from version: Int64) {
        first = StreamPlace(account: account, stream: stream, version: version)
        last = StreamPlace(account: account, stream: stream, version: .max)
        after = .min
    }

    /// One account's behind a position.
    init(_ account: Int64, behind position: Int64) {
        first = StreamPlace(account: account, stream: .min, version: .min)
        last = StreamPlace(account: account, stream: .max, version: .max)
        after = position
    }

    func contains(_ entry: StreamEntry) -> Bool {
        entry.position > after && first <= entry.place && entry.place <= last
    }
}

extension StreamPlace {
    /// As a row of SQL.
    var row: String { "(\(Self.literal(account)), \(Self.literal(stream)), \(Self.literal(version)))" }

    /// The least number has no literal without its quotes: a minus is an operator.
    private static func literal(_ number: Int64) -> String { "'\(number)'::int8" }
}

extension EventHeader {
    var streamPlace: StreamPlace {
        StreamPlace(account: account.value, stream: stream.value, version: version)
    }
}
