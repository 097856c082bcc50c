public import BifrostKernel
public import Orders
public import Portfolios

/// A trade that a venue reported is booked to suspense: its account, its instrument or its order is not
/// known.
public struct TradeSuspended: EventPayload {
    /// 520 in the registry.
    public static let eventType: UInt32 = 520
    /// The published name.
    public static let eventName: StaticString = "TradeSuspended"
    /// The position of the break that a person sees it by.
    public var brokeAt: Int64 = 0
    /// The account that the venue names, known or not.
    public var account = AccountID.none
    /// What was traded, none where the venue does not name what the core knows.
    public var instrument = InstrumentID.none
    /// The name that the venue has the order under.
    public var venueOrderID = ""
    /// The symbol that the venue writes.
    public var symbol = Symbol.none
    /// What the venue said, with the core's own id of the execution.
    public var report = OrderExecuted()
    /// The lines of the booking, zero in sum for each commodity.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.TradeSuspended`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "brokeAt", &brokeAt)
        try visitor.account(2, "accountId", &account)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.text(4, "venueOrderId", &venueOrderID)
        try visitor.symbol(5, "symbol", &symbol)
        try visitor.message(6, "report", &report)
        try visitor.list(7, "postings", &postings)
    }
}

/// A trade left suspense; the next events book it to an account.
public struct SuspendedTradeAssigned: EventPayload {
    /// 521 in the registry.
    public static let eventType: UInt32 = 521
    /// The published name.
    public static let eventName: StaticString = "SuspendedTradeAssigned"
    /// The position of the break that it was seen by.
    public var brokeAt: Int64 = 0
    /// The account that it goes to.
    public var account = AccountID.none
    /// The order that it stands in from now on.
    public var order = OrderID.none
    /// The core's own id of the execution.
    public var execution = Identifier.none
    /// What was traded.
    public var instrument = InstrumentID.none
    /// Who says so, by opaque id.
    public var assigner = ""
    /// The lines that suspense is relieved by.
    public var postings: [Posting] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.SuspendedTradeAssigned`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "brokeAt", &brokeAt)
        try visitor.account(2, "accountId", &account)
        try visitor.order(3, "orderId", &order)
        try visitor.identifier(4, "executionId", &execution)
        try visitor.instrument(5, "instrumentId", &instrument)
        try visitor.text(6, "assigner", &assigner)
        try visitor.list(7, "postings", &postings)
    }
}

/// A venue changed its mind about a trade that it had no account for.
///
/// Where the trade has left suspense, nothing is posted here, and the next events put right what the account
/// has.
public struct SuspendedTradeRevised: EventPayload {
    /// 522 in the registry.
    public static let eventType: UInt32 = 522
    /// The published name.
    public static let eventName: StaticString = "SuspendedTradeRevised"
    /// The position of the break that it is seen by.
    public var brokeAt: Int64 = 0
    /// What the venue said.
    public var revision = ExecutionRevision()
    /// How much traded, zero when it was taken back.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// What the venue takes or pays for the instrument.
    public var settlementAmount = Money.zero
    /// What the venue takes for the trade.
    public var commission = Money.zero
    /// The lines of the difference.
    public var postings: [Posting] = []
    /// Fees beside the commission.
    public var fees: [Fee] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.SuspendedTradeRevised`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "brokeAt", &brokeAt)
        try visitor.message(2, "revision", &revision)
        try visitor.quantity(3, "quantity", &quantity)
        try visitor.price(4, "price", &price)
        try visitor.money(5, "settlementAmount", &settlementAmount)
        try visitor.money(6, "commission", &commission)
        try visitor.list(7, "postings", &postings)
        try visitor.list(8, "fees", &fees)
    }
}

/// A fact of a trade that no account was found for.
public enum SuspenseEvent: Equatable, Sendable {
    /// It is booked to suspense.
    indirect case suspended(TradeSuspended)
    /// It went to an account.
    indirect case assigned(SuspendedTradeAssigned)
    /// It has other numbers, or was taken back.
    indirect case revised(SuspendedTradeRevised)

    /// What the event changes in the ledger of suspense.
    public var postings: [Posting] {
        switch self {
        case .suspended(let fact): fact.postings
        case .assigned(let fact): fact.postings
        case .revised(let fact): fact.postings
        }
    }
}
