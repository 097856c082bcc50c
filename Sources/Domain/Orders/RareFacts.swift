public import BifrostKernel

/// What a venue said last of one of its reports.
struct Revised: Sendable {
    /// The core's id of the revision.
    var execution = Identifier.none
    /// Under which identity it was said.
    var identity = ExecutionIdentity()
    /// The corrected numbers, `nil` for a bust.
    var correction: ExecutionCorrected?
    /// What a busted trade still bears of the commission of its order.
    var kept = Money.zero
    /// How much of what was taken back lives again.
    var reinstated = Quantity.zero
}

/// The facts that few orders have.
struct RareFacts: Sendable {
    /// The replacements asked for and not answered, in the order of their numbers.
    var pendingReplaces: [OrderReplaceRequested] = []
    /// The number of the last replacement asked for.
    var lastRequest: UInt32 = 0
    /// The terms that came into force after the first ones, in the order in which they were said.
    var amendments: [OrderReplaced] = []
    /// The highest request among them: a lower one that is said later changes nothing.
    var requestInForce: UInt32 = 0
    /// What ex-dates made of it, in the order of their requests.
    var adjustments: [OrderAdjusted] = []
    /// Whether its stop price was reached.
    var triggered = false
    /// The last day that it was done for.
    var doneForDay: BusinessDate?
    /// The last day that it was restated for.
    var restatedOn: BusinessDate?
    /// What the venue restated, each once.
    var restatements: [OrderRestated] = []
    /// Whether the venue does not work it for now.
    var suspended = false
    /// Since it waits for a person; `nil` once one decided.
    var heldForReview: OrderHeldForReview?
    /// How it was found, when the core did not send it.
    var external: ExternalOrderFound?
    /// How often the venue was asked since it answered last.
    var statusRequests: UInt32 = 0
    /// Whether a person has to find out what became of it.
    var parked = false
    /// What changed a report, by the identity of the report.
    var revisions: [ExecutionIdentity: Revised] = [:]
    /// What its slices have traded, once it is worked by slices.
    var work: OrderWorkProgressed?
    /// Busted quantity that restatements brought back to life.
    var reinstated = Quantity.zero
    /// Busted quantity that lives no more.
    var lapsed = Quantity.zero
}

extension Rarely where Value == RareFacts {
    /// The facts, none when nothing is kept.
    var facts: RareFacts { value ?? RareFacts() }

    /// Changes the facts.
    mutating func change(_ body: (inout RareFacts) -> Void) {
        var facts = self.facts
        body(&facts)
        self = .kept(facts)
    }
}

/// A trade with the numbers that stand for it now.
public struct StandingTrade: Sendable {
    /// What was reported first.
    public let report: OrderExecuted
    /// The core's id of the report that the numbers are from.
    public let execution: Identifier
    /// How much stands, zero when busted.
    public let quantity: Quantity
    /// The price of one unit.
    public let price: Price
    /// What the venue takes or pays for the instrument.
    public let settlementAmount: Money
    /// What the trade bears of the commission of its order.
    public let commission: Money
    /// Fees beside the commission.
    public let fees: [Fee]
    /// How much of what was taken back lives again.
    public let reinstated: Quantity
}

extension RareFacts {
    /// The numbers that stand for `report` after all that was said about it.
    func standing(_ report: OrderExecuted) -> StandingTrade {
        var identity = ExecutionIdentity(report)
        var execution = report.execution
        var said: ExecutionCorrected?
        var busted = false
        var kept = Money.zero
        var reinstated: Int64 = 0
        // A venue could name reports in a circle; each of them is followed once.
        for _ in 0..<revisions.count {
            guard !busted, let revised = revisions[identity] else { break }
            identity = revised.identity
            execution = revised.execution
            said = revised.correction
            busted = revised.correction == nil
            kept = revised.kept
            let (sum, overflow) = reinstated.addingReportingOverflow(revised.reinstated.nanos)
            reinstated = overflow ? Quantity.nanosMax : min(sum, Quantity.nanosMax)
        }
        return StandingTrade(
            report: report,
            execution: execution,
            quantity: busted ? .zero : said?.quantity ?? report.quantity,
            price: busted ? .zero : said?.price ?? report.price,
            settlementAmount: busted ? .zero : said?.settlementAmount ?? report.settlementAmount,
            commission: busted ? kept : said?.commission ?? report.commission,
            fees: busted ? [] : said?.fees ?? report.fees,
            reinstated: Quantity(nanos: reinstated)
        )
    }
}

extension Revised: WireFields {
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.identifier(1, "execution", &execution)
        try visitor.message(2, "identity", &identity)
        try visitor.message(3, "correction", &correction)
        try visitor.money(4, "kept", &kept)
        try visitor.quantity(5, "reinstated", &reinstated)
    }
}

extension RareFacts: WireFields {
    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.list(1, "pendingReplaces", &pendingReplaces)
        try visitor.uint(2, "lastRequest", &lastRequest)
        try visitor.list(3, "amendments", &amendments)
        try visitor.uint(4, "requestInForce", &requestInForce)
        try visitor.list(5, "adjustments", &adjustments)
        try visitor.flag(6, "triggered", &triggered)
        try visitor.date(7, "doneForDay", &doneForDay)
        try visitor.date(8, "restatedOn", &restatedOn)
        try visitor.list(9, "restatements", &restatements)
        try visitor.flag(10, "suspended", &suspended)
        try visitor.message(11, "heldForReview", &heldForReview)
        try visitor.message(12, "external", &external)
        try visitor.uint(13, "statusRequests", &statusRequests)
        try visitor.flag(14, "parked", &parked)
        try visitor.table(15, "revisions", &revisions)
        try visitor.message(16, "work", &work)
        try visitor.quantity(17, "reinstated", &reinstated)
        try visitor.quantity(18, "lapsed", &lapsed)
    }
}
