public import BifrostKernel

/// Asks for a trade in suspense to be booked to an account.
public struct AssignTrade: WireFields, Equatable, Sendable {
    /// The position of the break that it is seen by.
    public var brokeAt: Int64 = 0
    /// What was traded, where the venue named nothing that the core knows.
    public var symbol = Symbol.none
    /// An empty command.
    public init() {}
    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "brokeAt", &brokeAt)
        try visitor.symbol(2, "symbol", &symbol)
    }
}
