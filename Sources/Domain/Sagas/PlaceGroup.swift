public import BifrostKernel
public import Orders

/// Asks for orders of which one does something to another.
///
/// The prices seen belong to the moment and not to the content.
public struct PlaceGroup: WireFields, Equatable, Sendable {
    /// What they do to each other.
    public var contingency = Contingency.oneCancelsOther
    /// The orders: a pair, or an entry and what follows it.
    public var legs: [PlaceOrder] = []
    /// An empty command.
    public init() {}
    /// Visits the fields that make the content.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.choice(1, "contingency", &contingency)
        try visitor.list(2, "legs", &legs)
    }
}

extension Contingency {
    /// How many orders a group of this kind has.
    public var legCount: Int { self == .bracket ? 3 : 2 }
    /// Whether the first order is an entry that the others wait for.
    public var hasEntry: Bool { self != .oneCancelsOther }
}
