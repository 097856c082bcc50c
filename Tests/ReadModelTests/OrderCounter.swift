import BifrostKernel
import Orders
import ProjectionKit
import Sagas

/// How many orders each account placed, and for how many units.
enum OrderCounter: Projection {
    static let name = "counter"
    static let foldVersion: UInt32 = 1
    static let tables = [
        ProjectedTable("counts", key: ["account_id"], columns: ["account_id", "orders", "units"])
    ]
    static let schema = Array(
        """
        create table counts (
            shard int4 not null, account_id uuid not null, orders int8 not null, units numeric(39,9) not null,
            state bytea not null, constraint counts_pkey primary key (shard, account_id));
        """.utf8
    )

    struct Row: ProjectionRow, WireFields {
        struct Key: ProjectionKey {
            let account: AccountID
            func write(to tuple: inout TupleWriter) { tuple.identifier(account.id) }
        }
        var account = AccountID.none
        var orders: UInt64 = 0
        var units = Money.zero
        var key: Key { Key(account: account) }

        mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
            try visitor.account(1, "accountId", &account)
            try visitor.uint(2, "orders", &orders)
            try visitor.money(3, "units", &units)
        }
        func write(to tuple: inout TupleWriter) {
            tuple.identifier(account.id)
            tuple.int64(Int64(clamping: orders))
            tuple.money(units)
        }
    }

    static func concerns(_ header: EventHeader) -> Bool { header.type == OrderPlaced.eventType }

    static func keys(of fact: RecordedFact) -> [Row.Key] {
        guard case .order(.placed(let placed)) = fact.event else { return [] }
        return [Row.Key(account: placed.account)]
    }

    static func apply(_ fact: RecordedFact, to rows: inout RowCache<Row>) throws(ProjectionFault) {
        guard case .order(.placed(let placed)) = fact.event else { return }
        var row = Row()
        row.account = placed.account
        try rows.change(row.key, or: row) { row in
            row.orders += 1
            row.units = Money(clamping: row.units.nanos + Int128(placed.quantity.nanos))
        }
    }
}
