public import AuditViewProjection
public import BifrostKernel
public import EventStore
public import PostgresClient

/// What to look for in the audit trail; all that is given must hold.
public struct AuditQuery: Sendable {
    /// The shard to look in.
    public var shard: ShardNumber
    /// Events filed under this account.
    public var account: AccountID?
    /// The story of this order, or of whatever else has an id.
    public var story: Identifier?
    /// Events that name this instrument.
    public var instrument: InstrumentID?
    /// Events in which this rule refused or warned.
    public var rule: RejectionCode?
    /// What this actor did.
    public var actor: ActorName?
    /// Recorded at or after this moment.
    public var since: Timestamp?
    /// Recorded before this moment.
    public var until: Timestamp?

    /// Only these kinds of events; rare ones have no story and no actor to look for.
    public var kind: Kind?

    /// Kinds of events that readers list, each with an index, a part of one, or a table of rare ones.
    public enum Kind: Sendable {
        /// What was asked for and not given.
        case refusals
        /// Trades, their corrections and busts.
        case trades
        /// Whatever makes postings in a ledger.
        case bookings
        /// Differences from the books of venues, and what became of them.
        case breaks
        /// What corporate actions did to accounts.
        case treatments

        /// The numbers of the registry.
        public var types: [UInt32] {
            switch self {
            case .refusals: [3, 202]
            case .trades: [204, 219, 220]
            case .bookings: [500, 501, 502, 505, 506, 507, 508, 509, 510, 515, 516, 517]
            case .breaks: AuditRarity.breakTypes
            case .treatments: AuditRarity.treatmentTypes
            }
        }

        /// The numbers that the index of this kind is of, which has to be named as it is.
        var indexed: [UInt32] {
            switch self {
            case .trades, .bookings: Kind.trades.types + Kind.bookings.types
            case .refusals, .breaks, .treatments: types
            }
        }

        var isRare: Bool { self == .breaks || self == .treatments }
    }

    /// Everything of a shard.
    public init(_ shard: ShardNumber) { self.shard = shard }

    /// Most positions of one page.
    public static let positionsMax = 1_000
}

extension AuditView {
    /// The positions of the events that `query` looks for, ascending behind `position`; blocks.
    ///
    /// The last one is the cursor of the next page. What the events say is read from the log.
    public static func positions(
        _ query: AuditQuery,
        after position: Int64 = 0,
        limit: Int = 100,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [Int64] {
        try read(AuditStatement(query, .after(position), limit, snapshot.schema), snapshot)
    }

    /// The positions of the events that `query` looks for, latest first before `position`; blocks.
    public static func positions(
        _ query: AuditQuery,
        before position: Int64,
        limit: Int = 100,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [Int64] {
        try read(AuditStatement(query, .before(position), limit, snapshot.schema), snapshot)
    }

    private static func read(
        _ statement: AuditStatement,
        _ snapshot: ReadSnapshot
    ) throws(PostgresError) -> [Int64] {
        let rows = try snapshot.connection.query(statement.text, statement.parameters)
        var positions: [Int64] = []
        for row in 0..<rows.count { positions.append(try rows.int64(row, 0)) }
        return positions
    }
}
