public import BifrostKernel

/// The order passed the judges and stays here: it is worked by orders that are slices of it, and no venue
/// gets it (3 of HandlInst, tag 21 of FIX 4.4).
public struct OrderWorkBegan: EventPayload {
    /// 231 in the registry.
    public static let eventType: UInt32 = 231
    /// The published name.
    public static let eventName: StaticString = "OrderWorkBegan"
    /// The order that is worked.
    public var order = OrderID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderWorkBegan`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
    }
}

/// The slices of a worked order have traded another quantity, or at other prices.
public struct OrderWorkProgressed: EventPayload {
    /// 232 in the registry.
    public static let eventType: UInt32 = 232
    /// The published name.
    public static let eventName: StaticString = "OrderWorkProgressed"
    /// The order that is worked.
    public var order = OrderID.none
    /// What all its slices have traded, corrected as corrected, without what was busted.
    public var filled = Quantity.zero
    /// The sum of price × quantity of that.
    public var tradedNotional = Money.zero
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderWorkProgressed`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.quantity(2, "filled", &filled)
        try visitor.money(3, "tradedNotional", &tradedNotional)
    }
}

/// The slices of a worked order have traded all of it: it takes no more.
public struct OrderWorkCompleted: EventPayload {
    /// 233 in the registry.
    public static let eventType: UInt32 = 233
    /// The published name.
    public static let eventName: StaticString = "OrderWorkCompleted"
    /// The order that was worked.
    public var order = OrderID.none
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.OrderWorkCompleted`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
    }
}

extension OrderPlaced {
    /// Whether it stays here and is worked by slices.
    public var isWorked: Bool { rareTerms.look { $0.worked } ?? false }
}

extension OrderState {
    /// Whether slices may work it: it is a worked order, and passed its judges.
    public var isAtWork: Bool { rare.value?.work != nil }

    /// What its slices have traded, as far as it was told; `nil` for an order that is not worked.
    public var work: OrderWorkProgressed? { rare.value?.work }

    mutating func work(_ fact: OrderWorkProgressed) {
        rare.change { $0.work = fact }
        recount()
    }
}

extension Order {
    static func work(_ command: OrderCommand, _ decision: inout Decision<OrderEvent>) throws(Rejection) {
        switch command {
        case .beginWork(let order):
            var fact = OrderWorkBegan()
            fact.order = order
            try decision.emit(.workBegan(fact))
        case .progressWork(let fact): try decision.emit(.workProgressed(fact))
        case .completeWork(let order):
            var fact = OrderWorkCompleted()
            fact.order = order
            try decision.emit(.workCompleted(fact))
        default: return
        }
    }

    /// What is a venue's business has no meaning for an order that no venue gets.
    static func checkWorked(_ placed: OrderPlaced, _ special: SpecialTerms) throws(Rejection) {
        let isImmediate = placed.timeInForce == .immediateOrCancel || placed.timeInForce == .fillOrKill
        let isVenues =
            special.minimumQuantity != nil || special.displayQuantity != nil || special.postOnly
            || !special.lots.isEmpty || special.lotMethod != nil
        guard placed.type == .market || placed.type == .limit, !isImmediate, !isVenues,
            special.group == .none
        else { throw Rejection(.workedOrderInvalid) }
    }
}
