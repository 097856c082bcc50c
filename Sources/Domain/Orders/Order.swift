public import BifrostKernel

/// Why an order takes no more trades.
public enum CloseReason: UInt8, WireChoice {
    /// A judge or the venue refused it.
    case rejected = 1
    /// The venue took it off its book.
    case cancelled = 2
    /// Its day ended.
    case expired = 3
    /// Its slices traded all of it.
    case completed = 4
}

/// What tells one execution from another: two reports with the same identity are about the same trade.
public struct ExecutionIdentity: Hashable, Sendable {
    /// The venue that reported it.
    public private(set) var venue: String
    /// The trade date by the venue's calendar.
    public private(set) var tradeDate: BusinessDate
    /// The venue's id, unique within its trade date.
    public private(set) var venueExecutionID: String
    /// The side of the order that traded.
    public private(set) var side: Side
    /// Puts the parts together.
    public init(venue: String, tradeDate: BusinessDate, venueExecutionID: String, side: Side) {
        self.venue = venue
        self.tradeDate = tradeDate
        self.venueExecutionID = venueExecutionID
        self.side = side
    }
    /// The identity of a report.
    public init(_ report: OrderExecuted) {
        venue = report.venue
        tradeDate = report.tradeDate
        venueExecutionID = report.venueExecutionID
        side = report.side
    }
}

/// The status of an order as FIX 4.4 names it (OrdStatus, tag 39).
public enum OrderStatus: UInt8, WireChoice {
    /// Placed, not yet acknowledged by the venue.
    case pendingNew = 1
    /// Working at the venue, nothing filled.
    case new = 2
    /// Working at the venue, part of it filled.
    case partiallyFilled = 3
    /// All of it filled, whatever else happened to it.
    case filled = 4
    /// A cancel was asked for and not answered.
    case pendingCancel = 5
    /// Closed by a cancel, or by busts that were not reinstated; not all of it filled.
    case cancelled = 6
    /// Closed by the end of its day, not all of it filled.
    case expired = 7
    /// Refused: nothing of it will trade.
    case rejected = 8
    /// It trades no more today.
    case doneForDay = 9
    /// The venue does not work it for now.
    case suspended = 10
    /// A replacement was asked for and not answered.
    case pendingReplace = 11

    /// The value of tag 39.
    public var fix: Character {
        switch self {
        case .pendingNew: "A"
        case .new: "0"
        case .partiallyFilled: "1"
        case .filled: "2"
        case .pendingCancel: "6"
        case .cancelled: "4"
        case .expired: "C"
        case .rejected: "8"
        case .doneForDay: "3"
        case .suspended: "9"
        case .pendingReplace: "E"
        }
    }
}

/// The facts of one order.
///
/// Its status is derived, so that no fact can arrive in a state that forbids it.
public struct OrderState: Sendable {
    /// The terms; `nil` before the order exists.
    public internal(set) var placed: OrderPlaced? {
        get { placedTerms.value }
        set { placedTerms = newValue.map { .kept($0) } ?? .never }
    }
    /// The group that it belongs to, asked where its terms stand, or none.
    public var group: OrderID { placedTerms.look { $0.group } ?? .none }
    /// The order that it names as its parent, asked where its terms stand, or none.
    public var parent: OrderID { placedTerms.look { $0.parent } ?? .none }
    /// Apart, so that an order is small where it is moved and only its state is asked for.
    private var placedTerms = Rarely<OrderPlaced>.never
    /// The quantity of its terms in force, zero before its first event.
    public internal(set) var ordered = Quantity.zero
    /// When it was approved, the venue it went to.
    public internal(set) var venue: String?
    /// Whether the venue has it.
    public internal(set) var acknowledged = false
    /// Whether a cancel was asked for and not answered.
    public internal(set) var cancelPending = false
    /// Why it takes no more trades by its own terms.
    public internal(set) var closed: CloseReason?
    /// Its executions by identity, each with its report.
    public internal(set) var executions: [ExecutionIdentity: OrderExecuted] = [:]
    /// The sum of its executions, corrected as corrected, without what was busted.
    public internal(set) var cumulative = Quantity.zero
    /// The sum of price × quantity of its executions.
    public internal(set) var tradedNotional = Money.zero
    /// What few orders have.
    var rare = Rarely<RareFacts>.never

    /// No facts.
    public init() {}

    /// The sum of its executions and of one more.
    ///
    /// It stops at the bound of its type, so that absurd reports add up to the same sum in any order.
    public func cumulative(with quantity: Quantity) -> Quantity {
        cumulative.adding(quantity) ?? Quantity(nanos: Quantity.nanosMax)
    }

    /// What may still trade by the terms in force: zero once closed.
    ///
    /// What was busted does not count unless the venue reinstated it.
    public var leaves: Quantity {
        guard closed == nil else { return .zero }
        return rest(of: ordered)
    }

    /// Whether it may still trade, by the terms in force or by terms that were asked for.
    public var isOpen: Bool { reach > .zero }

    /// The most that may still trade by any terms that may be in force at the venue: what has to be held
    /// back.
    public var reach: Quantity {
        guard closed == nil else { return .zero }
        var most = ordered
        if let rare = rare.value {
            for request in rare.pendingReplaces { most = max(most, request.terms.quantity) }
        }
        return rest(of: most)
    }

    /// What would be left if the order's quantity were `quantity`.
    public func rest(of quantity: Quantity) -> Quantity {
        let gone: Int128 = Int128(cumulative.nanos) + Int128(rare.value?.lapsed.nanos ?? 0)
        let rest = Int128(quantity.nanos) - gone
        return Quantity(exactly: Int64(clamping: max(rest, 0))) ?? .zero
    }

    /// Traded amount / traded quantity, rounded to 10⁻⁹; `nil` before the first trade.
    public var averagePrice: Price? {
        guard cumulative > .zero else { return nil }
        let scaled = tradedNotional.nanos * Int128(Decimals.nanosPerUnit)
        let half = Int128(cumulative.nanos) / 2
        return Price(exactly: Int64(truncatingIfNeeded: (scaled + half) / Int128(cumulative.nanos)))
    }
}

extension ExecutionIdentity: WireFields, Comparable {
    /// An identity to be read over.
    public init() { self.init(venue: "", tradeDate: BusinessDate(days: 0), venueExecutionID: "", side: .buy) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.text(1, "venue", &venue)
        try visitor.date(2, "tradeDate", &tradeDate)
        try visitor.text(3, "venueExecutionId", &venueExecutionID)
        try visitor.choice(4, "side", &side)
    }
    /// Orders by date, venue, name and side.
    public static func < (left: Self, right: Self) -> Bool {
        (left.tradeDate, left.venue, left.venueExecutionID, left.side.rawValue)
            < (right.tradeDate, right.venue, right.venueExecutionID, right.side.rawValue)
    }
}

extension OrderState: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.rarely(1, "placed", &placedTerms)
        try visitor.quantity(2, "ordered", &ordered)
        try visitor.message(3, "venue", &venue)
        try visitor.flag(4, "acknowledged", &acknowledged)
        try visitor.flag(5, "cancelPending", &cancelPending)
        try visitor.choice(6, "closed", &closed)
        try visitor.table(7, "executions", &executions)
        try visitor.quantity(8, "cumulative", &cumulative)
        try visitor.money(9, "tradedNotional", &tradedNotional)
        try visitor.rarely(10, "rare", &rare)
    }
}
