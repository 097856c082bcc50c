internal import BifrostKernel
internal import Orders
internal import RiskLimits

/// Orders that are worked by slices, and what slices draw from what their parents hold back.
extension Books {
    /// The worked order that an order is a slice of; a parent that was no such order is a label.
    func work(of order: OrderBook) -> OrderBook? {
        guard let parent = orders[order.placed.parent], parent.placed.isWorked,
            parent.placed.account == order.placed.account,
            order.placed.order.id.birth > parent.placed.order.id.birth
        else { return nil }
        return parent
    }

    func slices(of parent: OrderID) -> [OrderBook] {
        // ORDER: what is asked of them is a sum, or of each.
        orders.values.filter { $0.placed.parent == parent && work(of: $0)?.placed.order == parent }
    }

    mutating func begin(_ order: OrderID) throws(Violation) {
        let isRight = orders[order]?.isJudged == true && orders[order]?.placed.isWorked == true
        try expect(isRight, "I8", "\(order.id.text) is worked without a verdict")
        orders[order]?.isApproved = true
        orders[order]?.isAtWork = true
        let held = orders[order]?.held
        orders[order]?.budget = held ?? OrderBook.Held()
    }

    /// What a worked order has traded is what its slices have.
    mutating func take(_ fact: OrderWorkProgressed) throws(Violation) {
        let traded = slices(of: fact.order).reduce(Int128(0)) { $0 + $1.filled }
        let told = Int128(fact.filled.nanos)
        try expect(
            told == traded,
            "I9",
            "\(fact.order.id.text) progressed to \(told), its slices to \(traded)"
        )
        let before = orders[fact.order]?.toldOfSlices ?? 0
        orders[fact.order]?.filled += told - before
        orders[fact.order]?.toldOfSlices = told
    }

    mutating func complete(_ order: OrderID) throws(Violation) {
        let isDone = orders[order].map { $0.isAtWork && $0.left == 0 } ?? false
        try expect(isDone, "I9", "\(order.id.text) is said to be done")
        orders[order]?.close()
    }

    /// Notes what an approved order holds back, before it does: a slice takes what its parent has of it, and
    /// what is beyond that counts as new.
    mutating func draw(_ fact: RiskAssessed) throws(Violation) {
        guard let order = orders[fact.order] else { return }
        let after = OrderBook.Held(
            cash: fact.reservedCash.nanos,
            shares: Int128(fact.reservedShares.nanos),
            buys: Int128(fact.pendingBuys.nanos),
            shorts: Int128(fact.pendingShorts?.nanos ?? 0)
        )
        let growth = after.less(order.held)
        if order.isAtWork { orders[fact.order]?.budget.add(growth) }
        let isReplacing = replacing == fact.order
        guard let parent = work(of: order), !order.isApproved || isReplacing else {
            return grow(order, growth)
        }
        let id = parent.placed.order
        let holds = parent.isAtWork && !parent.isClosed
        try expect(
            fact.drawnFrom == (holds ? id : .none),
            "I8",
            "\(fact.order.id.text) draws from \(fact.drawnFrom.id.text), its parent is \(parent)"
        )
        guard holds else { return }
        let taken = growth.smaller(parent.held)
        orders[fact.order]?.drawn.add(taken)
        orders[id]?.budget.add(growth.less(taken))
        if !taken.isNothing || taken.cash > 0 { awaited = (id, parent.held.less(taken)) }
    }

    /// A venue lets an order have more than it had.
    private mutating func grow(_ order: OrderBook, _ growth: OrderBook.Held) {
        guard let parent = work(of: order) else { return }
        orders[parent.placed.order]?.budget.add(growth)
    }

    /// What is held back for an order changed: what a parent hands to a slice is what the slice took, and
    /// nothing that it gets back is more than was held.
    mutating func take(_ fact: ReservationChanged) throws(Violation) {
        var after = OrderBook.Held(
            cash: fact.remainingCash.nanos,
            shares: Int128(fact.remainingShares.nanos),
            buys: Int128(fact.remainingBuys.nanos),
            shorts: Int128(fact.remainingShorts?.nanos ?? 0),
            price: fact.reservedPrice?.nanos ?? orders[fact.order]?.held.price ?? 0
        )
        guard let before = orders[fact.order] else { return }
        // A worked order that its slices have all of may get it back, at its price.
        if after.isNothing, !before.isAtWork { after.price = 0 }
        orders[fact.order]?.held = after
        orders[fact.order]?.drawn = before.drawn.smaller(after)
        grow(before, after.less(before.held))
        guard let (id, rest) = awaited, fact.order == id else { return }
        awaited = nil
        try expect(after.amounts == rest, "I10", "\(id.id.text) keeps \(after), its slice leaves it \(rest)")
    }

    /// A parent and its slices hold back no more than the parent and what came beyond it needed; of what is
    /// left of it, it holds back what no slice does.
    func compareWork(_ order: OrderBook) throws(Violation) {
        let name = order.placed.order.id.text
        guard order.isOpen else {
            return try expect(
                order.held.amounts == OrderBook.Held(),
                "I10",
                "\(name) is over and holds \(order.held)"
            )
        }
        let slices = slices(of: order.placed.order)
        var (held, drawn) = (order.held, Int128(0))
        for slice in slices {
            held.add(slice.held)
            drawn += slice.drawn.units
        }
        try expect(
            held.isWithin(order.budget),
            "I10",
            "\(name) and its slices hold back \(held), needed \(order.budget)"
        )
        let traded = slices.reduce(Int128(0)) { $0 + $1.filled }
        guard traded == order.toldOfSlices else { return }
        // What was taken back of slices is not held back again.
        var revoked: Int128 = 0
        for report in executions.values where orders[report.order]?.placed.parent == order.placed.order {
            revoked += max(Int128(report.quantity.nanos) - Int128(standing(report).quantity.nanos), 0)
        }
        let most = max(order.left - drawn, 0)
        let isRight = order.held.units <= most && order.held.units + revoked >= most
        try expect(isRight, "I10", "\(name) holds back \(order.held) of \(most) that no slice does: \(order)")
    }
}

extension OrderBook.Held {
    /// Units: an order has one side, and what is sold is owned or borrowed.
    var units: Int128 { max(shares + shorts, buys) }

    /// Without the price, which says nothing of how much is held back.
    var amounts: Self { combined(Self()) { mine, _ in mine } }

    mutating func add(_ other: Self) {
        let price = price
        self = combined(other) { $0 + $1 }
        self.price = price
    }

    /// What is beyond `other`.
    func less(_ other: Self) -> Self { combined(other) { max($0 - $1, 0) } }

    func smaller(_ other: Self) -> Self { combined(other) { min($0, $1) } }

    func isWithin(_ other: Self) -> Bool { amounts == smaller(other) }

    private func combined(_ other: Self, _ combine: (Int128, Int128) -> Int128) -> Self {
        Self(
            cash: combine(cash, other.cash),
            shares: combine(shares, other.shares),
            buys: combine(buys, other.buys),
            shorts: combine(shorts, other.shorts)
        )
    }
}
