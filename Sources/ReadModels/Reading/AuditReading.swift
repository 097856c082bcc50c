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

        /// The numbers of the registry; an index is chosen where they are among its own.
        public var types: [UInt32] {
            switch self {
            case .refusals: [3, 202]
            case .trades: [204, 219, 220]
            case .bookings: [500, 501, 502, 505, 506, 507, 508, 509, 510, 515, 516, 517]
            case .breaks: AuditEntry.breakTypes
            case .treatments: AuditEntry.treatmentTypes
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
        try read(statement(query, ("e.position >", position), "asc", limit, snapshot.schema), snapshot)
    }

    /// The positions of the events that `query` looks for, latest first before `position`; blocks.
    public static func positions(
        _ query: AuditQuery,
        before position: Int64,
        limit: Int = 100,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [Int64] {
        try read(statement(query, ("e.position <", position), "desc", limit, snapshot.schema), snapshot)
    }

    /// The statement with its parameters.
    static func statement(
        _ query: AuditQuery,
        _ cursor: (condition: String, position: Int64),
        _ order: String,
        _ limit: Int,
        _ schema: String
    ) -> (text: String, parameters: [PostgresParameter]) {
        var conditions = ["e.shard = $1", "\(cursor.condition) $2"]
        var parameters: [PostgresParameter] = [.int32(Int32(query.shard.value)), .int64(cursor.position)]
        func add(_ condition: String, _ parameter: PostgresParameter) {
            parameters.append(parameter)
            conditions.append("\(condition) $\(parameters.count)")
        }
        func id(_ id: Identifier) -> PostgresParameter { .uuid(high: id.high, low: id.low) }
        if let account = query.account {
            add("e.account <> 0 and e.account =", .int64(AccountOrdinal(account).value))
        }
        if let kind = query.kind {
            let types = kind.types.map { String($0) }.joined(separator: ", ")
            conditions.append("e.type in (\(types))")
        }
        if let story = query.story { add("e.story =", id(story)) }
        if let instrument = query.instrument { add("e.instrument_id =", id(instrument.id)) }
        if let actor = query.actor { add("e.actor =", .text(actor.text)) }
        for (comparison, time) in [(">=", query.since), ("<", query.until)] {
            guard let time else { continue }
            parameters.append(.int64(time.nanos))
            conditions.append("e.position \(comparison) \(firstPosition(since: parameters.count, schema))")
        }
        // By rule the findings lead, a position each however many of them an event has: they are fewer.
        var source = "\(schema).\(query.kind?.isRare == true ? "rarities" : "entries") e"
        if let rule = query.rule {
            parameters.append(.text(rule.name))
            let after = cursor.condition.replacing("e.", with: "")
            source =
                "(select distinct shard, position from \(schema).findings where shard = $1 and \(after) $2 "
                + "and rule = $\(parameters.count) order by position \(order)) f join \(source) using (shard, position)"
        }
        let text =
            "select e.position from \(source) where \(conditions.joined(separator: " and ")) "
            + "order by e.position \(order) limit \(min(max(limit, 0), AuditQuery.positionsMax))"
        return (text, parameters)
    }

    /// The first position that was recorded at the time of a parameter or later: times ascend with positions,
    /// and no position is missing, so halving finds it by the primary key.
    private static func firstPosition(since parameter: Int, _ schema: String) -> String {
        """
        (with recursive search(low, high) as (
            select 1::int8, (select coalesce(max(position), 0) + 1 from \(schema).entries where shard = $1)
            union all
            select case when m.recorded_at < $\(parameter) then m.position + 1 else low end,
                   case when m.recorded_at < $\(parameter) then high else m.position end
            from search join \(schema).entries m on m.shard = $1 and m.position = (low + high) / 2
            where low < high
        ) select low from search where low = high)
        """
    }

    private static func read(
        _ statement: (text: String, parameters: [PostgresParameter]),
        _ snapshot: ReadSnapshot
    ) throws(PostgresError) -> [Int64] {
        let rows = try snapshot.connection.query(statement.text, statement.parameters)
        var positions: [Int64] = []
        for row in 0..<rows.count { positions.append(try rows.int64(row, 0)) }
        return positions
    }
}
