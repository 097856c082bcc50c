public import BifrostKernel
public import Orders
public import OrdersViewProjection
public import PostgresClient

/// Which orders to list; all that is given must hold.
public struct OrderQuery: Sendable {
    /// The account that they trade for.
    public var account: AccountID
    /// Only this symbol.
    public var symbol: Symbol?
    /// Only this side.
    public var side: Side?
    /// Only what has one of these statuses; all where empty.
    public var statuses: [OrderStatus] = []
    /// Only what may still trade, or only what may not.
    public var isOpen: Bool?
    /// Only what was placed at or after this moment.
    public var since: Timestamp?
    /// Only what was placed before this moment.
    public var until: Timestamp?
    /// Only what an event before this position placed: the cursor of a page.
    public var before = Int64.max

    /// All orders of an account.
    public init(_ account: AccountID) { self.account = account }

    /// Most rows of one page.
    public static let rowsMax = 1_000
}

extension OrdersView {
    /// A page of orders, latest first; blocks.
    public static func rows(
        _ query: OrderQuery,
        limit: Int = 100,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [OrderRow] {
        try read(statement(query, limit: limit, snapshot.schema), snapshot)
    }

    /// One order, `nil` where there is none of that id; blocks.
    public static func row(
        _ order: OrderID,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> OrderRow? {
        let statement = (
            "select state from \(snapshot.schema).orders where shard = $1 and order_id = $2",
            [PostgresParameter.int32(Int32(order.id.shard)), .uuid(high: order.id.high, low: order.id.low)]
        )
        return try read(statement, snapshot).first
    }

    /// The statement with its parameters.
    static func statement(
        _ query: OrderQuery,
        limit: Int,
        _ schema: String
    ) -> (text: String, parameters: [PostgresParameter]) {
        var conditions = ["shard = $1", "account_id = $2"]
        let id = query.account.id
        var parameters: [PostgresParameter] = [.int32(Int32(id.shard)), .uuid(high: id.high, low: id.low)]
        func add(_ condition: String, _ parameter: PostgresParameter) {
            parameters.append(parameter)
            conditions.append("\(condition) $\(parameters.count)")
        }
        if let isOpen = query.isOpen { conditions.append(isOpen ? "is_open" : "not is_open") }
        if !query.statuses.isEmpty {
            let values = query.statuses.map { "'\($0.fix)'" }.joined(separator: ", ")
            conditions.append("fix_status in (\(values))")
        }
        if let symbol = query.symbol { add("symbol =", .text(symbol.text)) }
        if let side = query.side { add("side =", .text(side.name)) }
        if let since = query.since { add("placed_at >=", .int64(since.nanos)) }
        if let until = query.until { add("placed_at <", .int64(until.nanos)) }
        if query.before < 1 << 56 {
            let first = Identifier(.order, slot: id.slot, shard: id.shard, birth: max(query.before, 0))
            add("order_id <", .uuid(high: first.high, low: first.low))
        }
        let text =
            "select state from \(schema).orders where \(conditions.joined(separator: " and ")) "
            + "order by order_id desc limit \(min(max(limit, 0), OrderQuery.rowsMax))"
        return (text, parameters)
    }

    private static func read(
        _ statement: (text: String, parameters: [PostgresParameter]),
        _ snapshot: ReadSnapshot
    ) throws(PostgresError) -> [OrderRow] {
        let found = try snapshot.connection.query(statement.text, statement.parameters)
        var rows: [OrderRow] = []
        rows.reserveCapacity(found.count)
        for row in 0..<found.count {
            let state = try found.bytes(row, 0)
            do throws(WireError) {
                rows.append(try OrderRow(table: 0, state: state))
            } catch {
                throw .misuse("expected an order that this build wrote (\(error))")
            }
        }
        return rows
    }
}
