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
        var conditions = ["e.shard = $1", "e.position > $2"]
        var parameters: [PostgresParameter] = [.int32(Int32(query.shard.value)), .int64(position)]
        func add(_ condition: String, _ parameter: PostgresParameter) {
            parameters.append(parameter)
            conditions.append("\(condition) $\(parameters.count)")
        }
        func id(_ id: Identifier) -> PostgresParameter { .uuid(high: id.high, low: id.low) }
        if let account = query.account {
            add("e.account <> 0 and e.account =", .int64(AccountOrdinal(account).value))
        }
        if let story = query.story { add("e.story =", id(story)) }
        if let instrument = query.instrument { add("e.instrument_id =", id(instrument.id)) }
        if let actor = query.actor { add("e.actor =", .text(actor.text)) }
        if let since = query.since { add("e.recorded_at >=", .int64(since.nanos)) }
        if let until = query.until { add("e.recorded_at <", .int64(until.nanos)) }
        if let rule = query.rule {
            add(
                "exists (select from \(snapshot.schema).findings f where f.shard = e.shard "
                    + "and f.position = e.position and f.rule =",
                .text(rule.name)
            )
            conditions[conditions.count - 1] += ")"
        }
        let rows = try snapshot.connection.query(
            "select e.position from \(snapshot.schema).entries e where \(conditions.joined(separator: " and ")) "
                + "order by e.position limit \(min(max(limit, 0), AuditQuery.positionsMax))",
            parameters
        )
        var positions: [Int64] = []
        for row in 0..<rows.count { positions.append(try rows.int64(row, 0)) }
        return positions
    }
}
