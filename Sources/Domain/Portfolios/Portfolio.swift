public import BifrostKernel

/// One account's books.
public struct PortfolioState: Sendable {
    /// Balances by ledger account and commodity.
    public internal(set) var ledger = Ledger()
    /// Open lots by instrument.
    public internal(set) var lotsByID: [InstrumentID: LotQueue] = [:]
    /// Positions by instrument; zero ones are absent.
    public internal(set) var positionByID: [InstrumentID: Quantity] = [:]
    /// The instruments' currencies.
    public internal(set) var currencyByID: [InstrumentID: Currency] = [:]
    /// What trades at venues did to cash, deposits left out: the figure that a venue's own book has too.
    public internal(set) var tradedCash: [Currency: Money] = [:]
    /// Profit of closed lots before commission.
    public internal(set) var realised: [Currency: Money] = [:]
    /// The last day that was closed.
    public internal(set) var closedDay: DayClosed?
    /// No bookings.
    public init() {}

    /// Settled cash.
    public func cash(_ currency: Currency) -> Money {
        Money(nanos: ledger.balance(.cashSettled, .money(currency)))
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
    case deposit(AccountID, Currency, Money)
    /// `held` is what open orders hold back.
    case withdraw(AccountID, Currency, Money, held: Money)
    case book(TradeReport)
    case closeDay(AccountID, BusinessDate, Currency, marks: [MarkSeen], marksVersion: UInt32)
}

/// A mark for closing a day.
public struct MarkSeen: Sendable {
    public let instrument: InstrumentID
    public let price: Price?
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
    public var account = AccountID.none
    public var order = OrderID.none
    public var execution = Identifier.none
    public var venue = ""
    public var venueExecutionID = ""
    public var instrument = InstrumentID.none
    public var currency = Currency.usd
    /// Bought positive.
    public var quantity = Quantity.zero
    public var price = Price.zero
    public var settlementAmount = Money.zero
    public var commission = Money.zero
    public var tradeDate = BusinessDate(days: 0)
    public var venuePosition = Quantity.zero
    public var venueCash = Money.zero
    /// What the venue and the order say was filled in all.
    public var ourCumulative = Quantity.zero
    public var venueCumulative = Quantity.zero
    /// An empty report.
    public init() {}
}
