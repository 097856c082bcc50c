// What the paper venue writes down: its kinds of facts, each a message in the canonical protobuf form of the
// kernel. The numbers of the fields are a file format (see `PaperJournal.swift`): never reused, never
// renumbered. What a file of an earlier build lacks means what was so then: a market order, or a limit order
// where there is a limit, for the day, without special terms.

internal import BifrostKernel
internal import Orders

/// The last price of an instrument and when it was quoted.
struct PaperQuote: WireFields, Equatable, Sendable {
    var instrument = InstrumentID.none
    var price = Price.zero
    var at = Timestamp(nanos: 0)
    /// It was said to be the last price of its date.
    var isClosing = false
    /// What traded at it elsewhere, kept where orders wait behind it.
    var volume: Quantity?
    /// The most that may trade at it here; absent for no bound.
    var available: Quantity?

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.price(2, "price", &price)
        try visitor.time(3, "at", &at)
        try visitor.flag(4, "isClosing", &isClosing)
        try visitor.quantity(5, "volume", &volume)
        try visitor.quantity(6, "available", &available)
    }
}

/// The price stream went on.
struct PaperMove: WireFields, Equatable, Sendable {
    var at = Timestamp(nanos: 0)
    var date = BusinessDate(days: 0)
    var quotes: [PaperQuote] = []

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.time(1, "at", &at)
        try visitor.date(2, "date", &date)
        try visitor.list(3, "quotes", &quotes)
    }
}

/// An order was taken; its number is its place among the accepted ones.
struct PaperAcceptance: WireFields, Equatable, Sendable {
    var account = AccountID.none
    var order = OrderID.none
    var instrument = InstrumentID.none
    var side = Side.buy
    var quantity = Quantity.zero
    var limitPrice: Price?
    var currency = Currency.usd
    var at = Timestamp(nanos: 0)
    /// Absent for a market order without a limit and a limit order with one.
    var type: OrderType?
    /// Absent for an order for the day.
    var timeInForce: TimeInForce?
    var special = SpecialTerms()
    /// What stands before it at its limit.
    var ahead: Quantity?

    init() {}

    init(_ terms: RoutedOrder, at: Timestamp) {
        account = terms.account
        order = terms.order
        instrument = terms.instrument
        side = terms.side
        quantity = terms.quantity
        limitPrice = terms.limitPrice
        currency = terms.currency
        self.at = at
        let plain = limitPrice == nil ? OrderType.market : .limit
        type = terms.type == plain ? nil : terms.type
        timeInForce = terms.timeInForce == .day ? nil : terms.timeInForce
        special = terms.special
    }

    var terms: RoutedOrder {
        var rare = Rarely<SpecialTerms>.never
        rare.terms = special
        return RoutedOrder(
            account: account,
            order: order,
            instrument: instrument,
            side: side,
            quantity: quantity,
            limitPrice: limitPrice,
            currency: currency,
            type: type,
            timeInForce: timeInForce ?? .day,
            special: rare
        )
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.order(2, "orderId", &order)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.choice(4, "side", &side)
        try visitor.quantity(5, "quantity", &quantity)
        try visitor.price(6, "limitPrice", &limitPrice)
        try visitor.currency(7, "currency", &currency)
        try visitor.time(8, "at", &at)
        try visitor.choice(9, "type", &type)
        try visitor.choice(10, "timeInForce", &timeInForce)
        try visitor.price(11, "stopPrice", &special.stopPrice)
        try visitor.price(12, "trailingAmount", &special.trailingAmount)
        try visitor.rate(13, "trailingMicroBasisPoints", &special.trailingRate)
        try visitor.price(14, "limitOffset", &special.limitOffset)
        try visitor.quantity(15, "minimumQuantity", &special.minimumQuantity)
        try visitor.quantity(16, "displayQuantity", &special.displayQuantity)
        try visitor.flag(17, "reduceOnly", &special.reduceOnly)
        try visitor.flag(18, "postOnly", &special.postOnly)
        try visitor.date(19, "expireDate", &special.expireDate)
        try visitor.quantity(20, "ahead", &ahead)
        try visitor.time(21, "expireAt", &special.expireAt)
        try visitor.name(22, "locateId", &special.locate)
    }
}

/// A trade, kept as it was reported, so that a later rate of commission cannot change what was said.
struct PaperExecution: WireFields, Equatable, Sendable {
    var report = OrderExecuted()
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "report", &report)
        try visitor.time(2, "at", &at)
    }
}

/// What was left of an order was cancelled.
struct PaperCancel: WireFields, Equatable, Sendable {
    var order = OrderID.none
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.time(2, "at", &at)
    }
}

/// An order was not taken.
struct PaperRefusal: WireFields, Equatable, Sendable {
    var account = AccountID.none
    var order = OrderID.none
    var code = RejectionCode.venueRejected
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.order(2, "orderId", &order)
        var raw: RejectionCode? = code
        try visitor.code(3, "code", &raw)
        guard let known = raw else { throw .missingField(number: 3) }
        code = known
        try visitor.time(4, "at", &at)
    }
}

/// The price reached the stop of an order.
struct PaperTrigger: WireFields, Equatable, Sendable {
    var order = OrderID.none
    var price = Price.zero
    var at = Timestamp(nanos: 0)
    /// The limit that a trailing stop-limit has from now on.
    var limitPrice: Price?

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.price(2, "price", &price)
        try visitor.time(3, "at", &at)
        try visitor.price(4, "limitPrice", &limitPrice)
    }
}

/// An order has other terms.
struct PaperReplacement: WireFields, Equatable, Sendable {
    var order = OrderID.none
    var request: UInt32 = 0
    var terms = AmendedTerms()
    var at = Timestamp(nanos: 0)
    /// What stands before it at its limit, if it goes to the end of the queue.
    var ahead: Quantity?
    /// What an ex-date makes of it, where that is why.
    var adjusted: OrderAdjusted?

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
        try visitor.message(3, "terms", &terms)
        try visitor.time(4, "at", &at)
        try visitor.quantity(5, "ahead", &ahead)
        try visitor.message(6, "adjusted", &adjusted)
    }
}

/// The terms of an order stay.
struct PaperReplaceRefusal: WireFields, Equatable, Sendable {
    var order = OrderID.none
    var request: UInt32 = 0
    var venueCode = ""
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.uint(2, "request", &request)
        try visitor.text(3, "venueCode", &venueCode)
        try visitor.time(4, "at", &at)
    }
}

/// A trade was taken back.
struct PaperBust: WireFields, Equatable, Sendable {
    var fact = ExecutionBusted()
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "fact", &fact)
        try visitor.time(2, "at", &at)
    }
}

/// A trade got other numbers.
struct PaperCorrection: WireFields, Equatable, Sendable {
    var fact = ExecutionCorrected()
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "fact", &fact)
        try visitor.time(2, "at", &at)
    }
}
