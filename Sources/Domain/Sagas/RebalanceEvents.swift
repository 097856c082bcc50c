public import BifrostKernel
public import Orders

/// Where a rebalance stands.
public enum RebalanceState: UInt8, SagaState {
    /// Its sales are at the venue, or on their way there.
    case selling = 1
    /// So are its purchases.
    case buying = 2
    /// What it has at the venue is being cancelled.
    case stopping = 3
    /// It did what it could, refused legs aside.
    case completed = 4
    /// It ended before that.
    case stopped = 5

    /// What happens to a rebalance.
    public enum Trigger: UInt8, WireChoice {
        /// No sale is left open.
        case sellsClosed = 1
        /// No purchase is left open.
        case buysClosed = 2
        /// A leg was refused, and its policy is to stop then.
        case legRefused = 3
        /// The time that it was given is over.
        case deadlineReached = 4
        /// A person stopped it.
        case stopRequested = 5
        /// Nothing is left open of what was cancelled.
        case legsClosed = 6
    }

    /// It sells first.
    public static let first = selling
    /// Every step that it can take.
    public static let steps: [SagaStep<Self>] = [
        SagaStep(.selling, .sellsClosed, .buying),
        SagaStep(.selling, .legRefused, .stopping),
        SagaStep(.selling, .deadlineReached, .stopping),
        SagaStep(.selling, .stopRequested, .stopping),
        SagaStep(.buying, .buysClosed, .completed),
        SagaStep(.buying, .legRefused, .stopping),
        SagaStep(.buying, .deadlineReached, .stopping),
        SagaStep(.buying, .stopRequested, .stopping),
        SagaStep(.stopping, .legsClosed, .stopped),
    ]
}

/// What a refused leg means for the others.
public enum RefusalPolicy: UInt8, WireChoice {
    /// It is reported, and the others go on.
    case goOn = 1
    /// What is at the venue is cancelled, and nothing more is sent.
    case stop = 2
}

/// A weight that a rebalance wants, and the price that it sizes by.
public struct RebalanceTarget: WireFields, Hashable, Sendable {
    /// The instrument.
    public var instrument = InstrumentID.none
    /// The symbol that the command named.
    public var symbol = Symbol.none
    /// The share of the equity, less the buffer.
    public var weight = BasisPoints(0)
    /// The price that values and sizes it.
    public var price = Price.zero
    /// An empty target.
    public init() {}
    /// Visits the fields of `bifrost.v1.RebalanceTarget`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.symbol(2, "symbol", &symbol)
        try visitor.rate(3, "weightMicroBasisPoints", &weight)
        try visitor.price(4, "price", &price)
    }
}

/// One order that a rebalance wants.
public struct RebalanceLeg: WireFields, Hashable, Sendable {
    /// The instrument.
    public var instrument = InstrumentID.none
    /// The symbol that the order names.
    public var symbol = Symbol.none
    /// Which way.
    public var side = Side.sell
    /// How much, in whole lots.
    public var quantity = Quantity.zero
    /// The limit of a purchase; what a sale is valued at, which goes to the market.
    public var price = Price.zero
    /// An empty leg.
    public init() {}
    /// Visits the fields of `bifrost.v1.RebalanceLeg`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.instrument(1, "instrumentId", &instrument)
        try visitor.symbol(2, "symbol", &symbol)
        try visitor.choice(3, "side", &side)
        try visitor.quantity(4, "quantity", &quantity)
        try visitor.price(5, "price", &price)
    }
}

/// A rebalance began: what is wanted, what it saw, and the orders that follow from both.
public struct RebalanceStarted: EventPayload {
    /// 600 in the registry.
    public static let eventType: UInt32 = 600
    /// The published name.
    public static let eventName: StaticString = "RebalanceStarted"
    /// The id that it has from now on; its orders name it as their parent.
    public var rebalance = Identifier.none
    /// The account.
    public var account = AccountID.none
    /// What is wanted, in the order of the command.
    public var targets: [RebalanceTarget] = []
    /// How far a weight may be off before it is traded.
    public var band = BasisPoints(0)
    /// The least value of a leg.
    public var minimumTrade = Money.zero
    /// The share of the equity that stays in cash.
    public var buffer = BasisPoints(0)
    /// How far above its price a purchase's limit is.
    public var slippage = BasisPoints(0)
    /// What a refused leg means for the others.
    public var onRefusal = RefusalPolicy.goOn
    /// When it stops by itself; zero for never.
    public var deadline = Timestamp(nanos: 0)
    /// What the account was worth.
    public var equity = Money.zero
    /// The sales, and the purchases as the weights want them; what cash is there for is decided after the
    /// sales.
    public var legs: [RebalanceLeg] = []
    /// The book of the account, empty for none.
    public var book = ""
    /// The strategy that wants it, empty for none.
    public var strategy = ""
    /// Who entered it, and enters its orders.
    public var enteredBy = ""
    /// How its sales choose among open lots; the account's method where absent.
    public var lotMethod: LotMethod?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.RebalanceStarted`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "rebalanceId", &rebalance)
        try visitor.account(2, "accountId", &account)
        try visitor.list(3, "targets", &targets)
        try visitor.rate(4, "bandMicroBasisPoints", &band)
        try visitor.money(5, "minimumTrade", &minimumTrade)
        try visitor.rate(6, "bufferMicroBasisPoints", &buffer)
        try visitor.rate(7, "slippageMicroBasisPoints", &slippage)
        try visitor.choice(8, "onRefusal", &onRefusal)
        try visitor.time(9, "deadline", &deadline)
        try visitor.money(10, "equity", &equity)
        try visitor.list(11, "legs", &legs)
        try visitor.text(12, "book", &book)
        try visitor.text(13, "strategy", &strategy)
        try visitor.text(14, "enteredBy", &enteredBy)
        try visitor.choice(15, "lotMethod", &lotMethod)
    }
}

/// A rebalance stands somewhere else.
public struct RebalanceAdvanced: EventPayload {
    /// 601 in the registry.
    public static let eventType: UInt32 = 601
    /// The published name.
    public static let eventName: StaticString = "RebalanceAdvanced"
    /// The rebalance.
    public var rebalance = Identifier.none
    /// The account.
    public var account = AccountID.none
    /// Where it stands now.
    public var state = RebalanceState.selling
    /// What led there.
    public var trigger = RebalanceState.Trigger.sellsClosed
    /// What its purchases may spend, the buffer left out; zero unless it begins to buy.
    public var budget = Money.zero
    /// Its purchases as that pays for them.
    public var legs: [RebalanceLeg] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.RebalanceAdvanced`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "rebalanceId", &rebalance)
        try visitor.account(2, "accountId", &account)
        try visitor.choice(3, "state", &state)
        try visitor.choice(4, "trigger", &trigger)
        try visitor.money(5, "budget", &budget)
        try visitor.list(6, "legs", &legs)
    }
}

/// A leg of a rebalance is no order, because its form or its moment is not right; a leg that a judge refused
/// is an order that was rejected.
public struct RebalanceLegRefused: EventPayload {
    /// 602 in the registry.
    public static let eventType: UInt32 = 602
    /// The published name.
    public static let eventName: StaticString = "RebalanceLegRefused"
    /// The rebalance.
    public var rebalance = Identifier.none
    /// The account.
    public var account = AccountID.none
    /// What was wanted.
    public var leg = RebalanceLeg()
    /// The rule that refused it.
    public var code: RejectionCode?
    /// The limit that it broke, in units of 10⁻⁹, where the rule has one.
    public var limit: Int128?
    /// The number that broke the limit, in units of 10⁻⁹.
    public var value: Int128?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.RebalanceLegRefused`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "rebalanceId", &rebalance)
        try visitor.account(2, "accountId", &account)
        try visitor.message(3, "leg", &leg)
        try visitor.code(4, "code", &code)
        try visitor.wide(5, "limit", &limit)
        try visitor.wide(6, "value", &value)
    }
}

/// A fact of one rebalance.
public enum RebalanceEvent: Equatable, Sendable {
    /// It began.
    indirect case started(RebalanceStarted)
    /// It stands somewhere else.
    case advanced(RebalanceAdvanced)
    /// A leg is no order.
    case legRefused(RebalanceLegRefused)
}
