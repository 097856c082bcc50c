public import BifrostKernel
internal import Portfolios
internal import ProjectionKit

/// Units of one instrument in an account, with what they cost and what they brought.
public struct PositionRow: WireFields, Equatable, Sendable {
    /// The account.
    public var account = AccountID.none
    /// The instrument.
    public var instrument = InstrumentID.none
    /// The currency that it is quoted in.
    public var currency = Currency.usd
    /// Units that are there.
    public var settled = Money.zero
    /// Units of trades that have not settled.
    public var unsettled = Money.zero
    /// What the open lots cost.
    public var cost = Money.zero
    /// Profit of closed lots, before commission.
    public var realised = Money.zero
    /// Dividends, due and paid; what a short position owes is an expense and below zero here.
    public var income = Money.zero
    /// The last event that booked in it.
    public var position: Int64 = 0
    /// The ex-date of the latest split.
    public var splitDate: BusinessDate?
    /// New units for `splitOld` old ones.
    public var splitNew: UInt32 = 0
    /// Old units for `splitNew` new ones.
    public var splitOld: UInt32 = 0

    /// An empty row.
    public init() {}

    init(_ account: AccountID, _ instrument: InstrumentID) {
        self.account = account
        self.instrument = instrument
    }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.instrument(2, "instrumentId", &instrument)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "settled", &settled)
        try visitor.money(5, "unsettled", &unsettled)
        try visitor.money(6, "cost", &cost)
        try visitor.money(7, "realised", &realised)
        try visitor.money(8, "income", &income)
        try visitor.position(9, "position", &position)
        try visitor.date(10, "splitDate", &splitDate)
        try visitor.uint(11, "splitNew", &splitNew)
        try visitor.uint(12, "splitOld", &splitOld)
    }

    /// A mark of before the ex-date is of old units; that of two splits without a mark between them is not
    /// worth a list.
    mutating func take(_ split: PositionAdjusted) {
        splitDate = split.exDate
        (splitNew, splitOld) = (split.numerator, split.denominator)
    }

    mutating func book(_ posting: Posting, _ position: Int64) throws(ProjectionFault) {
        self.position = position
        currency = posting.currency
        switch posting.account {
        case .positionSettled: settled = try Sum.of(settled, posting.amount)
        case .positionUnsettled: unsettled = try Sum.of(unsettled, posting.amount)
        case .positionCost: cost = try Sum.of(cost, posting.amount)
        case .realisedProfit: realised = try Sum.of(realised, -posting.amount)
        case .income: income = try Sum.of(income, -posting.amount)
        default: break
        }
    }

    static let columns = [
        "account_id", "instrument_id", "currency", "quantity", "settled", "unsettled", "cost", "realised",
        "income", "changed_position", "split_date", "split_new", "split_old",
    ]

    func write(to tuple: inout TupleWriter) {
        tuple.text(currency.code)
        tuple.money(Money(clamping: settled.nanos + unsettled.nanos))
        tuple.money(settled)
        tuple.money(unsettled)
        tuple.money(cost)
        tuple.money(realised)
        tuple.money(income)
        tuple.int64(position)
        tuple.date(splitDate)
        tuple.int64(Int64(splitNew))
        tuple.int64(Int64(splitOld))
    }
}
