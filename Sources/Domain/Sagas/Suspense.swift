public import BifrostKernel
public import Orders
public import Portfolios

/// The trades that no account was found for, with the ledger that they stand in until one is.
public struct Suspense: Sendable {
    /// One trade with what became of it.
    public struct Trade: Sendable {
        /// How it came.
        public private(set) var suspended: TradeSuspended
        /// When it took effect, by the venue's word.
        public private(set) var effectiveAt: Timestamp
        /// The business date on which it became known.
        public private(set) var businessDate: BusinessDate
        /// What the venue said of it later, in order.
        public internal(set) var revisions: [SuspendedTradeRevised] = []
        /// The account that it went to.
        public internal(set) var assigned: SuspendedTradeAssigned?

        /// A draft of its booking, with the time and the business date that it would have had in the account.
        func dated(_ draft: consuming Draft) -> Draft {
            switch draft.event {
            case .order, .portfolio(.tradeBooked):
                draft.effectiveAt = effectiveAt
                draft.businessDate = businessDate
            default: break
            }
            return draft
        }

        /// The identity of the last word on it.
        var lastWord: ExecutionIdentity {
            revisions.last?.revision.identity ?? ExecutionIdentity(suspended.report)
        }

        /// The trade as it now is: the report with the numbers that stand.
        public var standing: OrderExecuted {
            var report = suspended.report
            guard let last = revisions.last else { return report }
            report.quantity = last.quantity
            report.price = last.price
            report.settlementAmount = last.settlementAmount
            report.commission = last.commission
            report.fees = last.fees
            return report
        }

        /// Whether anything of it stands: units, or the commission that the venue kept when it busted it.
        var isOfSomething: Bool { standing.quantity > .zero || standing.commission != .zero }
    }

    /// Balances that belong to no account.
    public private(set) var ledger = Ledger()
    /// Every trade that came here, by the position of its break.
    public private(set) var tradeByBreak: [Int64: Trade] = [:]
    private var breakByIdentity: [ExecutionIdentity: Int64] = [:]

    /// Nothing in suspense.
    public init() {}

    /// The trade of this identity, while it waits for an account.
    func held(_ identity: ExecutionIdentity) -> Trade? {
        trade(identity).flatMap { $0.assigned == nil ? $0 : nil }
    }

    /// Whether nothing was ever suspended.
    public var isEmpty: Bool { tradeByBreak.isEmpty }

    /// The trade that has this identity, or whose revision has it.
    func trade(_ identity: ExecutionIdentity) -> Trade? {
        breakByIdentity[identity].flatMap { tradeByBreak[$0] }
    }

    /// The trade that `revision` is about: that of its side, or of any, because a venue that has no order of
    /// ours may not say it.
    func trade(revisedBy revision: ExecutionRevision) -> Trade? {
        for side in [revision.side] + Side.allCases {
            var sought = revision
            sought.side = side
            if let trade = trade(sought.target) { return trade }
        }
        return nil
    }

    /// Whether the ledger can hold `postings`.
    func canHold(_ postings: [Posting]) -> Bool {
        var after = ledger
        after.book(postings)
        return postings.allSatisfy {
            after.balance($0.account, $0.commodity).magnitude <= UInt128(Money.nanosMax)
        }
    }

    mutating func evolve(by event: SuspenseEvent, at place: FactPlace) {
        ledger.book(event.postings)
        switch event {
        case .suspended(let fact):
            tradeByBreak[fact.brokeAt] = Trade(
                suspended: fact,
                effectiveAt: place.effectiveAt,
                businessDate: place.businessDate
            )
            breakByIdentity[ExecutionIdentity(fact.report)] = fact.brokeAt
        case .assigned(let fact): tradeByBreak[fact.brokeAt]?.assigned = fact
        case .revised(let fact):
            tradeByBreak[fact.brokeAt]?.revisions.append(fact)
            breakByIdentity[fact.revision.identity] = fact.brokeAt
        }
    }

    /// What `report` does while nobody is known whose it is: money that moved and units that came or went
    /// stand in suspense, each against the place that they came from or went to.
    ///
    /// Units of what has no name cannot be posted; the report keeps them. `nil` when the money is beyond its
    /// bounds.
    static func postings(_ report: OrderExecuted, _ instrument: InstrumentID) -> [Posting]? {
        let isBuy = report.side == .buy
        let settled = isBuy ? -report.settlementAmount.nanos : report.settlementAmount.nanos
        guard let flow = Money(exactly: settled - report.commission.nanos - report.fees.nanos) else {
            return nil
        }
        let units = isBuy ? report.quantity : -report.quantity
        var lines = [
            Posting(.cashSettled, report.currency, flow), Posting(.suspense, report.currency, -flow),
        ]
        if instrument != .none {
            lines += [
                Posting(.suspense, instrument, report.currency, units),
                Posting(.depository, instrument, report.currency, -units),
            ]
        }
        return lines.filter { $0.amount != .zero }
    }

    /// The lines that take `postings` back.
    static func reversed(_ postings: [Posting]) -> [Posting] {
        postings.map { line in
            var line = line
            line.amount = -line.amount
            return line
        }
    }
}

/// What an order that the core did not send is known by.
public struct ExternalName: Hashable, Comparable, Sendable {
    /// The account that it trades for.
    public private(set) var account: AccountID
    /// The venue.
    public private(set) var venue: String
    /// The name that the venue has it under.
    public private(set) var venueOrderID: String

    /// Orders by account, venue and name.
    public static func < (left: Self, right: Self) -> Bool {
        (left.account, left.venue, left.venueOrderID) < (right.account, right.venue, right.venueOrderID)
    }
}

extension ExternalName: WireFields {
    /// No name.
    public init() { self.init(account: .none, venue: "", venueOrderID: "") }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "account", &account)
        try visitor.text(2, "venue", &venue)
        try visitor.text(3, "venueOrderId", &venueOrderID)
    }
}

extension Suspense.Trade: WireFields {
    /// Nothing, to be read over.
    public init() {
        self.init(
            suspended: TradeSuspended(),
            effectiveAt: Timestamp(nanos: 0),
            businessDate: BusinessDate(days: 0)
        )
    }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "suspended", &suspended)
        try visitor.time(2, "effectiveAt", &effectiveAt)
        try visitor.date(3, "businessDate", &businessDate)
        try visitor.list(4, "revisions", &revisions)
        try visitor.message(5, "assigned", &assigned)
    }
}

extension Suspense: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "ledger", &ledger)
        try visitor.table(2, "trades", &tradeByBreak)
        try visitor.table(3, "breaks", &breakByIdentity)
    }
}
