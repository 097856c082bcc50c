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
    /// The locate that a short sale rests on.
    public var locate: ClientName?
    /// An empty payload.
    public init() {}
    /// Visits the fields of `bifrost.v1.ComplianceAssessed`; gaps are reserved there.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "orderId", &order)
        try visitor.flag(2, "cleared", &cleared)
        try visitor.uint(3, "restrictionsVersion", &restrictionsVersion)
        try visitor.list(4, "checks", &checks)
        try visitor.name(8, "locateId", &locate)
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

/// What a short sale rests on.
public struct ShortSale: Sendable {
    /// Whether its instrument may be sold short.
    public let shortable: Bool
    /// The locate, `nil` when there is none.
    public let locate: ClientName?
    /// Puts the parts together.
    public init(shortable: Bool, locate: ClientName?) {
        self.shortable = shortable
        self.locate = locate
    }

    /// Regulation SHO, 17 CFR 242.203(b)(1): no short sale without a locate.
    var checks: [RuleCheck] {
        [
            RuleCheck(.instrumentNotShortable, passed: shortable),
            RuleCheck(.locateMissing, passed: locate != nil),
        ]
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
        standing: InstrumentStanding = .trading,
        shortSale: ShortSale? = nil
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
        case .assess(let order, let restricted, let version, let standing, let shortSale):
            var fact = ComplianceAssessed()
            fact.order = order
            fact.restrictionsVersion = version
            fact.checks = [RuleCheck(.instrumentRestricted, passed: !restricted)]
            if let check = standing.check { fact.checks.append(check) }
            fact.cleared = !restricted && standing.check?.passed ?? true
            if let shortSale {
                fact.checks += shortSale.checks
                fact.locate = shortSale.locate
                fact.cleared = fact.checks.allSatisfy { $0.passed }
            }
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

extension ComplianceState: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.uint(1, "restrictionsVersionSeen", &restrictionsVersionSeen)
    }
}
