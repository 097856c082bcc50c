public import BifrostKernel

/// Compliance judged an order: every rule with what it saw, and the version of the list.
public struct ComplianceAssessed: EventPayload {
    /// 400 in the registry.
    public static let eventType: UInt32 = 400
    /// The published name.
    public static let eventName: StaticString = "ComplianceAssessed"
    /// The order that was judged.
    public var order = OrderID.none
    /// Whether no rule refused it.
    public var cleared = false
    /// The version of the restricted list that the verdict saw.
    public var restrictionsVersion: UInt32 = 0
    /// Every rule that looked, in the order of judgement.
    public var checks: [RuleCheck] = []
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ComplianceAssessed`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.flag(2, "cleared", &cleared)
        try visitor.uint(3, "restrictionsVersion", &restrictionsVersion)
        try visitor.list(4, "checks", &checks)
    }
}

/// A fact of one account's compliance book.
public enum ComplianceEvent: Equatable, Sendable {
    /// Compliance judged an order.
    case assessed(ComplianceAssessed)
}

/// What compliance remembers of one account.
public struct ComplianceState: Sendable {
    /// The version of the restricted list that the last verdict saw.
    public internal(set) var restrictionsVersionSeen: UInt32 = 0
    /// No facts.
    public init() {}
}

/// Whether an order's instrument trades, and whether the order only takes a position off.
public enum InstrumentStanding: Sendable {
    /// It trades.
    case trading
    /// It is halted; an order that reduces waits at the venue.
    case halted(reduces: Bool)
    /// It takes only orders that reduce a position.
    case closingOnly(reduces: Bool)
    /// It trades no more.
    case delisted

    /// The rule that looks, `nil` where there is nothing to look at.
    public var check: RuleCheck? {
        switch self {
        case .trading: nil
        case .halted(let reduces): RuleCheck(.instrumentHalted, passed: reduces, warned: reduces)
        case .closingOnly(let reduces): RuleCheck(.instrumentClosingOnly, passed: reduces)
        case .delisted: RuleCheck(.instrumentDelisted, passed: false)
        }
    }
}

/// What the compliance book is asked to do.
public enum ComplianceCommand: Sendable {
    /// Judge an order; whether its instrument is restricted comes from the log's own copy of the list, and
    /// whether it trades from the copy of its status.
    case assess(
        OrderID,
        restricted: Bool,
        restrictionsVersion: UInt32,
        standing: InstrumentStanding = .trading
    )
}

/// The compliance aggregate: a restricted instrument is refused on both sides.
public enum ComplianceBook: Decider {
    /// No facts.
    public static var initial: ComplianceState { ComplianceState() }

    /// The verdict.
    public static func decide(
        _ command: ComplianceCommand,
        given state: ComplianceState,
        into decision: inout Decision<ComplianceEvent>
    ) throws(Rejection) {
        switch command {
        case .assess(let order, let restricted, let version, let standing):
            var fact = ComplianceAssessed()
            fact.order = order
            fact.restrictionsVersion = version
            fact.checks = [RuleCheck(.instrumentRestricted, passed: !restricted)]
            if let check = standing.check { fact.checks.append(check) }
            fact.cleared = !restricted && standing.check?.passed ?? true
            try decision.emit(.assessed(fact))
        }
    }

    /// Adds a fact.
    public static func evolve(_ state: inout ComplianceState, by event: ComplianceEvent) {
        switch event {
        case .assessed(let fact): state.restrictionsVersionSeen = fact.restrictionsVersion
        }
    }
}
