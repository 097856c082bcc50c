public import BifrostKernel
internal import EventStore
public import EventStorePostgres
internal import PostgresClient
internal import Threads

/// Why prices could not be recorded or read.
public enum PriceError: Error, Equatable, Sendable {
    /// The database cannot be reached or does not answer: try again.
    case unavailable(String)
    /// The key was given to other prices, as this segment: nothing was recorded.
    case keyReused(segment: Int64)
    /// A segment is not what its hash says: the first bad one.
    case tampered(segment: Int64, String)
}

/// The intraday prices beside a log: recorded once, in segments chained by hashes, and never changed.
///
/// They are in no log: what decides and what is booked names the prices that it saw. Figures of the present
/// follow them; equity curves and day P&L come from official marks alone.
public final class PriceBook: Sendable {
    /// Most prices of one segment.
    public static let pricesMax = 500
    /// How far ahead of this clock a price may have been quoted: clocks differ, feeds do not know the future.
    public static let aheadNanosMax: Int64 = 60_000_000_000

    let log: PostgresLog
    /// The session that records, made when it is needed; who records holds the monitor.
    private let writer = Monitor<PostgresConnection?>(nil)

    /// The prices beside `log`.
    public init(_ log: PostgresLog) { self.log = log }

    /// Records prices under the sender's own name for them; the same name and the same prices again record
    /// nothing, and answer what was recorded.
    ///
    /// Blocks. There are 1 to `pricesMax` prices, and none is below zero.
    public func record(
        _ key: ClientName,
        source: String,
        _ ticks: [PriceTick],
        at now: Timestamp
    ) throws(PriceError) -> (segment: PriceSegment, isRepeated: Bool) {
        let content = SegmentHash.content(source, ticks)
        let log = log
        let result: Result<(PriceSegment, Bool), PriceError> = writer.look { session in
            do throws(PostgresError) {
                let connection: PostgresConnection
                if let known = session, known.isUsable {
                    connection = known
                } else {
                    connection = try PostgresConnection(log.access.writer)
                    session = connection
                }
                let recording = Recording(log.id, connection)
                let found = try recording.run(key.text, source, content, ticks, now)
                guard found.0.contentHash == content else {
                    return .failure(.keyReused(segment: found.0.number))
                }
                return .success(found)
            } catch {
                // Whatever is open in it ends with it.
                session = nil
                return .failure(PriceError(error))
            }
        }
        return try result.get()
    }
}

extension PriceError {
    init(_ error: PostgresError) { self = .unavailable(error.description) }
}

/// One transaction that records a segment.
private struct Recording {
    let log: Identifier
    let connection: PostgresConnection

    init(_ log: Identifier, _ connection: PostgresConnection) {
        self.log = log
        self.connection = connection
    }

    /// The segment of that key, and whether it was there before.
    func run(
        _ key: String,
        _ source: String,
        _ content: EventHash,
        _ ticks: [PriceTick],
        _ now: Timestamp
    ) throws(PostgresError) -> (PriceSegment, Bool) {
        try connection.execute("begin")
        _ = try connection.query("select pg_advisory_xact_lock($1, 0)", [.int32(AdvisoryLock.prices)])
        if let known = try SegmentRow.read(connection, "where key = $1", [.text(key)]).first {
            try connection.execute("rollback")
            return (known, true)
        }
        let last = try SegmentRow.read(connection, "order by number desc limit 1", []).first
        let moments = ticks.map(\.at)
        var segment = PriceSegment(
            number: (last?.number ?? 0) + 1,
            key: key,
            source: source,
            recordedAt: now,
            firstAt: moments.min() ?? now,
            lastAt: moments.max() ?? now,
            count: ticks.count,
            contentHash: content,
            hash: content
        )
        segment.hash = SegmentHash.segment(after: last?.hash ?? SegmentHash.genesis(log), log, segment)
        try addMonths(of: moments)
        try copy(ticks, segment.number)
        try SegmentRow.insert(segment, connection)
        try connection.execute("commit")
        return (segment, false)
    }

    private func addMonths(of moments: [Timestamp]) throws(PostgresError) {
        // `YYYY-MM` of each.
        let momentByMonth = Dictionary(moments.map { ($0.date.text.prefix(7), $0) }) { first, _ in first }
        for (_, at) in momentByMonth.sorted(by: { $0.key < $1.key }) {
            _ = try connection.query("select prices.add_month($1)", [.int64(at.nanos)])
        }
    }

    private func copy(_ ticks: [PriceTick], _ segment: Int64) throws(PostgresError) {
        var writer = CopyWriter()
        writer.header()
        for (ordinal, tick) in ticks.enumerated() {
            writer.beginTuple(fields: 7)
            writer.uuid(high: tick.instrument.id.high, low: tick.instrument.id.low)
            writer.int64(tick.at.nanos)
            writer.int64(segment)
            writer.int32(Int32(ordinal))
            for price in [tick.bid, tick.ask, tick.last] {
                if let price { writer.int64(price.nanos) } else { writer.null() }
            }
        }
        writer.trailer()
        let report = try connection.copyIn(
            "copy prices.price (instrument, at, segment, ordinal, bid, ask, last) from stdin (format binary)",
            writer.bytes
        )
        for case .error(let error) in report.results { throw .server(error) }
    }
}

/// A row of `prices.segment`.
enum SegmentRow {
    private static let columns =
        "number, key, source, recorded_at, first_at, last_at, prices, content_hash, hash"

    static func read(
        _ connection: PostgresConnection,
        _ clause: String,
        _ values: [PostgresParameter]
    ) throws(PostgresError) -> [PriceSegment] {
        let rows = try connection.query("select \(columns) from prices.segment \(clause)", values)
        var segments: [PriceSegment] = []
        for row in 0..<rows.count {
            guard let content = EventHash(bytes: try rows.bytes(row, 7)),
                let hash = EventHash(bytes: try rows.bytes(row, 8))
            else { throw .misuse("expected hashes of 32 bytes in prices.segment") }
            segments.append(
                PriceSegment(
                    number: try rows.int64(row, 0),
                    key: try rows.text(row, 1),
                    source: try rows.text(row, 2),
                    recordedAt: Timestamp(nanos: try rows.int64(row, 3)),
                    firstAt: Timestamp(nanos: try rows.int64(row, 4)),
                    lastAt: Timestamp(nanos: try rows.int64(row, 5)),
                    count: Int(try rows.int32(row, 6)),
                    contentHash: content,
                    hash: hash
                )
            )
        }
        return segments
    }

    static func insert(_ segment: PriceSegment, _ connection: PostgresConnection) throws(PostgresError) {
        _ = try connection.query(
            "insert into prices.segment (\(columns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                .int64(segment.number), .text(segment.key), .text(segment.source),
                .int64(segment.recordedAt.nanos), .int64(segment.firstAt.nanos), .int64(segment.lastAt.nanos),
                .int32(Int32(segment.count)), .bytes(segment.contentHash.bytes), .bytes(segment.hash.bytes),
            ]
        )
    }
}
