public import BifrostKernel
public import Orders
public import References

/// Asks for a new account, with a new owner.
public struct OpenAccount: WireFields, Equatable, Sendable {
    public var alias = ""
    public var currency = Currency.usd
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "alias", &alias)
        try visitor.currency(2, "currency", &currency)
    }
}

/// Asks for cash to come in or to go out.
public struct MoveCash: WireFields, Equatable, Sendable {
    public var currency = Currency.usd
    public var amount = Money.zero
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.money(2, "amount", &amount)
    }
}

/// Asks for other limits.
public struct SetLimits: WireFields, Equatable, Sendable {
    public var orderValueMax = Money.zero
    public var priceCollar = BasisPoints(0)
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.money(1, "orderValueMax", &orderValueMax)
        try visitor.rate(2, "priceCollarMicroBasisPoints", &priceCollar)
    }
}

/// Asks for an order. The prices seen belong to the moment and not to the content: a repeat may see others.
public struct PlaceOrder: WireFields, Equatable, Sendable {
    public var clientOrderID: ClientName?
    public var symbol = Symbol.none
    public var side = Side.buy
    public var type = OrderType.market
    public var timeInForce = TimeInForce.day
    public var quantity = Quantity.zero
    public var limitPrice: Price?
    public var book = ""
    public var strategy = ""
    public var parent = OrderID.none
    public var capacity = Capacity.agency
    /// The prices at the moment of the request; no part of its content.
    public var seen = ReferencePrice()
    /// An empty command.
    public init() {}
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.name(1, "clientOrderId", &clientOrderID)
        try visitor.symbol(2, "symbol", &symbol)
        try visitor.choice(3, "side", &side)
        try visitor.choice(4, "type", &type)
        try visitor.choice(5, "timeInForce", &timeInForce)
        try visitor.quantity(6, "quantity", &quantity)
        try visitor.price(7, "limitPrice", &limitPrice)
        try visitor.text(8, "book", &book)
        try visitor.text(9, "strategy", &strategy)
        try visitor.order(10, "parentOrderId", &parent)
        try visitor.choice(11, "capacity", &capacity)
    }
}

/// Official marks by symbol.
public struct RecordMarks: WireFields, Equatable, Sendable {
    public var date = BusinessDate(days: 0)
    public var source = ""
    public var marks: [SymbolPrice] = []
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.date(1, "date", &date)
        try visitor.text(2, "source", &source)
        try visitor.list(3, "marks", &marks)
    }
}

/// A price of a symbol.
public struct SymbolPrice: WireFields, Hashable, Sendable {
    public var symbol = Symbol.none
    public var price = Price.zero
    /// An empty price.
    public init() {}
    /// Puts the parts together.
    public init(_ symbol: Symbol, _ price: Price) {
        self.symbol = symbol
        self.price = price
    }
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.price(2, "price", &price)
    }
}

/// Everything that a shard can be asked to do.
public enum Command: Equatable, Sendable {
    case openShard(ShardOpened)
    case startWriter(WriterStarted)
    case openAccount(OpenAccount)
    case deposit(AccountID, MoveCash)
    case withdraw(AccountID, MoveCash)
    case setLimits(AccountID, SetLimits)
    case placeOrder(AccountID, PlaceOrder)
    case cancelOrder(AccountID, OrderID)
    case acknowledgeOrder(AccountID, OrderAcknowledged)
    case recordExecution(AccountID, OrderExecuted)
    case confirmCancel(AccountID, OrderID)
    case refuseCancel(AccountID, OrderID)
    case rejectAtVenue(AccountID, OrderID, RejectionCode)
    /// For one account, or for the whole shard.
    case pullKillSwitch(AccountID?)
    case releaseKillSwitch(AccountID?)
    /// Goes on with the sweep that the kill switch at this position began.
    case continueSweep(Int64, done: UInt64)
    case rollDay(calendar: String, BusinessDate)
    /// Goes on with closing a day.
    case continueRoll(BusinessDate, step: UInt64)
    case registerInstrument(RegisterInstrument)
    case recordMarks(RecordMarks)
    case restrict(Symbol, Bool)
    case setFees(FeeScheduleSet)
    case declareTradingDays(TradingDaysDeclared)
    case copyReference(ReferenceFactCopied, ReferenceEvent)

    /// The account within which its id is unique; `nil` when that is the actor.
    public var account: AccountID? {
        switch self {
        case .deposit(let account, _), .withdraw(let account, _), .setLimits(let account, _),
            .placeOrder(let account, _), .cancelOrder(let account, _), .acknowledgeOrder(let account, _),
            .recordExecution(let account, _), .confirmCancel(let account, _), .refuseCancel(let account, _),
            .rejectAtVenue(let account, _, _):
            account
        case .pullKillSwitch(let account), .releaseKillSwitch(let account): account
        default: nil
        }
    }

    /// Whether it takes the lane that orders never fill: cancels, and what takes risk away.
    public var isUrgent: Bool {
        switch self {
        case .cancelOrder, .pullKillSwitch, .continueSweep, .confirmCancel, .recordExecution,
            .acknowledgeOrder,
            .refuseCancel, .rejectAtVenue:
            true
        default: false
        }
    }
}

/// A command together with what the engine knows when it poses it to the decider.
public struct PosedCommand: Sendable {
    public let command: Command
    /// The position that its first event will have.
    public let position: Int64
    public let effectiveAt: Timestamp
    /// Who entered it.
    public let actor: ActorName

    /// Puts the parts together.
    public init(_ command: Command, position: Int64, effectiveAt: Timestamp, actor: ActorName) {
        self.command = command
        self.position = position
        self.effectiveAt = effectiveAt
        self.actor = actor
    }
}
