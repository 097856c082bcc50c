public import BifrostKernel
internal import Orders

/// A group of orders: the fold of its own facts and of what becomes of its orders.
///
/// Groups that ended stay, because a venue may still say something about their orders.
public struct GroupSaga: Equatable, Sendable {
    /// One of its orders.
    public struct Leg: Equatable, Sendable {
        /// The order; none before it is placed, and again after it was refused.
        public internal(set) var order = OrderID.none
        /// How often it was placed.
        public internal(set) var attempts = 0
        /// What it has traded.
        public internal(set) var traded = Quantity.zero
        /// No order.
        public init() {}
    }

    /// What is wanted.
    public private(set) var started: GroupStarted
    /// Where it stands.
    public private(set) var state = GroupState.first
    /// What its legs trade together, zero before they are placed.
    public private(set) var quantity = Quantity.zero
    /// Its orders, in the order of the command.
    public private(set) var legs: [Leg]
    /// Whether one of its orders was refused since it was tried last.
    public private(set) var isRefused = false
    /// Whether somebody cancelled it: a retry after that cancels again.
    public private(set) var isCancelled = false
    /// Whether its entry waited through a split.
    public private(set) var isOutdated = false
    /// Whether the venue refused other terms of a leg since anything last traded.
    private(set) var isReductionRefused = false
    /// The orders that the venue refused to cancel.
    private(set) var uncancellable: [OrderID] = []
    /// What a person has to be told.
    private(set) var flags: [GroupFlagged] = []
    /// Counts what happened to it: names the command that carries it on.
    public private(set) var step: UInt64 = 0

    init(_ started: GroupStarted) {
        self.started = started
        legs = started.legs.map { _ in Leg() }
    }

    /// Which of its orders are legs; the others are the entry.
    public var legIndices: Range<Int> { (started.contingency.hasEntry ? 1 : 0)..<legs.count }

    /// What the legs have not traded of their quantity.
    var rest: Int128 {
        legIndices.reduce(Int128(quantity.nanos)) { $0 - Int128(legs[$1].traded.nanos) }
    }

    mutating func advance(_ fact: GroupAdvanced) {
        // Only what was refused since the group began to close counts; a person's word has it tried again.
        if fact.state == .closing, state != .parked { uncancellable = [] }
        switch fact.trigger {
        case .retryRequested:
            isRefused = false
            isReductionRefused = false
            uncancellable = []
        case .closedByPerson, .cancelRequested:
            isCancelled = true
            uncancellable = []
        default: break
        }
        state = fact.state
        if fact.quantity > .zero { quantity = fact.quantity }
        step += 1
    }

    mutating func refuse() {
        isRefused = true
        step += 1
    }

    mutating func tell() {
        if !flags.isEmpty { flags.removeFirst() }
        step += 1
    }

    mutating func outdate() {
        isOutdated = true
        step += 1
    }

    /// What happened to one of its orders, which has traded `traded` since.
    mutating func take(_ event: OrderEvent, traded: Quantity) {
        step += 1
        let order = event.order
        if case .placed = event, let free = legs.firstIndex(where: { $0.order == .none }) {
            legs[free].order = order
            legs[free].attempts += 1
            legs[free].traded = .zero
            return
        }
        let index = legs.firstIndex { $0.order == order }
        switch event {
        case .rejected where traded == .zero:
            if let index { legs[index].order = .none }
            isRefused = true
        // It may have been somebody else who wanted other terms: what is left to make smaller tells.
        case .replaceRejected(let fact) where fact.judge == .venue: isReductionRefused = true
        case .replaced: isReductionRefused = false
        case .cancelRequested: uncancellable.removeAll { $0 == order }
        case .cancelRejected where !uncancellable.contains(order): uncancellable.append(order)
        default: break
        }
        note(event, index, traded)
    }

    /// Keeps what the order traded, and what a person should know of it.
    private mutating func note(_ event: OrderEvent, _ index: Int?, _ traded: Quantity) {
        let before = index.map { legs[$0].traded } ?? .zero
        guard traded != before else { return }
        // There is another quantity to make the other leg smaller to.
        isReductionRefused = false
        if let index { legs[index].traded = traded }
        let isEntry = index == 0 && started.contingency.hasEntry
        switch event {
        case .executionBusted, .executionCorrected:
            if !isEntry || state != .entering { flag(.revised, event.order, traded) }
        case .executed:
            if index != nil, !isEntry, rest < 0 {
                flag(.overfilled, event.order, Quantity(nanos: Int64(clamping: min(-rest, Self.most))))
            } else if index == nil || state.isFinal || (isEntry && state != .entering) {
                flag(.tradedLate, event.order, traded > before ? traded - before : traded)
            }
        default: break
        }
    }

    private static let most = Int128(Quantity.nanosMax)

    private mutating func flag(_ flag: GroupFlag, _ order: OrderID, _ quantity: Quantity) {
        var fact = GroupFlagged()
        fact.group = started.group
        fact.account = started.account
        fact.order = order
        fact.flag = flag
        fact.quantity = quantity
        flags.append(fact)
    }

    func isUncancellable(_ order: OrderID) -> Bool { uncancellable.contains(order) }
    /// What a person has to be told next.
    var flag: GroupFlagged? { flags.first }
}

extension GroupSaga.Leg: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.order(1, "order", &order)
        try visitor.count(2, "attempts", &attempts)
        try visitor.quantity(3, "traded", &traded)
    }
}

extension GroupSaga: WireFields {
    /// Nothing wanted, to be read over.
    public init() { self.init(GroupStarted()) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.message(1, "started", &started)
        try visitor.choice(2, "state", &state)
        try visitor.quantity(3, "quantity", &quantity)
        try visitor.list(4, "legs", &legs)
        try visitor.flag(5, "isRefused", &isRefused)
        try visitor.flag(6, "isCancelled", &isCancelled)
        try visitor.flag(7, "isOutdated", &isOutdated)
        try visitor.flag(8, "isReductionRefused", &isReductionRefused)
        try visitor.list(9, "uncancellable", &uncancellable)
        try visitor.list(10, "flags", &flags)
        try visitor.uint(11, "step", &step)
    }
}
