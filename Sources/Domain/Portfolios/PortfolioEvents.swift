public import BifrostKernel

/// The chart of accounts.
///
/// Debits are positive, credits negative; per commodity everything sums to zero.
public enum LedgerAccount: UInt8, WireChoice {
    /// Money that is there.
    case cashSettled = 1
    /// Money to come for sales that have not settled.
    case cashReceivable = 2
    /// Money to go for purchases that have not settled.
    case cashPayable = 3
    /// Units that are there.
    case positionSettled = 4
    /// Units of trades that have not settled.
    case positionUnsettled = 5
    /// Dividends whose ex-date has passed and that are not paid yet.
    case dividendsReceivable = 6
    /// Fees owed and not yet taken.
    case feesAccrued = 7
    /// Interest owed or earned and not yet paid.
    case interestAccrued = 8
    /// Dividends and interest earned.
    case income = 9
    /// Commissions and fees paid.
    case expense = 10
    /// Profit of closed lots, before commission.
    case realisedProfit = 11
    /// What the owner put in, less what was taken out.
    case contributedEquity = 12
    /// Money that left one account and has not reached the other.
    case transit = 13
    /// What cannot be assigned until a person has looked.
    case suspense = 14
    /// Differences between exact and payable amounts.
    case rounding = 15
    /// What the open lots cost, in money.
    case positionCost = 16
    /// Where the instruments are kept: the other side of every position in the stock record.
    case depository = 17
    /// What conversions between currencies left open in each: sold positive, bought negative.
    case currencyTrading = 18
}

/// One line of a booking: an amount of money, or a quantity of an instrument, on one ledger account.
public struct Posting: WireFields, Hashable, Sendable {
    /// The ledger account that the line changes.
    public var account = LedgerAccount.suspense
    /// The commodity when it is an instrument.
    public var instrument = InstrumentID.none
    /// The currency when it is money; for an instrument, the currency that it is quoted in.
    public var currency = Currency.usd
    /// Units of 10⁻⁹, debit positive.
    public var amount = Money.zero
    /// The settlement date of a receivable or payable.
    public var settlementDate: BusinessDate?
    /// What an expense is for, where it is a fee beside the commission.
    public var feeKind: FeeKind?
    /// An empty posting.
    public init() {}
    /// A line of money.
    public init(_ account: LedgerAccount, _ currency: Currency, _ amount: Money) {
        self.account = account
        self.currency = currency
        self.amount = amount
    }
    /// A line of an instrument.
    public init(
        _ account: LedgerAccount,
        _ instrument: InstrumentID,
        _ currency: Currency,
        _ quantity: Quantity
    ) {
        self.account = account
        self.instrument = instrument
        self.currency = currency
        self.amount = Money(nanos: Int128(quantity.nanos))
    }
    /// Visits the fields of `bifrost.v1.Posting`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "account", &account)
        try visitor.instrument(2, "instrumentId", &instrument)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "amount", &amount)
        try visitor.date(6, "settlementDate", &settlementDate)
        try visitor.choice(7, "feeKind", &feeKind)
    }
}

/// Cash came into the account.
public struct CashDeposited: EventPayload {
    /// 500 in the registry.
    public static let eventType: UInt32 = 500
    /// The published name.
    public static let eventName: StaticString = "CashDeposited"
    /// The account that it came into.
    public var account = AccountID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// How much, above zero.
    public var amount = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// The transfer between accounts that it is one leg of, or none.
    public var transfer = Identifier.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CashDeposited`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "currency", &currency)
        try visitor.money(3, "amount", &amount)
        try visitor.list(4, "postings", &postings)
        try visitor.identifier(5, "transferId", &transfer)
    }
}

/// Cash left the account.
public struct CashWithdrawn: EventPayload {
    /// 501 in the registry.
    public static let eventType: UInt32 = 501
    /// The published name.
    public static let eventName: StaticString = "CashWithdrawn"
    /// The account that it left.
    public var account = AccountID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// How much, above zero.
    public var amount = Money.zero
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// The transfer between accounts that it is one leg of, or none.
    public var transfer = Identifier.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.CashWithdrawn`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.currency(2, "currency", &currency)
        try visitor.money(3, "amount", &amount)
        try visitor.list(4, "postings", &postings)
        try visitor.identifier(5, "transferId", &transfer)
    }
}

/// A trade is in the books: what was paid, what it cost, what it realised, line by line.
public struct TradeBooked: EventPayload {
    /// 502 in the registry.
    public static let eventType: UInt32 = 502
    /// The published name.
    public static let eventName: StaticString = "TradeBooked"
    /// The account whose ledger changed.
    public var account = AccountID.none
    /// The order that traded.
    public var order = OrderID.none
    /// The trade, by the core's own id.
    public var execution = Identifier.none
    /// What was traded.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// Bought positive, sold negative.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// Price × quantity, exact.
    public var gross = Money.zero
    /// What the venue settles, rounded by the venue.
    public var settlementAmount = Money.zero
    /// What the venue took for the trade.
    public var commission = Money.zero
    /// Profit positive, before commission.
    public var realised = Money.zero
    /// The cost of what was closed.
    public var closedCost = Money.zero
    /// The trade date by the venue's calendar.
    public var tradeDate = BusinessDate(days: 0)
    /// The date on which money and units change hands.
    public var settlementDate = BusinessDate(days: 0)
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// How it chose among the lots that it closed; the oldest first where absent.
    public var lotMethod: LotMethod?
    /// Fees beside the commission.
    public var fees: [Fee] = []
    /// The lots that its order named; those of its trades that took effect earlier have closed their part.
    public var chosenLots: [ChosenLot] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.TradeBooked`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.order(2, "orderId", &order)
        try visitor.identifier(3, "executionId", &execution)
        try visitor.instrument(4, "instrumentId", &instrument)
        try visitor.currency(5, "currency", &currency)
        try visitor.quantity(6, "quantity", &quantity)
        try visitor.price(7, "price", &price)
        try visitor.money(8, "gross", &gross)
        try visitor.money(9, "settlementAmount", &settlementAmount)
        try visitor.money(10, "commission", &commission)
        try visitor.money(11, "realised", &realised)
        try visitor.money(12, "closedCost", &closedCost)
        try visitor.date(13, "tradeDate", &tradeDate)
        try visitor.date(14, "settlementDate", &settlementDate)
        try visitor.list(15, "postings", &postings)
        try visitor.choice(18, "lotMethod", &lotMethod)
        try visitor.list(19, "fees", &fees)
        try visitor.list(21, "chosenLots", &chosenLots)
    }
}

/// The account's day is closed at official marks.
public struct DayClosed: EventPayload {
    /// 503 in the registry.
    public static let eventType: UInt32 = 503
    /// The published name.
    public static let eventName: StaticString = "DayClosed"
    /// The account whose day it is.
    public var account = AccountID.none
    /// The trading day that is closed.
    public var date = BusinessDate(days: 0)
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// Settled cash + receivable − payable + positions at their marks + dividends, interest and fees that are
    /// due + what is in other currencies.
    public var equity = Money.zero
    /// Cash that is there, reservations included.
    public var settledCash = Money.zero
    /// Positions at their marks.
    public var positionValue = Money.zero
    /// Position value − cost of the open lots.
    public var unrealised = Money.zero
    /// Since the account was opened, before commission.
    public var realised = Money.zero
    /// The version of the day's marks.
    public var marksVersion: UInt32 = 0
    /// Positions whose mark is of an earlier day, or that have none and count as zero.
    public var staleMarks: UInt32 = 0
    /// Cash to come by trades that have not settled, where there is some.
    public var receivable: Money?
    /// Cash to go by trades that have not settled, where there is some.
    public var payable: Money?
    /// What equity would have to be there to open the positions at their marks; in margin accounts alone.
    public var initialRequirement: Money?
    /// What equity has to be there to keep them; in margin accounts alone.
    public var maintenanceRequirement: Money?
    /// Equity − initial requirement; in margin accounts alone.
    public var marginExcess: Money?
    /// What is in other currencies, in order of their codes; the figures above leave it out, but for equity
    /// and stale marks.
    public var foreign: [TranslatedBalance] = []
    /// What changes of exchange rates alone made since the account was opened, where it ever had another
    /// currency.
    public var translation: Money?
    /// Currencies whose rate is of an earlier day, or that have none and count as zero, where there are any.
    public var staleRates: UInt32?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.DayClosed`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.date(2, "date", &date)
        try visitor.currency(3, "currency", &currency)
        try visitor.money(4, "equity", &equity)
        try visitor.money(5, "settledCash", &settledCash)
        try visitor.money(6, "positionValue", &positionValue)
        try visitor.money(7, "unrealised", &unrealised)
        try visitor.money(8, "realised", &realised)
        try visitor.uint(9, "marksVersion", &marksVersion)
        try visitor.uint(10, "staleMarks", &staleMarks)
        try visitor.money(11, "initialRequirement", &initialRequirement)
        try visitor.money(12, "maintenanceRequirement", &maintenanceRequirement)
        try visitor.money(14, "receivable", &receivable)
        try visitor.money(15, "payable", &payable)
        try visitor.list(18, "foreign", &foreign)
        try visitor.money(19, "translation", &translation)
        try visitor.uint(20, "staleRates", &staleRates)
        try visitor.money(24, "marginExcess", &marginExcess)
    }
}

/// What the core and the venue disagree on.
public enum BreakKind: UInt8, WireChoice {
    /// How much of the order was filled.
    case orderQuantity = 1
    /// How many units the account has.
    case position = 2
    /// How much cash the trades of the account left.
    case cash = 3
    /// A trade of an order that the core does not know.
    case unknownOrder = 4
    /// A balance would leave the bounds of its type.
    case beyondBounds = 5
    /// The instrument or currency is not what the order says.
    case terms = 6
}

/// After a trade, the venue's book and ours are not the same.
///
/// A person has to look.
public struct ReconciliationBroke: EventPayload {
    /// 504 in the registry.
    public static let eventType: UInt32 = 504
    /// The published name.
    public static let eventName: StaticString = "ReconciliationBroke"
    /// The account whose books differ.
    public var account = AccountID.none
    /// The venue that says otherwise.
    public var venue = ""
    /// The trade after which they differ, by the venue's id.
    public var venueExecutionID = ""
    /// Which figure differs.
    public var kind = BreakKind.cash
    /// Our figure in units of 10⁻⁹, where there is one.
    public var ours: Int128?
    /// The venue's figure in units of 10⁻⁹, where there is one.
    public var theirs: Int128?
    /// What the venue said, as `bifrost.v1.OrderExecuted`, where no other event keeps it.
    public var report: [UInt8] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ReconciliationBroke`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.text(2, "venue", &venue)
        try visitor.text(3, "venueExecutionId", &venueExecutionID)
        try visitor.choice(4, "kind", &kind)
        try visitor.wide(5, "ours", &ours)
        try visitor.wide(6, "theirs", &theirs)
        try visitor.bytes(9, "report", &report)
    }
}

/// A fact of one account's ledger.
public enum PortfolioEvent: Equatable, Sendable {
    /// Cash came in.
    indirect case deposited(CashDeposited)
    /// Cash went out.
    indirect case withdrawn(CashWithdrawn)
    /// A trade is in the books.
    indirect case tradeBooked(TradeBooked)
    /// Money and units of a trade changed hands.
    indirect case tradeSettled(TradeSettled)
    /// A trade was put right, or taken back.
    indirect case tradeCorrected(TradeCorrected)
    /// A day is closed.
    indirect case dayClosed(DayClosed)
    /// A dividend is due from the ex-date on.
    indirect case dividendAccrued(DividendAccrued)
    /// A dividend was paid.
    indirect case dividendPaid(DividendPaid)
    /// A split changed the position.
    indirect case positionAdjusted(PositionAdjusted)
    /// Interest on cash accrued.
    indirect case interestAccrued(InterestAccrued)
    /// Interest that had accrued was paid.
    indirect case interestPaid(InterestPaid)
    /// Cash of one currency became cash of another.
    indirect case converted(CashConverted)
    /// A lot came from elsewhere.
    indirect case positionImported(PositionImported)
    /// The venue's book and ours differ.
    indirect case reconciliationBroke(ReconciliationBroke)
    /// A person found out why.
    indirect case breakResolved(BreakResolved)
}
