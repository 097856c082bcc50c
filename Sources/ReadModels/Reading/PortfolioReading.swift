public import BifrostKernel
public import PortfolioViewProjection
public import PostgresClient

/// Money of an account in one currency; decimals as exact text.
public struct CashFigures: Equatable, Sendable {
    /// The currency.
    public let currency: String
    /// What is there.
    public let settled: String
    /// What is to come for sales that have not settled.
    public let receivable: String
    /// What is to go for purchases that have not settled.
    public let payable: String
    /// Profit of closed lots, before commission.
    public let realised: String
    /// Dividends and interest earned.
    public let income: String
    /// Commissions and fees paid.
    public let expense: String
    /// Deposits − withdrawals.
    public let contributed: String
}

/// Units of one instrument in an account, at their latest official mark; decimals as exact text.
public struct HoldingFigures: Equatable, Sendable {
    /// The instrument.
    public let instrument: InstrumentID
    /// Its latest symbol, `nil` where the shard knows none.
    public let symbol: String?
    /// Long positive.
    public let quantity: String
    /// The part of it that is settled.
    public let settled: String
    /// What the open lots cost.
    public let cost: String
    /// The mark, `nil` where there is none.
    public let mark: String?
    /// The day of the mark.
    public let markDate: String?
    /// Whether there is no mark, or the account closed a day after that of the mark.
    public let isStale: Bool
    /// Quantity × mark, zero without a mark.
    public let value: String
    /// Value − cost.
    public let unrealised: String
    /// Profit of closed lots, before commission.
    public let realised: String
    /// Dividends.
    public let income: String
}

/// A point of an equity curve; decimals as exact text.
public struct EquityPoint: Equatable, Sendable {
    /// The day that was closed, as `YYYY-MM-DD`.
    public let date: String
    /// The event that closed it.
    public let position: Int64
    /// The currency of all amounts here.
    public let currency: String
    /// What the account was worth.
    public let equity: String
    /// Cash that was there.
    public let settledCash: String
    /// Positions at their marks.
    public let positionValue: String
    /// Since the account was opened, before commission.
    public let realised: String
    /// Position value − cost of the open lots.
    public let unrealised: String
    /// Positions whose mark was of an earlier day, or that had none.
    public let staleMarks: Int64
}

extension PortfolioProjection {
    /// An account's money, in order of currency; blocks.
    public static func cash(
        of account: AccountID,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [CashFigures] {
        let names = [
            "settled", "receivable", "payable", "realised", "income", "expense", "contributed",
        ]
        let rows = try snapshot.connection.query(
            "select currency, \(trimmed(names)) from \(snapshot.schema).cash "
                + "where shard = $1 and account_id = $2 order by currency",
            place(account)
        )
        var figures: [CashFigures] = []
        for row in 0..<rows.count {
            figures.append(
                CashFigures(
                    currency: try rows.text(row, 0),
                    settled: try rows.text(row, 1),
                    receivable: try rows.text(row, 2),
                    payable: try rows.text(row, 3),
                    realised: try rows.text(row, 4),
                    income: try rows.text(row, 5),
                    expense: try rows.text(row, 6),
                    contributed: try rows.text(row, 7)
                )
            )
        }
        return figures
    }

    /// What an account holds, in order of symbol, and with `closedToo` what it held; blocks.
    public static func holdings(
        of account: AccountID,
        closedToo: Bool = false,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [HoldingFigures] {
        let names = [
            "quantity", "settled", "cost", "mark", "value", "unrealised", "realised", "income",
        ]
        let rows = try snapshot.connection.query(
            "select instrument_id, symbol, mark_date::text, is_stale, \(trimmed(names)) from \(snapshot.schema).holdings where shard = $1 and account_id = $2 \(closedToo ? "" : "and quantity <> 0 ")"
                + "order by symbol, instrument_id",
            place(account)
        )
        var figures: [HoldingFigures] = []
        for row in 0..<rows.count {
            let id = try rows.uuid(row, 0)
            figures.append(
                HoldingFigures(
                    instrument: InstrumentID(Identifier(high: id.high, low: id.low)),
                    symbol: try rows.optionalText(row, 1),
                    quantity: try rows.text(row, 4),
                    settled: try rows.text(row, 5),
                    cost: try rows.text(row, 6),
                    mark: try rows.optionalText(row, 7),
                    markDate: try rows.optionalText(row, 2),
                    isStale: try rows.bool(row, 3),
                    value: try rows.text(row, 8),
                    unrealised: try rows.text(row, 9),
                    realised: try rows.text(row, 10),
                    income: try rows.text(row, 11)
                )
            )
        }
        return figures
    }

    /// The last `countMax` of an account's closed days from one date through another, as known at a position;
    /// blocks.
    public static func equity(
        of account: AccountID,
        from first: BusinessDate,
        through last: BusinessDate,
        knownAt position: Int64 = .max,
        countMax: Int = Int(Int32.max),
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [EquityPoint] {
        let amounts = trimmed(["equity", "settled_cash", "position_value", "realised", "unrealised"])
        let rows = try snapshot.connection.query(
            "select date::text, closed_position, currency, stale_marks, \(amounts) from \(snapshot.schema).days "
                + "where shard = $1 and account_id = $2 and date between date '1970-01-01' + $3 "
                + "and date '1970-01-01' + $4 and closed_position <= $5 order by date desc limit \(max(countMax, 0))",
            place(account) + [.int32(first.days), .int32(last.days), .int64(position)]
        )
        var points: [EquityPoint] = []
        for row in (0..<rows.count).reversed() {
            points.append(
                EquityPoint(
                    date: try rows.text(row, 0),
                    position: try rows.int64(row, 1),
                    currency: try rows.text(row, 2),
                    equity: try rows.text(row, 4),
                    settledCash: try rows.text(row, 5),
                    positionValue: try rows.text(row, 6),
                    realised: try rows.text(row, 7),
                    unrealised: try rows.text(row, 8),
                    staleMarks: try rows.int64(row, 3)
                )
            )
        }
        return points
    }

    private static func place(_ account: AccountID) -> [PostgresParameter] {
        [.int32(Int32(account.id.shard)), .uuid(high: account.id.high, low: account.id.low)]
    }

    /// Decimals without zeros at their end, as everywhere in Bifrost.
    private static func trimmed(_ names: [String]) -> String {
        names.map { "trim_scale(\($0))::text" }.joined(separator: ", ")
    }
}
