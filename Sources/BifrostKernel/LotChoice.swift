/// How closing trades choose among open lots.
public enum LotMethod: UInt8, WireChoice {
    /// The oldest first.
    case fifo = 1
    /// All lots are one, at their average cost.
    case average = 2
    /// Those that the order names, then the oldest.
    case chosen = 3
}

/// A part of a lot, by the execution that opened it.
public struct ChosenLot: WireFields, Hashable, Sendable {
    /// The execution that opened the lot, by the id that it was first booked under.
    public var execution = Identifier.none
    /// How much of it, without a sign.
    public var quantity = Quantity.zero
    /// An empty choice.
    public init() {}
    /// Puts the parts together.
    public init(_ execution: Identifier, _ quantity: Quantity) {
        self.execution = execution
        self.quantity = quantity
    }
    /// Visits the fields of `bifrost.v1.ChosenLot`.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "executionId", &execution)
        try visitor.quantity(2, "quantity", &quantity)
    }
}
