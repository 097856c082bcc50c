public import BifrostKernel
internal import Portfolios
internal import ProjectionKit

/// A closed day of an account, as the core closed it: a point of its equity curve.
///
/// A day is closed once, so that its row never changes.
public struct DayRow: Equatable, Sendable {
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
    /// What was paid in since the close before.
    public var paidIn = Money.zero
    /// What was paid out since the close before.
    public var paidOut = Money.zero
    /// Flows of them that count at cost or as nothing, because nothing said what they are worth.
    public var unvaluedFlows: UInt32 = 0
    /// The event that closed it.
    public var position: Int64 = 0

    init(_ day: DayClosed, _ flows: DayFlows, _ position: Int64) {
        account = day.account
        date = day.date
        currency = day.currency
        equity = day.equity
        settledCash = day.settledCash
        positionValue = day.positionValue
        unrealised = day.unrealised
        realised = day.realised
        staleMarks = day.staleMarks
        paidIn = Money(clamping: flows.paidIn)
        paidOut = Money(clamping: flows.paidOut)
        unvaluedFlows = flows.unvalued
        self.position = position
    }

    static let columns = [
        "account_id", "date", "currency", "equity", "settled_cash", "position_value", "unrealised",
        "realised", "stale_marks", "paid_in", "paid_out", "unvalued_flows", "closed_position",
    ]

    func write(to tuple: inout TupleWriter) {
        tuple.text(currency.code)
        tuple.money(equity)
        tuple.money(settledCash)
        tuple.money(positionValue)
        tuple.money(unrealised)
        tuple.money(realised)
        tuple.int64(Int64(staleMarks))
        tuple.money(paidIn)
        tuple.money(paidOut)
        tuple.int64(Int64(unvaluedFlows))
        tuple.int64(position)
    }
}
