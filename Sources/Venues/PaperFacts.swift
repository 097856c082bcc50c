// What the paper venue writes down: five kinds of facts, each a message in the canonical protobuf form of the
// kernel. The numbers of the fields are a file format (see `PaperJournal.swift`): never reused, never
// renumbered.

internal import BifrostKernel
internal import Orders

/// The last price of an instrument and when it was quoted.
struct PaperQuote: WireFields, Equatable, Sendable {
    var instrument = InstrumentID.none
    var price = Price.zero
    var at = Timestamp(nanos: 0)

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.price(2, "price", &price)
        try visitor.time(3, "at", &at)
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
    }

    var terms: RoutedOrder {
        RoutedOrder(
            account: account,
            order: order,
            instrument: instrument,
            side: side,
            quantity: quantity,
            limitPrice: limitPrice,
            currency: currency
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

/// One fact of the paper venue; its book is the fold of all of them.
enum PaperFact: Equatable, Sendable {
    case moved(PaperMove)
    case accepted(PaperAcceptance)
    case executed(PaperExecution)
    case cancelled(PaperCancel)
    case refused(PaperRefusal)
}

extension PaperFact: WireFields {
    init() { self = .moved(PaperMove()) }

    /// Exactly one of five messages.
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var (moved, accepted, executed, cancelled, refused) = parts
        try visitor.message(1, "moved", &moved)
        try visitor.message(2, "accepted", &accepted)
        try visitor.message(3, "executed", &executed)
        try visitor.message(4, "cancelled", &cancelled)
        try visitor.message(5, "refused", &refused)
        switch (moved, accepted, executed, cancelled, refused) {
        case (let fact?, nil, nil, nil, nil): self = .moved(fact)
        case (nil, let fact?, nil, nil, nil): self = .accepted(fact)
        case (nil, nil, let fact?, nil, nil): self = .executed(fact)
        case (nil, nil, nil, let fact?, nil): self = .cancelled(fact)
        case (nil, nil, nil, nil, let fact?): self = .refused(fact)
        default: throw .missingField(number: 1)
        }
    }

    private var parts: (PaperMove?, PaperAcceptance?, PaperExecution?, PaperCancel?, PaperRefusal?) {
        switch self {
        case .moved(let fact): (fact, nil, nil, nil, nil)
        case .accepted(let fact): (nil, fact, nil, nil, nil)
        case .executed(let fact): (nil, nil, fact, nil, nil)
        case .cancelled(let fact): (nil, nil, nil, fact, nil)
        case .refused(let fact): (nil, nil, nil, nil, fact)
        }
    }
}

/// What one call did, whole or not at all.
struct PaperBatch: WireFields, Equatable, Sendable {
    var facts: [PaperFact] = []

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "facts", &facts)
    }
}
