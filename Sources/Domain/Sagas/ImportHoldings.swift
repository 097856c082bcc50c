public import BifrostKernel

/// Asks to take over what an account held elsewhere: all of it, or nothing.
public struct ImportHoldings: WireFields, Equatable, Sendable {
    /// Most lots and amounts of cash in one command.
    public static let linesMax = 200

    /// Opening cash.
    public var cash: [MoveCash] = []
    /// Opening lots.
    public var lots: [HoldingLine] = []
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "cash", &cash)
        try visitor.list(2, "lots", &lots)
    }
}

/// A lot that an account held elsewhere.
public struct HoldingLine: WireFields, Hashable, Sendable {
    /// The symbol of the instrument.
    public var symbol = Symbol.none
    /// How much, above zero.
    public var quantity = Quantity.zero
    /// What all of it cost, in the instrument's currency.
    public var cost = Money.zero
    /// The trade date on which it was bought.
    public var acquired = BusinessDate(days: 0)
    /// An empty lot.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.symbol(1, "symbol", &symbol)
        try visitor.quantity(2, "quantity", &quantity)
        try visitor.money(3, "cost", &cost)
        try visitor.date(4, "acquired", &acquired)
    }
}
