public import BifrostKernel

/// Which way an order trades.
public enum Side: UInt8, WireChoice {
    case buy = 1
    case sell = 2
}

/// How an order is priced.
public enum OrderType: UInt8, WireChoice {
    case market = 1
    case limit = 2
}

/// How long an order lives.
public enum TimeInForce: UInt8, WireChoice {
    case day = 1
}

/// In whose name the firm trades.
public enum Capacity: UInt8, WireChoice {
    case agency = 1
    case principal = 2
    case risklessPrincipal = 3
}

/// Who judged.
public enum Judge: UInt8, WireChoice {
    case risk = 1
    case compliance = 2
    case venue = 3
}

/// The prices that a command saw when it was received.
public struct ReferencePrice: WireFields, Hashable, Sendable {
    /// Best bid.
    public var bid: Price?
    /// Best ask.
    public var ask: Price?
    /// Last trade.
    public var last: Price?
    /// Where they come from.
    public var source = ""
    /// When they were taken.
    public var at = Timestamp(nanos: 0)
    /// No prices.
    public init() {}
    /// One price for bid, ask and last, as a venue without a book gives it.
    public init(last: Price, source: String, at: Timestamp) {
        self.bid = last
        self.ask = last
        self.last = last
        self.source = source
        self.at = at
    }
    /// Visits the fields of `bifrost.v1.ReferencePrice`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.price(1, "bid", &bid)
        try visitor.price(2, "ask", &ask)
        try visitor.price(3, "last", &last)
        try visitor.text(4, "source", &source)
        try visitor.time(5, "at", &at)
    }
}

/// An order was placed: its terms, who placed it for whom, and the prices of that moment. Not yet approved.
public struct OrderPlaced: EventPayload {
    /// 200 in the registry.
    public static let eventType: UInt32 = 200
    /// The published name.
    public static let eventName: StaticString = "OrderPlaced"
    public var order = OrderID.none
    public var account = AccountID.none
    public var instrument = InstrumentID.none
    public var clientOrderID: ClientName?
    public var side = Side.buy
    public var type = OrderType.market
    public var timeInForce = TimeInForce.day
    public var quantity = Quantity.zero
    public var limitPrice: Price?
    public var symbol = Symbol.none
    public var book = ""
    public var strategy = ""
    public var parent = OrderID.none
    public var enteredBy = ""
    public var capacity = Capacity.agency
    public var seen = ReferencePrice()
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderPlaced`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.account(2, "accountId", &account)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.name(4, "clientOrderId", &clientOrderID)
        try visitor.choice(5, "side", &side)
        try visitor.choice(6, "type", &type)
        try visitor.choice(7, "timeInForce", &timeInForce)
        try visitor.quantity(8, "quantity", &quantity)
        try visitor.price(9, "limitPrice", &limitPrice)
        try visitor.symbol(11, "symbol", &symbol)
        try visitor.text(12, "book", &book)
        try visitor.text(13, "strategy", &strategy)
        try visitor.order(14, "parentOrderId", &parent)
        try visitor.text(15, "enteredBy", &enteredBy)
        try visitor.choice(16, "capacity", &capacity)
        try visitor.message(25, "seen", &seen)
    }
}

/// Risk and compliance let the order pass, and it goes to the venue under its own id.
public struct OrderApproved: EventPayload {
    /// 201 in the registry.
    public static let eventType: UInt32 = 201
    /// The published name.
    public static let eventName: StaticString = "OrderApproved"
    public var order = OrderID.none
    public var venue = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderApproved`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.text(2, "venue", &venue)
    }
}

/// The order will never trade: a judge refused it.
public struct OrderRejected: EventPayload {
    /// 202 in the registry.
    public static let eventType: UInt32 = 202
    /// The published name.
    public static let eventName: StaticString = "OrderRejected"
    public var order = OrderID.none
    public var judge = Judge.risk
    public var code: RejectionCode?
    public var limit: Int128?
    public var value: Int128?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderRejected`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.choice(2, "judge", &judge)
        try visitor.code(3, "code", &code)
        try visitor.wide(4, "limit", &limit)
        try visitor.wide(5, "value", &value)
    }
}

/// The venue has the order.
public struct OrderAcknowledged: EventPayload {
    /// 203 in the registry.
    public static let eventType: UInt32 = 203
    /// The published name.
    public static let eventName: StaticString = "OrderAcknowledged"
    public var order = OrderID.none
    public var venueOrderID = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderAcknowledged`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.text(2, "venueOrderId", &venueOrderID)
    }
}

/// A trade, as the venue reported it, booked whatever state the order is in.
public struct OrderExecuted: EventPayload {
    /// 204 in the registry.
    public static let eventType: UInt32 = 204
    /// The published name.
    public static let eventName: StaticString = "OrderExecuted"
    /// The core's own id of the execution.
    public var execution = Identifier.none
    public var order = OrderID.none
    public var venue = ""
    public var tradeDate = BusinessDate(days: 0)
    public var venueExecutionID = ""
    public var side = Side.buy
    public var quantity = Quantity.zero
    public var price = Price.zero
    public var currency = Currency.usd
    /// What the venue takes or pays for the instrument, rounded by the venue to what can be paid.
    public var settlementAmount = Money.zero
    public var commission = Money.zero
    /// What the venue says of the order after this trade.
    public var venueCumulative = Quantity.zero
    public var venueLeaves = Quantity.zero
    /// What the venue's own book says of the account after this trade.
    public var venuePosition = Quantity.zero
    public var venueCash = Money.zero
    /// The order was already closed, or the venue filled more than was ordered.
    public var afterClose = false
    public var overfilled = false
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderExecuted`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "executionId", &execution)
        try visitor.order(2, "orderId", &order)
        try visitor.text(3, "venue", &venue)
        try visitor.date(4, "tradeDate", &tradeDate)
        try visitor.text(5, "venueExecutionId", &venueExecutionID)
        try visitor.choice(6, "side", &side)
        try visitor.quantity(7, "quantity", &quantity)
        try visitor.price(8, "price", &price)
        try visitor.currency(9, "currency", &currency)
        try visitor.money(10, "settlementAmount", &settlementAmount)
        try visitor.money(11, "commission", &commission)
        try visitor.quantity(12, "venueCumulative", &venueCumulative)
        try visitor.quantity(13, "venueLeaves", &venueLeaves)
        try visitor.quantity(14, "venuePosition", &venuePosition)
        try visitor.money(15, "venueCash", &venueCash)
        try visitor.flag(16, "afterClose", &afterClose)
        try visitor.flag(17, "overfilled", &overfilled)
    }
}

/// The venue reported an execution under an identity that already stands for another one. Kept, not booked.
public struct ExecutionConflicted: EventPayload {
    /// 205 in the registry.
    public static let eventType: UInt32 = 205
    /// The published name.
    public static let eventName: StaticString = "ExecutionConflicted"
    public var report = OrderExecuted()
    /// The execution that has the identity already.
    public var standing = Identifier.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ExecutionConflicted`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "report", &report)
        try visitor.identifier(2, "standingExecutionId", &standing)
    }
}

/// Somebody asked to cancel what is left of the order.
public struct OrderCancelRequested: EventPayload {
    /// 206 in the registry.
    public static let eventType: UInt32 = 206
    /// The published name.
    public static let eventName: StaticString = "OrderCancelRequested"
    public var order = OrderID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderCancelRequested`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
    }
}

/// The venue took the order off its book.
public struct OrderCancelled: EventPayload {
    /// 207 in the registry.
    public static let eventType: UInt32 = 207
    /// The published name.
    public static let eventName: StaticString = "OrderCancelled"
    public var order = OrderID.none
    public var cancelledQuantity = Quantity.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderCancelled`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.quantity(2, "cancelledQuantity", &cancelledQuantity)
    }
}

/// The venue would not cancel: the order was closed before the request came.
public struct OrderCancelRejected: EventPayload {
    /// 208 in the registry.
    public static let eventType: UInt32 = 208
    /// The published name.
    public static let eventName: StaticString = "OrderCancelRejected"
    public var order = OrderID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderCancelRejected`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
    }
}

/// The order's day is over.
public struct OrderExpired: EventPayload {
    /// 209 in the registry.
    public static let eventType: UInt32 = 209
    /// The published name.
    public static let eventName: StaticString = "OrderExpired"
    public var order = OrderID.none
    public var expiredQuantity = Quantity.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderExpired`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.quantity(2, "expiredQuantity", &expiredQuantity)
    }
}

/// A fact of one order.
public enum OrderEvent: Equatable, Sendable {
    case placed(OrderPlaced)
    case approved(OrderApproved)
    case rejected(OrderRejected)
    case acknowledged(OrderAcknowledged)
    case executed(OrderExecuted)
    case executionConflicted(ExecutionConflicted)
    case cancelRequested(OrderCancelRequested)
    case cancelled(OrderCancelled)
    case cancelRejected(OrderCancelRejected)
    case expired(OrderExpired)
}
