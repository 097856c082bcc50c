public import BifrostKernel

/// Which way an order trades.
public enum Side: UInt8, WireChoice {
    /// Adds to the position.
    case buy = 1
    /// Takes from the position.
    case sell = 2
    /// Sells what the seller does not own: it opens a short position or adds to one.
    case sellShort = 3
    /// The same, and the price test of Regulation SHO Rule 201 does not bind it.
    case sellShortExempt = 4
}

/// How an order is priced.
public enum OrderType: UInt8, WireChoice {
    /// At the best price there is.
    case market = 1
    /// At the limit price or better.
    case limit = 2
    /// A market order once the stop price is reached.
    case stop = 3
    /// A limit order once the stop price is reached.
    case stopLimit = 4
    /// A stop whose price follows the market at a distance.
    case trailingStop = 5
    /// A stop-limit whose prices follow the market at a distance.
    case trailingStopLimit = 6
    /// A market order for the opening auction.
    case marketOnOpen = 7
    /// A limit order for the opening auction.
    case limitOnOpen = 8
    /// A market order for the closing auction.
    case marketOnClose = 9
    /// A limit order for the closing auction.
    case limitOnClose = 10
}

/// How long an order lives.
public enum TimeInForce: UInt8, WireChoice {
    /// Until the end of the trading day that it was placed on.
    case day = 1
    /// Until it is cancelled.
    case goodTillCancelled = 2
    /// Until the end of its expire date, or until its expire time.
    case goodTillDate = 3
    /// What does not trade at once is cancelled.
    case immediateOrCancel = 4
    /// All of it at once, or nothing.
    case fillOrKill = 5
}

/// In whose name the firm trades.
public enum Capacity: UInt8, WireChoice {
    /// For the client's account.
    case agency = 1
    /// For the firm's own account.
    case principal = 2
    /// For the firm's own account, to fill a client's order at the same price.
    case risklessPrincipal = 3
}

/// Who judged.
public enum Judge: UInt8, WireChoice {
    /// The account's risk book.
    case risk = 1
    /// The account's compliance book.
    case compliance = 2
    /// The venue.
    case venue = 3
    /// A person who reviewed it.
    case person = 4
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

/// An order was placed: its terms, who placed it for whom, and the prices of that moment.
///
/// Not yet approved.
public struct OrderPlaced: EventPayload {
    /// 200 in the registry.
    public static let eventType: UInt32 = 200
    /// The published name.
    public static let eventName: StaticString = "OrderPlaced"
    /// The id that it has from now on, also at the venue.
    public var order = OrderID.none
    /// The account that it trades for.
    public var account = AccountID.none
    /// What it trades.
    public var instrument = InstrumentID.none
    /// The client's own name for it, unique within the account.
    public var clientOrderID: ClientName?
    /// Which way it trades.
    public var side = Side.buy
    /// How it is priced.
    public var type = OrderType.market
    /// How long it lives.
    public var timeInForce = TimeInForce.day
    /// How much, above zero, a multiple of the lot.
    public var quantity = Quantity.zero
    /// The worst price that it takes; set for orders with a limit alone.
    public var limitPrice: Price?
    /// The symbol that the client wrote.
    public var symbol = Symbol.none
    /// The book of the account, empty for none.
    public var book = ""
    /// The strategy that wants it, empty for none.
    public var strategy = ""
    /// The order that it is a slice of, or none.
    public var parent = OrderID.none
    /// Who entered it, by opaque id.
    public var enteredBy = ""
    /// In whose name the firm trades it.
    public var capacity = Capacity.agency
    /// The prices when the command was received, by which it is judged.
    public var seen = ReferencePrice()
    /// The same terms, as they are kept.
    public private(set) var rareTerms = Rarely<SpecialTerms>.never
    /// The terms that a plain market or limit order for the day does not have.
    public var special: SpecialTerms {
        get { rareTerms.terms }
        set { rareTerms.terms = newValue }
    }
    /// Whether it has any of those.
    public var hasSpecialTerms: Bool { !rareTerms.isNever }
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderPlaced`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var special = rareTerms.terms
        try visitor.order(1, "orderId", &order)
        try visitor.account(2, "accountId", &account)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.name(4, "clientOrderId", &clientOrderID)
        try visitor.choice(5, "side", &side)
        try visitor.choice(6, "type", &type)
        try visitor.choice(7, "timeInForce", &timeInForce)
        try visitor.quantity(8, "quantity", &quantity)
        try visitor.price(9, "limitPrice", &limitPrice)
        try visitor.price(10, "stopPrice", &special.stopPrice)
        try visitor.symbol(11, "symbol", &symbol)
        try visitor.text(12, "book", &book)
        try visitor.text(13, "strategy", &strategy)
        try visitor.order(14, "parentOrderId", &parent)
        try visitor.text(15, "enteredBy", &enteredBy)
        try visitor.choice(16, "capacity", &capacity)
        try visitor.price(17, "trailingAmount", &special.trailingAmount)
        try visitor.rate(18, "trailingMicroBasisPoints", &special.trailingRate)
        try visitor.quantity(19, "minimumQuantity", &special.minimumQuantity)
        try visitor.quantity(20, "displayQuantity", &special.displayQuantity)
        try visitor.flag(21, "reduceOnly", &special.reduceOnly)
        try visitor.flag(22, "postOnly", &special.postOnly)
        try visitor.date(23, "expireDate", &special.expireDate)
        try visitor.time(24, "expireAt", &special.expireAt)
        try visitor.message(25, "seen", &seen)
        try visitor.order(26, "groupId", &special.group)
        try visitor.choice(27, "contingency", &special.contingency)
        try visitor.name(29, "locateId", &special.locate)
        try visitor.list(30, "chosenLots", &special.lots)
        try visitor.choice(34, "lotMethod", &special.lotMethod)
        try visitor.price(36, "limitOffset", &special.limitOffset)
        try visitor.flag(40, "doNotReduce", &special.doNotReduce)
        try visitor.flag(41, "worked", &special.worked)
        rareTerms.terms = special
    }
}

/// Risk and compliance let the order pass, and it goes to the venue under its own id.
public struct OrderApproved: EventPayload {
    /// 201 in the registry.
    public static let eventType: UInt32 = 201
    /// The published name.
    public static let eventName: StaticString = "OrderApproved"
    /// The order that it happened to.
    public var order = OrderID.none
    /// The venue that it goes to.
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
    /// The order that it happened to.
    public var order = OrderID.none
    /// Who refused it.
    public var judge = Judge.risk
    /// The first rule that refused it.
    public var code: RejectionCode?
    /// The limit that it broke, in units of 10⁻⁹, where the rule has one.
    public var limit: Int128?
    /// The number that broke the limit, in units of 10⁻⁹.
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
    /// The order that it happened to.
    public var order = OrderID.none
    /// The venue's own id of the order.
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
    /// The order that traded.
    public var order = OrderID.none
    /// The venue that reported it.
    public var venue = ""
    /// The trade date by the venue's calendar.
    public var tradeDate = BusinessDate(days: 0)
    /// The venue's id of the trade, unique within its trade date.
    public var venueExecutionID = ""
    /// The side of the order.
    public var side = Side.buy
    /// How much traded, above zero.
    public var quantity = Quantity.zero
    /// The price of one unit.
    public var price = Price.zero
    /// The currency of the price and of all amounts here.
    public var currency = Currency.usd
    /// What the venue takes or pays for the instrument, rounded by the venue to what can be paid.
    public var settlementAmount = Money.zero
    /// What the trade adds to the commission of its order; below zero where a schedule was lowered since.
    public var commission = Money.zero
    /// What the venue says of the order after this trade.
    public var venueCumulative = Quantity.zero
    /// What the venue says still works after this trade.
    public var venueLeaves = Quantity.zero
    /// What the venue's own book says of the account after this trade.
    public var venuePosition = Quantity.zero
    /// What the venue's own book says of the account's cash after this trade.
    public var venueCash = Money.zero
    /// The order was already closed, or the venue filled more than was ordered.
    public var afterClose = false
    /// The venue filled more than was ordered.
    public var overfilled = false
    /// Fees beside the commission, in the currency of the price.
    public var fees: [Fee] = []
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
        try visitor.list(22, "fees", &fees)
    }
}

/// The venue reported an execution under an identity that already stands for another one.
///
/// Kept, not booked.
public struct ExecutionConflicted: EventPayload {
    /// 205 in the registry.
    public static let eventType: UInt32 = 205
    /// The published name.
    public static let eventName: StaticString = "ExecutionConflicted"
    /// What the venue reported.
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
    /// The order to cancel.
    public var order = OrderID.none
    /// Why, where the order's group wants it.
    public var reason: CancelReason?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderCancelRequested`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.choice(2, "reason", &reason)
    }
}

/// The venue took the order off its book.
public struct OrderCancelled: EventPayload {
    /// 207 in the registry.
    public static let eventType: UInt32 = 207
    /// The published name.
    public static let eventName: StaticString = "OrderCancelled"
    /// The order that it happened to.
    public var order = OrderID.none
    /// What was left and will not trade.
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
    /// The order that it happened to.
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
    /// The order that it happened to.
    public var order = OrderID.none
    /// What was left and will not trade.
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
    /// It has its terms.
    indirect case placed(OrderPlaced)
    /// It goes to the venue.
    case approved(OrderApproved)
    /// It was refused.
    case rejected(OrderRejected)
    /// The venue has it.
    case acknowledged(OrderAcknowledged)
    /// It traded.
    indirect case executed(OrderExecuted)
    /// The venue reported two trades under one identity.
    indirect case executionConflicted(ExecutionConflicted)
    /// A cancel was asked for.
    case cancelRequested(OrderCancelRequested)
    /// The venue took it off its book.
    case cancelled(OrderCancelled)
    /// The venue would not cancel it.
    case cancelRejected(OrderCancelRejected)
    /// Its day is over.
    case expired(OrderExpired)
    /// Other terms were asked for.
    indirect case replaceRequested(OrderReplaceRequested)
    /// It has other terms.
    indirect case replaced(OrderReplaced)
    /// Its terms stay.
    case replaceRejected(OrderReplaceRejected)
    /// Its stop price was reached.
    case triggered(OrderTriggered)
    /// It trades no more today.
    case doneForDay(OrderDoneForDay)
    /// The venue does not work it for now.
    case suspended(OrderSuspended)
    /// The venue works it again.
    case resumed(OrderResumed)
    /// The venue said anew what it is.
    indirect case restated(OrderRestated)
    /// A trade has other numbers.
    indirect case executionCorrected(ExecutionCorrected)
    /// A trade was taken back.
    indirect case executionBusted(ExecutionBusted)
    /// It waits for a person.
    case heldForReview(OrderHeldForReview)
    /// A person decided.
    case reviewed(OrderReviewed)
    /// The venue was told again.
    case statusRequested(OrderStatusRequested)
    /// The venue does not answer.
    case parked(OrderParked)
    /// A person said what becomes of it.
    case resolved(OrderResolved)
    /// Other terms go to the venue.
    case replaceApproved(OrderReplaceApproved)
    /// It was found at a venue, and the core did not send it.
    indirect case externalFound(ExternalOrderFound)
    /// An ex-date gave it other terms.
    indirect case adjusted(OrderAdjusted)
    /// It stays here and is worked by slices.
    case workBegan(OrderWorkBegan)
    /// Its slices traded.
    case workProgressed(OrderWorkProgressed)
    /// Its slices traded all of it.
    case workCompleted(OrderWorkCompleted)
}
