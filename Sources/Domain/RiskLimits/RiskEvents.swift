public import BifrostKernel

/// What a judge said.
public enum Verdict: UInt8, WireChoice {
    /// No rule refused it.
    case approved = 1
    /// A rule refused it: it will not trade.
    case refused = 2
}

/// The account's limits from now on.
public struct AccountLimitsSet: EventPayload {
    /// 300 in the registry.
    public static let eventType: UInt32 = 300
    /// The published name.
    public static let eventName: StaticString = "AccountLimitsSet"
    /// The account that they bind.
    public var account = AccountID.none
    /// 1, 2, 3, …: the version that a verdict names.
    public var version: UInt32 = 0
    /// The named profile that these limits come from, empty when set by hand.
    public var profile = ""
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
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.AccountLimitsSet`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
        try visitor.uint(2, "version", &version)
        try visitor.text(3, "profile", &profile)
        try visitor.money(4, "orderValueMax", &orderValueMax)
        try visitor.rate(5, "priceCollarMicroBasisPoints", &priceCollar)
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

/// Risk judged an order: every check with its numbers, and what is held back for it if it passed.
public struct RiskAssessed: EventPayload {
    /// 301 in the registry.
    public static let eventType: UInt32 = 301
    /// The published name.
    public static let eventName: StaticString = "RiskAssessed"
    /// The order that was judged.
    public var order = OrderID.none
    /// What was decided.
    public var verdict = Verdict.refused
    /// The version of the limits that the verdict saw.
    public var limitsVersion: UInt32 = 0
    /// The version of the fee schedule that the verdict saw, 0 when there was none.
    public var feeVersion: UInt32 = 0
    /// The price that the order was judged by, `nil` when there was none.
    public var referencePrice: Price?
    /// Every rule that looked, in the order of judgement.
    public var checks: [RuleCheck] = []
    /// The currency of the cash and the prices.
    public var currency = Currency.usd
    /// Cash held back for a buy, fees included; in a margin account the value that a buy or a short sale may
    /// come to, of which a part is required.
    public var reservedCash = Money.zero
    /// Shares held back for a sell.
    public var reservedShares = Quantity.zero
    /// What the order trades.
    public var instrument = InstrumentID.none
    /// The price at which each unit is held back: the limit, or the reference price and the collar.
    public var reservedPrice = Price.zero
    /// The commission that the reservation includes.
    public var commission = BasisPoints(0)
    /// What a buy may still add to the position.
    public var pendingBuys = Quantity.zero
    /// The order whose reservation this one shares, of both of which the larger counts, or none.
    public var sharedWith = OrderID.none
    /// What the reservation of a buy includes beside a share of the traded amount.
    public var extraFees = ExtraFees.none
    /// The order that it is a slice of, whose reservation is less by what this one holds back, or none.
    public var drawnFrom = OrderID.none
    /// What a short sale may still take from the position, `nil` for other orders.
    public var pendingShorts: Quantity?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.RiskAssessed`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.choice(2, "verdict", &verdict)
        try visitor.uint(3, "limitsVersion", &limitsVersion)
        try visitor.uint(4, "feeVersion", &feeVersion)
        try visitor.price(5, "referencePrice", &referencePrice)
        try visitor.list(6, "checks", &checks)
        try visitor.currency(7, "currency", &currency)
        try visitor.money(8, "reservedCash", &reservedCash)
        try visitor.quantity(9, "reservedShares", &reservedShares)
        try visitor.instrument(10, "instrumentId", &instrument)
        try visitor.price(11, "reservedPrice", &reservedPrice)
        try visitor.rate(12, "commissionMicroBasisPoints", &commission)
        try visitor.quantity(13, "pendingBuys", &pendingBuys)
        try visitor.order(15, "sharedWithOrderId", &sharedWith)
        var terms = extraFees.terms
        try visitor.message(16, "feeTerms", &terms)
        extraFees = ExtraFees(terms)
        try visitor.order(17, "drawnFromOrderId", &drawnFrom)
        try visitor.quantity(20, "pendingShorts", &pendingShorts)
    }
}

/// Why something else is held back for an order.
public enum ReservationReason: UInt8, WireChoice {
    /// A trade consumed it.
    case consumed = 1
    /// The order closed without trading it.
    case released = 2
    /// Other terms were asked for, came into force or were refused, or a trade was revised.
    case replaced = 3
    /// A slice of the order holds it from now on, or gave back what it held.
    case drawn = 4
}

/// What is held back for an order changed.
public struct ReservationChanged: EventPayload {
    /// 302 in the registry.
    public static let eventType: UInt32 = 302
    /// The published name.
    public static let eventName: StaticString = "ReservationChanged"
    /// The order that it is held for.
    public var order = OrderID.none
    /// Why it changed.
    public var reason = ReservationReason.consumed
    /// Cash still held for a buy.
    public var remainingCash = Money.zero
    /// Units still held for a sale.
    public var remainingShares = Quantity.zero
    /// What the buy may still add to the position.
    public var remainingBuys = Quantity.zero
    /// The price at which each unit is held back from now on, `nil` when it stays.
    public var reservedPrice: Price?
    /// What the short sale may still take from the position, `nil` for other orders.
    public var remainingShorts: Quantity?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ReservationChanged`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.choice(2, "reason", &reason)
        try visitor.money(3, "remainingCash", &remainingCash)
        try visitor.quantity(4, "remainingShares", &remainingShares)
        try visitor.quantity(5, "remainingBuys", &remainingBuys)
        try visitor.price(6, "reservedPrice", &reservedPrice)
        try visitor.quantity(12, "remainingShorts", &remainingShorts)
    }
}

/// Orders that add risk stop: for one account, or for the whole shard when no account is named.
public struct KillSwitchPulled: EventPayload {
    /// 303 in the registry.
    public static let eventType: UInt32 = 303
    /// The published name.
    public static let eventName: StaticString = "KillSwitchPulled"
    /// The account that stops, none for the whole shard.
    public var account = AccountID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.KillSwitchPulled`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
    }
}

/// Orders may add risk again.
public struct KillSwitchReleased: EventPayload {
    /// 304 in the registry.
    public static let eventType: UInt32 = 304
    /// The published name.
    public static let eventName: StaticString = "KillSwitchReleased"
    /// The account that goes on, none for the whole shard.
    public var account = AccountID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.KillSwitchReleased`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "accountId", &account)
    }
}

/// A fact of one account's risk book.
public enum RiskEvent: Equatable, Sendable {
    /// Limits came into force.
    indirect case limitsSet(AccountLimitsSet)
    /// An order was judged.
    indirect case assessed(RiskAssessed)
    /// Other amounts are held back for an order.
    case reservationChanged(ReservationChanged)
    /// Orders that add risk stop.
    case killSwitchPulled(KillSwitchPulled)
    /// Orders may add risk again.
    case killSwitchReleased(KillSwitchReleased)
    /// An open order was judged again.
    case reassessed(OpenOrderReassessed)
    /// Equity was below the maintenance requirement.
    case marginCallIssued(MarginCallIssued)
    /// Equity covers the maintenance requirement again.
    case marginCallMet(MarginCallMet)
}
