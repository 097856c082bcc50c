public import BifrostKernel
internal import Orders

/// An order that is worked by slices: the fold of what becomes of them.
///
/// It stays when the order has ended, because a venue may still say something about its slices.
public struct WorkSaga: Equatable, Sendable {
    /// One of its slices.
    public struct Slice: Equatable, Sendable {
        /// What it has traded.
        public internal(set) var traded = Quantity.zero
        /// The sum of price × quantity of that.
        public internal(set) var notional = Money.zero
        /// The most that may still trade of it.
        public internal(set) var reach = Quantity.zero
        /// Nothing.
        public init() {}
        init(traded: Quantity, notional: Money, reach: Quantity) {
            self.traded = traded
            self.notional = notional
            self.reach = reach
        }
    }

    /// The account.
    public private(set) var account: AccountID
    /// Every slice, those that ended included.
    public private(set) var sliceByID: [OrderID: Slice] = [:]
    /// The slices that may still trade.
    public private(set) var open: Set<OrderID> = []
    /// What the slices have traded, and what may still trade of them, in units of 10⁻⁹.
    public private(set) var traded: Int128 = 0
    private(set) var notional: Int128 = 0
    /// The most that may still trade of all slices, in units of 10⁻⁹.
    public private(set) var reach: Int128 = 0
    /// The slices that the venue refused to cancel and still works.
    private(set) var uncancellable: Set<OrderID> = []
    /// Counts what happened to it: names the command that carries it on.
    public private(set) var step: UInt64 = 0

    init(_ account: AccountID) { self.account = account }

    /// What happened to the order itself.
    mutating func note() { step += 1 }

    /// What happened to a slice, of which that is known since.
    mutating func take(_ event: OrderEvent, _ slice: Slice) {
        step += 1
        let order = event.order
        let before = sliceByID.updateValue(slice, forKey: order) ?? Slice()
        traded += Int128(slice.traded.nanos) - Int128(before.traded.nanos)
        notional += slice.notional.nanos - before.notional.nanos
        reach += Int128(slice.reach.nanos) - Int128(before.reach.nanos)
        if slice.reach > .zero { open.insert(order) } else { open.remove(order) }
        switch event {
        case .cancelRejected: uncancellable.insert(order)
        case .cancelRequested: uncancellable.remove(order)
        default: break
        }
    }

    /// What the slices have traded, in the bounds of its types.
    func progress(of order: OrderID) -> OrderWorkProgressed {
        var fact = OrderWorkProgressed()
        fact.order = order
        fact.filled = Quantity(nanos: Int64(min(traded, Int128(Quantity.nanosMax))))
        fact.tradedNotional = Money(clamping: notional)
        return fact
    }

    /// What the order has left for further slices, in units of 10⁻⁹; below zero when slices are for more.
    func room(of order: OrderState) -> Int128 {
        let told = Int128(order.work?.filled.nanos ?? 0)
        let gone = Int128(order.cumulative.nanos) - told + Int128(order.lapsed.nanos)
        return Int128(order.ordered.nanos) - gone - traded - reach
    }
}

extension WorkSaga.Slice: WireFields {
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.quantity(1, "traded", &traded)
        try visitor.money(2, "notional", &notional)
        try visitor.quantity(3, "reach", &reach)
    }
}

extension WorkSaga: WireFields {
    /// Nothing, to be read over.
    public init() { self.init(AccountID.none) }
    /// Visits the fields that a snapshot keeps.
    public mutating func fields<V: FieldVisitor>(_ visitor: inout V) throws(WireError) {
        try visitor.account(1, "account", &account)
        try visitor.table(2, "slices", &sliceByID)
        try visitor.set(3, "open", &open)
        try visitor.sum(4, "traded", &traded)
        try visitor.sum(5, "notional", &notional)
        try visitor.sum(6, "reach", &reach)
        try visitor.set(7, "uncancellable", &uncancellable)
        try visitor.uint(8, "step", &step)
    }
}
