public import BifrostKernel
public import Portfolios
public import Sagas

/// What is asked of a replay: what was known at a position, what was true as of a date, or both.
public struct ReplayPoint: Equatable, Sendable {
    /// The last position that counts; `nil` for the end of the log.
    public var position: Int64?
    /// The last business date that counts; `nil` for all.
    public var date: BusinessDate?
    /// Puts the parts together.
    public init(position: Int64? = nil, date: BusinessDate? = nil) {
        self.position = position
        self.date = date
    }
    /// Everything that the log knows.
    public static let latest = ReplayPoint()
}

/// One holding with its cost and its official mark.
public struct PositionView: Equatable, Sendable {
    /// What is held.
    public var instrument: InstrumentID
    /// The symbol as the shard knows it, the instrument's id where it knows none.
    public var symbol: String
    /// Long positive.
    public var quantity: Quantity
    /// Cost of the open lots.
    public var cost: Money
    /// Cost of one unit, rounded half away from zero to nine decimals.
    public var averageCost: Price
    /// The official mark; `nil` when there was none.
    public var mark: Price?
    /// The day of the mark.
    public var markDate: BusinessDate?
    /// Whether the mark is of an earlier day than the answer.
    public var isStale: Bool
    /// Quantity at its mark; zero without a mark.
    public var value: Money
    /// Value − cost.
    public var unrealised: Money
}

/// An account's books as the log gives them.
public struct PortfolioView: Sendable {
    /// The account.
    public var account: AccountOpened
    /// The last position that was folded.
    public var position: Int64
    /// The date asked for.
    public var asOf: BusinessDate?
    /// Settled cash of each currency, in order of the currency's code.
    public var cash: [(currency: Currency, amount: Money)]
    /// What will come in for trades that have not settled, in the account's currency.
    public var receivable: Money
    /// What will go out for trades that have not settled, in the account's currency.
    public var payable: Money
    /// The holdings, in order of symbol.
    public var positions: [PositionView]
    /// Profit of closed lots before fees, in the account's currency.
    public var realised: Money
    /// Value − cost of what is held.
    public var unrealised: Money
    /// Commission and fees paid, and dividends owed on short positions, in the account's currency.
    public var fees: Money
    /// What trades cost by what it was for, as they now stand.
    public var feesByKind: [Fee]
    /// Deposits − withdrawals.
    public var contributions: Money
    /// What is in other currencies, at the latest official rates.
    public var foreign: [TranslatedBalance]
    /// What changes of exchange rates made since the account was opened, as of the last close; `nil` where it
    /// never had another currency.
    public var translation: Money?
    /// Cash in the account's currency + what is still to come and to go + positions at their marks +
    /// dividends, interest and fees that are due + what is in other currencies.
    public var equity: Money
    /// The equity curve: one point for each day closed.
    public var days: [DayClosed]
    /// The state that the fold came to.
    public var state: PortfolioState
}
