internal import AuditViewProjection
internal import BifrostKernel
internal import EventStore
internal import PostgresClient
internal import ProjectionKit

/// The statement that finds the positions of a query, and its parameters.
struct AuditStatement {
    /// Where a page begins.
    enum Cursor {
        /// Ascending behind a position.
        case after(Int64)
        /// Descending before a position.
        case before(Int64)
    }

    /// The statement.
    private(set) var text = ""
    /// Its parameters.
    private(set) var parameters: [PostgresParameter] = []
    private let schema: String
    private let limit: Int

    /// At most `limit` positions of one query in the tables of a schema.
    init(_ query: AuditQuery, _ cursor: Cursor, _ limit: Int, _ schema: String) {
        self.schema = schema
        self.limit = min(max(limit, 0), AuditQuery.positionsMax)
        parameters = [.int32(Int32(query.shard.value))]
        text =
            if let rule = query.rule {
                ofFindings(of: rule, query, cursor)
            } else if query.kind?.isRare == true {
                ofRarities(query, cursor)
            } else {
                ofEntries(query, cursor)
            }
    }

    /// Entries are found by their columns and the kinds that they hold, then their events one by one.
    private mutating func ofEntries(_ query: AuditQuery, _ cursor: Cursor) -> String {
        let (comparison, order) = write(cursor)
        let event = "e.position + t.place - 1"
        var events = ["\(event) \(comparison)"]
        if let kind = query.kind { events.append("t.type in (\(Self.list(kind.types)))") }
        if query.instrument != nil { events.append("(e.named >> (t.place - 1)::int4) & 1 = 1") }
        let unnested = "unnest(e.types) with ordinality t(type, place)"

        var entries = columns(query) + times(query, "e.position")
        switch cursor {
        case .before: entries.append("e.position \(comparison)")
        case .after(let position):
            // An entry that began before the cursor may go on behind it.
            let first = max(position, 0) - FoldedBatch.positions
            entries += ["e.position > \(first)", "e.position + cardinality(e.types) - 1 \(comparison)"]
        }
        if let kind = query.kind {
            let indexed = Set([kind.indexed, kind.types])
            entries += indexed.map { "e.types && '{\(Self.list($0))}'" }.sorted()
            // A page must be full where more is to come: only the entry at the cursor may hold nothing.
            if query.instrument != nil {
                entries.append(
                    "exists (select from \(unnested) where \(events[1...].joined(separator: " and ")))"
                )
            }
        }
        return """
            select \(event) from (
                select e.position, e.types, e.named from \(schema).entries e
                where \(entries.joined(separator: " and ")) order by e.position \(order) limit \(limit + 1)
            ) e cross join lateral \(unnested)
            where \(events.joined(separator: " and ")) order by 1 \(order) limit \(limit)
            """
    }

    private mutating func ofRarities(_ query: AuditQuery, _ cursor: Cursor) -> String {
        let (comparison, order) = write(cursor)
        let conditions =
            columns(query) + times(query, "e.position") + ["e.position \(comparison)"] + types(query)
        return "select e.position from \(schema).rarities e where \(conditions.joined(separator: " and ")) "
            + "order by e.position \(order) limit \(limit)"
    }

    /// By rule the findings lead, a position each however many of them an event has: they are fewer.
    private mutating func ofFindings(
        of rule: RejectionCode,
        _ query: AuditQuery,
        _ cursor: Cursor
    ) -> String {
        let (comparison, order) = write(cursor)
        let rule = add(.text(rule.name))
        var conditions = columns(query) + times(query, "f.position")
        let source: String
        if query.kind?.isRare == true {
            conditions += types(query)
            source = "join \(schema).rarities e using (shard, position)"
        } else {
            source = """
                cross join lateral (
                    select * from \(schema).entries m where m.shard = f.shard and m.position <= f.position
                    order by m.position desc limit 1
                ) e
                """
            let place = "(f.position - e.position)::int4"
            if let kind = query.kind {
                conditions.append("e.types[\(place) + 1] in (\(Self.list(kind.types)))")
            }
            if query.instrument != nil { conditions.append("(e.named >> \(place)) & 1 = 1") }
        }
        return """
            select f.position from (
                select distinct shard, position from \(schema).findings
                where shard = $1 and position \(comparison) and rule = \(rule) order by position \(order)
            ) f \(source)
            where \(conditions.joined(separator: " and ")) order by f.position \(order) limit \(limit)
            """
    }

    // MARK: Parts

    private mutating func add(_ parameter: PostgresParameter) -> String {
        parameters.append(parameter)
        return "$\(parameters.count)"
    }

    private mutating func write(_ cursor: Cursor) -> (comparison: String, order: String) {
        switch cursor {
        case .after(let position): ("> \(add(.int64(position)))", "asc")
        case .before(let position): ("< \(add(.int64(position)))", "desc")
        }
    }

    /// What the columns of an entry or of a rare event must be.
    private mutating func columns(_ query: AuditQuery) -> [String] {
        var conditions = ["e.shard = $1"]
        func uuid(_ id: Identifier) -> PostgresParameter { .uuid(high: id.high, low: id.low) }
        if let account = query.account {
            let ordinal = add(.int64(AccountOrdinal(account).value))
            conditions.append("e.account <> 0 and e.account = \(ordinal)")
        }
        if let story = query.story { conditions.append("e.story = \(add(uuid(story)))") }
        if let instrument = query.instrument {
            conditions.append("e.instrument_id = \(add(uuid(instrument.id)))")
        }
        if let actor = query.actor { conditions.append("e.actor = \(add(.text(actor.text)))") }
        return conditions
    }

    private mutating func times(_ query: AuditQuery, _ position: String) -> [String] {
        [(">=", query.since), ("<", query.until)].compactMap { comparison, time in
            time.map { "\(position) \(comparison) \(firstPosition(since: add(.int64($0.nanos))))" }
        }
    }

    private func types(_ query: AuditQuery) -> [String] {
        query.kind.map { ["e.type in (\(Self.list($0.types)))"] } ?? []
    }

    private static func list(_ types: [UInt32]) -> String {
        types.map { String($0) }.joined(separator: ", ")
    }

    /// The first position that was recorded at the time of a parameter or later.
    ///
    /// Times ascend with positions, and no position is missing, so halving finds it by the primary key. All
    /// events of an entry were recorded at one time.
    private func firstPosition(since parameter: String) -> String {
        """
        (with recursive search(low, high) as (
            select 1::int8, (select coalesce(max(position), 0) + 1 from \(schema).entries where shard = $1)
            union all
            select case when m.recorded_at < \(parameter) then (low + high) / 2 + 1 else low end,
                   case when m.recorded_at < \(parameter) then high else m.position end
            from search cross join lateral (
                select position, recorded_at from \(schema).entries
                where shard = $1 and position <= (low + high) / 2 order by position desc limit 1
            ) m
            where low < high
        ) select low from search where low = high)
        """
    }
}
