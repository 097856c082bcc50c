public import BifrostKernel

extension Side {
    /// Whether it is a sale of what the seller does not own, marked short or short exempt.
    @inlinable public var isShort: Bool { self == .sellShort || self == .sellShortExempt }

    /// Side (tag 54) of FIX 4.4.
    public var fix: Character {
        switch self {
        case .buy: "1"
        case .sell: "2"
        case .sellShort: "5"
        case .sellShortExempt: "6"
        }
    }

    /// Side in the words of Alpaca's trading API, which knows no marking.
    public var alpaca: String { self == .buy ? "buy" : "sell" }

    /// What a trade of the quantity does to the position.
    @inlinable public func signed(_ quantity: Quantity) -> Quantity { self == .buy ? quantity : -quantity }
}
