public import BifrostKernel
internal import Portfolios
internal import ProjectionKit

/// A closed day of an account, as the core closed it: a point of its equity curve.
public struct DayRow: WireFields, Equatable, Sendable {
    /// The account.
    public var account = AccountID.none
    /// The day.
    public var date = BusinessDate(days: 0)
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// What the account was worth at the official marks.
    public var equity = Money.zero
    /// Cash that was there.
    public var settledCash = Money.zero
    /// Positions at their marks.
    public var positionValue = Money.zero
    /// Position value − cost of the open lots.
    public var unrealised = Money.zero
    /// Since the account was opened, before commission.
    public var realised = Money.zero
    /// Positions whose mark is of an earlier day, or that have none.
    public var staleMarks: UInt32 = 0
    /// The event that closed it.
    public var position: Int64 = 0

    /// An empty row.
    public init() {}

    init(_ day: DayClosed, at position: Int64) {
        self.position = position
        account = day.account
        date = day.date
        currency = day.currency
        equity = day.equity
        settledCash = day.settledCash
        positionValue = day.positionValue
        unrealised = day.unrealised
        realised = day.realised
        staleMarks = day.staleMarks
    }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.date(2, "date", &date)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "equity", &equity)
        try visitor.money(5, "settledCash", &settledCash)
        try visitor.money(6, "positionValue", &positionValue)
        try visitor.money(7, "unrealised", &unrealised)
        try visitor.money(8, "realised", &realised)
        try visitor.uint(9, "staleMarks", &staleMarks)
        try visitor.position(10, "position", &position)
    }

    static let columns = [
        "account_id", "date", "currency", "equity", "settled_cash", "position_value", "unrealised",
        "realised", "stale_marks", "closed_position",
    ]

    func write(to tuple: inout TupleWriter) {
        tuple.text(currency.code)
        tuple.money(equity)
        tuple.money(settledCash)
        tuple.money(positionValue)
        tuple.money(unrealised)
        tuple.money(realised)
        tuple.int64(Int64(staleMarks))
        tuple.int64(position)
    }
}
