public import BifrostKernel
public import OrdersViewProjection
public import PostgresClient

/// An order as the blotter shows it; decimals as exact text.
public struct BlotterRow: Equatable, Sendable {
    /// The order.
    public let order: OrderID
    /// Its account.
    public let account: AccountID
    /// What the client wrote for the instrument.
    public let symbol: String
    /// The client's own name for it.
    public let clientOrderID: String?
    /// `BUY`, `SELL`, and so on.
    public let side: String
    /// `MARKET`, `LIMIT`, and so on.
    public let type: String
    /// `DAY`, `GOOD_TILL_CANCELLED`, and so on.
    public let timeInForce: String
    /// OrdStatus, tag 39 of FIX.
    public let fixStatus: String
    /// The status in Alpaca's words.
    public let alpacaStatus: String
    /// Whether it may still trade.
    public let isOpen: Bool
    /// How much, by the terms in force.
    public let quantity: String
    /// The limit in force.
    public let limitPrice: String?
    /// The stop in force.
    public let stopPrice: String?
    /// What traded.
    public let cumulative: String
    /// What may still trade.
    public let leaves: String
    /// The average price of what traded.
    public let averagePrice: String?
    /// The rule that refused it.
    public let rejectCode: String?
    /// When it was placed.
    public let placedAt: Timestamp
    /// The last event of it.
    public let changedPosition: Int64
}

/// A place in the blotter, behind which the next page begins; an order keeps its place for ever.
public struct BlotterCursor: Equatable, Sendable {
    let placedAt: Int64
    let order: Identifier

    /// Behind that row.
    public init(_ row: BlotterRow) {
        placedAt = row.placedAt.nanos
        order = row.order.id
    }

    /// Reads `text`, `nil` when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let placedAt = Int64(parts[0]), let order = Identifier(String(parts[1]))
        else {
            return nil
        }
        self.placedAt = placedAt
        self.order = order
    }

    /// The form that clients carry.
    public var text: String { "\(placedAt).\(order.text)" }
}

/// Which orders to list.
public struct BlotterQuery: Sendable {
    /// The account that they trade for.
    public var account: AccountID
    /// Only this symbol.
    public var symbol: Symbol?
    /// Only what may still trade.
    public var isOpenOnly = false
    /// Only what was placed at or after this moment.
    public var since: Timestamp?

    /// All orders of an account.
    public init(_ account: AccountID) { self.account = account }

    /// Most rows of one page.
    public static let rowsMax = 1_000
}

extension OrdersView {
    /// A page of orders, latest first, behind `cursor`; blocks.
    public static func rows(
        _ query: BlotterQuery,
        after cursor: BlotterCursor? = nil,
        limit: Int = 100,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [BlotterRow] {
        var conditions = ["shard = $1", "account_id = $2"]
        var parameters: [PostgresParameter] = [
            .int32(Int32(query.account.id.shard)),
            .uuid(high: query.account.id.high, low: query.account.id.low),
        ]
        func with(_ parameter: PostgresParameter) -> String {
            parameters.append(parameter)
            return "$\(parameters.count)"
        }
        if query.isOpenOnly { conditions.append("is_open") }
        if let symbol = query.symbol { conditions.append("symbol = \(with(.text(symbol.text)))") }
        if let since = query.since { conditions.append("placed_at >= \(with(.int64(since.nanos)))") }
        if let cursor {
            let order = with(.uuid(high: cursor.order.high, low: cursor.order.low))
            conditions.append("(placed_at, order_id) < (\(with(.int64(cursor.placedAt))), \(order))")
        }
        let rows = try snapshot.connection.query(
            "select \(BlotterRow.columns) from \(snapshot.schema).orders "
                + "where \(conditions.joined(separator: " and ")) order by placed_at desc, order_id desc "
                + "limit \(min(max(limit, 0), BlotterQuery.rowsMax))",
            parameters
        )
        var page: [BlotterRow] = []
        for row in 0..<rows.count { page.append(try BlotterRow(rows, row)) }
        return page
    }
}

extension BlotterRow {
    /// Decimals without zeros at their end, as everywhere in Bifrost.
    fileprivate static let columns =
        "order_id, account_id, symbol, client_order_id, side, type, time_in_force, fix_status, alpaca_status, "
        + "is_open, trim_scale(quantity)::text, trim_scale(limit_price)::text, trim_scale(stop_price)::text, "
        + "trim_scale(cumulative)::text, trim_scale(leaves)::text, trim_scale(average_price)::text, "
        + "reject_code, placed_at, changed_position"

    fileprivate init(_ rows: PostgresRows, _ row: Int) throws(PostgresError) {
        let (order, account) = (try rows.uuid(row, 0), try rows.uuid(row, 1))
        self.init(
            order: OrderID(Identifier(high: order.high, low: order.low)),
            account: AccountID(Identifier(high: account.high, low: account.low)),
            symbol: try rows.text(row, 2),
            clientOrderID: try rows.optionalText(row, 3),
            side: try rows.text(row, 4),
            type: try rows.text(row, 5),
            timeInForce: try rows.text(row, 6),
            fixStatus: try rows.text(row, 7),
            alpacaStatus: try rows.text(row, 8),
            isOpen: try rows.bool(row, 9),
            quantity: try rows.text(row, 10),
            limitPrice: try rows.optionalText(row, 11),
            stopPrice: try rows.optionalText(row, 12),
            cumulative: try rows.text(row, 13),
            leaves: try rows.text(row, 14),
            averagePrice: try rows.optionalText(row, 15),
            rejectCode: try rows.optionalText(row, 16),
            placedAt: Timestamp(nanos: try rows.int64(row, 17)),
            changedPosition: try rows.int64(row, 18)
        )
    }
}
