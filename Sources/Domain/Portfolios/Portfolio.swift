public import BifrostKernel

/// One account's books.
public struct PortfolioState: Sendable {
    /// Balances by ledger account and commodity.
    public internal(set) var ledger = Ledger()
    /// Open lots by instrument.
    public internal(set) var lotsByID: [InstrumentID: LotQueue] = [:]
    /// The trades by instrument, in the order in which they took effect: what the lots are derived from.
    public internal(set) var tradesByID: [InstrumentID: TradeHistory] = [:]
    /// The trades that have not settled.
    public internal(set) var settlements = Settlements()
    /// Positions by instrument; zero ones are absent.
    public internal(set) var positionByID: [InstrumentID: Quantity] = [:]
    /// The instruments' currencies.
    public internal(set) var currencyByID: [InstrumentID: Currency] = [:]
    /// What trades at venues did to cash, deposits left out: the figure that a venue's own book has too.
    public internal(set) var tradedCash: [Currency: Money] = [:]
    /// Profit of closed lots before commission.
    public internal(set) var realised: [Currency: Money] = [:]
    /// Dividends that are accrued and not paid yet, by their corporate action.
    public internal(set) var accruedDividends: [Identifier: DividendAccrued] = [:]
    /// The corporate actions that were applied to the account.
    public internal(set) var appliedActions: Set<Identifier> = []
    /// The latest accrual of interest, by currency.
    public internal(set) var lastInterest: [Currency: InterestAccrued] = [:]
    /// What anything but trades did to positions, in units of 10⁻⁹: a venue's own book has the rest.
    public internal(set) var untradedByID: [InstrumentID: Int128] = [:]
    /// The last day that was closed.
    public internal(set) var closedDay: DayClosed?
    /// What conversions had left open at that close, in units of 10⁻⁹; zero ones are absent.
    public internal(set) var tradedAtClose: [Currency: Int128] = [:]
    /// No bookings.
    public init() {}

    /// Settled cash.
    public func cash(_ currency: Currency) -> Money {
        Money(nanos: ledger.balance(.cashSettled, .money(currency)))
    }
    /// What will come in for trades that have not settled.
    public func receivable(_ currency: Currency) -> Money {
        Money(clamping: ledger.balance(.cashReceivable, .money(currency)))
    }
    /// What will go out for trades that have not settled.
    public func payable(_ currency: Currency) -> Money {
        Money(clamping: -ledger.balance(.cashPayable, .money(currency)))
    }
    /// What a purchase may spend that settles on `date`: settled cash, less everything that has to go out,
    /// and what will have come in by then.
    public func spendable(_ currency: Currency, settling date: BusinessDate) -> Money {
        let cash = ledger.balance(.cashSettled, .money(currency))
        if settlements.isEmpty { return Money(nanos: cash) }
        return Money(clamping: cash - payable(currency).nanos + settlements.receivable(currency, by: date))
    }
    /// Dividends, interest and fees that are due and not paid yet, in units of 10⁻⁹: part of the equity.
    public func accrued(_ currency: Currency) -> Int128 {
        let accounts: [LedgerAccount] = [.dividendsReceivable, .interestAccrued, .feesAccrued]
        return accounts.reduce(0) { $0 + ledger.balance($1, .money(currency)) }
    }
    /// The position, long positive.
    public func position(_ instrument: InstrumentID) -> Quantity { positionByID[instrument] ?? .zero }
    /// The instruments with a position, in order.
    public var instruments: [InstrumentID] { positionByID.keys.sorted() }
    /// What the open lots of an instrument cost.
    public func cost(_ instrument: InstrumentID) -> Money {
        Money(clamping: (lotsByID[instrument]?.lots ?? []).reduce(0) { $0 + $1.cost.nanos })
    }
}

/// What a portfolio is asked to do.
public enum PortfolioCommand: Sendable {
    /// Book cash that came in.
    case deposit(AccountID, Currency, Money)
    /// `held` is what open orders hold back.
    case withdraw(AccountID, Currency, Money, held: Money)
    /// Turn cash of one currency into another's; `held` is what open orders hold back of the first.
    case convert(AccountID, Conversion, held: Money)
    /// Book a trade, whatever it does to the balances.
    case book(TradeReport)
    /// Put a booked trade right, or take it back.
    case correct(TradeCorrection)
    /// Settle trades that are due by the date, at most that many.
    case settle(AccountID, by: BusinessDate, atMost: Int)
    /// Accrue a dividend on the position at the close before.
    case accrueDividend(AccountID, DividendTerms)
    /// Pay the dividend that was accrued of this corporate action.
    case payDividend(AccountID, Identifier)
    /// Accrue interest on the cash at the close.
    case accrueInterest(AccountID, InterestTerms)
    /// Pay the interest that has accrued, no more than `free` where that is owed.
    case payInterest(AccountID, Currency, free: Money?)
    /// Open a lot that was bought elsewhere.
    case importLot(AccountID, ImportedLot)
    /// Split the position.
    case split(AccountID, SplitTerms)
    /// Close the account's day at these marks, and at these rates of the other currencies that it has.
    case closeDay(
        AccountID,
        BusinessDate,
        Currency,
        marks: [MarkSeen],
        marksVersion: UInt32,
        rates: [RateSeen] = []
    )
}

/// A mark for closing a day.
public struct MarkSeen: Sendable {
    /// The instrument that the position is in.
    public let instrument: InstrumentID
    /// Its official price, `nil` when it has none yet.
    public let price: Price?
    /// Whether the price is of an earlier day.
    public let stale: Bool
    /// Puts the parts together.
    public init(_ instrument: InstrumentID, _ price: Price?, stale: Bool) {
        self.instrument = instrument
        self.price = price
        self.stale = stale
    }
}

/// A trade to book, with what the venue says its own book holds afterwards.
public struct TradeReport: Sendable {
    /// The account that traded.
    public var account = AccountID.none
    /// The order that traded.
    public var order = OrderID.none
    /// The trade, by the core's own id.
    public var execution = Identifier.none
    /// The venue that reported it.
    public var venue = ""
    /// The trade, by the venue's id.
    public var venueExecutionID = ""
    /// What was traded.
    public var instrument = InstrumentID.none
    /// The currency of all amounts here.
    public var currency = Currency.usd
    /// Bought positive.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// What the venue takes or pays, rounded by the venue.
    public var settlementAmount = Money.zero
    /// What the venue takes for the trade.
    public var commission = Money.zero
    /// Fees beside the commission, in the same currency.
    public var fees: [Fee] = []
    /// The trade date by the venue's calendar.
    public var tradeDate = BusinessDate(days: 0)
    /// The date on which money and units change hands; at once where it is not after the trade date.
    public var settlementDate: BusinessDate?
    /// When it took effect.
    public var effectiveAt = Timestamp(nanos: 0)
    /// How it chooses among the lots that it closes.
    public var method = LotMethod.fifo
    /// The lots that its order names.
    public var chosen: [ChosenLot] = []
    /// What the venue says the account has after this trade.
    public var venuePosition = Quantity.zero
    /// What the venue says its trades left of the account's cash.
    public var venueCash = Money.zero
    /// What the venue and the order say was filled in all.
    public var ourCumulative = Quantity.zero
    /// What the venue says was filled of the order in all.
    public var venueCumulative = Quantity.zero
    /// Whether what the venue says of its own book can be held against ours.
    public var isCompared = true
    /// An empty report.
    public init() {}
}

extension PortfolioState: WireFields {
    /// Visits every property.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "ledger", &ledger)
        try visitor.table(2, "lotsByID", &lotsByID)
        try visitor.table(3, "tradesByID", &tradesByID)
        try visitor.message(4, "settlements", &settlements)
        try visitor.table(5, "positionByID", &positionByID)
        try visitor.table(6, "currencyByID", &currencyByID)
        try visitor.table(7, "tradedCash", &tradedCash)
        try visitor.table(8, "realised", &realised)
        try visitor.table(9, "accruedDividends", &accruedDividends)
        try visitor.set(10, "appliedActions", &appliedActions)
        try visitor.table(11, "lastInterest", &lastInterest)
        try visitor.table(12, "untradedByID", &untradedByID)
        try visitor.message(13, "closedDay", &closedDay)
        try visitor.table(14, "tradedAtClose", &tradedAtClose)
    }
}
