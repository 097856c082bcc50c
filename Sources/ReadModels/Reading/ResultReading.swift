public import BifrostKernel
public import PortfolioViewProjection
public import PostgresClient

/// Profit and loss of an account in one currency since it was opened; decimals as exact text.
public struct ResultFigures: Equatable, Sendable {
    /// The currency.
    public let currency: String
    /// Deposits − withdrawals, imports at what they cost.
    public let contributed: String
    /// Profit of closed lots, before commission.
    public let realised: String
    /// Positions at their latest marks − cost of the open lots.
    public let unrealised: String
    /// Dividends and interest earned.
    public let income: String
    /// Commissions, fees and what was owed for others.
    public let expense: String
    /// Realised + unrealised + income − expense, and what rounding made.
    public let total: String
    /// Cash, what is owed and due, and positions at their latest marks.
    public let equity: String

    /// Puts the parts together.
    public init(
        currency: String,
        contributed: String,
        realised: String,
        unrealised: String,
        income: String,
        expense: String,
        total: String,
        equity: String
    ) {
        self.currency = currency
        self.contributed = contributed
        self.realised = realised
        self.unrealised = unrealised
        self.income = income
        self.expense = expense
        self.total = total
        self.equity = equity
    }
}

extension PortfolioProjection {
    /// Profit and loss of an account, in order of currency; blocks.
    public static func results(
        of account: AccountID,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> [ResultFigures] {
        let names = ["contributed", "realised", "unrealised", "income", "expense", "total", "equity"]
        let rows = try snapshot.connection.query(
            "select currency, \(names.map { "trim_scale(\($0))::text" }.joined(separator: ", ")) "
                + "from \(snapshot.schema).results where shard = $1 and account_id = $2 order by currency",
            [.int32(Int32(account.id.shard)), .uuid(high: account.id.high, low: account.id.low)]
        )
        var figures: [ResultFigures] = []
        for row in 0..<rows.count {
            figures.append(
                ResultFigures(
                    currency: try rows.text(row, 0),
                    contributed: try rows.text(row, 1),
                    realised: try rows.text(row, 2),
                    unrealised: try rows.text(row, 3),
                    income: try rows.text(row, 4),
                    expense: try rows.text(row, 5),
                    total: try rows.text(row, 6),
                    equity: try rows.text(row, 7)
                )
            )
        }
        return figures
    }
}
