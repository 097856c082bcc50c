public import BifrostKernel
public import Orders
public import References

/// Asks for a new account, with a new owner.
public struct OpenAccount: WireFields, Equatable, Sendable {
    /// The short name it will have, unique in the shard.
    public var alias = ""
    /// The currency that it will be kept in.
    public var currency = Currency.usd
    /// How its closing trades will choose among open lots; the oldest first where absent.
    public var lotMethod: LotMethod?
    /// Its margin regime; a cash account where absent.
    public var kind: AccountKind?
    /// The owner that it belongs to; a new one where there is none.
    public var owner = OwnerID.none
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "alias", &alias)
        try visitor.currency(2, "currency", &currency)
        try visitor.choice(3, "lotMethod", &lotMethod)
        try visitor.choice(4, "kind", &kind)
        try visitor.owner(5, "ownerId", &owner)
    }
}

/// Asks for cash to come in or to go out.
public struct MoveCash: WireFields, Equatable, Sendable {
    /// The currency of the amount.
    public var currency = Currency.usd
    /// How much, above zero.
    public var amount = Money.zero
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.money(2, "amount", &amount)
    }
}

/// Asks for cash to go to another account.
public struct TransferCash: WireFields, Equatable, Sendable {
    /// The account that it goes to.
    public var to = AccountID.none
    /// The currency of the amount.
    public var currency = Currency.usd
    /// How much, above zero.
    public var amount = Money.zero
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "toAccountId", &to)
        try visitor.currency(2, "currency", &currency)
        try visitor.money(3, "amount", &amount)
    }
}

/// Asks for other limits.
public struct SetLimits: WireFields, Equatable, Sendable {
    /// The largest value of one order in the account's currency.
    public var orderValueMax = Money.zero
    /// How far an order's price may be from the reference price.
    public var priceCollar = BasisPoints(0)
    /// The first business date that they hold for; at once where absent.
    public var effectiveFrom: BusinessDate?
    /// The last business date; until the next limits where absent.
    public var effectiveTo: BusinessDate?
    /// Who approved them, by opaque id.
    public var approvers: [String] = []
    /// The policy that says how many approvals they need, empty for none.
    public var approvalPolicy = ""
    /// The largest sum of long and short value, open buys and the order included.
    public var grossExposureMax: Money?
    /// The largest difference of long and short value, in magnitude, open buys and the order included.
    public var netExposureMax: Money?
    /// The largest value of one position, in magnitude, open buys and the order included.
    public var positionValueMax: Money?
    /// The largest share of equity in one position.
    public var concentrationMax: BasisPoints?
    /// The largest loss since the last close before orders that add risk stop.
    public var dayLossMax: Money?
    /// The largest fall from the highest equity at a close before orders that add risk stop.
    public var drawdownMax: BasisPoints?
    /// The most orders in one second of effective time.
    public var ordersPerSecondMax: UInt32?
    /// The most orders open at once.
    public var openOrdersMax: UInt32?
    /// The largest quantity of one order.
    public var orderQuantityMax: Quantity?
    /// How long an order that equals one before is a duplicate; slices of one parent never are.
    public var duplicateWindowMillis: UInt32?
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.money(1, "orderValueMax", &orderValueMax)
        try visitor.rate(2, "priceCollarMicroBasisPoints", &priceCollar)
        try visitor.date(6, "effectiveFrom", &effectiveFrom)
        try visitor.date(7, "effectiveTo", &effectiveTo)
        try visitor.texts(8, "approvers", &approvers)
        try visitor.text(9, "approvalPolicy", &approvalPolicy)
        try visitor.money(10, "grossExposureMax", &grossExposureMax)
        try visitor.money(11, "netExposureMax", &netExposureMax)
        try visitor.money(12, "positionValueMax", &positionValueMax)
        try visitor.rate(13, "concentrationMaxMicroBasisPoints", &concentrationMax)
        try visitor.money(14, "dayLossMax", &dayLossMax)
        try visitor.rate(15, "drawdownMaxMicroBasisPoints", &drawdownMax)
        try visitor.uint(16, "ordersPerSecondMax", &ordersPerSecondMax)
        try visitor.uint(17, "openOrdersMax", &openOrdersMax)
        try visitor.quantity(18, "orderQuantityMax", &orderQuantityMax)
        try visitor.uint(19, "duplicateWindowMillis", &duplicateWindowMillis)
    }
}

/// Asks for an order.
///
/// The prices seen belong to the moment and not to the content: a repeat may see others.
public struct PlaceOrder: WireFields, Equatable, Sendable {
    /// The client's own name for it, unique within the account.
    public var clientOrderID: ClientName?
    /// The symbol of the instrument to trade.
    public var symbol = Symbol.none
    /// Which way it trades.
    public var side = Side.buy
    /// How it is priced.
    public var type = OrderType.market
    /// How long it lives.
    public var timeInForce = TimeInForce.day
    /// How much, above zero, a multiple of the lot.
    public var quantity = Quantity.zero
    /// The worst price that it takes; for limit orders alone.
    public var limitPrice: Price?
    /// The book of the account, empty for none.
    public var book = ""
    /// The strategy that wants it, empty for none.
    public var strategy = ""
    /// The order that it is a slice of, or none.
    public var parent = OrderID.none
    /// In whose name the firm trades it.
    public var capacity = Capacity.agency
    /// Whether a person has to let it pass before it goes to the venue.
    public var review = false
    /// The prices at the moment of the request; no part of its content.
    public var seen = ReferencePrice()
    private var rareTerms = Rarely<SpecialTerms>.never
    /// The terms that a plain market or limit order for the day does not have.
    public var special: SpecialTerms {
        get { rareTerms.terms }
        set { rareTerms.terms = newValue }
    }
    /// Whether it has any of those.
    public var hasSpecialTerms: Bool { !rareTerms.isNever }
    /// An empty command.
    public init() {}
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var special = rareTerms.terms
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
        try visitor.price(12, "stopPrice", &special.stopPrice)
        try visitor.price(13, "trailingAmount", &special.trailingAmount)
        try visitor.rate(14, "trailingMicroBasisPoints", &special.trailingRate)
        try visitor.price(15, "limitOffset", &special.limitOffset)
        try visitor.quantity(16, "minimumQuantity", &special.minimumQuantity)
        try visitor.quantity(17, "displayQuantity", &special.displayQuantity)
        try visitor.flag(18, "reduceOnly", &special.reduceOnly)
        try visitor.flag(19, "postOnly", &special.postOnly)
        try visitor.date(20, "expireDate", &special.expireDate)
        try visitor.flag(21, "review", &review)
        try visitor.time(22, "expireAt", &special.expireAt)
        try visitor.list(23, "chosenLots", &special.lots)
        try visitor.choice(24, "lotMethod", &special.lotMethod)
        try visitor.name(29, "locateId", &special.locate)
        try visitor.flag(40, "doNotReduce", &special.doNotReduce)
        try visitor.flag(41, "worked", &special.worked)
        rareTerms.terms = special
    }
}

/// Official marks by symbol.
public struct RecordMarks: WireFields, Equatable, Sendable {
    /// The day that the prices close.
    public var date = BusinessDate(days: 0)
    /// Where they come from.
    public var source = ""
    /// The prices, each symbol once.
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
    /// The symbol of the instrument.
    public var symbol = Symbol.none
    /// The price of one unit.
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
public indirect enum Command: Equatable, Sendable {
    /// Begin the shard, with its clock.
    case openShard(ShardOpened)
    /// Note who decides from now on.
    case startWriter(WriterStarted)
    /// Open an account for a new owner.
    case openAccount(OpenAccount)
    /// Bring cash in.
    case deposit(AccountID, MoveCash)
    /// Take cash out.
    case withdraw(AccountID, MoveCash)
    /// Send cash to another account.
    case transferCash(AccountID, TransferCash)
    /// Put other limits in force.
    case setLimits(AccountID, SetLimits)
    /// Judge an order and send it to the venue.
    case placeOrder(AccountID, PlaceOrder)
    /// Ask the venue to cancel an order.
    case cancelOrder(AccountID, OrderID)
    /// The venue has an order.
    case acknowledgeOrder(AccountID, OrderAcknowledged)
    /// The venue reports a trade.
    case recordExecution(AccountID, OrderExecuted)
    /// The venue took an order off its book.
    case confirmCancel(AccountID, OrderID)
    /// The venue would not cancel an order.
    case refuseCancel(AccountID, OrderID)
    /// The venue refused an order.
    case rejectAtVenue(AccountID, OrderID, RejectionCode)
    /// For one account, or for the whole shard.
    case pullKillSwitch(AccountID?)
    /// For one account, or for the whole shard.
    case releaseKillSwitch(AccountID?)
    /// Goes on with the sweep that the kill switch at this position began.
    case continueSweep(Int64, done: UInt64)
    /// End a trading day of a calendar and close what it closes.
    case rollDay(calendar: String, BusinessDate)
    /// End every trading day of a calendar that is due, through this one.
    case rollThrough(calendar: String, BusinessDate)
    /// End every trading day of every calendar that is due, through this date.
    case catchUp(BusinessDate)
    /// Open the session of a trading day.
    case openSession(calendar: String, BusinessDate)
    /// Close the session of a trading day: no more orders.
    case closeSession(calendar: String, BusinessDate)
    /// Goes on with closing a day.
    case continueRoll(BusinessDate, step: UInt64)
    /// Make an instrument known.
    case registerInstrument(RegisterInstrument)
    /// Record or correct a day's official marks.
    case recordMarks(RecordMarks)
    /// Put an instrument on the restricted list, or take it off.
    case restrict(Symbol, Bool)
    /// Set a venue's commission.
    case setFees(FeeScheduleSet)
    /// Change an instrument's terms from a date on.
    case changeInstrument(ChangeInstrument)
    /// Halt an instrument, let it trade again, or end its trading.
    case setInstrumentStatus(Symbol, InstrumentStatus)
    /// Turn cash of one currency into another's.
    case convertCash(AccountID, ConvertCash)
    /// Record or correct a day's official exchange rates.
    case recordRates(OfficialRatesRecorded)
    /// Set the interest on cash of a currency, from a date on.
    case setInterestRates(InterestRatesSet)
    /// Add days to a calendar.
    case declareTradingDays(TradingDaysDeclared)
    /// Take over what an account held elsewhere.
    case importHoldings(AccountID, ImportHoldings)
    /// Announce what an issuer does to the holders of an instrument.
    case announceCorporateAction(AnnounceCorporateAction)
    /// Put other terms in the place of an announcement.
    case correctCorporateAction(CorrectCorporateAction)
    /// Take an announcement back.
    case withdrawCorporateAction(WithdrawCorporateAction)
    /// Give a change of an instrument's terms another day or another symbol.
    case correctInstrument(CorrectInstrument)
    /// Take a change of an instrument's terms back.
    case withdrawInstrumentChange(WithdrawInstrumentChange)
    /// Take over a fact of the reference shard.
    case copyReference(ReferenceFactCopied, ReferenceEvent)
    /// Judge other terms of an order and send them to the venue.
    case replaceOrder(AccountID, ReplaceOrder)
    /// The venue says something else of an order.
    case recordVenueFact(AccountID, VenueFact)
    /// A person decides on an order that waits.
    case reviewOrder(AccountID, ReviewOrder)
    /// Bring an account to target weights.
    case rebalance(AccountID, RebalanceAccount)
    /// Carries a rebalance on; `step` tells one time from another.
    case continueRebalance(AccountID, Identifier, step: UInt64)
    /// Send no more of a rebalance, and cancel what is at the venue.
    case stopRebalance(AccountID, Identifier)
    /// The time of an order's venue, or of a rebalance, is over.
    case reachDeadline(AccountID, Identifier, since: Int64)
    /// A person says what becomes of an order whose venue does not answer.
    case resolveOrder(AccountID, ResolveOrder)
    /// A person says why the venue's book and ours differed.
    case resolveBreak(AccountID, ResolveBreak)
    /// Judge orders of which one does something to another.
    case placeGroup(AccountID, PlaceGroup)
    /// Carries a group on; `step` tells one time from another.
    case continueGroup(AccountID, OrderID, step: UInt64)
    /// Cancel what is open of a group, and place no more of it.
    case cancelGroup(AccountID, OrderID)
    /// A person says what becomes of a group that cannot go on by itself; the order is the group's id.
    case resolveGroup(AccountID, ResolveOrder)
    /// The same where the venue names an account that we do not have.
    case resolveStrayBreak(ResolveBreak)
    /// The venue says something of an order that the core did not send.
    case recordExternal(AccountID, ExternalReport)
    /// The moment of an order has come.
    case expireOrder(AccountID, OrderID)
    /// Carries an order on that is worked by slices; `step` tells one time from another.
    case continueWork(AccountID, OrderID, step: UInt64)
    /// A person says whose a trade in suspense is.
    case assignTrade(AccountID, AssignTrade)
    /// Record that a person stands in a role, to an account or under a name that acts.
    case linkPerson(PersonLinked)
    /// Record that what was kept about a person was erased.
    case erasePerson(PersonErased)

    /// The account within which its id is unique; `nil` when that is the actor.
    public var account: AccountID? {
        switch self {
        case .deposit(let account, _), .withdraw(let account, _), .setLimits(let account, _),
            .placeOrder(let account, _), .cancelOrder(let account, _), .acknowledgeOrder(let account, _),
            .recordExecution(let account, _), .confirmCancel(let account, _), .refuseCancel(let account, _),
            .rejectAtVenue(let account, _, _), .importHoldings(let account, _),
            .replaceOrder(let account, _), .recordVenueFact(let account, _), .reviewOrder(let account, _),
            .rebalance(let account, _), .continueRebalance(let account, _, _),
            .stopRebalance(let account, _), .reachDeadline(let account, _, _),
            .resolveOrder(let account, _), .transferCash(let account, _),
            .resolveBreak(let account, _), .convertCash(let account, _), .placeGroup(let account, _),
            .continueGroup(let account, _, _), .continueWork(let account, _, _),
            .cancelGroup(let account, _), .resolveGroup(let account, _), .recordExternal(let account, _),
            .assignTrade(let account, _), .expireOrder(let account, _):
            account
        case .pullKillSwitch(let account), .releaseKillSwitch(let account): account
        case .linkPerson(let link): link.account == .none ? nil : link.account
        default: nil
        }
    }

    /// Whether it is a trade that a venue reports, or a revision of one: it is recorded whatever it names,
    /// because it happened.
    public var isVenueReport: Bool {
        switch self {
        case .recordExecution, .recordExternal: true
        case .recordVenueFact(_, let fact): fact.revision != nil
        default: false
        }
    }

    /// Whether it takes the lane that orders never fill: cancels, and what takes risk away.
    public var isUrgent: Bool {
        switch self {
        case .cancelOrder, .pullKillSwitch, .continueSweep, .confirmCancel, .recordExecution,
            .acknowledgeOrder, .stopRebalance, .continueGroup, .cancelGroup, .continueWork,
            .refuseCancel, .rejectAtVenue, .recordVenueFact, .recordExternal:
            true
        default: false
        }
    }
}

/// A command together with what the engine knows when it poses it to the decider.
public struct PosedCommand: Sendable {
    /// What is asked.
    public let command: Command
    /// The position that its first event will have.
    public let position: Int64
    /// When it takes effect: declared, or received.
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
