public import BifrostKernel

/// What is held back for one open order.
public struct Reservation: Hashable, Sendable {
    /// The currency of the cash and the price.
    public var currency: Currency
    /// Cash held back for a buy, fees included; zero for a sale.
    public var cash: Money
    /// The instrument of the order.
    public var instrument: InstrumentID
    /// Units held back for a sale; zero for a buy.
    public var shares: Quantity
    /// What a buy may still add to the position.
    public var buys: Quantity
    /// What one unit of the order was reserved at, for the rest of a partial fill.
    public var price: Price
    /// The commission that the cash includes.
    public var commission: BasisPoints
    /// What else of fees it includes.
    public var extraFees = ExtraFees.none
    /// What a short sale may still take from the position.
    public var shorts = Quantity.zero
}

/// One account's limits and what its open orders hold back.
public struct RiskState: Sendable {
    /// The latest limits without dates; `nil` before the first.
    public internal(set) var limits: AccountLimitsSet? {
        get { standing.value }
        set { standing = newValue.map { .kept($0) } ?? .never }
    }
    var standing = Rarely<AccountLimitsSet>.never
    /// Limits that hold between dates, in the order of their versions.
    public internal(set) var datedLimits: [AccountLimitsSet] = []
    /// How many orders were approved lately.
    public internal(set) var pace = OrderPace()
    /// Whether the account's own kill switch is pulled.
    public internal(set) var killed = false
    /// The margin call that is not covered yet.
    public internal(set) var marginCall: MarginCallIssued?
    /// What each open order holds back.
    public internal(set) var reservationByID: [OrderID: Reservation] = [:]
    /// Cash held back, by currency.
    public internal(set) var reservedCash: [Currency: Money] = [:]
    /// Shares held back, by instrument.
    public internal(set) var reservedShares: [InstrumentID: Quantity] = [:]
    /// What open buys may still add, by instrument.
    public internal(set) var pendingBuys: [InstrumentID: Quantity] = [:]
    /// Pairs of which one order cancels the other, in both directions: the sums count the larger of both.
    public internal(set) var partnerByID: [OrderID: OrderID] = [:]
    /// Slices of worked orders, with what they took from their parents.
    public internal(set) var drawByID: [OrderID: Draw] = [:]
    /// No facts.
    public init() {}
}

/// What risk is told about an order and about the account that it does not own itself.
public struct RiskQuestion: Sendable {
    /// The order to judge.
    public var order = OrderID.none
    /// What it trades.
    public var instrument = InstrumentID.none
    /// The currency that it is priced in.
    public var currency = Currency.usd
    /// Whether it adds to the position.
    public var isBuy = true
    /// Whether that is another currency than the account's, in which its limits are.
    public var isForeign = false
    /// What a unit of it is worth in the account's currency, where that is another one and has a rate.
    public var exchangeRate: ExchangeRate?
    /// How much it wants.
    public var quantity = Quantity.zero
    /// The worst price that it takes, `nil` for a market order.
    public var limitPrice: Price?
    /// The price that the order is judged by: what the command saw, else the official mark.
    public var referencePrice: Price?
    /// The commission that its venue takes.
    public var commission = BasisPoints(0)
    /// What else it takes.
    public var extraFees = ExtraFees.none
    /// The version of the fee schedule that says so.
    public var feeVersion: UInt32 = 0
    /// The account's settled cash, reservations included.
    public var settledCash = Money.zero
    /// The account's position, long positive, reservations included.
    public var position = Quantity.zero
    /// Whether the whole shard's kill switch is pulled.
    public var shardKilled = false
    /// The open day: which limits hold.
    public var today = BusinessDate(days: 0)
    /// When the order takes effect.
    public var effectiveAt = Timestamp(nanos: 0)
    /// The order that it is a slice of, or none.
    public var parent = OrderID.none
    /// What the positions are worth, `nil` when a position has no mark or no limit asks for it.
    public var valuation: Valuation?
    /// What has traded of the order already: its value counts against the limit of one order.
    public var filled = Quantity.zero
    /// Whether the order may only make the position smaller.
    public var reduceOnly = false
    /// The other order of its pair, whose reservation it shares, or none.
    public var sharesWith = OrderID.none
    /// The worked order that it is a slice of, out of whose reservation it holds back, or none.
    public var drawsFrom = OrderID.none
    /// What else counts in a margin account, `nil` in another one.
    public var margin: MarginQuestion?
    /// What the order holds back already, and what therefore counts as free for it.
    var freedCash = Money.zero
    var freedShares = Quantity.zero
    var freedBuys = Quantity.zero
    /// What the parent of a slice may sell short, which counts as free for the slice.
    var freedShorts = Quantity.zero
    /// An empty question.
    public init() {}
}

/// What the risk book is asked to do.
public enum RiskCommand: Sendable {
    /// Put these limits in force.
    case setLimits(AccountLimitsSet)
    /// Judge an order and hold back what it needs.
    case assess(RiskQuestion)
    /// A trade added `commission` to that of its order, and `leaves` remain, by the terms that it has or by
    /// those that it `asks` for.
    case consume(OrderID, leaves: Quantity, commission: Money = .zero, asks: Bool = false)
    /// Free what is still held for a closed order.
    case release(OrderID)
    /// Judge other terms of an order, and hold back the larger of what both need.
    case reassess(RiskQuestion)
    /// Hold back what `leaves` need at the price of the order's terms, or at the price so far.
    ///
    /// Whether it has traded says whether the least commission of an order is still to come.
    case rehold(OrderID, leaves: Quantity, price: Price?, hasTraded: Bool)
    /// A worked order of which `leaves` remain: hold back no more than that needs beside its slices.
    case trim(OrderID, leaves: Quantity, price: Price?)
    /// Hold back for an order that lives again at the venue, whatever the checks say.
    case reinstate(RiskQuestion)
    /// Stop the account's orders that add risk.
    case pullKillSwitch(AccountID)
    /// Let the account's orders add risk again.
    case releaseKillSwitch(AccountID)
}

/// The risk aggregate: limits, and reservations in two phases (held on approval, consumed by trades, released
/// by the close).
public enum RiskBook: Decider {
    /// No facts.
    public static var initial: RiskState { RiskState() }

    /// The events of `command`; no event at all means that it is already so.
    public static func decide(
        _ command: RiskCommand,
        given state: RiskState,
        into decision: inout Decision<RiskEvent>
    ) throws(Rejection) {
        switch command {
        case .setLimits(let wanted):
            try decision.emit(.limitsSet(try next(wanted, state)))
        case .assess(let question):
            let isSlice = question.drawsFrom != .none
            let fact = isSlice ? judgeSlice(question, state, assess) : assess(question, state)
            try decision.emit(.assessed(fact))
        case .consume(let order, let leaves, let commission, let asks):
            guard let held = state.reservationByID[order] else { return }
            var fact = ReservationChanged()
            fact.order = order
            fact.reason = .consumed
            if held.shares > .zero {
                fact.remainingShares = leaves
            } else if leaves > .zero {
                // What is held for two sets of terms does not tell how much of it is commission.
                let rest =
                    asks
                    ? held.requirement(held.price, leaves, hasTraded: true)
                    : held.rest(of: leaves, paid: commission)
                fact.remainingCash = min(rest ?? held.cash, held.cash)
                if held.shorts > .zero { fact.remainingShorts = leaves } else { fact.remainingBuys = leaves }
            }
            try emit(fact, state, &decision)
        case .reassess(let question):
            let isSlice = question.drawsFrom != .none
            let fact = isSlice ? judgeSlice(question, state, reassess) : reassess(question, state)
            try decision.emit(.assessed(fact))
        case .trim(let order, let leaves, let price):
            guard let fact = trimmed(order, leaves: leaves, price: price, state) else { return }
            try decision.emit(.reservationChanged(fact))
        case .rehold(let order, let leaves, let price, let hasTraded):
            guard let fact = reheld(order, leaves: leaves, price: price, hasTraded: hasTraded, state) else {
                return
            }
            try emit(fact, state, &decision)
        case .reinstate(let question): try decision.emit(.assessed(reinstated(question, state)))
        case .release(let order):
            guard state.reservationByID[order] != nil else { return }
            var fact = ReservationChanged()
            fact.order = order
            fact.reason = .released
            try emit(fact, state, &decision)
        case .pullKillSwitch(let account):
            guard !state.killed else { return }
            var fact = KillSwitchPulled()
            fact.account = account
            try decision.emit(.killSwitchPulled(fact))
        case .releaseKillSwitch(let account):
            guard state.killed else { return }
            var fact = KillSwitchReleased()
            fact.account = account
            try decision.emit(.killSwitchReleased(fact))
        }
    }

    /// What else an order holds back, and what its parent does after that.
    private static func emit(
        _ fact: ReservationChanged,
        _ state: RiskState,
        _ decision: inout Decision<RiskEvent>
    ) throws(Rejection) {
        try decision.emit(.reservationChanged(fact))
        if !state.drawByID.isEmpty, let followed = followed(fact, state) {
            try decision.emit(.reservationChanged(followed))
        }
    }

    /// The limits with their version, or why they are not taken.
    private static func next(
        _ wanted: AccountLimitsSet,
        _ state: RiskState
    ) throws(Rejection) -> AccountLimitsSet {
        guard wanted.orderValueMax > .zero else {
            throw Rejection(.amountNotPositive, value: wanted.orderValueMax.nanos)
        }
        try ApprovalPolicy.check(wanted)
        let isDated = wanted.effectiveFrom != nil || wanted.effectiveTo != nil
        guard !isDated || state.datedLimits.count < RiskState.datedLimitsMax else {
            let most = Int128(RiskState.datedLimitsMax) * Int128(Decimals.nanosPerUnit)
            throw Rejection(.tooManyItems, limit: most)
        }
        if let from = wanted.effectiveFrom, let to = wanted.effectiveTo, to < from {
            let unit = Int128(Decimals.nanosPerUnit)
            throw Rejection(
                .limitsOutOfOrder,
                limit: Int128(from.days) * unit,
                value: Int128(to.days) * unit
            )
        }
        var fact = wanted
        fact.version = max(state.limits?.version ?? 0, state.datedLimits.last?.version ?? 0) + 1
        return fact
    }

    /// Price × quantity and the fees on it, each rounded up to what can be paid; `nil` beyond the bounds.
    public static func requirement(
        _ price: Price,
        _ quantity: Quantity,
        _ commission: BasisPoints,
        _ currency: Currency,
        _ extraFees: ExtraFees = .none,
        hasTraded: Bool = false
    ) -> Money? {
        let notional = Money.notional(price, quantity, .awayFromZero).rounded(to: currency, .awayFromZero)
        if let terms = extraFees.terms(in: currency) {
            return terms.mostOfPurchase(notional, price, quantity, commission, hasTraded: hasTraded)
                .flatMap { notional.adding($0) }
        }
        guard let fee = notional.basisPoints(commission, .awayFromZero) else { return nil }
        return notional.adding(fee.rounded(to: currency, .awayFromZero))
    }

    /// What the order in question needs at `price`; `nil` beyond the bounds.
    static func requirement(_ question: RiskQuestion, at price: Price) -> Money? {
        requirement(
            price,
            question.quantity,
            question.commission,
            question.currency,
            question.extraFees,
            hasTraded: question.filled > .zero
        )
    }

    /// Adds a fact.
    public static func evolve(_ state: inout RiskState, by event: RiskEvent) {
        switch event {
        case .limitsSet(let fact): state.take(fact)
        case .assessed(let fact):
            guard fact.verdict == .approved else { return }
            state.hold(fact)
        case .reservationChanged(let fact):
            state.change(fact)
        case .killSwitchPulled: state.killed = true
        case .killSwitchReleased: state.killed = false
        case .reassessed: break
        case .marginCallIssued(let fact): state.marginCall = fact
        case .marginCallMet: state.marginCall = nil
        }
    }
}

extension Reservation {
    /// What may still trade of an order that is no sale of what is there.
    var size: Quantity { shorts > .zero ? shorts : buys }

    /// What `leaves` need after a trade that took `paid` in commission; `nil` beyond the bounds.
    ///
    /// All of an order's commission is held back at first, so that no more of it is to come than is not paid.
    func rest(of leaves: Quantity, paid: Money) -> Money? {
        guard let terms = extraFees.terms(in: currency),
            let whole = requirement(price, size, hasTraded: true),
            let wholeCommission = heldCommission(size, terms),
            let need = requirement(price, leaves, hasTraded: true), let part = heldCommission(leaves, terms)
        else { return requirement(price, leaves, hasTraded: true) }
        // What the reservation has for commission is what it has beside the rest of its need.
        let held = cash.nanos - (whole.nanos - wholeCommission.nanos)
        let owed = min(part.nanos, max(held - paid.nanos, 0))
        return Money(clamping: need.nanos - part.nanos + owed)
    }

    /// What `quantity` may cost in commission once the order has traded.
    private func heldCommission(_ quantity: Quantity, _ terms: FeeTerms) -> Money? {
        let notional = Money.notional(price, quantity, .awayFromZero).rounded(to: currency, .awayFromZero)
        return terms.mostCommission(notional, quantity, commission, hasTraded: true)
    }

    /// What `quantity` at `price` needs of what the reservation includes.
    func requirement(_ price: Price, _ quantity: Quantity, hasTraded: Bool) -> Money? {
        RiskBook.requirement(price, quantity, commission, currency, extraFees, hasTraded: hasTraded)
    }
}

extension Reservation: WireFields {
    /// Nothing held back.
    public init() {
        self.init(
            currency: .usd,
            cash: .zero,
            instrument: .none,
            shares: .zero,
            buys: .zero,
            price: .zero,
            commission: BasisPoints(0)
        )
    }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.currency(1, "currency", &currency)
        try visitor.money(2, "cash", &cash)
        try visitor.instrument(3, "instrument", &instrument)
        try visitor.quantity(4, "shares", &shares)
        try visitor.quantity(5, "buys", &buys)
        try visitor.price(6, "price", &price)
        try visitor.rate(7, "commission", &commission)
        var terms = extraFees.terms
        try visitor.message(8, "extraFees", &terms)
        if visitor.isReading { extraFees = ExtraFees(terms) }
        try visitor.quantity(9, "shorts", &shorts)
    }
}

extension RiskState: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.rarely(1, "limits", &standing)
        try visitor.list(2, "datedLimits", &datedLimits)
        try visitor.message(3, "pace", &pace)
        try visitor.flag(4, "killed", &killed)
        try visitor.message(5, "marginCall", &marginCall)
        try visitor.table(6, "reservations", &reservationByID)
        try visitor.table(7, "reservedCash", &reservedCash)
        try visitor.table(8, "reservedShares", &reservedShares)
        try visitor.table(9, "pendingBuys", &pendingBuys)
        try visitor.table(10, "partners", &partnerByID)
        try visitor.table(11, "draws", &drawByID)
    }
}
