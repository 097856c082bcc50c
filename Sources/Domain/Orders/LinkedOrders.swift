public import BifrostKernel

/// What an order does to the other orders of its group.
public enum Contingency: UInt8, WireChoice {
    /// What trades of one is taken from the other (3 of ContingencyType, tag 1385 of FIX 5.0 SP2), and a fill
    /// of all of it cancels the other (1).
    case oneCancelsOther = 1
    /// What traded of the first is what the other is placed for (ContingencyType 2).
    case oneTriggersOther = 2
    /// What traded of the first is what a profit and a loss leg are placed for, of which one cancels the
    /// other.
    case bracket = 3
}

/// Why an order was cancelled.
public enum CancelReason: UInt8, WireChoice {
    /// Somebody asked for it.
    case requested = 1
    /// A kill switch was pulled.
    case killSwitch = 2
    /// Another order of its group traded, or was cancelled.
    case contingency = 3
    /// Its time in force leaves nothing on the book.
    case timeInForce = 4
    /// The venue did it of its own accord.
    case venue = 5
    /// A limit, list, halt or instrument changed.
    case policy = 6
    /// It would have traded with an order of the same owner.
    case selfTrade = 7
    /// The order that it is a slice of is over, or is to be.
    case parent = 8
}

extension OrderPlaced {
    /// The group that it belongs to, or none.
    public var group: OrderID { hasSpecialTerms ? special.group : .none }

    /// What it is part of, its parent or its group, or none: orders of one whole repeat each other and are no
    /// duplicates.
    public var whole: OrderID { parent == .none ? group : parent }
}

extension OrderPlaced {
    /// The terms that a venue is told: which orders belong together is the core's own business.
    public var routedTerms: Rarely<SpecialTerms> {
        guard group != .none else { return rareTerms }
        var terms = special
        terms.group = .none
        terms.contingency = nil
        var routed = Rarely<SpecialTerms>.never
        routed.terms = terms
        return routed
    }
}
