public import BifrostKernel
internal import EventStore
internal import EventStorePostgres
internal import PostgresClient

/// A price with its place in the book.
public struct RecordedPrice: Equatable, Sendable {
    /// Where it stands: the moment, then the order in which it came.
    public struct Place: Equatable, Comparable, Sendable {
        /// When it was quoted.
        public var at: Timestamp
        /// The segment that it came in.
        public var segment: Int64
        /// Its number there, from 0.
        public var ordinal: Int32

        /// Puts the parts together.
        public init(at: Timestamp, segment: Int64, ordinal: Int32) {
            self.at = at
            self.segment = segment
            self.ordinal = ordinal
        }

        /// By moment; of one moment, what came first.
        public static func < (left: Self, right: Self) -> Bool {
            (left.at, left.segment, left.ordinal) < (right.at, right.segment, right.ordinal)
        }
    }

    /// The price.
    public var tick: PriceTick
    /// Its place.
    public var place: Place
}

/// The last prices of an instrument up to some moment.
public struct LatestPrices: Equatable, Sendable {
    /// The last that names a trade.
    public var trade: RecordedPrice?
    /// The last that names both sides.
    public var quote: RecordedPrice?
}

extension PriceBook {
    /// What was traded and quoted last behind `after` and not later than `through`, as far as segments up to
    /// `segment` tell; all of them for `nil`.
    ///
    /// Blocks. Instruments without any are not in the answer.
    public func latest(
        of instruments: [InstrumentID],
        after: Timestamp,
        through: Timestamp,
        asOfSegment segment: Int64? = nil
    ) throws(PriceError) -> [InstrumentID: LatestPrices] {
        guard !instruments.isEmpty else { return [:] }
        return try reading { connection throws(PostgresError) in
            var answer: [InstrumentID: LatestPrices] = [:]
            for (condition, keep) in [
                ("last is not null", \LatestPrices.trade), ("bid is not null and ask is not null", \.quote),
            ] {
                let rows = try connection.query(
                    """
                    select \(Self.columns) from unnest($1::uuid[]) as wanted (id) cross join lateral (
                        select * from prices.price where instrument = wanted.id and at > $2 and at <= $3
                            and segment <= $4 and \(condition)
                        order by at desc, segment desc, ordinal desc limit 1) found
                    """,
                    [
                        .text("{" + instruments.map(\.id.text).joined(separator: ",") + "}"),
                        .int64(after.nanos), .int64(through.nanos), .int64(segment ?? .max),
                    ]
                )
                for row in 0..<rows.count {
                    let found = try Self.price(rows, row)
                    answer[found.tick.instrument, default: LatestPrices()][keyPath: keep] = found
                }
            }
            return answer
        }
    }

    /// The prices of an instrument in order, behind a place, up to a moment, `limit` at most; blocks.
    public func list(
        _ instrument: InstrumentID,
        after place: RecordedPrice.Place,
        through: Timestamp,
        limit: Int
    ) throws(PriceError) -> [RecordedPrice] {
        try reading { connection throws(PostgresError) in
            let rows = try connection.query(
                "select \(Self.columns) from prices.price where instrument = $1 and at <= $2 "
                    + "and (at, segment, ordinal) > ($3, $4, $5) and at >= $3 "
                    + "order by at, segment, ordinal limit $6",
                [
                    .uuid(high: instrument.id.high, low: instrument.id.low), .int64(through.nanos),
                    .int64(place.at.nanos), .int64(place.segment), .int32(place.ordinal),
                    .int64(Int64(limit)),
                ]
            )
            var prices: [RecordedPrice] = []
            for row in 0..<rows.count { prices.append(try Self.price(rows, row)) }
            return prices
        }
    }

    /// The last segment, `nil` when nothing was ever recorded; blocks.
    public func lastSegment() throws(PriceError) -> PriceSegment? {
        try reading { connection throws(PostgresError) in
            try SegmentRow.read(connection, "order by number desc limit 1", []).first
        }
    }

    /// Proves every segment: its prices, its order and the chain; returns how many segments and prices there
    /// are.
    ///
    /// Blocks. Throws `tampered` with the first bad one. What is recorded meanwhile is not looked at.
    public func verify() throws(PriceError) -> (segments: Int64, prices: Int64) {
        let proof = try reading { connection throws(PostgresError) in
            try connection.execute("begin isolation level repeatable read read only")
            do throws(PostgresError) {
                let proof = try prove(connection)
                try connection.execute("commit")
                return proof
            } catch {
                // A session that is gone has rolled back already.
                if connection.isUsable { try connection.execute("rollback") }
                throw error
            }
        }
        if let bad = proof.bad { throw bad }
        return (proof.segments, proof.prices)
    }

    /// How far the segments are what they say, and the first that is not.
    private struct Proof {
        var segments: Int64 = 0
        var prices: Int64 = 0
        var bad: PriceError?
    }

    private func prove(_ connection: PostgresConnection) throws(PostgresError) -> Proof {
        var proof = Proof()
        var hash = SegmentHash.genesis(log.id)
        while true {
            let page = try SegmentRow.read(
                connection,
                "where number > $1 order by number limit 100",
                [.int64(proof.segments)]
            )
            guard !page.isEmpty else { break }
            for segment in page {
                let ticks = try Self.prices(of: segment, connection)
                if let fault = Self.fault(segment, ticks, after: hash, number: proof.segments, log.id) {
                    proof.bad = .tampered(segment: proof.segments + 1, fault)
                    return proof
                }
                hash = segment.hash
                proof.segments += 1
                proof.prices += Int64(ticks.count)
            }
        }
        let all = try connection.query("select count(*) from prices.price").int64(0, 0)
        if all != proof.prices {
            let segment = try connection.query(Self.strayQuery).int64(0, 0)
            proof.bad = .tampered(segment: segment, "it has prices that were not recorded with it")
        }
        return proof
    }

    /// The first segment that has another number of prices than it says, or is none at all.
    private static let strayQuery = """
        select p.segment from prices.price p left join prices.segment s on s.number = p.segment
        group by p.segment, s.prices having s.prices is distinct from count(*) order by p.segment limit 1
        """

    private static func fault(
        _ segment: PriceSegment,
        _ ticks: [PriceTick],
        after hash: EventHash,
        number: Int64,
        _ log: Identifier
    ) -> String? {
        guard segment.number == number + 1 else { return "it is missing" }
        guard SegmentHash.content(segment.source, ticks) == segment.contentHash else {
            return "its prices are not those that were recorded"
        }
        guard SegmentHash.segment(after: hash, log, segment) == segment.hash else {
            return "it does not continue the segment before"
        }
        guard segment.count == ticks.count, segment.firstAt == ticks.map(\.at).min(),
            segment.lastAt == ticks.map(\.at).max()
        else { return "it says another range or count than its prices have" }
        return nil
    }

    private static func prices(
        of segment: PriceSegment,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> [PriceTick] {
        // Only the months that it says: what lies elsewhere is missed here, and shows in the hash.
        let rows = try connection.query(
            "select \(columns) from prices.price where segment = $1 and at between $2 and $3 order by ordinal",
            [.int64(segment.number), .int64(segment.firstAt.nanos), .int64(segment.lastAt.nanos)]
        )
        var ticks: [PriceTick] = []
        for row in 0..<rows.count {
            let price = try price(rows, row)
            // One that has moved ends the list, which the hash then misses.
            guard price.place.ordinal == Int32(row) else { break }
            ticks.append(price.tick)
        }
        return ticks
    }

    private static let columns = "instrument, at, segment, ordinal, bid, ask, last"

    private static func price(_ rows: PostgresRows, _ row: Int) throws(PostgresError) -> RecordedPrice {
        let id = try rows.uuid(row, 0)
        let at = Timestamp(nanos: try rows.int64(row, 1))
        return RecordedPrice(
            tick: PriceTick(
                InstrumentID(Identifier(high: id.high, low: id.low)),
                at: at,
                bid: try rows.optionalInt64(row, 4).map { Price(nanos: $0) },
                ask: try rows.optionalInt64(row, 5).map { Price(nanos: $0) },
                last: try rows.optionalInt64(row, 6).map { Price(nanos: $0) }
            ),
            place: RecordedPrice.Place(
                at: at,
                segment: try rows.int64(row, 2),
                ordinal: try rows.int32(row, 3)
            )
        )
    }

    private func reading<Answer>(
        _ body: (PostgresConnection) throws(PostgresError) -> Answer
    ) throws(PriceError) -> Answer {
        do throws(PostgresError) {
            return try log.readers.withConnection(body)
        } catch {
            throw PriceError(error)
        }
    }
}
