public import BifrostKernel
public import PortfolioViewProjection
public import PostgresClient

/// A closed day with what was paid in and out on it.
public struct ReturnDay: Equatable, Sendable {
    /// The day.
    public let date: BusinessDate
    /// What the account was worth at its close.
    public let equity: Money
    /// What came in since the close before.
    public let paidIn: Money
    /// What went out since the close before.
    public let paidOut: Money
    /// Whether a mark was stale, or a flow counts at cost or as nothing.
    public let isEstimated: Bool

    /// Puts the parts together.
    public init(
        _ date: BusinessDate,
        equity: Money,
        paidIn: Money = .zero,
        paidOut: Money = .zero,
        isEstimated: Bool = false
    ) {
        self.date = date
        self.equity = equity
        self.paidIn = paidIn
        self.paidOut = paidOut
        self.isEstimated = isEstimated
    }
}

extension ReturnDay {
    /// A day as the projection keeps it.
    public init(_ row: DayRow) {
        self.init(
            row.date,
            equity: row.equity,
            paidIn: row.paidIn,
            paidOut: row.paidOut,
            isEstimated: row.staleMarks > 0 || row.unvaluedFlows > 0
        )
    }
}

/// Why there is no such figure.
public enum NoReturn: Equatable, Sendable {
    /// No day was closed.
    case noDays
    /// A day began with nothing, or with less, and ended with something.
    case nothingInvested(BusinessDate)
    /// A day ended below zero.
    case belowZero(BusinessDate)
    /// Money went one way only.
    case oneWay
    /// No rate between −99.999 % and 9,999,900 % a year makes the flows worth nothing.
    case noRate
    /// The figure is beyond the bounds of the arithmetic.
    case beyondBounds

    /// One line for people.
    public var text: String {
        switch self {
        case .noDays: "no day was closed"
        case .nothingInvested(let date): "nothing was invested on \(date.text)"
        case .belowZero(let date): "the account was worth less than nothing on \(date.text)"
        case .oneWay: "money went one way only"
        case .noRate: "no rate makes the flows worth nothing"
        case .beyondBounds: "the figure is too large"
        }
    }
}

/// A figure, or why there is none.
public enum ReturnFigure: Equatable, Sendable {
    /// A rate in units of 10⁻¹²: a tenth is 100,000,000,000.
    case rate(Int128)
    /// There is none.
    case none(NoReturn)

    /// The rate as a decimal with up to twelve digits after the point, `nil` where there is none.
    public var text: String? {
        guard case .rate(let units) = self else { return nil }
        let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        var digits = String(rest)
        digits = String(repeating: "0", count: 12 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        let sign = units < 0 ? "-" : ""
        return sign + String(whole) + (digits.isEmpty ? "" : ".") + digits
    }

    /// Why there is none, in words.
    public var reason: String? {
        guard case .none(let reason) = self else { return nil }
        return reason.text
    }
}

/// What an account returned over some closed days.
public struct ReturnFigures: Equatable, Sendable {
    /// The first day.
    public let first: BusinessDate?
    /// The last day.
    public let last: BusinessDate?
    /// Calendar days from the close before the first day to the last, 1 more where there was none before.
    public let days: UInt32
    /// What the account was worth before the first day.
    public let opening: Money
    /// What it was worth at the last close.
    public let closing: Money
    /// What came in.
    public let paidIn: Money
    /// What went out.
    public let paidOut: Money
    /// Closing + paid out − opening − paid in.
    public let gain: Money
    /// The daily returns, chained.
    public let timeWeighted: ReturnFigure
    /// The same as a rate a year, for periods of a year and more.
    public let timeWeightedAnnual: ReturnFigure?
    /// The yearly rate that discounts all flows to zero.
    public let moneyWeighted: ReturnFigure
    /// How far the chained returns are below their highest point so far: zero or below.
    public let drawdown: ReturnFigure
    /// The farthest that they were below it.
    public let drawdownMax: ReturnFigure
    /// Days of which a mark was stale, or a flow counts at cost or as nothing.
    public let estimatedDays: Int
}

extension PortfolioProjection {
    /// An account's closed days from one date through another, as known at a position, and the close before;
    /// blocks.
    public static func returnDays(
        of account: AccountID,
        from first: BusinessDate,
        through last: BusinessDate,
        knownAt position: Int64 = .max,
        at snapshot: ReadSnapshot
    ) throws(PostgresError) -> (before: ReturnDay?, days: [ReturnDay]) {
        let statement = statement(
            of: account,
            from: first,
            through: last,
            knownAt: position,
            snapshot.schema
        )
        let rows = try snapshot.connection.query(statement.text, statement.parameters)
        var days: [ReturnDay] = []
        for row in 0..<rows.count {
            days.append(
                ReturnDay(
                    BusinessDate(days: try rows.int32(row, 0)),
                    equity: try rows.money(row, 1),
                    paidIn: try rows.money(row, 2),
                    paidOut: try rows.money(row, 3),
                    isEstimated: try rows.bool(row, 4)
                )
            )
        }
        guard let before = days.first, before.date < first else { return (nil, days) }
        return (before, Array(days.dropFirst()))
    }

    /// The statement that reads days, with its parameters.
    static func statement(
        of account: AccountID,
        from first: BusinessDate,
        through last: BusinessDate,
        knownAt position: Int64 = .max,
        _ schema: String
    ) -> (text: String, parameters: [PostgresParameter]) {
        let table = "\(schema).days"
        let text =
            "select date - date '1970-01-01', trim_scale(equity)::text, trim_scale(paid_in)::text, "
            + "trim_scale(paid_out)::text, stale_marks > 0 or unvalued_flows > 0 from \(table) "
            + "where shard = $1 and account_id = $2 and closed_position <= $5 and date <= date '1970-01-01' + $4 "
            + "and date >= coalesce((select max(date) from \(table) where shard = $1 and account_id = $2 "
            + "and closed_position <= $5 and date < date '1970-01-01' + $3), date '1970-01-01' + $3) order by date"
        return (
            text,
            [
                .int32(Int32(account.id.shard)), .uuid(high: account.id.high, low: account.id.low),
                .int32(first.days), .int32(last.days), .int64(position),
            ]
        )
    }
}
