public import BifrostKernel
public import Orders

/// A group began: its orders as they were asked for; the ones after an entry are placed when it has traded.
public struct GroupStarted: EventPayload {
    /// 610 in the registry.
    public static let eventType: UInt32 = 610
    /// The published name.
    public static let eventName: StaticString = "GroupStarted"
    /// The id of its first order, which the group has as well.
    public var group = OrderID.none
    /// The account.
    public var account = AccountID.none
    /// What all of its orders trade.
    public var instrument = InstrumentID.none
    /// What its orders do to each other.
    public var contingency = Contingency.oneCancelsOther
    /// The orders, an entry first.
    public var legs: [PlaceOrder] = []
    /// Who entered it, and enters its orders.
    public var enteredBy = ""
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.GroupStarted`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "groupId", &group)
        try visitor.account(2, "accountId", &account)
        try visitor.instrument(3, "instrumentId", &instrument)
        try visitor.choice(4, "contingency", &contingency)
        try visitor.list(5, "legs", &legs)
        try visitor.text(6, "enteredBy", &enteredBy)
    }
}

/// A group stands somewhere else.
public struct GroupAdvanced: EventPayload {
    /// 611 in the registry.
    public static let eventType: UInt32 = 611
    /// The published name.
    public static let eventName: StaticString = "GroupAdvanced"
    /// The group.
    public var group = OrderID.none
    /// The account.
    public var account = AccountID.none
    /// Where it stands now.
    public var state = GroupState.entering
    /// What led there.
    public var trigger = GroupState.Trigger.legsPlaced
    /// What its legs trade together from now on; zero when that stays.
    public var quantity = Quantity.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.GroupAdvanced`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "groupId", &group)
        try visitor.account(2, "accountId", &account)
        try visitor.choice(3, "state", &state)
        try visitor.choice(4, "trigger", &trigger)
        try visitor.quantity(5, "quantity", &quantity)
    }
}

/// An order of a group is no order, because its form or its moment is not right; one that a judge refused is
/// an order that was rejected.
public struct GroupLegRefused: EventPayload {
    /// 612 in the registry.
    public static let eventType: UInt32 = 612
    /// The published name.
    public static let eventName: StaticString = "GroupLegRefused"
    /// The group.
    public var group = OrderID.none
    /// The account.
    public var account = AccountID.none
    /// Which of its orders, counted from 1.
    public var leg: UInt32 = 0
    /// The rule that refused it.
    public var code: RejectionCode?
    /// The limit that it broke, in units of 10⁻⁹, where the rule has one.
    public var limit: Int128?
    /// The number that broke the limit, in units of 10⁻⁹.
    public var value: Int128?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.GroupLegRefused`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "groupId", &group)
        try visitor.account(2, "accountId", &account)
        try visitor.uint(3, "leg", &leg)
        try visitor.code(4, "code", &code)
        try visitor.wide(5, "limit", &limit)
        try visitor.wide(6, "value", &value)
    }
}

/// A person should look at a group: what happened is booked, and the group does not undo it.
public struct GroupFlagged: EventPayload {
    /// 613 in the registry.
    public static let eventType: UInt32 = 613
    /// The published name.
    public static let eventName: StaticString = "GroupFlagged"
    /// The group.
    public var group = OrderID.none
    /// The account.
    public var account = AccountID.none
    /// The order that it happened to.
    public var order = OrderID.none
    /// What happened.
    public var flag = GroupFlag.overfilled
    /// By how much the legs traded too much; what traded late; what the order's trades add up to now.
    public var quantity = Quantity.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.GroupFlagged`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "groupId", &group)
        try visitor.account(2, "accountId", &account)
        try visitor.order(3, "orderId", &order)
        try visitor.choice(4, "flag", &flag)
        try visitor.quantity(5, "quantity", &quantity)
    }
}

/// A fact of one group of orders.
public enum GroupEvent: Equatable, Sendable {
    /// It began.
    indirect case started(GroupStarted)
    /// It stands somewhere else.
    case advanced(GroupAdvanced)
    /// One of its orders is no order.
    indirect case legRefused(GroupLegRefused)
    /// A person should look at it.
    indirect case flagged(GroupFlagged)

    /// The group that it happened to.
    public var group: OrderID {
        switch self {
        case .started(let fact): fact.group
        case .advanced(let fact): fact.group
        case .legRefused(let fact): fact.group
        case .flagged(let fact): fact.group
        }
    }
}
