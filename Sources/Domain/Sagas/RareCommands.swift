public import BifrostKernel
public import Orders
public import Portfolios

/// Asks for other terms of an order; what is absent stays as it is.
///
/// The prices seen belong to the moment and not to the content.
public struct ReplaceOrder: WireFields, Equatable, Sendable {
    /// The order to replace.
    public var order = OrderID.none
    /// How much in all, what has traded included.
    public var quantity: Quantity?
    /// The worst price that it takes.
    public var limitPrice: Price?
    /// The price at which a stop becomes an order.
    public var stopPrice: Price?
    /// The distance of a trailing stop as a price.
    public var trailingAmount: Price?
    /// The distance of a trailing stop as a share of the price.
    public var trailingRate: BasisPoints?
    /// The prices at the moment of the request; no part of its content.
    public var seen = ReferencePrice()
    /// An empty command.
    public init() {}
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.quantity(2, "quantity", &quantity)
        try visitor.price(3, "limitPrice", &limitPrice)
        try visitor.price(4, "stopPrice", &stopPrice)
        try visitor.price(5, "trailingAmount", &trailingAmount)
        try visitor.rate(6, "trailingMicroBasisPoints", &trailingRate)
    }

    /// The whole terms that it asks for, over those that it finds.
    func terms(over before: AmendedTerms) -> AmendedTerms {
        var terms = before
        terms.quantity = quantity ?? before.quantity
        terms.limitPrice = limitPrice ?? before.limitPrice
        terms.stopPrice = stopPrice ?? before.stopPrice
        // One distance takes the place of the other.
        if trailingAmount != nil || trailingRate != nil {
            terms.trailingAmount = trailingAmount
            terms.trailingRate = trailingRate
        }
        return terms
    }
}

/// What a person found out about a difference between the venue's book and ours.
public struct ResolveBreak: WireFields, Equatable, Sendable {
    /// The position at which it was found.
    public var brokeAt: Int64 = 0
    /// How it ended.
    public var resolution = BreakResolution.timing
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "brokeAt", &brokeAt)
        try visitor.choice(2, "resolution", &resolution)
    }
}

/// What a person found out about an order whose venue does not answer.
public struct ResolveOrder: WireFields, Equatable, Sendable {
    /// The order that is parked.
    public var order = OrderID.none
    /// Whether the venue is asked again; otherwise it does not work the order.
    public var retry = false
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.flag(2, "retry", &retry)
    }
}

/// What a person decides about an order that waits.
public struct ReviewOrder: WireFields, Equatable, Sendable {
    /// The order that waits.
    public var order = OrderID.none
    /// Whether it may go on; declined otherwise.
    public var approved = false
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.flag(2, "approved", &approved)
    }
}
