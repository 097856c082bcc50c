public import BifrostKernel
public import Orders

/// An approved order on its way to a venue.
///
/// Only the engine makes one, from an approval that is durably in the log.
public struct RoutedOrder: Sendable, Equatable {
    /// The account it trades for.
    public let account: AccountID
    /// Its id, which is also the client order id at the venue.
    public let order: OrderID
    /// What it trades.
    public let instrument: InstrumentID
    /// Which way.
    public let side: Side
    /// How much in all.
    public let quantity: Quantity
    /// The worst price, `nil` for an order without a limit.
    public let limitPrice: Price?
    /// What the instrument is settled in.
    public let currency: Currency
    /// How it is priced.
    public let type: OrderType
    /// How long it lives.
    public let timeInForce: TimeInForce
    /// The terms that a plain market or limit order for the day does not have.
    public var special: SpecialTerms { rareTerms.terms }
    /// Whether it is a market or limit order for the day without any of those.
    public var isPlain: Bool {
        rareTerms.isNever && timeInForce == .day && (type == .market || type == .limit)
    }
    private let rareTerms: Rarely<SpecialTerms>

    /// Takes the terms of an approved order.
    public init(
        account: AccountID,
        order: OrderID,
        instrument: InstrumentID,
        side: Side,
        quantity: Quantity,
        limitPrice: Price?,
        currency: Currency,
        type: OrderType? = nil,
        timeInForce: TimeInForce = .day,
        special: Rarely<SpecialTerms> = .never
    ) {
        self.account = account
        self.order = order
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.currency = currency
        self.type = type ?? (limitPrice == nil ? .market : .limit)
        self.timeInForce = timeInForce
        rareTerms = special
    }
}

/// Approved other terms of an order on their way to a venue.
public struct RoutedReplace: Sendable, Equatable {
    /// The account it trades for.
    public let account: AccountID
    /// The order, by the id that the venue has it under.
    public let order: OrderID
    /// The request, by which the venue answers.
    public let request: UInt32
    /// The terms that are wanted, whole and not by difference.
    public let terms: AmendedTerms
    /// What an ex-date makes of the order, where that is why: no price of before it trades the terms.
    public let adjusted: OrderAdjusted?

    /// Puts the parts together.
    public init(
        account: AccountID,
        order: OrderID,
        request: UInt32,
        terms: AmendedTerms,
        adjusted: OrderAdjusted? = nil
    ) {
        self.account = account
        self.order = order
        self.request = request
        self.terms = terms
        self.adjusted = adjusted
    }
}

/// What the core tells a venue.
public enum VenueInstruction: Sendable, Equatable {
    /// A new order.
    case new(RoutedOrder)
    /// Take the rest of an order off the book.
    case cancel(AccountID, OrderID)
    /// Give an order other terms.
    case replace(RoutedReplace)
}

/// What a venue tells the core.
///
/// Nothing of it is ever refused.
public enum VenueReport: Sendable, Equatable {
    /// The venue has the order.
    case acknowledged(AccountID, OrderAcknowledged, at: Timestamp)
    /// A trade; its `execution` is left to the core.
    case executed(AccountID, OrderExecuted, at: Timestamp)
    /// The rest was taken off the book.
    case cancelled(AccountID, OrderID, at: Timestamp)
    /// There was nothing left to take off the book.
    case cancelRejected(AccountID, OrderID, at: Timestamp)
    /// The venue does not take the order.
    case rejected(AccountID, OrderID, RejectionCode, at: Timestamp)
    /// Anything else of an order: replacements, stops, days, corrections, busts.
    case told(AccountID, VenueFact, at: Timestamp)
    /// An order that the core did not send, or a trade of it.
    case external(AccountID, ExternalReport, at: Timestamp)
}

/// A place where orders trade.
public protocol Venue: Sendable {
    /// The name that approvals and executions carry.
    var name: String { get }
    /// Whether the venue refuses a repeated client order id for as long as the order can live, so that a
    /// route may be repeated after a crash.
    var refusesRepeats: Bool { get }
    /// What the venue would answer for an instrument now, `nil` when it has no price.
    func price(of instrument: InstrumentID) -> ReferencePrice?
    /// Takes instructions in order. Reports come through the callback given at `start`, on any thread. An
    /// order that the venue already knows is answered with all that it has reported of it before.
    func send(_ instructions: [VenueInstruction])
    /// Begins to report, first whatever may have been said before and not been recorded: the core asks about
    /// its open orders alone.
    func start(_ report: @escaping @Sendable ([VenueReport]) -> Void)
}
