public import BifrostKernel

/// What a venue says of an order that the core did not send: that it has it, or that it traded.
///
/// Nothing of it is ever refused.
public struct ExternalReport: WireFields, Equatable, Sendable {
    /// The venue.
    public var venue = ""
    /// The name that the venue has the order under.
    public var venueOrderID = ""
    /// What it trades, where the venue knows the core's id of it.
    public var instrument = InstrumentID.none
    /// What it trades, by its symbol, where it does not.
    public var symbol = Symbol.none
    /// Which way it trades.
    public var side = Side.buy
    /// How it is priced, where the venue says so.
    public var type: OrderType?
    /// How long it lives, where the venue says so.
    public var timeInForce: TimeInForce?
    /// How much it is for, zero where the venue does not say.
    public var quantity = Quantity.zero
    /// The worst price that it takes.
    public var limitPrice: Price?
    /// The trade, absent when the venue only says that it has the order.
    public var execution: OrderExecuted?
    /// An empty report.
    public init() {}
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "venue", &venue)
        try visitor.text(2, "venueOrderId", &venueOrderID)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.symbol(4, "symbol", &symbol)
        try visitor.choice(5, "side", &side)
        try visitor.choice(6, "type", &type)
        try visitor.choice(7, "timeInForce", &timeInForce)
        try visitor.quantity(8, "quantity", &quantity)
        try visitor.price(9, "limitPrice", &limitPrice)
        try visitor.message(10, "execution", &execution)
    }

    /// The trade, or in the form of one the order that the venue has.
    public var report: OrderExecuted {
        if let execution { return execution }
        var report = OrderExecuted()
        report.venue = venue
        report.venueExecutionID = venueOrderID
        report.side = side
        report.quantity = quantity
        report.price = limitPrice ?? .zero
        return report
    }
}

/// An order that the core did not send was found at a venue, in the name of an account of ours.
///
/// The account answers for its trades; no judge saw it, and nothing is held back for it.
public struct ExternalOrderFound: EventPayload {
    /// 221 in the registry.
    public static let eventType: UInt32 = 221
    /// The published name.
    public static let eventName: StaticString = "ExternalOrderFound"
    /// The id that the core gives it.
    public var order = OrderID.none
    /// The account that it trades for.
    public var account = AccountID.none
    /// What it trades.
    public var instrument = InstrumentID.none
    /// The venue that has it.
    public var venue = ""
    /// The name that the venue has it under.
    public var venueOrderID = ""
    /// Which way it trades.
    public var side = Side.buy
    /// How it is priced.
    public var type = OrderType.market
    /// How long it lives: until the venue says otherwise, where it does not say.
    public var timeInForce = TimeInForce.goodTillCancelled
    /// How much it is for, by what was known of it then.
    public var quantity = Quantity.zero
    /// The worst price that it takes.
    public var limitPrice: Price?
    /// The symbol that the instrument has.
    public var symbol = Symbol.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ExternalOrderFound`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.account(2, "accountId", &account)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.text(4, "venue", &venue)
        try visitor.text(5, "venueOrderId", &venueOrderID)
        try visitor.choice(6, "side", &side)
        try visitor.choice(7, "type", &type)
        try visitor.choice(8, "timeInForce", &timeInForce)
        try visitor.quantity(9, "quantity", &quantity)
        try visitor.price(10, "limitPrice", &limitPrice)
        try visitor.symbol(11, "symbol", &symbol)
    }

    /// An order of the account, by what a venue says of it; it is for what traded at least.
    public init(_ order: OrderID, _ account: AccountID, _ instrument: InstrumentID, _ said: ExternalReport) {
        self.order = order
        self.account = account
        self.instrument = instrument
        venue = said.venue
        venueOrderID = said.venueOrderID
        side = said.side
        type = said.type ?? (said.limitPrice == nil ? .market : .limit)
        timeInForce = said.timeInForce ?? .goodTillCancelled
        quantity = said.quantity
        limitPrice = said.limitPrice
        guard let report = said.execution else { return }
        let whole = report.venueCumulative.adding(report.venueLeaves) ?? report.venueCumulative
        quantity = max(said.quantity, report.quantity, whole)
    }

    /// Its terms in the form of an order that was placed here.
    public var placed: OrderPlaced {
        var placed = OrderPlaced()
        placed.order = order
        placed.account = account
        placed.instrument = instrument
        placed.side = side
        placed.type = type
        placed.timeInForce = timeInForce
        placed.quantity = quantity
        placed.limitPrice = limitPrice
        placed.symbol = symbol
        return placed
    }
}

extension OrderState {
    /// How it was found, `nil` for an order that the core sent.
    public var external: ExternalOrderFound? { rare.value?.external }

    /// The id that its venue has `order` under.
    ///
    /// A venue that names a stranger's order by anything but an id answers that it has no such order.
    public func idAtVenue(_ order: OrderID) -> OrderID {
        external.flatMap { Identifier($0.venueOrderID) }.map { OrderID($0) } ?? order
    }

    mutating func find(_ fact: ExternalOrderFound) {
        placed = fact.placed
        ordered = fact.quantity
        venue = fact.venue
        acknowledged = true
        rare.change { $0.external = fact }
    }
}

extension VenueFact {
    /// The same of another order.
    public func renamed(_ order: OrderID) -> VenueFact {
        switch self {
        case .replaced(var fact):
            fact.order = order
            return .replaced(fact)
        case .replaceRejected(var fact):
            fact.order = order
            return .replaceRejected(fact)
        case .triggered(var fact):
            fact.order = order
            return .triggered(fact)
        case .doneForDay(var fact):
            fact.order = order
            return .doneForDay(fact)
        case .suspended(var fact):
            fact.order = order
            return .suspended(fact)
        case .resumed(var fact):
            fact.order = order
            return .resumed(fact)
        case .restated(var fact):
            fact.order = order
            return .restated(fact)
        case .corrected(var fact):
            fact.revision.order = order
            return .corrected(fact)
        case .busted(var fact):
            fact.revision.order = order
            return .busted(fact)
        }
    }
}
