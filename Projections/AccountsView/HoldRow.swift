public import BifrostKernel
internal import ProjectionKit
public import RiskLimits
internal import Sagas

/// What one order holds back: the facts that say so, for as long as it does.
///
/// Sums over orders are the risk book's to make, because orders of a pair share: who reads folds the facts of
/// the orders that are open.
public struct HoldRow: WireFields, Equatable, Sendable {
    /// The order.
    public private(set) var order = OrderID.none
    /// The account that it trades for, by its place in the log.
    private var ordinal = AccountOrdinal.none
    /// What was approved, without the checks, which the log keeps; `nil` when nothing is held back.
    private var assessed: Placed<RiskAssessed>?
    /// How that changed since, each amount as it is now.
    private var changed: Placed<ReservationChanged>?
    /// The other order of its pair, which it keeps should it live again.
    private var partner = OrderID.none
    private var position: Int64 = 0

    /// A fact of the risk book with its position.
    public struct Fact: Equatable, Sendable {
        /// Where it stands in the log.
        public let position: Int64
        /// What it says.
        public let event: RiskEvent
    }

    /// An empty row.
    public init() {}

    init(_ order: OrderID, _ ordinal: AccountOrdinal) {
        self.order = order
        self.ordinal = ordinal
    }

    /// Visits the fields.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        var account = ordinal.value
        try visitor.order(1, "orderId", &order)
        try visitor.position(2, "account", &account)
        ordinal = AccountOrdinal(account)
        try visitor.message(3, "assessed", &assessed)
        try visitor.message(4, "changed", &changed)
        try visitor.order(5, "partnerId", &partner)
        try visitor.position(6, "position", &position)
    }

    mutating func take(_ recorded: RecordedFact) {
        position = recorded.header.position
        switch recorded.event {
        case .risk(.assessed(let fact)):
            var said = fact
            said.checks = []
            // What a slice drew is said of its parent by a fact of its own, which is absolute as well.
            said.drawnFrom = .none
            if said.sharedWith == .none { said.sharedWith = partner }
            partner = said.sharedWith
            assessed = Placed(said, at: position)
            changed = nil
        case .risk(.reservationChanged(let fact)):
            var said = fact
            // Amounts are absolute, and a price stays until another one is named.
            said.reservedPrice = said.reservedPrice ?? changed?.fact.reservedPrice
            if assessed != nil { changed = Placed(said, at: position) }
        default: return
        }
        guard reservation == nil else { return }
        assessed = nil
        changed = nil
    }

    /// The facts in the order of the log; none where nothing is held back.
    public var facts: [Fact] {
        var facts: [Fact] = []
        if let assessed { facts.append(Fact(position: assessed.position, event: .assessed(assessed.fact))) }
        if let changed {
            facts.append(Fact(position: changed.position, event: .reservationChanged(changed.fact)))
        }
        return facts
    }

    /// What the order holds back as if it were alone.
    private var reservation: Reservation? {
        var book = RiskBook.initial
        for fact in facts { RiskBook.evolve(&book, by: fact.event) }
        return book.reservationByID[order]
    }

    static let columns = [
        "order_id", "account", "instrument_id", "currency", "cash", "shares", "buys", "is_open",
        "changed_position",
    ]

    func write(to tuple: inout TupleWriter) {
        let held = reservation
        tuple.int64(ordinal.value)
        tuple.identifier(held?.instrument.id ?? .none)
        tuple.optionalText(held?.currency.code)
        tuple.money(held?.cash ?? .zero)
        tuple.quantity(held?.shares ?? .zero)
        tuple.quantity(held?.buys ?? .zero)
        tuple.bool(held != nil)
        tuple.int64(position)
    }
}

/// A fact of the log with its position.
private struct Placed<Fact: EventPayload>: WireFields, Equatable, Sendable {
    var position: Int64 = 0
    var fact = Fact()

    init() {}
    init(_ fact: Fact, at position: Int64) {
        self.fact = fact
        self.position = position
    }

    mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.position(1, "position", &position)
        try visitor.message(2, "fact", &fact)
    }
}
